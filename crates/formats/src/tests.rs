//! Whole inputs, read by the reader.

use std::io::{self, Read};

use domain::Dataset;
use proptest::prelude::*;

use super::{csv::Dialect, source::tests::Trickle, *};

mod csv_files;
mod parity;
mod within;

const RULES: Rules = Rules { most: 1_000, of: "a message of SNS" };

fn options(format: Format) -> Options {
    Options { format, dialect: Dialect::default(), unwrap: None, rewrap: false }
}

/// What is found, with its line, read in pieces of this size.
fn found(format: Format, text: &[u8], piece: usize) -> Vec<(u64, Result<String, String>)> {
    found_as(&options(format), text, piece)
}

fn found_as(options: &Options, text: &[u8], piece: usize) -> Vec<(u64, Result<String, String>)> {
    let source = Source::new(Box::new(Trickle(text.to_vec(), piece)));
    let definition = Dataset::from_json(
        br#"{"name": "d", "columns": [{"name": "n", "type": "bigint"}, {"name": "s", "type": "string"}]}"#,
    );
    let mut events = match Reader::begin(source, options, Some(&definition.unwrap()), RULES).unwrap() {
        Ok(events) => events,
        Err(record) => return vec![(record.line, record.event)],
    };
    std::iter::from_fn(|| events.next_event().unwrap()).map(|record| (record.line, record.event)).collect()
}

/// The same, with each event as its text, and each refusal as a part of its words, in pieces of any size.
fn check(format: Format, text: impl AsRef<[u8]>, expected: &[(u64, Result<&str, &str>)]) {
    check_as(&options(format), text, expected);
}

fn check_as(options: &Options, text: impl AsRef<[u8]>, expected: &[(u64, Result<&str, &str>)]) {
    for piece in [1, 2, 3, 7, 1_000_000] {
        let found = found_as(options, text.as_ref(), piece);
        let same = found.len() == expected.len()
            && found.iter().zip(expected).all(|((line, event), (expected_line, expected))| {
                let is_same = match (event, expected) {
                    (Ok(text), Ok(expected)) => text == expected,
                    (Err(reason), Err(words)) => reason.contains(words),
                    _ => false,
                };
                line == expected_line && is_same
            });
        assert!(same, "in pieces of {piece}:\n{found:#?}\nexpected {expected:#?}");
    }
}

#[test]
fn a_line_is_sent_as_it_is() {
    let text = b"\xef\xbb\xbf{\"a\": 1.10}\r\n\n  \t\r\n {\"b\":\"\\u00e9\"} \n[1]\nnonsense\n{\"c\":\"\xff\"}\n{\"d\":4}";
    check(
        Format::Ndjson,
        text,
        &[
            (1, Ok("{\"a\": 1.10}")),
            (4, Ok("{\"b\":\"\\u00e9\"}")),
            (5, Err("expected a JSON object, found \"1\"")),
            (6, Err("found \"nonsense\"")),
            (7, Err("not UTF-8 (at byte 7, 0xff): name the encoding, for example --encoding windows-1252")),
            (8, Ok("{\"d\":4}")),
        ],
    );
    check(Format::Ndjson, "", &[]);
    check(Format::Ndjson, "\n\n", &[]);
}

#[test]
fn a_line_without_end_does_not_fill_the_memory() {
    let text = ["{\"a\": \"", &"x".repeat(3 * LIMIT), "\"}\n{\"b\": 2}"].concat();
    let found = found(Format::Ndjson, text.as_bytes(), 1 << 20);
    assert_eq!(
        found[0].1.as_ref().unwrap_err(),
        "more than 1048576 bytes, where a message of SNS has up to 1000"
    );
    assert_eq!(found[1..], [(2, Ok("{\"b\": 2}".to_owned()))]);
}

#[test]
fn json_is_objects_and_arrays_of_objects() {
    for (text, expected) in [
        ("", &[][..]),
        ("{\"a\": 1}", &[(1, Ok("{\"a\": 1}"))]),
        (" [ ] ", &[]),
        ("[{\"a\": \"]}\\\"\"}, {\"b\": [{}]}]", &[(1, Ok("{\"a\": \"]}\\\"\"}")), (1, Ok("{\"b\": [{}]}"))]),
        (
            "{\"a\":1}\n{\"b\":2}[{\"c\":3}]",
            &[(1, Ok("{\"a\":1}")), (2, Ok("{\"b\":2}")), (2, Ok("{\"c\":3}"))],
        ),
        // White space between tokens, and none within texts, becomes one blank.
        (
            "\n[\n  {\n    \"a b\":  1,\n\t\"c\": \"x  y\"\n  }\n]",
            &[(3, Ok("{ \"a b\": 1, \"c\": \"x  y\" }"))],
        ),
        // What is no object is refused, and its neighbours go on.
        (
            "[1, \"two\", [{}], {\"a\": tru}, null,{}]",
            &[
                (1, Err("found \"1\"")),
                (1, Err("found \"\\\"two\\\"\"")),
                (1, Err("found \"[{}]\"")),
                (1, Err("expected ident")),
                (1, Err("found \"null\"")),
                (1, Ok("{}")),
            ],
        ),
        (
            "[{\"a\": 1 2}, {\"b\": {]}, {}]",
            &[(1, Err("no JSON object")), (1, Err("no JSON object")), (1, Ok("{}"))],
        ),
        // Behind these nobody knows where the next event would begin.
        ("[{}\n{\"a\": 1}]", &[(1, Ok("{}")), (2, Err("expected a comma or ], found \"{\\\"a\\\": 1}]\""))]),
        ("[{},]", &[(1, Ok("{}")), (1, Err("expected a JSON object, found \"]\""))]),
        ("[{}", &[(1, Ok("{}")), (1, Err("expected a comma or ], found the end of the file"))]),
        ("[", &[(1, Err("expected a JSON object, found the end"))]),
        ("{\"a\": [1, 2", &[(1, Err("the file ends within this value"))]),
        (
            "{} nonsense {}",
            &[(1, Ok("{}")), (1, Err("expected a JSON object or an array of objects, found \"nonsense"))],
        ),
    ] {
        check(Format::Json, text, expected);
    }
}

