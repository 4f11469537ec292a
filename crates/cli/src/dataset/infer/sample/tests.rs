use std::{
    io::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

use domain::DatasetName;
use formats::{Format, csv::Dialect, encoding};
use tempfile::TempDir;

use super::*;
use crate::dataset::infer::{profile::Profile, propose::propose};

fn how() -> How {
    How { fallback: Some(Format::Csv), ..How::default() }
}

fn read_as(how: &How, name: &str, bytes: &[u8], most_events: usize) -> Result<Sample, String> {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read(&path, how, Unwrap::Perhaps, most_events).map_err(|failure| failure.to_string())
}

/// Without a name that tells anything.
fn sample(text: impl AsRef<[u8]>) -> Sample {
    read_as(&how(), "sample", text.as_ref(), 100).unwrap()
}

fn events(text: impl AsRef<[u8]>) -> Vec<String> {
    let sample = sample(text);
    assert_eq!(sample.bad, Vec::<String>::new());
    sample.events
}

fn case(name: &str) -> Result<Sample, String> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases")).join(name);
    read(&path, &how(), Unwrap::Perhaps, 100).map_err(|failure| failure.to_string())
}

#[test]
fn every_form_of_a_sample_is_told_by_its_beginning() {
    for text in [
        "{\"a\":1}\n{\"a\":null}\n",
        "\u{feff}{\"a\":1}\r\n\r\n{\"a\":null}",
        " [{\"a\":1},\n{\"a\":null}] ",
        "a,b\n1,\n,\n",
    ] {
        let found = events(text);
        assert_eq!(found.len(), 2, "{text:?}: {found:?}");
        assert!(
            found[0].starts_with("{\"a\":1") && found[1].starts_with("{\"a\":null"),
            "{text:?}: {found:?}"
        );
    }
    // What goes over several lines is put on one, as for `publish`.
    assert_eq!(events("{\n \"a\": 1\n}\n{\n \"a\": 2\n}"), ["{ \"a\": 1 }", "{ \"a\": 2 }"]);
}

#[test]
fn cells_are_numbers_where_all_of_their_column_are() {
    let text = "n,mixed,code,flag,list,text,\"a \"\"name\"\"\"\n\
                1.50,1,007,TRUE,\"[1,2]\",\"a,\nb\",\"\"\n\
                -2,x,010,false,[],é,\n";
    assert_eq!(
        events(text),
        [
            r#"{"n":1.50,"mixed":"1","code":"007","flag":true,"list":[1,2],"text":"a,\nb","a \"name\"":""}"#,
            r#"{"n":-2,"mixed":"x","code":"010","flag":false,"list":[],"text":"é","a \"name\"":null}"#
        ]
    );
}

#[test]
fn what_is_no_event_is_said_and_its_neighbours_are_read() {
    for (text, good, words) in [
        ("{\"a\":1}\n{\"a\":\n{\"a\":2}\n", 2, "line 2: "),
        ("[{\"a\":1},{\"a\":}]", 1, "line 1: "),
        ("[{\"a\":1}", 1, "line 1: "),
        ("a,b\n1,2\n3\n4,5\n", 2, "line 3: 1 cells, where the header has 2"),
    ] {
        let sample = sample(text);
        assert_eq!(sample.events.len(), good, "{text:?}: {sample:?}");
        let [bad] = sample.bad.as_slice() else { panic!("{sample:?}") };
        assert!(bad.contains(words), "{bad}");
    }
}

#[test]
fn what_is_no_sample_says_what_it_is_not() {
    for (bytes, words) in [
        (&b" \n"[..], "is empty"),
        (b"a,a\n1,2\n", "the header names a twice"),
        (b"a,b\n", "has a header and no rows"),
        (b"a,b\n1,\"open\n2,b\n", "no event that can be read: line 2: a quote that is never closed"),
    ] {
        let reason = read_as(&how(), "sample", bytes, 100).unwrap_err();
        assert!(reason.contains(words), "{reason}");
    }
}

