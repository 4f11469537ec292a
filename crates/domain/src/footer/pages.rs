//! The headers of the pages of a column chunk, looked at before anybody decodes a page.
//!
//! The parquet crate (59.3) reserves memory for as many bytes as a page says to have uncompressed, and for as many values as
//! a dictionary says to have, before it looks at them. So a file of some hundred bytes could ask for more memory than there
//! is, and an allocation that fails ends the process. What a page can have is bounded by what it takes in the file.

use super::{
    form::{self, Form},
    thrift::{Cut, Reader, STRUCT},
};

/// The most bytes of a page, uncompressed: 256 MiB. Writers end a page after a megabyte or so; those that make one page of a
/// whole column chunk have row groups of about this size.
pub const MOST_BYTES: u64 = 256 << 20;

/// How the pages of a column chunk are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Not at all.
    None,
    /// Snappy.
    Snappy,
    /// LZ4, in any of its frames.
    Lz4,
    /// Gzip.
    Gzip,
    /// Zstandard.
    Zstd,
    /// Another one.
    Other,
}

impl Codec {
    /// How many bytes one byte can stand for at the most. `None` where no bound is known.
    fn expansion(self) -> Option<u64> {
        match self {
            Self::None => Some(1),
            // A copy of 64 bytes takes three (google/snappy, format_description.txt).
            Self::Snappy => Some(22),
            // Each further byte of a length stands for 255 (lz4/lz4, lz4_Block_format.md).
            Self::Lz4 => Some(255),
            // 258 bytes take two bits at the least (zlib's technical notes).
            Self::Gzip => Some(1032),
            // A block of 128 KiB takes four bytes (RFC 8878, 3.1.1.2).
            Self::Zstd => Some(32_768),
            Self::Other => None,
        }
    }
}

/// What the footer says of a column chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// How its pages are compressed.
    pub codec: Codec,
    /// The bits that a value of a dictionary takes at the least; of a text, those of its length. Zero counts as eight.
    pub least_bits: u64,
}

/// Why a page must not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrokenPage {
    /// Its header ends early, or is not Thrift.
    #[error("the header of a page cannot be read")]
    Malformed,
    /// It is longer than its column chunk.
    #[error("a page says to have {said} bytes, and {left} are left")]
    Compressed {
        /// By its header.
        said: i64,
        /// In the chunk, behind the header.
        left: u64,
    },
    /// Its bytes cannot become so many.
    #[error("a page says to have {said} bytes uncompressed, and {most} at the most can be in it")]
    Uncompressed {
        /// By its header.
        said: i64,
        /// By its compressed size, and by [`MOST_BYTES`].
        most: u64,
    },
    /// Its bytes have no room for so many values.
    #[error("a dictionary says to have {said} values, and {most} at the most can be in it")]
    Values {
        /// By its header.
        said: i64,
        /// By its size.
        most: u64,
    },
    /// The page index says that a page begins where none does.
    #[error("the page index has a page at {0}, where none begins")]
    Place(u64),
}

impl From<Cut> for BrokenPage {
    fn from(_: Cut) -> Self {
        Self::Malformed
    }
}

/// Fails if a page of these bytes, which begin with one at `start` of the file, says what cannot be, or if one of the `places`
/// is not where a page begins. The places are within the bytes, and in order.
pub fn check(bytes: &[u8], start: u64, places: &[u64], column: Column) -> Result<(), BrokenPage> {
    let (mut rest, mut places) = (bytes, places.iter().copied().peekable());
    while !rest.is_empty() {
        let at = start.saturating_add((bytes.len() - rest.len()) as u64);
        while places.next_if_eq(&at).is_some() {}
        if let Some(missed) = places.next_if(|place| *place < at) {
            return Err(BrokenPage::Place(missed));
        }
        let (header, behind) = Header::read(rest)?;
        let size = header.check(behind.len() as u64, column)?;
        rest = behind.get(size..).ok_or(BrokenPage::Malformed)?;
    }
    places.next().map_or(Ok(()), |missed| Err(BrokenPage::Place(missed)))
}

/// The fields of `PageHeader`, by their numbers in `parquet.thrift`.
const UNCOMPRESSED: i16 = 2;
const COMPRESSED: i16 = 3;
const DICTIONARY: i16 = 7;