#[test]
fn a_large_array_is_a_stream() {
    let elements = 50_000_u64;
    let text = (0..elements).flat_map(|n| {
        let before = if n == 0 { "[" } else { ",\n" };
        format!("{before}{{\"n\": {n}, \"text\": \"{}\"}}", "x".repeat(60)).into_bytes()
    });
    let mut rest = text.chain(*b"]");
    let endless = Generated(move |buffer: &mut [u8]| {
        buffer.iter_mut().zip(&mut rest).map(|(to, from)| *to = from).count()
    });
    let mut events =
        Reader::begin(Source::new(Box::new(endless)), &options(Format::Json), None, RULES).unwrap().unwrap();
    let mut count = 0;
    while let Some(record) = events.next_event().unwrap() {
        assert!(record.event.is_ok());
        count += 1;
        assert!(events.source().rest().len() <= 1 << 20, "it fills the memory");
    }
    assert_eq!(count, elements);
}

struct Generated<F>(F);

impl<F: FnMut(&mut [u8]) -> usize> Read for Generated<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok((self.0)(buffer))
    }
}

#[test]
fn arrays_follow_one_another_in_ndjson_as_in_json() {
    let text = include_str!("../tests/cases/arrays_per_line.ndjson");
    let expected = [(1, Ok("{\"a\":1}")), (2, Ok("{\"b\":\"x\"}")), (2, Ok("{\"b\":7}"))];
    check(Format::Ndjson, text, &expected);
    check(Format::Json, text, &expected);
    // What is wrong with a line is no matter of the next one.
    check(
        Format::Ndjson,
        " [ ]\n[{\"a\":1},\n{\"b\":2}\n [{\"c\":3}, 4 ] \r{\"d\":5}",
        &[
            (2, Err("expected a JSON object, found \"[{\\\"a\\\":1},\"")),
            (3, Ok("{\"b\":2}")),
            (4, Ok("{\"c\":3}")),
            (4, Err("expected a JSON object, found \"4\"")),
            (5, Ok("{\"d\":5}")),
        ],
    );
}

#[test]
fn values_follow_one_another_on_a_line_too() {
    check(
        Format::Ndjson,
        "{\"a\":1}{\"a\":2} [{\"a\":3}, 7][]\r{\"a\":4}{\"a\":oops}\n{\"a\":5}",
        &[
            (1, Ok("{\"a\":1}")),
            (1, Ok("{\"a\":2}")),
            (1, Ok("{\"a\":3}")),
            (1, Err("expected a JSON object, found \"7\"")),
            (2, Err("no JSON object: trailing characters")),
            (3, Ok("{\"a\":5}")),
        ],
    );
    // A long line is looked through once, not once for each of its values.
    let text = "{}".repeat(LIMIT / 2 - 1) + "\n{}";
    assert_eq!(found(Format::Ndjson, text.as_bytes(), 1 << 20).len(), LIMIT / 2);
}

#[test]
fn a_bad_element_ends_at_the_comma_of_its_array() {
    check(
        Format::Json,
        "[{\"a\":1},,{\"a\":2}, 7 8, }, {\"a\":3},]{\"a\":4}",
        &[
            (1, Ok("{\"a\":1}")),
            (1, Err("expected a JSON object, found \",{")),
            (1, Ok("{\"a\":2}")),
            (1, Err("found \"7\"")),
            (1, Err("found \"}, {")),
            (1, Ok("{\"a\":3}")),
            (1, Err("found \"]{")),
            (1, Ok("{\"a\":4}")),
        ],
    );
}

// Rows that Python's `csv` module wrote (`tests/cases/csv_oracle.py`), and the cells that it reads from them: another
// reader, with its dialect for blanks before a quote.
proptest! {
    #[test]
    fn the_pieces_make_no_difference(text in "[\\[\\]{},:\"\\\\ \n\r0a\u{e9}]{0,40}", piece in 1..8_usize) {
        for format in [Format::Ndjson, Format::Json, Format::Csv] {
            prop_assert_eq!(found(format, text.as_bytes(), piece), found(format, text.as_bytes(), 1_000));
        }
    }

    #[test]
    fn every_object_of_an_array_is_found(
        texts in prop::collection::vec("[\\[\\]{},:\"\\\\ \n\u{1}\u{e9}]{0,8}", 1..8),
        pretty: bool,
        piece in 1..40_usize,
    ) {
        let values: Vec<_> = texts.iter().map(|text| serde_json::json!({"t": text, text: [text]})).collect();
        let print = if pretty { serde_json::to_string_pretty } else { serde_json::to_string };
        let text = print(&values).unwrap();
        let found: Vec<serde_json::Value> = found(Format::Json, text.as_bytes(), piece)
            .into_iter()
            .map(|(_, event)| serde_json::from_str(&event.unwrap()).unwrap())
            .collect();
        prop_assert_eq!(found, values);
    }
}
