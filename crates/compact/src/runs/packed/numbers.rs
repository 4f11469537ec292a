//! Whole numbers in as many bits as they need: what compression does slowly, and not very well.
//!
//! Numbers are packed as what they are above the least of them, or, where that takes fewer bits, by the steps between
//! them: times in the order of the table have small ones. Each block of 64 numbers has bits enough for its own greatest,
//! so a number far above the others makes one block larger and no more.

use arrow::buffer::Buffer;

/// How many numbers have the same width.
const BLOCK: usize = 64;

/// Bits of a word.
const WORD: usize = u64::BITS as usize;

/// What the numbers are in a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Numbers into a dictionary.
    Code,
    Int32,
    Int64,
    /// Decimals, of which all have to fit into 64 bits.
    Int128,
}

/// The numbers of a buffer.
#[derive(Debug)]
pub(super) struct Numbers {
    kind: Kind,
    /// The first number, if the others are packed by their steps.
    first: Option<i64>,
    bits: Bits,
    /// Whether most are the same as the one before.
    pub(super) is_repetitive: bool,
}

/// Numbers in as many bits as they need.
#[derive(Debug)]
struct Bits {
    count: usize,
    /// The least of them.
    least: i64,
    /// Bits of each number of a block.
    widths: Box<[u8]>,
    /// What the numbers are above the least. A block begins with a word.
    words: Box<[u64]>,
}

impl Kind {
    /// Bytes of a number in a buffer.
    fn size(self) -> usize {
        match self {
            Self::Code => size_of::<u16>(),
            Self::Int32 => size_of::<i32>(),
            Self::Int64 => size_of::<i64>(),
            Self::Int128 => size_of::<i128>(),
        }
    }

    /// The numbers of a buffer, if all fit.
    fn read(self, plain: &[u8]) -> Option<Vec<i64>> {
        match self {
            Self::Code => {
                Some(numbers(plain)?.iter().map(|bytes| i64::from(u16::from_ne_bytes(*bytes))).collect())
            }
            Self::Int32 => {
                Some(numbers(plain)?.iter().map(|bytes| i64::from(i32::from_ne_bytes(*bytes))).collect())
            }
            Self::Int64 => Some(numbers(plain)?.iter().map(|bytes| i64::from_ne_bytes(*bytes)).collect()),
            Self::Int128 => {
                let numbers = numbers(plain)?.iter();
                numbers.map(|bytes| i64::try_from(i128::from_ne_bytes(*bytes)).ok()).collect()
            }
        }
    }

    /// The buffer of these numbers.
    fn write(self, numbers: Vec<i64>) -> Buffer {
        match self {
            Self::Code => Buffer::from_vec(numbers.iter().map(|number| *number as u16).collect::<Vec<u16>>()),
            Self::Int32 => {
                Buffer::from_vec(numbers.iter().map(|number| *number as i32).collect::<Vec<i32>>())
            }
            Self::Int64 => Buffer::from_vec(numbers),
            Self::Int128 => Buffer::from_vec(numbers.into_iter().map(i128::from).collect::<Vec<i128>>()),
        }
    }
}

/// A buffer as numbers of so many bytes, if it is made of these alone.
fn numbers<const SIZE: usize>(plain: &[u8]) -> Option<&[[u8; SIZE]]> {
    let (numbers, rest) = plain.as_chunks();
    rest.is_empty().then_some(numbers)
}

impl Numbers {
    /// `None` if there are no numbers, or one that does not fit into 64 bits.
    pub(super) fn pack(kind: Kind, plain: &[u8]) -> Option<Self> {
        let numbers = kind.read(plain)?;
        let first = *numbers.first()?;
        // Between the ends of the range a step has more than 64 bits. What is lost of it is lost again on the way back.
        let steps: Vec<i64> = numbers.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
        let repeated = steps.iter().filter(|step| **step == 0).count();
        let is_repetitive = repeated * 2 > numbers.len();
        let (by_value, by_step) = (Widths::of(&numbers), Widths::of(&steps));
        Some(if by_step.words < by_value.words {
            Self { kind, first: Some(first), bits: by_step.pack(&steps), is_repetitive }
        } else {
            Self { kind, first: None, bits: by_value.pack(&numbers), is_repetitive }
        })
    }

