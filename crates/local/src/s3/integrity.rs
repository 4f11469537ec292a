//! What a client promises about a body with the signature that is taken off, and in its trailers.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::record::Checksums;

/// What the client promised about the body, apart from the operation's own headers.
#[derive(Debug, Clone, Default)]
pub(super) struct Integrity {
    pub(super) payload_sha256: Option<String>,
    /// The body is as it was promised, and something was.
    pub(super) is_verified: bool,
    /// The trailers that `x-amz-trailer` names.
    pub(super) announced: Vec<String>,
    pub(super) trailers: Trailers,
}

/// The trailers of an `aws-chunked` body; there when its stream has ended.
pub(super) type Trailers = Arc<Mutex<BTreeMap<String, String>>>;

impl Integrity {
    /// The checksums that a trailer will bring, as in `x-amz-sdk-checksum-algorithm`.
    pub(super) fn trailer_algorithms(&self) -> impl Iterator<Item = &str> {
        self.announced.iter().filter_map(|name| match name.strip_prefix("x-amz-checksum-")? {
            "crc32" => Some("CRC32"),
            "crc32c" => Some("CRC32C"),
            "crc64nvme" => Some("CRC64NVME"),
            "sha1" => Some("SHA1"),
            "sha256" => Some("SHA256"),
            _ => None,
        })
    }

    pub(super) fn fill_from_trailers(&self, sums: &mut Checksums) {
        let trailers = self.trailers.lock().unwrap_or_else(PoisonError::into_inner);
        for (slot, name) in [
            (&mut sums.crc32, "x-amz-checksum-crc32"),
            (&mut sums.crc32c, "x-amz-checksum-crc32c"),
            (&mut sums.crc64nvme, "x-amz-checksum-crc64nvme"),
            (&mut sums.sha1, "x-amz-checksum-sha1"),
            (&mut sums.sha256, "x-amz-checksum-sha256"),
        ] {
            if let Some(value) = trailers.get(name) {
                *slot = Some(value.clone());
            }
        }
    }
}
