//! Short texts that are written again and again.

use super::simd;

const PADDED: usize = 2 * simd::LENGTH;

/// A text, padded so that it is copied at one go if it is short.
#[derive(Debug)]
pub(super) struct Piece {
    padded: [u8; PADDED],
    text: Vec<u8>,
}

impl Piece {
    pub(super) fn new(text: Vec<u8>) -> Self {
        let mut padded = [0; PADDED];
        let start = text.len().min(PADDED);
        padded[..start].copy_from_slice(&text[..start]);
        Self { padded, text }
    }

    #[inline]
    pub(super) fn append_to(&self, out: &mut Vec<u8>) {
        if self.text.len() <= PADDED {
            simd::append(out, &self.padded, self.text.len());
        } else {
            out.extend_from_slice(&self.text);
        }
    }
}

/// What stands before the value of a row in `columns`: `"0":`, then `,"1":`.
#[derive(Debug)]
pub(super) struct RowNumber {
    text: [u8; PADDED],
    length: usize,
}

impl RowNumber {
    /// The number of the first row.
    pub(super) fn first(number: u64) -> Self {
        Self::written(format!("\"{number}\":").as_bytes())
    }

    /// The number of another row, which comes after one with the number before.
    #[inline]
    pub(super) fn next(&mut self, number: u64) {
        // The first one has no comma, and a number that gets longer is written anew.
        let mut at = if self.text[0] == b',' { self.length - 3 } else { 0 };
        while self.text[at] == b'9' {
            self.text[at] = b'0';
            at -= 1;
        }
        if self.text[at].is_ascii_digit() {
            self.text[at] += 1;
        } else {
            *self = Self::written(format!(",\"{number}\":").as_bytes());
        }
    }

    #[inline]
    pub(super) fn append_to(&self, out: &mut Vec<u8>) {
        if self.length <= simd::LENGTH
            && let Some(start) = self.text.first_chunk::<{ simd::LENGTH }>()
        {
            simd::append(out, start, self.length);
        } else {
            simd::append(out, &self.text, self.length);
        }
    }

    /// A number has up to 20 digits.
    fn written(text: &[u8]) -> Self {
        let mut padded = [0; PADDED];
        let length = text.len().min(PADDED);
        padded[..length].copy_from_slice(&text[..length]);
        Self { text: padded, length }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_any_length_are_whole() {
        for length in [0, 1, PADDED - 1, PADDED, PADDED + 1, 100] {
            let (text, mut out) = (vec![b'x'; length], b"before".to_vec());
            Piece::new(text.clone()).append_to(&mut out);
            assert_eq!(out, [b"before".as_slice(), &text].concat());
        }
    }

    #[test]
    fn rows_are_numbered_on() {
        for start in [0, 7, 95, 99_999_999_990, u64::MAX - 25] {
            let (mut number, mut out, mut expected) = (RowNumber::first(start), Vec::new(), String::new());
            for row in start..start + 25 {
                if row > start {
                    number.next(row);
                    expected.push(',');
                }
                number.append_to(&mut out);
                expected.push_str(&format!("\"{row}\":"));
            }
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