    pub(super) fn unpack(&self) -> Buffer {
        let mut numbers = Vec::with_capacity(self.len());
        numbers.extend(self.first);
        self.bits.unpack(&mut numbers);
        if self.first.is_some() {
            let mut last = 0_i64;
            for number in &mut numbers {
                last = last.wrapping_add(*number);
                *number = last;
            }
        }
        self.kind.write(numbers)
    }

    /// How many numbers there are.
    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.bits.count
    }

    /// Bytes that they take in memory.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&self.bits.widths[..]) + size_of_val(&self.bits.words[..])
    }

    /// Bytes of the buffer.
    pub(super) fn unpacked_bytes(&self) -> usize {
        self.len() * self.kind.size()
    }
}

/// How many bits numbers need.
struct Widths {
    least: i64,
    of_blocks: Box<[u8]>,
    /// Words of all blocks.
    words: usize,
}

impl Widths {
    fn of(numbers: &[i64]) -> Self {
        let least = numbers.iter().copied().min().unwrap_or_default();
        let width = |block: &[i64]| {
            let any = block.iter().fold(0_u64, |any, number| any | above(least, *number));
            (u64::BITS - any.leading_zeros()) as u8
        };
        let of_blocks: Box<[u8]> = numbers.chunks(BLOCK).map(width).collect();
        let words =
            numbers.chunks(BLOCK).zip(of_blocks.iter()).map(|(block, width)| words(block.len(), *width));
        Self { least, words: words.sum(), of_blocks }
    }

    /// These numbers, which it is of.
    fn pack(self, numbers: &[i64]) -> Bits {
        let Self { least, of_blocks: widths, words } = self;
        let mut packed = Vec::with_capacity(words);
        for (block, width) in numbers.chunks(BLOCK).zip(widths.iter()) {
            pack(block.iter().map(|number| above(least, *number)), *width, &mut packed);
        }
        Bits { count: numbers.len(), least, widths, words: packed.into() }
    }
}

impl Bits {
    /// Adds the numbers to these.
    fn unpack(&self, numbers: &mut Vec<i64>) {
        let (mut left, mut packed) = (self.count, &self.words[..]);
        for width in self.widths.iter() {
            let count = left.min(BLOCK);
            left -= count;
            let block;
            (block, packed) = packed.split_at(words(count, *width));
            numbers.extend(unpack(block, *width, count).map(|above| self.least.wrapping_add_unsigned(above)));
        }
    }
}

/// What a number is above the least one: a number of 64 bits, whatever the two are.
fn above(least: i64, number: i64) -> u64 {
    number.wrapping_sub(least).cast_unsigned()
}

/// Words of so many numbers of this width.
fn words(count: usize, width: u8) -> usize {
    (count * usize::from(width)).div_ceil(WORD)
}

/// The word that a number of a block begins in, and the bit.
fn place(index: usize, width: u8) -> (usize, usize) {
    let bit = index * usize::from(width);
    (bit / WORD, bit % WORD)
}

/// Adds the numbers of a block, each of so many bits at the most.
fn pack(block: impl ExactSizeIterator<Item = u64>, width: u8, packed: &mut Vec<u64>) {
    let count = words(block.len(), width);
    // With a word for what is above the last number.
    let mut words = [0_u64; BLOCK + 1];
    for (index, number) in block.enumerate() {
        let (word, bit) = place(index, width);
        words[word] |= number << bit;
        // What the word has no room for. By 64 bits at once no number can be shifted.
        words[word + 1] |= number >> 1 >> (WORD - 1 - bit);
    }
    packed.extend_from_slice(&words[..count]);
}

/// So many numbers of a block.
fn unpack(packed: &[u64], width: u8, count: usize) -> impl Iterator<Item = u64> {
    let mut words = [0_u64; BLOCK + 1];
    words[..packed.len()].copy_from_slice(packed);
    let mask = u64::MAX.checked_shr(u64::BITS - u32::from(width)).unwrap_or_default();
    (0..count).map(move |index| {
        let (word, bit) = place(index, width);
        (words[word] >> bit | words[word + 1] << 1 << (WORD - 1 - bit)) & mask
    })
}

#[cfg(test)]
mod tests;