const STATISTICS: &[(i16, Form)] = &[
    (1, Form::Bytes),
    (2, Form::Bytes),
    (3, Form::Number),
    (4, Form::Number),
    (5, Form::Bytes),
    (6, Form::Bytes),
    (7, Form::Truth),
    (8, Form::Truth),
];

const DATA_PAGE: &[(i16, Form)] = &[
    (1, Form::Number),
    (2, Form::Number),
    (3, Form::Number),
    (4, Form::Number),
    (5, Form::Record(STATISTICS)),
];

const DATA_PAGE_V2: &[(i16, Form)] = &[
    (1, Form::Number),
    (2, Form::Number),
    (3, Form::Number),
    (4, Form::Number),
    (5, Form::Number),
    (6, Form::Number),
    (7, Form::Truth),
    (8, Form::Record(STATISTICS)),
];

/// The other fields of `PageHeader`: type, checksum, and the headers of its types.
const OTHERS: &[(i16, Form)] = &[
    (1, Form::Number),
    (4, Form::Number),
    (5, Form::Record(DATA_PAGE)),
    (6, Form::Record(&[])),
    (8, Form::Record(DATA_PAGE_V2)),
];

/// The number of values is the first field of `DictionaryPageHeader`; these are the others.
const NUM_VALUES: i16 = 1;
const OF_DICTIONARY: &[(i16, Form)] = &[(2, Form::Number), (3, Form::Truth)];

struct Header {
    uncompressed: i64,
    compressed: i64,
    values: Option<i64>,
}

impl Header {
    /// The header at the beginning of these bytes, and what is behind it.
    fn read(bytes: &[u8]) -> Result<(Self, &[u8]), BrokenPage> {
        let mut reader = Reader::new(bytes);
        let (mut uncompressed, mut compressed, mut values) = (None, None, None);
        reader.fields(|reader, field, kind| match field {
            UNCOMPRESSED => once(reader, kind, &mut uncompressed),
            COMPRESSED => once(reader, kind, &mut compressed),
            DICTIONARY if kind == STRUCT => reader.fields(|reader, field, kind| match field {
                NUM_VALUES => once(reader, kind, &mut values),
                other => Ok(form::pass(reader, kind, Form::of(OF_DICTIONARY, other))?),
            }),
            DICTIONARY => Err(BrokenPage::Malformed),
            other => Ok(form::pass(reader, kind, Form::of(OTHERS, other))?),
        })?;
        let (Some(uncompressed), Some(compressed)) = (uncompressed, compressed) else {
            return Err(BrokenPage::Malformed);
        };
        let behind = bytes.len().checked_sub(reader.left()).and_then(|length| bytes.get(length..));
        let behind = behind.ok_or(BrokenPage::Malformed)?;
        Ok((Self { uncompressed, compressed, values }, behind))
    }

    /// How many bytes the page has in the file, of which so many are left.
    fn check(&self, left: u64, column: Column) -> Result<usize, BrokenPage> {
        let said = self.compressed;
        let compressed = u64::try_from(said).ok().filter(|compressed| *compressed <= left);
        let compressed = compressed.ok_or(BrokenPage::Compressed { said, left })?;
        let held = match column.codec {
            // Nobody asks what it says to have uncompressed.
            Codec::None => compressed,
            codec => {
                let most = codec.expansion().map_or(MOST_BYTES, |times| compressed.saturating_mul(times));
                let (said, most) = (self.uncompressed, most.min(MOST_BYTES));
                let uncompressed = u64::try_from(said).ok().filter(|uncompressed| *uncompressed <= most);
                uncompressed.ok_or(BrokenPage::Uncompressed { said, most })?
            }
        };
        if let Some(said) = self.values {
            let least = if column.least_bits == 0 { 8 } else { column.least_bits };
            let most = held.saturating_mul(8) / least;
            if u64::try_from(said).map_or(true, |values| values > most) {
                return Err(BrokenPage::Values { said, most });
            }
        }
        usize::try_from(compressed).map_err(|_| BrokenPage::Malformed)
    }
}

/// A number of 32 bits, which is there once: of two, somebody else may take the other.
fn once(reader: &mut Reader<'_>, kind: u8, number: &mut Option<i64>) -> Result<(), BrokenPage> {
    let found = i32::try_from(reader.number(kind)?).map_err(|_| BrokenPage::Malformed)?;
    match number.replace(i64::from(found)) {
        None => Ok(()),
        Some(_) => Err(BrokenPage::Malformed),
    }
}

#[cfg(test)]
mod tests;
