use arrow::{array::Array, compute::cast, datatypes::DataType};
use proptest::prelude::*;

use super::*;

/// What is done to a column.
#[derive(Debug, Clone)]
enum Step {
    Append(Option<u16>),
    Written(u16),
    Cut(usize),
    Finish,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        200 => proptest::option::weighted(0.9, any::<u16>()).prop_map(Step::Append),
        20 => any::<u16>().prop_map(Step::Written),
        4 => (0_usize..40).prop_map(Step::Cut),
        1 => Just(Step::Finish),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// With few different texts and with many, with all of one hash too.
    #[test]
    fn the_array_has_what_a_vector_has(
        steps in proptest::collection::vec(step(), 0..3_000),
        different in prop::sample::select(vec![1_u16, 20, 300, 2_000, u16::MAX]),
        form in 0_u8..3,
    ) {
        let text = |number: u16| match form {
            0 => (number % different).to_string(),
            // Ends and length are the same.
            1 => format!("{:>8}{:05}{:>8}", "", number % different, ""),
            _ => "é".repeat(usize::from(number % different % 40)),
        };
        let (mut words, mut expected) = (Words::coded(), Vec::<Option<String>>::new());
        for step in steps.into_iter().chain([Step::Finish]) {
            match step {
                Step::Append(Some(number)) => {
                    let text = text(number);
                    if number.is_multiple_of(3) {
                        words.append(text.as_bytes());
                    } else {
                        // As it stands in a line, with more or less behind it.
                        let line = format!("\"{text}\"{}", "\0é".repeat(usize::from(number % 40)));
                        prop_assert!(words.append_from(line.as_bytes(), 1, text.len()).is_some());
                    }
                    expected.push(Some(text));
                }
                Step::Append(None) => {
                    words.append_null();
                    expected.push(None);
                }
                Step::Written(number) => {
                    words.open().extend_from_slice(text(number).as_bytes());
                    words.end();
                    expected.push(Some(text(number)));
                }
                Step::Cut(by) => {
                    words.open().extend_from_slice(b"left over");
                    expected.truncate(expected.len().saturating_sub(by));
                    words.truncate(expected.len());
                }
                Step::Finish => {
                    let array = words.finish().unwrap();
                    let array = cast(&array, &DataType::Utf8).unwrap();
                    let found = array.as_any().downcast_ref::<arrow::array::StringArray>().unwrap();
                    prop_assert!(found.iter().eq(expected.iter().map(Option::as_deref)));
                    expected.clear();
                }
            }
            prop_assert_eq!(words.len(), expected.len());
            let is_last_null = expected.last().is_some_and(Option::is_none);
            prop_assert_eq!(words.is_last_null(), is_last_null);
        }
    }
}

proptest! {
    /// Wherever a text stands; and short ones have the same only if they are the same, zeros at their ends included.
    #[test]
    fn keys_are_of_the_text_alone(
        texts in proptest::collection::vec("[\0ab]{0,3}|[ab]{0,40}|[a-c]{7,9}|[a-c]{15,18}", 2..20),
        behind in "[\0x]{0,40}",
    ) {
        let key = |text: &str| {
            let line = format!("{text}{behind}");
            line.as_bytes().first_chunk().map(|chunk| Key::within(chunk, text.as_bytes()))
        };
        for one in &texts {
            let of = Key::of(one.as_bytes());
            prop_assert!(key(one).is_none_or(|key| key == of && key.is_like(of)));
            for other in &texts {
                let other_of = Key::of(other.as_bytes());
                prop_assert_eq!(of == other_of, of.is_like(other_of));
                if one.len() <= 16 || other.len() <= 16 {
                    prop_assert_eq!(of == other_of, one == other, "{:?} {:?}", one, other);
                }
            }
        }
    }
}

/// A dictionary where texts repeat; none where they do not, and again one in the next array.
#[test]
fn the_rows_of_an_array_decide_alone_whether_it_has_a_dictionary() {
    let mut words = Words::coded();
    for (different, rows, is_coded) in [
        (5, 10_000, true),
        (9_000, 10_000, false),
        (200, 10_000, true),
        (2_000, 10_000, false),
        (200, 200, true),
    ] {
        for row in 0..rows {
            words.append(format!("text {}", row % different).as_bytes());
        }
        let is_dictionary = matches!(words.finish().unwrap().data_type(), DataType::Dictionary(..));
        assert_eq!(is_dictionary, is_coded, "{different} texts in {rows} rows");
    }
}

/// Wherever they differ: with few places tried, a poor hash would take the dictionary away.
#[test]
fn usual_texts_have_a_dictionary() {
    let form = |number: usize| {
        [
            format!("https://example.com/{number}/index.html"),
            format!("https://example.com/catalogue/items/{number}?from=newsletter&campaign=spring"),
            format!("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{number}.0.0.0 Safari/537.36"),
            format!("user-{number:06}"),
            format!("{number}"),
            format!("Łukasz {}", number * 7_919 % 1_000),
        ]
    };
    for index in 0..form(0).len() {
        let mut words = Words::coded();
        for row in 0..10_000 {
            words.append(form(row / 2 % 1_000)[index].as_bytes());
        }
        let data_type = words.finish().unwrap().data_type().clone();
        assert!(matches!(data_type, DataType::Dictionary(..)), "{}", form(7)[index]);
    }
}

/// Texts of one hash crowd a table, the more the smaller it is. A worker takes its columns from group to group, in any order.
#[test]
fn what_an_array_had_before_does_not_decide_whether_the_next_one_has_a_dictionary() {
    let alike = |number: usize| format!("{:80}{number:08}{:40}", "", "");
    assert_eq!(Key::of(alike(1).as_bytes()), Key::of(alike(2).as_bytes()));
    let mut dictionaries = 0;
    for other in 0..40 {
        let (mut new, mut used) = (Words::coded(), Words::coded());
        for row in 0..2_000 {
            used.append(format!("text {}", row / 2).as_bytes());
        }
        used.finish().unwrap();
        let [new, used] = [&mut new, &mut used].map(|words| {
            words.append(format!("another {other}").as_bytes());
            (1..=PLACES).for_each(|number| words.append(alike(number).as_bytes()));
            words.finish().unwrap().data_type().clone()
        });
        assert_eq!(new, used, "another {other}");
        dictionaries += usize::from(matches!(new, DataType::Dictionary(..)));
    }
    assert!((1..40).contains(&dictionaries), "{dictionaries} arrays have dictionaries");
}
