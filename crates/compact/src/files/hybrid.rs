//! Parquet's encoding of small numbers: runs of one number, and numbers of as many bits as the largest has.

/// A number that follows itself so often is written once.
const RUN: usize = 24;

/// How many bits numbers up to this one have.
pub(super) fn bits(most: u32) -> u8 {
    // At most 32.
    (u32::BITS - most.leading_zeros()) as u8
}

/// Appends numbers, none of which has more bits than that.
pub(super) fn encode(numbers: &[u32], bits: u8, out: &mut Vec<u8>) {
    let (mut begin, mut at) = (0_usize, 0_usize);
    // Each time a run begins here, if only of one number.
    while at + RUN <= numbers.len() {
        if numbers[at + RUN - 2] != numbers[at + RUN - 1] {
            // Any long run that begins in front of that place would go on beyond it.
            at += RUN - 1;
            continue;
        }
        let number = numbers[at];
        let run = numbers[at..].iter().take_while(|other| **other == number).count();
        // In front of a run, eight numbers are written together.
        let taken = begin.wrapping_sub(at) % 8;
        if run >= RUN + taken {
            pack(&numbers[begin..at + taken], bits, out);
            repeat(number, run - taken, bits, out);
            begin = at + run;
        }
        at += run;
    }
    pack(&numbers[begin..], bits, out);
}

/// Appends a number so many times.
pub(super) fn repeat(number: u32, times: usize, bits: u8, out: &mut Vec<u8>) {
    if times > 0 {
        self::number(times << 1, out);
        out.extend_from_slice(&number.to_le_bytes()[..usize::from(bits.div_ceil(8))]);
    }
}

/// Appends numbers with as many bits each; zeros follow up to a multiple of eight numbers.
fn pack(numbers: &[u32], bits: u8, out: &mut Vec<u8>) {
    if numbers.is_empty() {
        return;
    }
    let groups = numbers.len().div_ceil(8);
    number(groups << 1 | 1, out);
    let end = out.len() + groups * usize::from(bits);
    let (mut word, mut filled) = (0_u64, 0_u8);
    for number in numbers {
        word |= u64::from(*number) << filled;
        filled += bits;
        if filled >= 32 {
            out.extend_from_slice(&(word as u32).to_le_bytes());
            word >>= 32;
            filled -= 32;
        }
    }
    out.extend_from_slice(&word.to_le_bytes());
    out.resize(end, 0);
}

/// A number in bytes of seven bits each, of which all but the last say that another follows.
pub(super) fn number(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By the specification, number by number.
    fn decode(mut bytes: &[u8], bits: u8, count: usize) -> Vec<u32> {
        let mut numbers = Vec::new();
        while numbers.len() < count {
            let (mut header, mut shift) = (0_usize, 0);
            loop {
                let (byte, rest) = bytes.split_first().unwrap();
                bytes = rest;
                header |= usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            if header & 1 == 0 {
                let (number, rest) = bytes.split_at(usize::from(bits.div_ceil(8)));
                bytes = rest;
                let number = number.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
                numbers.extend(std::iter::repeat_n(number, header >> 1));
            } else {
                let (packed, rest) = bytes.split_at((header >> 1) * usize::from(bits));
                bytes = rest;
                let bit = |at: usize| u32::from(packed[at / 8] >> (at % 8) & 1);
                let bits = usize::from(bits);
                let number =
                    |index: usize| (0..bits).map(|place| bit(index * bits + place) << place).sum::<u32>();
                numbers.extend((0..(header >> 1) * 8).map(number).take(count - numbers.len()));
            }
        }
        assert!(bytes.is_empty(), "{} bytes too many", bytes.len());
        numbers
    }

    proptest! {
        #[test]
        fn numbers_come_back(
            runs in proptest::collection::vec((any::<u32>(), 1_usize..60, any::<bool>()), 0..60), most in 0_u32..=u32::MAX, shift in 0_u32..32,
        ) {
            let most = most >> shift;
            let numbers: Vec<u32> = runs
                .into_iter()
                .flat_map(|(number, length, alike)| {
                    let step = if alike { 0 } else { 7 };
                    (0..length as u32).map(move |n| number.wrapping_add(n * step))
                })
                .map(|number| if most == u32::MAX { number } else { number % (most + 1) })
                .collect();
            let mut out = Vec::new();
            encode(&numbers, bits(most), &mut out);
            prop_assert_eq!(decode(&out, bits(most), numbers.len()), numbers);
        }
    }

    /// The same, looking at each number.
    fn encode_plainly(numbers: &[u32], bits: u8, out: &mut Vec<u8>) {
        let (mut begin, mut at) = (0_usize, 0_usize);
        for run in numbers.chunk_by(|one, other| one == other) {
            let taken = begin.wrapping_sub(at) % 8;
            if run.len() >= RUN + taken {
                pack(&numbers[begin..at + taken], bits, out);
                repeat(run[0], run.len() - taken, bits, out);
                begin = at + run.len();
            }
            at += run.len();
        }
        pack(&numbers[begin..], bits, out);
    }

    proptest! {
        /// Runs of about the length from which on they are written once, at any place, and at the end.
        #[test]
        fn every_long_run_is_found(runs in proptest::collection::vec((0_u32..3, 1_usize..40), 0..40)) {
            let numbers: Vec<u32> =
                runs.into_iter().flat_map(|(number, length)| std::iter::repeat_n(number, length)).collect();
            let (mut found, mut expected) = (Vec::new(), Vec::new());
            encode(&numbers, 2, &mut found);
            encode_plainly(&numbers, 2, &mut expected);
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn runs_take_few_bytes() {
        for (numbers, most) in [(vec![1; 16_384], 4), ([vec![1; 5], vec![0; 9_000]].concat(), 8)] {
            let mut out = Vec::new();
            encode(&numbers, 1, &mut out);
            assert!(out.len() <= most, "{out:?}");
        }
    }
}
