//! One text, read as a file by `publish` and as a message by `ingest`: the same events, and the same refusals.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::{
    extent::are_values,
    message::{self, Piece},
    values::on_one_line,
};

/// What `publish` finds, in the format that the text tells: an event, or `None` for what it refuses.
fn of_file(text: &str, piece: usize) -> Vec<Option<String>> {
    let mut source = Source::new(Box::new(Trickle(text.as_bytes().to_vec(), piece)));
    let format = sniff(&mut source).unwrap().unwrap();
    found(format, text.as_bytes(), piece).into_iter().map(|(_, event)| event.ok()).collect()
}

/// What `ingest` finds. `publish` puts on one line what spans several.
fn of_message(text: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    message::split(text.as_bytes(), &mut |piece| {
        found.push(match piece {
            Piece::Event(text, _) => {
                Some(String::from_utf8(on_one_line(text.as_bytes()).into_owned()).unwrap())
            }
            Piece::Bad(..) => None,
        });
    });
    found
}

#[track_caller]
fn same(text: &str, expected: &[Option<&str>]) {
    let expected: Vec<_> = expected.iter().map(|event| event.map(str::to_owned)).collect();
    assert_eq!(of_message(text), expected, "ingest: {text:?}");
    for piece in [1, 7, 1_000] {
        assert_eq!(of_file(text, piece), expected, "publish: {text:?}");
    }
}

