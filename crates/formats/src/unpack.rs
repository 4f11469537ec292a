//! gzip and zstd: told by their first bytes, and unpacked as streams.

mod gzip;

use std::{
    io::{self, BufReader, Read},
    path::Path,
};

pub use gzip::Gzip;

/// How many bytes tell how something is packed.
pub const MAGIC: usize = 4;

/// How bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// One member or more, with or without zero bytes behind the last.
    Gzip,
    /// One frame or more, skippable ones among them.
    Zstd,
}

impl Compression {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// What the end of a file's name says.
    pub fn by_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "gz" | "gzip" => Some(Self::Gzip),
            "zst" | "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// What the first bytes say, of which [`MAGIC`] are enough.
    pub fn by_magic(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            // The second one is a skippable frame, which pzstd and others write first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// The bytes as they were before they were packed.
pub fn unpack(
    from: Box<dyn Read + Send>,
    compression: Option<Compression>,
) -> io::Result<Box<dyn Read + Send>> {
    Ok(match compression {
        None => from,
        Some(Compression::Gzip) => Box::new(Gzip::new(BufReader::new(from))),
        Some(Compression::Zstd) => Box::new(zstd::stream::read::Decoder::new(from)?),
    })
}

/// The same for what can be read only once: its first bytes tell how it is packed.
pub fn unpack_by_magic(mut from: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let magic = magic(&mut from)?;
    let compression = Compression::by_magic(&magic);
    unpack(Box::new(io::Cursor::new(magic).chain(from)), compression)
}

/// The first bytes, [`MAGIC`] of them or as many as there are.
pub fn magic(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut magic = Vec::with_capacity(MAGIC);
    from.take(MAGIC as u64).read_to_end(&mut magic)?;
    Ok(magic)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        unpack_by_magic(Box::new(io::Cursor::new(bytes)))?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn frames_that_are_to_be_skipped_are_skipped_wherever_they_are() {
        let text = b"{\"id\": 1}\n".repeat(1_000);
        let frame = zstd::bulk::compress(&text, 3).unwrap();
        let skipped = |number: u8| [&[0x50 + number, 0x2a, 0x4d, 0x18, 4, 0, 0, 0][..], b"abcd"].concat();
        for (bytes, times) in [
            ([skipped(0), frame.clone()].concat(), 1),
            ([skipped(15), skipped(3), frame.clone(), skipped(1), frame.clone()].concat(), 2),
            (skipped(7), 0),
        ] {
            assert_eq!(unpacked(bytes).unwrap(), text.repeat(times));
        }
    }

    /// `skipfirst.ndjson.zst`: what the `zstd` program and a skippable frame before it make.
    #[test]
    fn a_file_of_another_program_is_read() {
        let bytes = include_bytes!("../tests/cases/skipfirst.ndjson.zst").to_vec();
        let text = String::from_utf8(unpacked(bytes).unwrap()).unwrap();
        assert!(text.contains("{\"id\":14}"), "{text}");
        let bytes = include_bytes!("../tests/cases/gz_trailing_garbage.ndjson.gz").to_vec();
        let text = String::from_utf8(unpacked(bytes).unwrap()).unwrap();
        assert!(text.starts_with('{') && text.ends_with('\n'), "{text}");
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        let text: Vec<u8> = (0..20_000_u32).flat_map(u32::to_le_bytes).collect();
        for packed in [gzip(&text), zstd::bulk::compress(&text, 3).unwrap()] {
            assert!(unpacked(packed[..packed.len() / 2].to_vec()).is_err());
        }
    }
}
