//! The checksums of an upload: what was said of them when it began, and what is promised when it is completed.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use s3s::{S3Result, checksum::ChecksumHasher, dto, s3_error};
use serde::{Deserialize, Serialize};

use crate::s3::record::Checksums;

/// The algorithms that are here, and how many bytes a checksum of each has.
const ALGORITHMS: [(&str, usize); 5] =
    [("CRC32", 4), ("CRC32C", 4), ("CRC64NVME", 8), ("SHA1", 20), ("SHA256", 32)];

/// The checksums that were declared when the upload began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::s3) struct Declared {
    pub(in crate::s3) algorithm: String,
    /// Whether the object's checksum is that of all its bytes, and not that of its parts' checksums.
    pub(in crate::s3) is_full_object: bool,
}

impl Declared {
    /// S3's rules on which algorithm is of which type.
    pub(in crate::s3) fn of(algorithm: Option<&str>, kind: Option<&str>) -> S3Result<Option<Self>> {
        let Some(algorithm) = algorithm else {
            return match kind {
                None => Ok(None),
                Some(_) => Err(s3_error!(
                    InvalidRequest,
                    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
                )),
            };
        };
        if !ALGORITHMS.iter().any(|(name, _)| *name == algorithm) {
            return Err(s3_error!(NotImplemented, "the local S3 does not have the checksum {algorithm}"));
        }
        let is_full_object = match (algorithm, kind) {
            ("CRC64NVME", None | Some("FULL_OBJECT")) | ("CRC32" | "CRC32C", Some("FULL_OBJECT")) => true,
            ("CRC32" | "CRC32C" | "SHA1" | "SHA256", None | Some("COMPOSITE")) => false,
            (_, Some(kind @ ("COMPOSITE" | "FULL_OBJECT"))) => {
                return Err(s3_error!(
                    InvalidRequest,
                    "The {kind} checksum type cannot be used with the {} checksum algorithm.",
                    algorithm.to_lowercase()
                ));
            }
            _ => return Err(s3_error!(InvalidRequest, "Value for x-amz-checksum-type header is invalid.")),
        };
        Ok(Some(Self { algorithm: algorithm.to_owned(), is_full_object }))
    }

    pub(in crate::s3) fn kind(&self) -> &'static str {
        if self.is_full_object { dto::ChecksumType::FULL_OBJECT } else { dto::ChecksumType::COMPOSITE }
    }
}

/// A checksum that is promised of the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Promised {
    pub(super) algorithm: &'static str,
    /// In base64, without the number of parts.
    value: String,
    /// Of a checksum of checksums: of how many parts it is said to be.
    parts: Option<usize>,
}

impl Promised {
    /// The checksums of the headers, each in the form of its type: `<base64>`, or `<base64>-<number of parts>`.
    pub(super) fn all(sums: &Checksums, declared: Option<&Declared>) -> S3Result<Vec<Self>> {
        let mut promised = Vec::new();
        for (algorithm, value) in each(sums) {
            let Some(value) = value else { continue };
            let (value, parts) = match value.split_once('-') {
                Some((value, parts)) => (value, Some(parts.parse::<usize>())),
                None => (value, None),
            };
            let of_length = |bytes: Vec<u8>| ALGORITHMS.contains(&(algorithm, bytes.len()));
            let is_form = STANDARD.decode(value).is_ok_and(of_length) && !matches!(parts, Some(Err(_)));
            let parts = parts.and_then(Result::ok);
            if !is_form || declared.is_some_and(|declared| declared.algorithm != algorithm) {
                return Err(s3_error!(
                    InvalidRequest,
                    "Value for x-amz-checksum-{} header is invalid.",
                    algorithm.to_lowercase()
                ));
            }
            // A checksum of checksums may come without the number: the upload says which of the two it is.
            let is_composite = declared.map_or(parts.is_some(), |declared| !declared.is_full_object);
            if parts.is_some() && !is_composite {
                return Err(s3_error!(
                    InvalidRequest,
                    "The upload was created using the FULL_OBJECT checksum mode. The complete request must use the \
                     same checksum mode."
                ));
            }
            let parts = is_composite.then(|| parts.unwrap_or(0));
            promised.push(Self { algorithm, value: value.to_owned(), parts });
        }
        Ok(promised)
    }

    pub(super) fn is_composite(&self) -> bool {
        self.parts.is_some()
    }