#[test]
fn what_users_send() {
    let (one, two) = (Some(r#"{"a":1}"#), Some(r#"{"a":2}"#));
    for (text, expected) in [
        (r#"{"a":1}"#, &[one][..]),
        // What Amazon Data Firehose writes of events without line ends.
        (r#"{"a":1}{"a":2}"#, &[one, two]),
        ("{\"a\":1}{\"a\":2}\n{\"a\":1}{\"a\":2}\n", &[one, two, one, two]),
        // Two files in one, of which the first does not end its last line.
        ("{\"a\":1}\n{\"a\":1}{\"a\":2}\n{\"a\":2}", &[one, one, two, two]),
        ("{\"a\":1}\r{\"a\":2}\r", &[one, two]),
        ("\u{feff}{\"a\":1}\r\n\r\n{\"a\":2}", &[one, two]),
        // What `jq` prints.
        ("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n", &[Some(r#"{ "a": 1 }"#), Some(r#"{ "a": 2 }"#)]),
        ("[{\"a\":1}]\n[{\"a\":2}]\n", &[one, two]),
        ("{\"a\":1}\n[{\"a\":2}]\n", &[one, two]),
        ("[{\"a\":1},{\"a\":2}]{\"a\":1}", &[one, two, one]),
        ("[{\"a\":1},7,{\"a\":2},]", &[one, None, two, None]),
        ("[{\"a\":1},{\"a\":", &[one, None]),
        ("[{\"a\":1} {\"a\":2}]", &[one, None]),
        ("{\"a\":1}\noops\n{\"a\":2}", &[one, None, two]),
        ("{\"a\":1}\n{\"a\":", &[one, None]),
        ("{\"a\":1}\n{\"a\":\r2}", &[one, None, None]),
        // Behind what is no value nothing is known, in a text that is not NDJSON.
        ("{\"a\":1} oops {\"a\":2}", &[one, None]),
    ] {
        same(text, expected);
    }
    same("{\"a\":\n1} oops\n{\"a\":2", &[Some(r#"{"a": 1}"#), None]);
}

/// White space between values.
fn blank() -> impl Strategy<Value = String> {
    prop::collection::vec(select(vec![" ", "\t", "\n", "\r\n", "\r"]), 0..3).prop_map(|parts| parts.concat())
}

/// White space within a line.
fn gap() -> impl Strategy<Value = &'static str> {
    select(vec!["", "", " ", "\t "])
}

/// A value of a field, with what could be taken for the end of something.
fn field(gap: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "1",
        "-0.5e3",
        "null",
        "true",
        r#""""#,
        r#""]}\"\\""#,
        r#""é, {""#,
        r#""\u00e9""#,
        "[]",
        "{}",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(3, 10, 3, move |inner| {
        let items = prop::collection::vec((gap.clone(), inner, gap.clone()), 1..4);
        (items, any::<bool>()).prop_map(|(items, is_array)| {
            if is_array {
                let items: Vec<_> = items.into_iter().map(|(a, item, b)| format!("{a}{item}{b}")).collect();
                format!("[{}]", items.join(","))
            } else {
                let items: Vec<_> = items
                    .into_iter()
                    .enumerate()
                    .map(|(n, (a, item, b))| format!("{a}\"f{n}\":{b}{item}"))
                    .collect();
                format!("{{{}}}", items.join(","))
            }
        })
    })
}

fn object(gap: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    (gap.clone(), field(gap.clone()), gap).prop_map(|(a, field, b)| format!("{{{a}\"k\" :{b}{field}{a}}}"))
}

/// What is no event, and ends where it seems to.
fn bad() -> impl Strategy<Value = String> {
    select(vec!["7", "null", r#""a,]""#, r#"{"a":tru}"#, r#"{"a":1,}"#, "{a:1}", "[[],{}]"])
        .prop_map(str::to_owned)
}

fn array(gap: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let element =
        prop_oneof![4 => object(gap.clone()).boxed(), 1 => bad().boxed(), 1 => Just(String::new()).boxed()];
    prop::collection::vec((gap.clone(), element, gap), 0..4).prop_map(|elements| {
        let elements: Vec<_> =
            elements.into_iter().map(|(a, element, b)| format!("{a}{element}{b}")).collect();
        format!("[{}]", elements.join(","))
    })
}

/// Values after one another, or what is none among them.
fn json() -> impl Strategy<Value = String> {
    let gap = || blank().boxed();
    let broken = select(vec![r#"{"a":oops}"#, "oops", ",", "}", "7"]).prop_map(str::to_owned);
    let value = prop_oneof![6 => object(gap()).boxed(), 3 => array(gap()).boxed(), 1 => broken.boxed()];
    prop::collection::vec((blank(), value), 1..6)
        .prop_map(|values| values.into_iter().map(|(blank, value)| blank + &value).collect::<String>())
}

/// Lines of which the first is an object.
fn ndjson() -> impl Strategy<Value = String> {
    let gap = || gap().prop_map(str::to_owned).boxed();
    let several = prop::collection::vec(object(gap()), 2..4).prop_map(|objects| objects.concat());
    let line = prop_oneof![
        6 => object(gap()).boxed(),
        2 => array(gap()).boxed(),
        1 => several.boxed(),
        1 => bad().boxed(),
        1 => select(vec!["oops", "", "{\"a\":", "{} oops", "[{}", "\"a"]).prop_map(str::to_owned).boxed(),
    ];
    let end = select(vec!["\n", "\r\n", "\r", "\n\n"]);
    (object(gap()), prop::collection::vec((end, gap(), line), 1..8)).prop_map(|(first, lines)| {
        lines.into_iter().fold(first, |text, (end, gap, line)| format!("{text}{end}{gap}{line}"))
    })
}

/// Pieces of texts in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"",
        "7",
        "oops",
        " ",
        "\n",
        "\r\n",
        "\r",
        "[]",
        "\"x,]\"",
        "{\"a\":1}",
        "{\"a\":1}\n",
        "{\"a\":\"]}\\\"\"}",
        "{\"b\":[{},1]}",
        "{\"a\":\n1}",
        "{\"a\":oops}",
        "[{\"a\":1},",
        "{\"k\": {\n\"b\":2}}",
    ]);
    prop::collection::vec(piece, 1..10).prop_map(|pieces| pieces.concat())
}

/// A text, with or without a byte order mark, cut off somewhere or not.
fn sent(text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (text, any::<bool>(), prop::option::of(any::<prop::sample::Index>())).prop_map(
        |(mut text, is_marked, cut)| {
            if let Some(cut) = cut {
                let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
                text.truncate(places[cut.index(places.len())]);
            }
            if is_marked { format!("\u{feff}{text}") } else { text }
        },
    )
}

/// Whether both see the same beginning of it: an empty message is refused, an empty file is not; a file that begins with
/// anything else may be a log or CSV.
fn is_compared(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_ascii_start().starts_with(['{', '['])
}

/// Whether the last line alone makes it NDJSON: nobody who reads a file from its beginning sees that.
fn is_told_by_its_end(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.split(['\n', '\r']).filter(|line| !line.trim_ascii().is_empty());
    let (first, last) = (lines.next().unwrap_or_default(), lines.next_back().unwrap_or_default());
    let is_json = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
    !are_values(first.as_bytes()) && last.starts_with('{') && is_json(last) && !are_values(text.as_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn json_is_the_same_to_both(text in sent(json()), piece in 1..40_usize) {
        prop_assume!(is_compared(&text) && !is_told_by_its_end(&text));
        prop_assert_eq!(of_file(&text, piece), of_message(&text), "{:?}", text);
    }

    #[test]
    fn anything_that_begins_with_a_bracket_is_the_same_to_both(text in sent(pieces()), piece in 1..40_usize) {
        prop_assume!(is_compared(&text) && !is_told_by_its_end(&text));
        prop_assert_eq!(of_file(&text, piece), of_message(&text), "{:?}", text);
    }

    #[test]
    fn ndjson_is_the_same_to_both(text in sent(ndjson()), piece in 1..40_usize) {
        prop_assume!(is_compared(&text) && !is_told_by_its_end(&text));
        prop_assert_eq!(of_file(&text, piece), of_message(&text), "{:?}", text);
    }
}