/// Each name against all before it would take minutes.
#[test]
fn a_wide_header_is_searched_once_for_names_that_come_twice() {
    let columns = 60_000;
    let mut header: Vec<String> = (0..columns).map(|column| format!("column_{column:06}")).collect();
    header.push(header[columns / 2].clone());
    let began = Instant::now();
    let reason = read_as(&how(), "sample", header.join(",").as_bytes(), 100).unwrap_err();
    assert!(reason.contains("the header names column_030000 twice"), "{reason}");
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

/// To count the lines before each bad one took 42 seconds for 40,000 of them.
#[test]
fn bad_lines_take_no_longer_than_good_ones() {
    let text = format!("{{\"a\":1}}\n{}", "{\"a\": nonsense\n".repeat(400_000));
    let began = Instant::now();
    let sample = read_as(&how(), "a.ndjson", text.as_bytes(), 100).unwrap();
    assert_eq!((sample.events.len(), sample.bad.len(), sample.is_cut), (1, MOST_BAD, true));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

/// A blank line of 4 KiB, so many times that they are so many MiB.
fn blank(mib: usize) -> String {
    format!("{}\n", " ".repeat(4_095)).repeat(mib * 256)
}

#[test]
fn what_has_no_event_is_not_read_to_its_end() {
    let silent = "has no event in its first 8 MiB, and no more of it was read";
    let empty_rows = format!("a,b\n{}", blank(9));
    let bad = format!("{{\"a\": {}\n", "x".repeat(100_000)).repeat(100);
    for (name, text, words) in [
        ("sample", &blank(9), silent),
        ("a.ndjson", &blank(9), silent),
        ("a.json", &blank(9), silent),
        ("a.csv", &"\n".repeat(9 << 20), silent),
        ("a.csv", &empty_rows, silent),
        ("a.ndjson", &bad, "has no event that can be read in its first 8 MiB: line 1: "),
    ] {
        let reason = read_as(&how(), name, text.as_bytes(), 100).unwrap_err();
        assert!(reason.contains(words), "{name}: {reason}");
    }
}

#[test]
fn an_event_behind_less_is_found_and_the_sample_ends_where_none_follows() {
    for (name, begin, first, second) in [
        ("a.ndjson", "", "{\"a\":1}\n", "{\"a\":2}\n"),
        ("a.json", "[", "{\"a\":1},", "{\"a\":2}]"),
        ("a.csv", "a\n", "1\n", "2\n"),
    ] {
        for (between, expected) in [(0, 2), (7, 2), (9, 1)] {
            let text = format!("{begin}{}{first}{}{second}", blank(5), blank(between));
            let sample = read_as(&how(), name, text.as_bytes(), 100).unwrap();
            let found = (sample.events.len(), sample.is_cut, sample.bad.len());
            assert_eq!(found, (expected, expected == 1, 0), "{name}, {between} MiB: {:?}", sample.bad);
        }
    }
}

#[test]
fn a_sample_is_cut_between_events() {
    for text in ["{\"a\":1}\n{\"a\":2}\n", "[{\"a\":1},{\"a\":2}]", "a,b\n1,1\n2,2\n"] {
        let sample = read_as(&how(), "sample", text.as_bytes(), 1).unwrap();
        assert_eq!((sample.events.len(), sample.is_cut), (1, true), "{text:?}");
        let sample = read_as(&how(), "sample", text.as_bytes(), 2).unwrap();
        assert_eq!((sample.events.len(), sample.is_cut), (2, false), "{text:?}");
    }
}

#[test]
fn packed_samples_are_told_by_their_beginning() {
    let text = b"{\"a\":1}\n".repeat(50);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&text).unwrap();
    for packed in [text.clone(), gzip.finish().unwrap(), zstd::encode_all(&text[..], 3).unwrap()] {
        assert_eq!(events(packed).len(), 50);
    }
}

#[test]
fn each_case_of_a_careful_user_is_read_or_said() {
    for (name, first, remark) in [
        ("header_spaces.csv", r#"{"Item Id":1,"Item Name":" Widget","Unit Price":2.50}"#, ""),
        (
            "quoted_header_spaces.csv",
            r#"{"Ticket":"T1","Title":"Disk","Message":"line one\n\nline two, with \"quotes\""}"#,
            "",
        ),
        ("cr_only.csv", r#"{"id":1,"name":"foo"}"#, ""),
        (
            "semicolon.csv",
            r#"{"id":1,"has_data":false,"cost":62.25,"group":"['345']"}"#,
            "read as CSV separated by ';'",
        ),
        ("tabs.tsv", r#"{"id":1,"name":"Ann"}"#, "separated by tabs"),
        ("codes.csv", r#"{"code":"12E4","qty":1}"#, ""),
        ("arrays_per_line.json", r#"{"a":1}"#, ""),
        ("arrays_per_line.ndjson", r#"{"a":1}"#, ""),
        ("logline.ndjson", r#"{"a":1}"#, ""),
        (
            "pandas_index.csv",
            r#"{"column_1":0,"workqueue_id":1,"user_id":1001,"ts":"2026-11-07 14:00:00.011463807+00:00"}"#,
            "column 1 of the header has no name",
        ),
        ("skipfirst.ndjson.zst", r#"{"id":14}"#, ""),
    ] {
        let sample = case(name).unwrap();
        assert_eq!(sample.events[0], first, "{name}");
        assert!(sample.remarks.join("\n").contains(remark), "{name}: {:?}", sample.remarks);
        assert_eq!(sample.remarks.is_empty(), remark.is_empty(), "{name}: {:?}", sample.remarks);
    }
    assert_eq!(case("arrays_per_line.json").unwrap().events.len(), 3);
    assert_eq!(case("logline.ndjson").unwrap().bad.len(), 1);
    assert!(case("gz_trailing_garbage.ndjson.gz").unwrap().bad.is_empty());
    let trail = case("cloudtrail.json").unwrap();
    assert_eq!((trail.unwrap.as_deref(), trail.events.len()), (Some("Records"), 2));
    assert!(case("honly.csv").unwrap_err().contains("has a header and no rows"));
    assert!(case("unclosed.csv").unwrap_err().contains("line 2: a quote that is never closed"));
    let latin1 = case("latin1.csv").unwrap();
    assert_eq!(latin1.events.len(), 1);
    assert!(
        latin1.bad[0].contains("line 2: not UTF-8") && latin1.bad[0].contains("--encoding"),
        "{:?}",
        latin1.bad
    );
}

#[test]
fn options_say_what_cannot_be_seen() {
    let windows = How { encoding: Some(encoding::by_label("latin1").unwrap()), ..how() };
    let sample = read_as(&windows, "a.csv", b"id,name\n1,Jos\xe9\n", 100).unwrap();
    assert_eq!(sample.events, [r#"{"id":1,"name":"José"}"#]);
    assert_eq!(sample.remarks, ["read as windows-1252"]);
    let dialect = Dialect { nulls: vec!["NA".to_owned()], ..Dialect::default() };
    let nulls = How { dialect, ..how() };
    let sample = read_as(&nulls, "a.csv", b"n,s\n1,a\nNA,b\n", 100).unwrap();
    assert_eq!(sample.events[1], r#"{"n":null,"s":"b"}"#);
    assert_eq!(sample.remarks, ["publish it with the same option: --null \"NA\""]);
}

/// As programs write that put every cell in quotes.
#[test]
fn empty_texts_in_quotes_are_nothing_if_somebody_says_so() {
    let text = b"\"n\",\"s\"\n\"1\",\"a\"\n\"\",\"\"\n\"3\",\"\"\n";
    let events = |nulls: &[&str]| {
        let dialect =
            Dialect { nulls: nulls.iter().map(ToString::to_string).collect(), ..Dialect::default() };
        read_as(&How { dialect, ..how() }, "a.csv", text, 100).unwrap().events
    };
    assert_eq!(events(&[]), [r#"{"n":"1","s":"a"}"#, r#"{"n":"","s":""}"#, r#"{"n":"3","s":""}"#]);
    assert_eq!(events(&[""]), [r#"{"n":1,"s":"a"}"#, r#"{"n":null,"s":null}"#, r#"{"n":3,"s":null}"#]);
}

#[test]
fn a_name_says_what_is_between_two_cells_where_more_than_one_could_be() {
    let text = b"city, state\tpopulation\nBoston, MA\t675\nAustin, TX\t961\n";
    let sample = read_as(&how(), "cities.tsv", text, 100).unwrap();
    assert_eq!(sample.events[0], r#"{"city, state":"Boston, MA","population":675}"#);
    let commas = Dialect { delimiter: Some(b','), ..Dialect::default() };
    let sample = read_as(&How { dialect: commas, ..how() }, "cities.tsv", text, 100).unwrap();
    assert_eq!(sample.events[0], r#"{"city":"Boston","state\tpopulation":" MA\t675"}"#);
}

#[test]
fn the_same_values_have_the_same_types_as_csv_and_as_ndjson() {
    let csv = "temp,price,code,at,flag\n\
               10.357019999999999,1.50,A1,2026-11-23T10:00:00Z,true\n\
               8.0,2.25,B2,2026-11-23T11:00:00Z,false\n";
    let ndjson = r#"{"temp":10.357019999999999,"price":1.50,"code":"A1","at":"2026-11-23T10:00:00Z","flag":true}
{"temp":8.0,"price":2.25,"code":"B2","at":"2026-11-23T11:00:00Z","flag":false}"#;
    let columns = |name: &str, text: &str| {
        let mut profile = Profile::default();
        for event in read_as(&how(), name, text.as_bytes(), 100).unwrap().events {
            profile.add(&event).unwrap();
        }
        propose(&profile, &DatasetName::new("d").unwrap()).unwrap().definition.columns
    };
    let found = columns("a.csv", csv);
    assert_eq!(found, columns("a.ndjson", ndjson));
    let types: Vec<&str> = found.iter().map(|column| column.data_type.as_str()).collect();
    assert_eq!(types, ["double", "decimal(18,2)", "string", "timestamp", "boolean"]);
}

/// The definition decides what cells become when they are published: the events that it is held against are those.
#[test]
fn what_is_proposed_is_held_against_what_publish_sends() {
    let sample = case("header_spaces.csv").unwrap();
    let definition = br#"{"name": "d", "columns": [{"name": "item_id", "type": "string", "from": "Item Id"},
        {"name": "unit_price", "type": "double", "from": "Unit Price"}]}"#;
    let sent = sample.as_published(&Dataset::from_json(definition).unwrap()).unwrap();
    assert_eq!(sent[0], r#"{"Item Id":"1","Item Name":" Widget","Unit Price":2.50}"#);
}

#[test]
fn an_array_is_looked_for_in_json_alone() {
    let directory = TempDir::new().unwrap();
    for (name, text, events) in
        [("a.csv", "Records\n1\n", None), ("a.json", "{\"n\":1,\"Records\":[{\"a\":1},{\"a\":2}]}", Some(2))]
    {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        match read(&path, &how(), Unwrap::Array("Records"), 100) {
            Ok(sample) => assert_eq!(Some(sample.events.len()), events, "{name}"),
            Err(failure) => {
                let words = failure.to_string();
                assert!(events.is_none() && words.contains("has no array \"Records\""), "{name}: {words}");
            }
        }
    }
}
