//! The digests of a body, and whether they are those that the client promised.

use std::{
    fs::File,
    io::{self, Read},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use s3s::{
    S3Error, S3Result,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Md5, Sha256},
    s3_error,
};

use super::{integrity::Integrity, record::Checksums};
use crate::files::hex;

/// What a client says about the body in the headers of the operation.
#[derive(Debug, Default)]
pub(super) struct Promise {
    pub(super) length: Option<i64>,
    pub(super) md5: Option<String>,
    pub(super) algorithm: Option<String>,
    pub(super) checksums: Checksums,
}

/// What is computed of a body while it comes.
pub(super) struct Digests {
    length: u64,
    md5: Md5,
    payload: Option<Sha256>,
    sums: ChecksumHasher,
}

impl Digests {
    /// Prepares for what is promised; a promise that cannot be kept by any body is refused at once.
    pub(super) fn new(promise: &Promise, integrity: &Integrity) -> S3Result<Self> {
        if let Some(md5) = &promise.md5
            && STANDARD.decode(md5).ok().is_none_or(|bytes| bytes.len() != 16)
        {
            return Err(s3_error!(InvalidDigest, "The Content-MD5 you specified was invalid."));
        }
        Ok(Self {
            length: 0,
            md5: Md5::new(),
            payload: integrity.payload_sha256.is_some().then(Sha256::new),
            sums: hashers(promise, integrity)?,
        })
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.md5.update(bytes);
        self.sums.update(bytes);
        if let Some(payload) = &mut self.payload {
            payload.update(bytes);
        }
    }

    /// Holds the body against the promise; answers its MD5 in hexadecimal, and its checksums.
    pub(super) fn verify(self, promise: &Promise, integrity: &Integrity) -> S3Result<(String, Checksums)> {
        let Self { length, md5, payload, sums } = self;
        if let Some(promised) = promise.length
            && u64::try_from(promised) != Ok(length)
        {
            return Err(s3_error!(IncompleteBody, "the body has {length} bytes, {promised} were announced"));
        }
        let md5 = md5.finalize();
        if let Some(promised) = &promise.md5 {
            same("Content-MD5", promised, &STANDARD.encode(md5))?;
        }
        if let (Some(promised), Some(payload)) = (&integrity.payload_sha256, payload)
            && *promised != hex(payload.finalize().as_ref())
        {
            let mut error = S3Error::with_message(
                s3s::S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into()),
                "the provided 'x-amz-content-sha256' header does not match what was computed",
            );
            error.set_status_code(axum::http::StatusCode::BAD_REQUEST);
            return Err(error);
        }
        let found = Checksums::from(sums.finalize());
        for (name, promised, found) in [
            ("CRC32", &promise.checksums.crc32, &found.crc32),
            ("CRC32C", &promise.checksums.crc32c, &found.crc32c),
            ("CRC64NVME", &promise.checksums.crc64nvme, &found.crc64nvme),
            ("SHA1", &promise.checksums.sha1, &found.sha1),
            ("SHA256", &promise.checksums.sha256, &found.sha256),
        ] {
            match (promised, found) {
                (Some(promised), Some(found)) => same(name, promised, found)?,
                (Some(_), None) => {
                    return Err(s3_error!(
                        InvalidRequest,
                        "the trailer has the checksum {name}, which x-amz-trailer does not announce"
                    ));
                }
                (None, _) => {}
            }
        }
        Ok((hex(md5.as_ref()), found))
    }
}

/// The MD5 of the rest of a file, in hexadecimal.
pub(super) fn md5_of(file: &mut File) -> io::Result<String> {
    let mut hasher = Md5::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(hasher.finalize().as_ref()));
        }
        hasher.update(&buffer[..read]);
    }
}

fn same(name: &str, promised: &str, found: &str) -> S3Result<()> {
    if promised == found {
        Ok(())
    } else {
        Err(s3_error!(BadDigest, "the {name} you specified ({promised}) is not that of the body ({found})"))
    }
}

/// One hasher for each checksum that the client gives, now or in a trailer, or asks for.
fn hashers(promise: &Promise, integrity: &Integrity) -> S3Result<ChecksumHasher> {
    let given = &promise.checksums;
    let mut sums = ChecksumHasher::default();
    let mut wanted: Vec<&str> = promise.algorithm.as_deref().into_iter().collect();
    wanted.extend(integrity.trailer_algorithms());
    let any = |name: &str, given: &Option<String>| given.is_some() || wanted.contains(&name);
    sums.crc32 = any("CRC32", &given.crc32).then(Default::default);
    sums.crc32c = any("CRC32C", &given.crc32c).then(Default::default);
    sums.crc64nvme = any("CRC64NVME", &given.crc64nvme).then(Default::default);
    sums.sha1 = any("SHA1", &given.sha1).then(Default::default);
    sums.sha256 = any("SHA256", &given.sha256).then(Default::default);
    match promise.algorithm.as_deref() {
        None | Some("CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256") => Ok(sums),
        Some(other) => Err(s3_error!(NotImplemented, "the local S3 does not have the checksum {other}")),
    }
}
