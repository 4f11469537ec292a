//! The bytes of a buffer, in little memory.
//!
//! What zstd does slowly and not very well, and what is the same in most tables, is packed by its form: where values of
//! varying length end, whole numbers, and ids that are UUIDs.

use std::io;

use arrow::buffer::Buffer;
use zstd::bulk::{Compressor, Decompressor};

use super::{
    numbers::{Kind, Numbers},
    uuids,
};

/// A buffer's bytes.
#[derive(Debug)]
pub(super) enum Bytes {
    /// Which compression does not make fewer.
    Plain(Box<[u8]>),
    Packed {
        packed: Box<[u8]>,
        unpacked: usize,
    },
    /// Offsets from 0 on, with so many equal steps.
    Even {
        count: i32,
        step: i32,
    },
    /// Offsets from 0 on, by the steps between them.
    Steps(Box<[u8]>),
    /// Texts of UUIDs one after the other, as the numbers that they are.
    Uuids(Box<[u8]>),
    /// Whole numbers in as many bits as they need.
    Numbers(Numbers),
}

impl Bytes {
    pub(super) fn pack(plain: &[u8], compressor: &mut Compressor<'_>) -> io::Result<Self> {
        let packed = compressor.compress(plain)?;
        if packed.len() >= plain.len() {
            return Ok(Self::Plain(plain.into()));
        }
        Ok(Self::Packed { packed: packed.into(), unpacked: plain.len() })
    }

    /// The same of the offsets of texts, lists or maps.
    pub(super) fn pack_offsets(offsets: &Buffer, compressor: &mut Compressor<'_>) -> io::Result<Self> {
        match Self::by_steps(offsets.typed_data()) {
            Some(steps) => Ok(steps),
            None => Self::pack_numbers(Kind::Int32, offsets, compressor),
        }
    }

    /// The same of whole numbers. Compression is tried where it may do better: on numbers that need most of their bits, of
    /// which few may be different, and on those that repeat.
    pub(super) fn pack_numbers(
        kind: Kind,
        plain: &[u8],
        compressor: &mut Compressor<'_>,
    ) -> io::Result<Self> {
        let Some(numbers) = Numbers::pack(kind, plain) else { return Self::pack(plain, compressor) };
        let is_small = numbers.bytes() <= plain.len() / 8 * 5;
        if is_small && !numbers.is_repetitive {
            return Ok(Self::Numbers(numbers));
        }
        let compressed = Self::pack(plain, compressor)?;
        Ok(if numbers.bytes() < compressed.bytes() { Self::Numbers(numbers) } else { compressed })
    }

    /// The same of texts, whose offsets are elsewhere.
    pub(super) fn pack_texts(texts: &[u8], compressor: &mut Compressor<'_>) -> io::Result<Self> {
        match uuids::numbers(texts) {
            Some(numbers) => Ok(Self::Uuids(numbers.into())),
            None => Self::pack(texts, compressor),
        }
    }

    fn by_steps(offsets: &[i32]) -> Option<Self> {
        let [0, ends @ ..] = offsets else { return None };
        let first = ends.first().copied().unwrap_or_default();
        let steps = || offsets.windows(2).map(|pair| pair[1] - pair[0]);
        if steps().all(|step| step == first) {
            return Some(Self::Even { count: i32::try_from(ends.len()).ok()?, step: first });
        }
        let steps: Vec<u8> = steps().map(|step| u8::try_from(step).ok()).collect::<Option<_>>()?;
        Some(Self::Steps(steps.into()))
    }

    pub(super) fn unpack(&self, decompressor: &mut Decompressor<'_>) -> io::Result<Buffer> {
        Ok(match self {
            Self::Plain(plain) => Buffer::from(&plain[..]),
            Self::Packed { packed, unpacked } => {
                Buffer::from_vec(decompressor.decompress(packed, *unpacked)?)
            }
            Self::Even { count, step } => {
                Buffer::from_vec((0..=*count).map(|number| number * step).collect::<Vec<i32>>())
            }
            Self::Steps(steps) => {
                let mut offsets = Vec::with_capacity(steps.len() + 1);
                let mut offset = 0;
                offsets.push(offset);
                for step in steps.iter() {
                    offset += i32::from(*step);
                    offsets.push(offset);
                }
                Buffer::from_vec(offsets)
            }
            Self::Uuids(numbers) => Buffer::from_vec(uuids::texts(numbers)),
            Self::Numbers(numbers) => numbers.unpack(),
        })
    }

