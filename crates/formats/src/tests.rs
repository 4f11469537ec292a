//! Whole inputs, read by the reader.

use std::io::{self, Read};

use domain::Dataset;
use proptest::prelude::*;

use super::{csv::Dialect, source::tests::Trickle, *};

const RULES: Rules = Rules { most: 1_000, of: "a message of SNS" };

fn options(format: Format) -> Options {
    Options { format, dialect: Dialect::default(), unwrap: None }
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
fn a_row_is_an_object_with_the_types_of_the_definition() {
    check(
        Format::Csv,
        "\u{feff}n, s ,x\r\n1,one,\r\n\r\n2,\"\",\"a \"\"b\"\", c\nd\"\r\n,,\nx,7,8\n",
        &[
            (2, Ok(r#"{"n":1,"s":"one"}"#)),
            (4, Ok(r#"{"n":2,"s":"","x":"a \"b\", c\nd"}"#)),
            (6, Ok("{}")),
            (7, Ok(r#"{"n":"x","s":"7","x":"8"}"#)),
        ],
    );
    check(Format::Csv, "", &[]);
    check(Format::Csv, "n,s", &[]);
    check(Format::Csv, "s\nx\"y", &[(2, Ok(r#"{"s":"x\"y"}"#))]);
}

#[test]
fn a_row_that_does_not_fit_its_header_is_refused() {
    check(
        Format::Csv,
        b"n,s\n1\n1,2,3\n\"1\"2,3\n4,\xff\n5,five\n6,\"six\n7,seven\n",
        &[
            (2, Err("1 cells, where the header has 2")),
            (3, Err("3 cells")),
            (4, Err("text behind a closing quote")),
            (5, Err("not UTF-8 (at byte 3, 0xff)")),
            (6, Ok(r#"{"n":5,"s":"five"}"#)),
            (7, Err("a quote that is never closed; nothing behind it")),
        ],
    );
    check(Format::Csv, "n,,s\n1,2,3\n", &[(2, Ok(r#"{"n":1,"column_2":"2","s":"3"}"#))]);
    check(Format::Csv, "n,n\n1,2\n", &[(1, Err("the header names n twice; nothing of this file"))]);
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
fn the_events_are_in_the_array_within() {
    let unwrap = |format| Options { unwrap: Some("Records".to_owned()), ..options(format) };
    let text = "{\"v\": \"1\", \"Records\": [{\"a\": 1}, {\"a\": 2}], \"n\": {\"x\": []}}\n{\"Records\":[]}\n{\"a\":3}\n";
    for format in [Format::Json, Format::Ndjson] {
        check_as(
            &unwrap(format),
            text,
            &[(1, Ok("{\"a\": 1}")), (1, Ok("{\"a\": 2}")), (3, Ok("{\"a\":3}"))],
        );
    }
    let cut = "{\"Records\": [{\"a\": 1}], \"n\": 1";
    check_as(
        &unwrap(Format::Json),
        cut,
        &[(1, Ok("{\"a\": 1}")), (1, Err("the file ends within the object around its array"))],
    );
    // Without the option it is one event.
    check(Format::Json, "{\"Records\":[{}]}", &[(1, Ok("{\"Records\":[{}]}"))]);
}

#[test]
fn an_array_within_may_be_larger_than_any_event() {
    let elements: Vec<String> =
        (0..60_000).map(|n| format!("{{\"n\": {n}, \"text\": \"{n:040}\"}}")).collect();
    let text = format!("{{\"Records\": [{}]}}", elements.join(", "));
    assert!(text.len() > 2 * LIMIT);
    let options = Options { unwrap: Some("Records".to_owned()), ..options(Format::Json) };
    let found = found_as(&options, text.as_bytes(), 100_000);
    assert_eq!(found.len(), elements.len());
    assert!(
        found
            .iter()
            .zip(&elements)
            .all(|((line, event), element)| *line == 1 && event.as_ref() == Ok(element))
    );
}

#[test]
fn lines_may_end_in_cr() {
    let text = include_str!("../tests/cases/cr_only.csv");
    let rows: Vec<_> = found(Format::Csv, text.as_bytes(), 3);
    let events: Vec<&str> = rows.iter().map(|(_, event)| event.as_deref().unwrap()).collect();
    assert_eq!(
        events,
        [r#"{"id":"1","name":"foo"}"#, r#"{"id":"2","name":"bar"}"#, r#"{"id":"3","name":"baz"}"#]
    );
    assert_eq!(rows[2].0, 4);
    check(
        Format::Csv,
        "n,s\r\n1,a\r2,b\n\r\n3,\"c\r\"\r",
        &[(2, Ok(r#"{"n":1,"s":"a"}"#)), (3, Ok(r#"{"n":2,"s":"b"}"#)), (5, Ok(r#"{"n":3,"s":"c\r"}"#))],
    );
    check(Format::Ndjson, "{\"a\":1}\r{\"a\":2}\r", &[(1, Ok("{\"a\":1}")), (2, Ok("{\"a\":2}"))]);
}

#[test]
fn a_header_is_read_without_the_blanks_around_its_names() {
    check(
        Format::Csv,
        " n , \"s\"\n1, \"a\" \n 2 , b\n",
        &[(2, Ok(r#"{"n":1,"s":"a"}"#)), (3, Ok(r#"{"n":2,"s":" b"}"#))],
    );
    let text = include_str!("../tests/cases/quoted_header_spaces.csv");
    let first = found(Format::Csv, text.as_bytes(), 5)[0].1.clone().unwrap();
    assert_eq!(first, r#"{"Ticket":"T1","Title":"Disk","Message":"line one\n\nline two, with \"quotes\""}"#);
}

#[test]
fn the_delimiter_is_found_or_given() {
    for (name, text, field) in [
        ("semicolon", include_str!("../tests/cases/semicolon.csv"), r#""group":"['112', '113']""#),
        ("tabs", include_str!("../tests/cases/tabs.tsv"), r#""name":"Bob, Jr""#),
    ] {
        let found = found(Format::Csv, text.as_bytes(), 4);
        let event = found[1].1.as_ref().unwrap();
        assert!(event.contains(field), "{name}: {event}");
    }
    let dialect = Dialect { delimiter: Some(b','), ..Dialect::default() };
    let options = Options { dialect, ..options(Format::Csv) };
    check_as(&options, "n;s\n1;a\n", &[(2, Ok(r#"{"n;s":"1;a"}"#))]);
}

#[test]
fn texts_can_stand_for_nothing() {
    let nulls = ["NA".to_owned(), "\\N".to_owned()].to_vec();
    let options = Options { dialect: Dialect { delimiter: None, nulls }, ..options(Format::Csv) };
    check_as(
        &options,
        "n,s\nNA,\\N\n1,\"NA\"\n2,NA \n3,na\n",
        &[
            (2, Ok("{}")),
            (3, Ok(r#"{"n":1,"s":"NA"}"#)),
            (4, Ok(r#"{"n":2}"#)),
            (5, Ok(r#"{"n":3,"s":"na"}"#)),
        ],
    );
}

#[test]
fn an_unclosed_quote_is_named_with_its_line() {
    let text = include_str!("../tests/cases/unclosed.csv");
    check(
        Format::Csv,
        text,
        &[(2, Err("a quote that is never closed; nothing behind it in this file is read"))],
    );
}

/// Rows that Python's `csv` module wrote (`tests/cases/csv_oracle.py`), and the cells that it reads from them: another
/// reader, with its dialect for blanks before a quote.
#[test]
fn rows_are_those_that_python_reads() {
    let cases: Vec<(String, u8, Vec<Vec<String>>)> =
        serde_json::from_str(include_str!("../tests/cases/csv_oracle.json")).unwrap();
    assert!(cases.len() >= 300);
    for (text, delimiter, expected) in cases {
        let dialect = Dialect { delimiter: Some(delimiter), ..Dialect::default() };
        for piece in [1, 3, 1_000] {
            let mut source = Source::new(Box::new(Trickle(text.clone().into_bytes(), piece)));
            let header = csv::header(&mut source, &dialect).unwrap().unwrap();
            let mut rows = Vec::new();
            while let Some((_, row)) = csv::row(&mut source, &header, &dialect).unwrap() {
                let row: Vec<String> = row.unwrap().into_iter().map(Option::unwrap_or_default).collect();
                rows.push(row);
            }
            assert_eq!(rows, expected[1..], "{text:?}");
            assert_eq!(header.names, expected[0], "{text:?}");
        }
    }
}

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
