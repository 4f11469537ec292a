//! `md5`, `sha1`, `sha256`, `sha512`, `xxhash64` and `crc32`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array},
        datatypes::DataType as Arrow,
    },
    error::Result,
};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use twox_hash::XxHash64;

use super::{Bytes, Made, of_bytes};
use crate::{
    cancel::Cancellation,
    functions::{argument::Argument, bounded::Bounded, own::Own},
};

/// The MD5 hash of bytes.
pub(super) fn md5() -> Own {
    Own::values(
        "md5",
        of_bytes,
        |_| Arrow::Binary,
        |arguments, bounded| each(arguments, bounded, |bytes| <Md5 as md5::Digest>::digest(bytes).to_vec()),
    )
}

/// The SHA-1 hash of bytes.
pub(super) fn sha1() -> Own {
    Own::values(
        "sha1",
        of_bytes,
        |_| Arrow::Binary,
        |arguments, bounded| each(arguments, bounded, |bytes| <Sha1 as sha1::Digest>::digest(bytes).to_vec()),
    )
}

/// The SHA-256 hash of bytes.
pub(super) fn sha256() -> Own {
    Own::values(
        "sha256",
        of_bytes,
        |_| Arrow::Binary,
        |arguments, bounded| {
            each(arguments, bounded, |bytes| <Sha256 as sha2::Digest>::digest(bytes).to_vec())
        },
    )
}

/// The SHA-512 hash of bytes.
pub(super) fn sha512() -> Own {
    Own::values(
        "sha512",
        of_bytes,
        |_| Arrow::Binary,
        |arguments, bounded| {
            each(arguments, bounded, |bytes| <Sha512 as sha2::Digest>::digest(bytes).to_vec())
        },
    )
}

/// The xxHash of bytes, eight bytes of which the highest is the first.
pub(super) fn xxhash64() -> Own {
    Own::values(
        "xxhash64",
        of_bytes,
        |_| Arrow::Binary,
        |arguments, bounded| {
            each(arguments, bounded, |bytes| XxHash64::oneshot(0, bytes).to_be_bytes().to_vec())
        },
    )
}

/// The CRC-32 of bytes.
pub(super) fn crc32() -> Own {
    Own::watched("crc32", of_bytes, |_| Arrow::Int64, checksums)
}

pub(super) fn each(
    arguments: &[Argument],
    bounded: &mut Bounded<'_>,
    digest: fn(&[u8]) -> Vec<u8>,
) -> Result<ArrayRef> {
    let values = Bytes::of(&arguments[0]);
    let mut made = Made::new();
    for row in 0..bounded.rows() {
        let hash = values.get(row).map(digest);
        made.append(hash.as_deref(), bounded)?;
    }
    Ok(made.finish())
}

fn checksums(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let values = Bytes::of(&arguments[0]);
    let checksum = |row| -> Result<Option<i64>> {
        cancellation.check()?;
        Ok(values.get(row).map(|bytes| i64::from(crc32fast::hash(bytes))))
    };
    Ok(Arc::new((0..rows).map(checksum).collect::<Result<Int64Array>>()?))
}
