use proptest::prelude::*;

use super::*;

const KINDS: [Kind; 4] = [Kind::Code, Kind::Int32, Kind::Int64, Kind::Int128];

/// The buffer of these numbers, each as far as the kind has bits.
fn buffer(kind: Kind, numbers: &[i64]) -> Buffer {
    kind.write(numbers.to_vec())
}

fn packed(kind: Kind, plain: &Buffer) -> Numbers {
    let packed = Numbers::pack(kind, plain).unwrap();
    assert_eq!(packed.unpack(), *plain, "{packed:?}");
    assert_eq!(packed.unpacked_bytes(), plain.len());
    packed
}

/// Numbers of any size, near each other, of a few sizes, or at the ends of the range.
fn any_numbers() -> impl Strategy<Value = Vec<i64>> {
    let near = (any::<i64>(), 0_u32..64).prop_flat_map(|(from, bits)| {
        let most = u64::MAX >> bits;
        prop::collection::vec((0..=most).prop_map(move |above| from.wrapping_add_unsigned(above)), 1..300)
    });
    let ends = prop::sample::select(vec![i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX]);
    let steps = (any::<i64>(), prop::collection::vec(0_i64..1_000, 1..300)).prop_map(|(from, steps)| {
        let mut number = from;
        steps
            .iter()
            .map(|step| {
                number = number.wrapping_add(*step);
                number
            })
            .collect::<Vec<i64>>()
    });
    prop_oneof![
        prop::collection::vec(any::<i64>(), 1..300),
        near,
        prop::collection::vec(ends, 1..300),
        steps,
        (any::<i64>(), 1_usize..300).prop_map(|(number, count)| vec![number; count]),
    ]
}

proptest! {
    #[test]
    fn numbers_come_back_whatever_they_are(
        numbers in any_numbers(), kind in prop::sample::select(KINDS.to_vec()),
    ) {
        let plain = buffer(kind, &numbers);
        let packed = packed(kind, &plain);
        // At its worst, with the widths of blocks.
        let most = numbers.len() * kind.size().min(size_of::<i64>());
        prop_assert!(packed.bytes() <= most + 2 * size_of::<u64>() + numbers.len().div_ceil(BLOCK));
    }

    /// Bits of any width are where they ought to be: the first number has the lowest bits.
    #[test]
    fn a_block_is_one_large_number(
        numbers in prop::collection::vec(any::<u64>(), 1..=BLOCK), width in 0_u8..=64,
    ) {
        let most = (1_u128 << width) - 1;
        let numbers: Vec<u64> =
            numbers.iter().map(|number| (u128::from(*number) & most) as u64).collect();
        let mut packed = vec![7];
        pack(numbers.iter().copied(), width, &mut packed);
        prop_assert_eq!(packed.len(), 1 + (numbers.len() * usize::from(width)).div_ceil(64));
        for (index, number) in numbers.iter().enumerate() {
            for bit in 0..usize::from(width) {
                let at = index * usize::from(width) + bit;
                prop_assert_eq!(packed[1 + at / 64] >> (at % 64) & 1, number >> bit & 1);
            }
        }
        prop_assert_eq!(unpack(&packed[1..], width, numbers.len()).collect::<Vec<_>>(), numbers);
    }
}

#[test]
fn times_in_order_take_the_bits_of_their_steps() {
    // Half a second apart, and with 13 digits.
    let times: Vec<i64> = (0..8_192).map(|row| 1_763_892_300_000 + row * 500 + row * 7 % 300).collect();
    let packed = packed(Kind::Int64, &buffer(Kind::Int64, &times));
    assert!(packed.first.is_some());
    // Steps of 207 to 507 have 9 bits above the least.
    assert!(packed.bytes() <= 8_192 * 10 / 8, "{} bytes", packed.bytes());
}

#[test]
fn numbers_in_no_order_take_the_bits_of_their_range() {
    let numbers: Vec<i64> = (0..1_000).map(|row| 10_000_000 + row * 7_919 % 1_000).collect();
    for kind in [Kind::Int32, Kind::Int64, Kind::Int128] {
        let packed = packed(kind, &buffer(kind, &numbers));
        assert!(packed.first.is_none());
        assert_eq!(packed.bytes(), 15 * 80 + 8 * (40 * 10_usize).div_ceil(64) + 16, "{kind:?}");
    }
}

#[test]
fn one_number_far_above_the_others_makes_one_block_larger() {
    let mut numbers: Vec<i64> = (0..6_400).map(|row| row * 37 % 16).collect();
    let before = packed(Kind::Int64, &buffer(Kind::Int64, &numbers)).bytes();
    numbers[1_000] = i64::MAX;
    let after = packed(Kind::Int64, &buffer(Kind::Int64, &numbers)).bytes();
    assert_eq!(before, 6_400 / 2 + 100);
    assert_eq!(after, before + 8 * (63 - 4));
}

#[test]
fn what_repeats_is_seen() {
    let seen = |numbers: &[i64]| packed(Kind::Code, &buffer(Kind::Code, numbers)).is_repetitive;
    assert!(seen(&[5; 100]));
    assert!(!seen(&[5, 6].repeat(50)));
    assert!(!seen(&[5]));
}

#[test]
fn only_whole_numbers_of_64_bits_are_packed() {
    for kind in KINDS {
        assert!(Numbers::pack(kind, &[]).is_none());
        assert!(Numbers::pack(kind, &[1; 33]).is_none());
    }
    let fits = |numbers: &[i128]| Numbers::pack(Kind::Int128, &Buffer::from_vec(numbers.to_vec())).is_some();
    for number in [i128::from(i64::MIN), -1, 0, i128::from(i64::MAX)] {
        assert!(fits(&[number, 3]), "{number}");
    }
    for number in [i128::from(i64::MIN) - 1, i128::from(i64::MAX) + 1, i128::MIN, i128::MAX] {
        assert!(!fits(&[3, number]), "{number}");
    }
}
