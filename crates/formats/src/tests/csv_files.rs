//! CSV files.

use super::*;

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
fn lines_may_end_in_cr() {
    let text = include_str!("../../tests/cases/cr_only.csv");
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
    let text = include_str!("../../tests/cases/quoted_header_spaces.csv");
    let first = found(Format::Csv, text.as_bytes(), 5)[0].1.clone().unwrap();
    assert_eq!(first, r#"{"Ticket":"T1","Title":"Disk","Message":"line one\n\nline two, with \"quotes\""}"#);
}

#[test]
fn the_delimiter_is_found_or_given() {
    for (name, text, field) in [
        ("semicolon", include_str!("../../tests/cases/semicolon.csv"), r#""group":"['112', '113']""#),
        ("tabs", include_str!("../../tests/cases/tabs.tsv"), r#""name":"Bob, Jr""#),
    ] {
        let found = found(Format::Csv, text.as_bytes(), 4);
        let event = found[1].1.as_ref().unwrap();
        assert!(event.contains(field), "{name}: {event}");
    }
    check(Format::Csv, "\u{feff}sep=;\r\nn;s\r\n1;a,b\r\n", &[(3, Ok(r#"{"n":1,"s":"a,b"}"#))]);
    let dialect = Dialect { delimiter: Some(b','), ..Dialect::default() };
    let options = Options { dialect, ..options(Format::Csv) };
    check_as(&options, "n;s\n1;a\n", &[(2, Ok(r#"{"n;s":"1;a"}"#))]);
    check_as(&options, "sep=;\nn,s\n1,a\n", &[(3, Ok(r#"{"n":1,"s":"a"}"#))]);
}

#[test]
fn texts_can_stand_for_nothing() {
    let nulls = ["NA".to_owned(), "\\N".to_owned()].to_vec();
    let options = Options { dialect: Dialect { nulls, ..Dialect::default() }, ..options(Format::Csv) };
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

/// Programs that put everything in quotes write nothing so.
#[test]
fn the_empty_text_in_quotes_can_stand_for_nothing_too() {
    let text = "\"n\",\"s\"\n\"1\",\"\"\n\"\", \n";
    for (null, first, second) in
        [("", r#"{"n":1}"#, "{}"), ("NA", r#"{"n":1,"s":""}"#, r#"{"n":"","s":" "}"#)]
    {
        let dialect = Dialect { nulls: vec![null.to_owned()], ..Dialect::default() };
        let options = Options { dialect, ..options(Format::Csv) };
        check_as(&options, text, &[(2, Ok(first)), (3, Ok(second))]);
    }
}

#[test]
fn an_unclosed_quote_is_named_with_its_line() {
    let text = include_str!("../../tests/cases/unclosed.csv");
    check(
        Format::Csv,
        text,
        &[(2, Err("a quote that is never closed; nothing behind it in this file is read"))],
    );
}

#[test]
fn rows_are_those_that_python_reads() {
    let cases: Vec<(String, u8, Vec<Vec<String>>)> =
        serde_json::from_str(include_str!("../../tests/cases/csv_oracle.json")).unwrap();
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