    /// Bytes that it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Plain(bytes)
            | Self::Packed { packed: bytes, .. }
            | Self::Steps(bytes)
            | Self::Uuids(bytes) => bytes.len(),
            Self::Even { .. } => 0,
            Self::Numbers(numbers) => numbers.bytes(),
        }
    }

    /// Bytes of the buffer.
    pub(super) fn unpacked_bytes(&self) -> usize {
        match self {
            Self::Plain(plain) => plain.len(),
            Self::Packed { unpacked, .. } => *unpacked,
            Self::Even { count, .. } => (*count as usize + 1) * size_of::<i32>(),
            Self::Steps(steps) => (steps.len() + 1) * size_of::<i32>(),
            Self::Uuids(numbers) => numbers.len() / uuids::NUMBER * uuids::TEXT,
            Self::Numbers(numbers) => numbers.unpacked_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::drawn::Random;

    use super::*;
    use crate::runs::packed::LEVEL;

    fn compressor() -> Compressor<'static> {
        Compressor::new(LEVEL).unwrap()
    }

    fn comes_back(packed: &Bytes, plain: &[u8]) {
        assert_eq!(&packed.unpack(&mut Decompressor::new().unwrap()).unwrap()[..], plain, "{packed:?}");
        assert_eq!(packed.unpacked_bytes(), plain.len());
        assert!(packed.bytes() <= plain.len());
    }

    #[test]
    fn offsets_come_back_whatever_their_steps() {
        let random = &mut Random::new(5);
        let mut forms = [0; 3];
        for round in 0..300 {
            let (count, most) = (random.below(200), [1, 2, 255, 256, 257, 100_000][round % 6]);
            let even = random.below(3) == 0;
            let step = random.below(most);
            let mut offsets = vec![0_i32];
            for _ in 0..count {
                let step = if even { step } else { random.below(most) };
                offsets.push(offsets[offsets.len() - 1] + i32::try_from(step).unwrap());
            }
            let plain = Buffer::from_vec(offsets);
            let packed = Bytes::pack_offsets(&plain, &mut compressor()).unwrap();
            comes_back(&packed, &plain);
            forms[match packed {
                Bytes::Even { .. } => 0,
                Bytes::Steps(_) => 1,
                _ => 2,
            }] += 1;
        }
        assert!(forms.iter().all(|count| *count > 20), "{forms:?}");
    }

    /// Of a slice, or of nothing.
    #[test]
    fn offsets_that_do_not_begin_with_zero_come_back() {
        for offsets in [vec![], vec![3, 6, 9], vec![1]] {
            let plain = Buffer::from_vec::<i32>(offsets);
            comes_back(&Bytes::pack_offsets(&plain, &mut compressor()).unwrap(), &plain);
        }
    }

    /// Whichever takes less: bits, compression, or neither.
    #[test]
    fn numbers_are_compressed_where_that_takes_less() {
        let random = &mut Random::new(9);
        let mut number = |below: usize| i64::try_from(random.below(below)).unwrap();
        let ids: Vec<i64> = (0..4_000).map(|_| 10_000_000 + number(90_000_000)).collect();
        let far = [i64::MIN, 3, i64::MAX];
        let few: Vec<i64> = (0..4_000).map(|_| far[number(far.len()) as usize]).collect();
        let long: Vec<i64> = (0..4_000).map(|row| far[row / 1_500]).collect();
        let any: Vec<i64> = (0..4_000).map(|_| number(usize::MAX >> 1) << 1 ^ number(2)).collect();
        let packed = |numbers: Vec<i64>| {
            let plain = Buffer::from_vec(numbers);
            let packed = Bytes::pack_numbers(Kind::Int64, &plain, &mut compressor()).unwrap();
            comes_back(&packed, &plain);
            packed
        };
        assert!(matches!(packed(ids), Bytes::Numbers(_)));
        for numbers in [few, long] {
            let packed = packed(numbers);
            assert!(matches!(packed, Bytes::Packed { .. }), "{packed:?}");
        }
        assert!(matches!(packed(any), Bytes::Plain(_)));
        assert!(matches!(packed(Vec::new()), Bytes::Plain(_)));
    }

    /// What no number of 64 bits is stays what it was.
    #[test]
    fn large_decimals_come_back() {
        for large in [i128::MIN, i128::MAX, 1 << 64] {
            let plain = Buffer::from_vec([large, 0, -1, 12].repeat(100));
            let packed = Bytes::pack_numbers(Kind::Int128, &plain, &mut compressor()).unwrap();
            assert!(!matches!(packed, Bytes::Numbers(_)), "{packed:?}");
            comes_back(&packed, &plain);
        }
    }

    #[test]
    fn only_texts_of_uuids_are_packed_as_such() {
        let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let random = &mut Random::new(8);
        let many: String = (0..100)
            .map(|_| {
                let bits = random.bits();
                format!(
                    "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                    bits as u32,
                    bits >> 48,
                    bits >> 40 & 0xFFF,
                    bits & 0xFFF,
                    bits >> 16
                )
            })
            .collect();
        for texts in [uuid, &uuid.repeat(3), &many] {
            let packed = Bytes::pack_texts(texts.as_bytes(), &mut compressor()).unwrap();
            assert!(matches!(packed, Bytes::Uuids(_)), "{packed:?}");
            assert_eq!(packed.bytes(), texts.len() / 36 * 16);
            comes_back(&packed, texts.as_bytes());
        }
        let capitals = uuid.to_uppercase();
        let others = [
            String::new(),
            uuid[1..].to_owned(),
            format!("{uuid}0"),
            format!("{uuid}{capitals}"),
            uuid.replace('-', "_"),
            uuid.replace('f', "g"),
            uuid.replace('0', ":"),
            uuid.replace("fa", "é"),
            capitals,
        ];
        for text in others {
            let packed = Bytes::pack_texts(text.as_bytes(), &mut compressor()).unwrap();
            assert!(!matches!(packed, Bytes::Uuids(_)), "{text}");
            comes_back(&packed, text.as_bytes());
        }
    }
}
