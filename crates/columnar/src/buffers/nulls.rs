//! Which values are null.

use std::mem;

use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};

use super::take_exact;

/// One bit for each value, set where there is one; as long as no value is null, nothing but their number.
#[derive(Debug, Default)]
pub(crate) struct Nulls {
    length: usize,
    valid: Option<Vec<u8>>,
}

impl Nulls {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    #[inline]
    pub(crate) fn append_valid(&mut self) {
        if let Some(valid) = &mut self.valid {
            push(valid, self.length, 1);
        }
        self.length += 1;
    }

    pub(crate) fn append_null(&mut self) {
        let length = self.length;
        push(self.valid.get_or_insert_with(|| ones(length)), length, 0);
        self.length += 1;
    }

    pub(crate) fn is_last_null(&self) -> bool {
        self.length.checked_sub(1).is_some_and(|last| self.is_null(last))
    }

    /// Of one of the values.
    pub(crate) fn is_null(&self, row: usize) -> bool {
        self.valid.as_ref().is_some_and(|valid| valid[row / 8] >> (row % 8) & 1 == 0)
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        if length >= self.length {
            return;
        }
        self.length = length;
        if let Some(valid) = &mut self.valid {
            valid.truncate(length.div_ceil(8));
            // The next value sets its bit, and does not clear it.
            if let (1.., Some(last)) = (length % 8, valid.last_mut()) {
                *last &= low_bits(length % 8);
            }
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.valid.as_ref().map_or(0, Vec::len)
    }

    /// `None` if no value is null. Begins anew.
    pub(crate) fn finish(&mut self) -> Option<NullBuffer> {
        let length = mem::take(&mut self.length);
        let bits = take_exact(&mut self.valid.take()?);
        let bits = BooleanBuffer::new(Buffer::from(bits), 0, length);
        // After a cut there may be none left.
        Some(NullBuffer::new(bits)).filter(|nulls| nulls.null_count() > 0)
    }
}

#[inline]
fn push(bits: &mut Vec<u8>, length: usize, bit: u8) {
    match (length % 8, bits.last_mut()) {
        (place @ 1.., Some(last)) => *last |= bit << place,
        _ => bits.push(bit),
    }
}

fn ones(length: usize) -> Vec<u8> {
    let mut bits = vec![u8::MAX; length / 8];
    if !length.is_multiple_of(8) {
        bits.push(low_bits(length % 8));
    }
    bits
}

/// So many bits (0 to 7), the lowest ones.
fn low_bits(count: usize) -> u8 {
    (1 << count) - 1
}