    /// Holds it against what the bytes have: all of them, or the checksums of `parts` parts.
    pub(super) fn verify(&self, found: &str, parts: usize) -> S3Result<()> {
        let is_count_right = self.parts.is_none_or(|promised| promised == 0 || promised == parts);
        if is_count_right && self.value == found {
            return Ok(());
        }
        Err(s3_error!(
            BadDigest,
            "The {} you specified did not match the calculated checksum.",
            self.algorithm.to_lowercase()
        ))
    }
}

/// Each algorithm with its checksum.
pub(super) fn each(sums: &Checksums) -> [(&'static str, Option<&str>); 5] {
    [
        ("CRC32", sums.crc32.as_deref()),
        ("CRC32C", sums.crc32c.as_deref()),
        ("CRC64NVME", sums.crc64nvme.as_deref()),
        ("SHA1", sums.sha1.as_deref()),
        ("SHA256", sums.sha256.as_deref()),
    ]
}

/// A hasher for each of these algorithms.
pub(super) fn hasher<'a>(algorithms: impl IntoIterator<Item = &'a str>) -> ChecksumHasher {
    let mut hasher = ChecksumHasher::default();
    for algorithm in algorithms {
        match algorithm {
            "CRC32" => hasher.crc32 = Some(Default::default()),
            "CRC32C" => hasher.crc32c = Some(Default::default()),
            "CRC64NVME" => hasher.crc64nvme = Some(Default::default()),
            "SHA1" => hasher.sha1 = Some(Default::default()),
            "SHA256" => hasher.sha256 = Some(Default::default()),
            _ => {}
        }
    }
    hasher
}

/// The checksum of one algorithm, in base64.
pub(super) fn of<'a>(sums: &'a Checksums, algorithm: &str) -> Option<&'a str> {
    each(sums).into_iter().find(|(name, _)| *name == algorithm)?.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_has_the_types_that_s3_gives_it() {
        let kind = |algorithm: &str, kind: Option<&str>| {
            let found = Declared::of(Some(algorithm), kind).map(|found| found.unwrap().kind());
            found.map_err(|error| error.code().as_str().to_owned())
        };
        let invalid = Err("InvalidRequest".to_owned());
        for (algorithm, default, other, expected) in [
            ("CRC32", "COMPOSITE", "FULL_OBJECT", Ok("FULL_OBJECT")),
            ("CRC32C", "COMPOSITE", "FULL_OBJECT", Ok("FULL_OBJECT")),
            ("SHA1", "COMPOSITE", "FULL_OBJECT", invalid.clone()),
            ("SHA256", "COMPOSITE", "FULL_OBJECT", invalid.clone()),
            ("CRC64NVME", "FULL_OBJECT", "COMPOSITE", invalid.clone()),
        ] {
            assert_eq!(kind(algorithm, None), Ok(default), "{algorithm}");
            assert_eq!(kind(algorithm, Some(default)), Ok(default), "{algorithm}");
            assert_eq!(kind(algorithm, Some(other)), expected, "{algorithm}");
            assert_eq!(kind(algorithm, Some("x")), invalid, "{algorithm}");
        }
        assert_eq!(kind("MD5", None), Err("NotImplemented".to_owned()));
        assert_eq!(Declared::of(None, None).unwrap(), None);
        assert!(Declared::of(None, Some("COMPOSITE")).is_err());
    }

    #[test]
    fn a_promise_has_the_form_of_its_type() {
        let declared = |algorithm, kind| Declared::of(Some(algorithm), Some(kind)).unwrap();
        let of = |value: &str, declared: Option<&Declared>| {
            let sums = Checksums { crc32: Some(value.to_owned()), ..Checksums::default() };
            Promised::all(&sums, declared).map(|found| found[0].is_composite()).ok()
        };
        assert_eq!(of("NhCmhg==", None), Some(false));
        assert_eq!(of("NhCmhg==-2", None), Some(true));
        assert_eq!(of("NhCmhg==-2", declared("CRC32", "COMPOSITE").as_ref()), Some(true));
        assert_eq!(of("NhCmhg==", declared("CRC32", "COMPOSITE").as_ref()), Some(true));
        assert_eq!(of("NhCmhg==", declared("CRC32", "FULL_OBJECT").as_ref()), Some(false));
        assert_eq!(of("NhCmhg==-2", declared("CRC32", "FULL_OBJECT").as_ref()), None);
        assert_eq!(of("NhCmhg==", declared("SHA256", "COMPOSITE").as_ref()), None);
        for malformed in ["bad", "NhCmhg", "NhCmhoY=", "", "NhCmhg==-x"] {
            assert_eq!(of(malformed, None), None, "{malformed}");
        }
    }
}
