use arrow::{
    array::Array,
    datatypes::{Int32Type, Utf8Type},
};
use proptest::prelude::*;

use super::*;

/// What is done to a column.
#[derive(Debug, Clone)]
enum Step {
    Append(Option<i32>),
    Cut(usize),
    Finish,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => proptest::option::weighted(0.7, any::<i32>()).prop_map(Step::Append),
        4 => any::<i32>().prop_map(|value| Step::Append(Some(value))),
        2 => (0_usize..40).prop_map(Step::Cut),
        1 => Just(Step::Finish),
    ]
}

proptest! {
    #[test]
    fn columns_have_what_a_vector_has(steps in proptest::collection::vec(step(), 0..200)) {
        let (mut numbers, mut strings, mut booleans) =
            (Numbers::<Int32Type>::new(), Strings::new(), Booleans::default());
        let mut expected: Vec<Option<i32>> = Vec::new();
        for step in steps.into_iter().chain([Step::Finish]) {
            match step {
                Step::Append(Some(value)) => {
                    numbers.append(value);
                    let (text, behind) = (value.to_string(), value.unsigned_abs() as usize % 80);
                    let line = format!("{}{}", text, "x".repeat(behind));
                    prop_assert!(strings.append_from(line.as_bytes(), 0, text.len()).is_some());
                    booleans.append(value > 0);
                    expected.push(Some(value));
                }
                Step::Append(None) => {
                    numbers.append_null();
                    strings.append_null();
                    booleans.append_null();
                    expected.push(None);
                }
                Step::Cut(by) => {
                    let length = expected.len().saturating_sub(by);
                    strings.open().extend_from_slice(b"left over");
                    numbers.truncate(length);
                    strings.truncate(length);
                    booleans.truncate(length);
                    expected.truncate(length);
                }
                Step::Finish => {
                    let numbers = numbers.finish().unwrap();
                    prop_assert_eq!(numbers.iter().collect::<Vec<_>>(), expected.clone());
                    prop_assert_eq!(numbers.nulls().is_some(), expected.contains(&None));
                    let strings = strings.finish::<Utf8Type>().unwrap();
                    let texts: Vec<_> = expected.iter().map(|value| value.map(|value| value.to_string())).collect();
                    prop_assert!(strings.iter().eq(texts.iter().map(Option::as_deref)));
                    let positive: BooleanArray = expected.iter().map(|value| value.map(|value| value > 0)).collect();
                    prop_assert_eq!(booleans.finish().to_data(), positive.to_data());
                    expected.clear();
                }
            }
            for column in [&numbers as &dyn Collector, &strings, &booleans] {
                prop_assert_eq!(column.is_last_null(), expected.last() == Some(&None));
                prop_assert_eq!(column.len(), expected.len());
            }
        }
    }
}

#[test]
fn an_offset_beyond_32_bits_is_an_error_of_its_batch_alone() {
    let mut offsets = Offsets::new();
    offsets.append(7);
    offsets.append(usize::try_from(i32::MAX).unwrap() + 1);
    assert!(matches!(offsets.finish(), Err(ArrowError::OffsetOverflowError(2_147_483_648))));
    offsets.append(1);
    assert_eq!(&offsets.finish().unwrap()[..], [0, 1]);
}

#[test]
fn a_row_that_is_removed_is_no_error_of_its_batch() {
    let too_far = usize::try_from(i32::MAX).unwrap() + 1;
    let mut offsets = Offsets::new();
    offsets.append(7);
    offsets.append(too_far);
    assert_eq!(offsets.truncate(1), 7);
    offsets.append(9);
    assert_eq!(&offsets.finish().unwrap()[..], [0, 7, 9]);
    for end in [7, too_far, 9] {
        offsets.append(end);
    }
    // What is behind it changes nothing.
    offsets.truncate(2);
    assert!(matches!(offsets.finish(), Err(ArrowError::OffsetOverflowError(2_147_483_648))));
}

/// Of any length, with anything behind it; and not beyond the end.
#[test]
fn texts_are_copied_out_of_a_line_as_they_stand_there() {
    let line: Vec<u8> = (0..200).map(|at| b'a' + at % 26).collect();
    let (mut strings, mut expected) = (Strings::new(), Vec::new());
    for at in 0..=line.len() {
        for length in [0, 1, 7, 15, 16, 17, 31, 63, 64, 65, 100, 200] {
            let text = line[at..].get(..length);
            let before = strings.len();
            assert_eq!(strings.append_from(&line, at, length).is_some(), text.is_some(), "{at} {length}");
            assert_eq!(strings.len() - before, usize::from(text.is_some()));
            expected.extend(text.map(|text| std::str::from_utf8(text).unwrap()));
        }
    }
    assert!(strings.append_from(&line, line.len() + 1, 0).is_none());
    assert!(strings.finish::<Utf8Type>().unwrap().iter().eq(expected.into_iter().map(Some)));
}
