//! Functions of bytes: hashes, and what writes bytes as text or reads them (Trino's chapter "Binary functions and
//! operators"). The type `varbinary` is Arrow's `Binary`.

mod base32;
mod digest;
mod encoding;
mod murmur3;
mod utf8;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BinaryArray, BinaryBuilder},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    argument::{Argument, TextArgument},
    bounded::Bounded,
    own::{Own, exactly},
};

/// The names of all.
pub(super) const NAMES: [&str; 18] = [
    "crc32",
    "from_base32",
    "from_base64",
    "from_base64url",
    "from_big_endian_64",
    "from_hex",
    "from_utf8",
    "md5",
    "murmur3",
    "sha1",
    "sha256",
    "sha512",
    "to_base32",
    "to_base64url",
    "to_big_endian_64",
    "to_hex",
    "to_utf8",
    "xxhash64",
];

/// All of them.
pub(super) fn all() -> Vec<Own> {
    vec![
        base32::from_base32(),
        base32::to_base32(),
        digest::crc32(),
        digest::md5(),
        digest::sha1(),
        digest::sha256(),
        digest::sha512(),
        digest::xxhash64(),
        encoding::from_base64(),
        encoding::from_base64url(),
        encoding::from_big_endian_64(),
        encoding::from_hex(),
        encoding::to_base64url(),
        encoding::to_big_endian_64(),
        encoding::to_hex(),
        murmur3::murmur3(),
        utf8::from_utf8(),
        utf8::to_utf8(),
    ]
}

fn of_bytes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    exactly(given, &[Arrow::Binary])
}

/// The bytes of a column of bytes or of texts.
enum Bytes<'a> {
    Bytes(&'a Argument, &'a BinaryArray),
    Texts(TextArgument<'a, i32>),
}

impl<'a> Bytes<'a> {
    fn of(argument: &'a Argument) -> Self {
        match argument.array().as_binary_opt::<i32>() {
            Some(bytes) => Self::Bytes(argument, bytes),
            None => Self::Texts(argument.texts()),
        }
    }

    /// The row's bytes; `None` if it is null.
    fn get(&self, row: usize) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(argument, bytes) => {
                let place = argument.place(row);
                bytes.is_valid(place).then(|| bytes.value(place))
            }
            Self::Texts(texts) => texts.get(row).map(str::as_bytes),
        }
    }
}

/// A column of bytes, row by row.
struct Made {
    bytes: BinaryBuilder,
}

impl Made {
    fn new() -> Self {
        Self { bytes: BinaryBuilder::new() }
    }

    /// The next row's bytes, or none.
    fn append(&mut self, bytes: Option<&[u8]>, bounded: &mut Bounded<'_>) -> Result<()> {
        bounded.count(bytes.map_or(0, <[u8]>::len))?;
        self.bytes.append_option(bytes);
        Ok(())
    }

    fn finish(mut self) -> ArrayRef {
        Arc::new(self.bytes.finish())
    }
}
