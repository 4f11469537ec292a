//! gzip and zstd, told by their first bytes.

use std::{
    fs::File,
    io::{self, Read, Seek},
    path::Path,
};

use flate2::read::MultiGzDecoder;

/// How the bytes of an input are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// What the file's name says.
    pub(super) fn by_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "gz" | "gzip" => Some(Self::Gzip),
            "zst" | "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// What the file's first bytes say; it is at its beginning afterwards.
    pub(super) fn of(file: &mut File) -> io::Result<Option<Self>> {
        let magic = magic(file)?;
        file.rewind()?;
        Ok(Self::by_magic(&magic))
    }

    fn by_magic(magic: &[u8]) -> Option<Self> {
        match magic {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd] => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// The bytes as they were before they were packed. All members, and all frames, one after the other.
pub(super) fn unpack(
    from: Box<dyn Read + Send>,
    compression: Option<Compression>,
) -> io::Result<Box<dyn Read + Send>> {
    Ok(match compression {
        None => from,
        Some(Compression::Gzip) => Box::new(MultiGzDecoder::new(from)),
        Some(Compression::Zstd) => Box::new(zstd::stream::read::Decoder::new(from)?),
    })
}

/// The same for what can be read only once.
pub(super) fn by_magic(mut from: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let magic = magic(&mut from)?;
    let compression = Compression::by_magic(&magic);
    unpack(Box::new(io::Cursor::new(magic).chain(from)), compression)
}

/// The first four bytes, or fewer if there are no more.
fn magic(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut magic = Vec::with_capacity(4);
    from.take(4).read_to_end(&mut magic)?;
    Ok(magic)
}
