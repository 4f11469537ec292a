//! The bloom filter of a column chunk, looked at before anybody asks it.
//!
//! The parquet crate (59.3) makes a filter of no blocks from less than 32 bytes, and panics where it is asked. It takes all
//! bytes behind the header, however many the header says: with another number of blocks, a filter says of values that are
//! there that they are not.

use super::{
    form::{self, Form},
    thrift::{Cut, Reader},
};

/// Bytes of a block.
const BLOCK: u64 = 32;

/// The fields of `BloomFilterHeader`, by their numbers in `parquet.thrift`. The others are unions of empty structs.
const NUM_BYTES: i16 = 1;
const UNIONS: [i16; 3] = [2, 3, 4];

/// Why a bloom filter must not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrokenFilter {
    /// Its header ends early, or is not Thrift.
    #[error("the header of its bloom filter cannot be read")]
    Malformed,
    /// It has no block, or not whole blocks, or other bytes than it says.
    #[error("its bloom filter says to have {said} bytes, and has {found}")]
    Bytes {
        /// By its header.
        said: i64,
        /// Behind its header, as far as they were read.
        found: u64,
    },
}

impl From<Cut> for BrokenFilter {
    fn from(_: Cut) -> Self {
        Self::Malformed
    }
}

/// Fails if the filter that begins here does not have whole blocks, or, if all of it is here, another number of bytes than
/// it says. Its beginning has all of the header.
pub fn check(filter: &[u8], is_whole: bool) -> Result<(), BrokenFilter> {
    let (mut reader, mut said) = (Reader::new(filter), None);
    reader.fields(|reader, field, kind| {
        if field == NUM_BYTES {
            said = Some(reader.number(kind)?);
            return Ok(());
        }
        let form = UNIONS.contains(&field).then_some(Form::Record(&[]));
        Ok::<(), BrokenFilter>(form::pass(reader, kind, form)?)
    })?;
    let (said, found) = (said.ok_or(BrokenFilter::Malformed)?, reader.left() as u64);
    match u64::try_from(said) {
        Ok(bytes) if bytes >= BLOCK && bytes.is_multiple_of(BLOCK) && (!is_whole || bytes == found) => Ok(()),
        _ => Err(BrokenFilter::Bytes { said, found }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header that says so many bytes, and this many behind it.
    fn filter(said: u8, bytes: usize) -> Vec<u8> {
        // Twice the number, since its lowest bit is the sign; then three unions of an empty struct.
        let union = [0x1c, 0x1c, 0x00, 0x00];
        let head = [vec![0x15], varint(2 * u32::from(said)), union.repeat(3), vec![0x00]].concat();
        [head, vec![0; bytes]].concat()
    }

    fn varint(number: u32) -> Vec<u8> {
        if number < 0x80 {
            vec![number as u8]
        } else {
            vec![(number & 0x7f) as u8 | 0x80, (number >> 7) as u8]
        }
    }

    #[test]
    fn a_filter_has_whole_blocks_and_as_many_as_it_says() {
        for (said, bytes, is_whole, expected) in [
            (32, 32, true, true),
            (64, 64, true, true),
            (96, 96, true, true),
            (32, 0, false, true),
            (32, 64, true, false),
            (64, 32, true, false),
            (64, 63, true, false),
            (0, 0, true, false),
            (31, 31, true, false),
            (31, 31, false, false),
            (33, 33, true, false),
        ] {
            let found = check(&filter(said, bytes), is_whole);
            assert_eq!(found.is_ok(), expected, "{said} {bytes} {is_whole}: {found:?}");
        }
        // -1, and what is cut.
        let negative = [&[0x15, 0x01, 0x00][..], &[0; 64]].concat();
        assert_eq!(check(&negative, true), Err(BrokenFilter::Bytes { said: -1, found: 64 }));
        for length in 0..4 {
            assert_eq!(check(&filter(32, 32)[..length], false), Err(BrokenFilter::Malformed));
        }
    }
}
