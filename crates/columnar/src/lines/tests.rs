use arrow::{array::AsArray, util::pretty::pretty_format_batches};
use domain::{
    drawn::{Drawn, Identity, Random},
    landing,
    value::MOST_LANDED,
};

use super::*;

fn dataset() -> Dataset {
    Dataset::from_json(
        br#"{"name": "d", "columns": [
            {"name": "b", "type": "boolean"}, {"name": "i", "type": "int"}, {"name": "l", "type": "bigint"},
            {"name": "f", "type": "double"}, {"name": "s", "type": "string", "from": "S s"},
            {"name": "d", "type": "date"}, {"name": "t", "type": "timestamp"}]}"#,
    )
    .unwrap()
}

fn line(data: &str) -> String {
    let mut out = Vec::new();
    let writer = landing::Writer::new("2026-11-23T10:05:00.5Z".parse().unwrap());
    writer.line(Some("m:0"), data, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn every_type_null_and_extra_field_finds_its_column() {
    let dataset = dataset();
    let mut lines = Lines::new(&dataset);
    let full = r#"{"b": true, "i": -1, "l": 9007199254740993, "f": 1.5, "S s": "Pe\u00f1a", "d": "2026-11-23",
        "t": "2026-11-23T10:05:00.1239+02:00", "new": {"x": [1.10]}, "ñ": null}"#;
    lines.push_str(&line(&full.replace('\n', " "))).unwrap();
    lines.push_str(&line(r#"{"s": "not mapped: the sender calls it S s"}"#)).unwrap();
    let rows = lines.finish().unwrap();
    let expected = "\
+------+----+------------------+-----+------+------------+-------------------------+-----+-------------------------+---------------------------------------------+
| b    | i  | l                | f   | s    | d          | t                       | _id | _ingested_at            | _extra                                      |
+------+----+------------------+-----+------+------------+-------------------------+-----+-------------------------+---------------------------------------------+
| true | -1 | 9007199254740993 | 1.5 | Peña | 2026-11-23 | 2026-11-23T08:05:00.123 | m:0 | 2026-11-23T10:05:00.500 | {\"new\":{\"x\": [1.10]},\"ñ\":null}              |
|      |    |                  |     |      |            |                         | m:0 | 2026-11-23T10:05:00.500 | {\"s\":\"not mapped: the sender calls it S s\"} |
+------+----+------------------+-----+------+------------+-------------------------+-----+-------------------------+---------------------------------------------+";
    assert_eq!(pretty_format_batches(&[rows]).unwrap().to_string(), expected);
}

/// Two lines that are alike but for that place say the same.
#[test]
fn the_place_that_says_when_a_line_was_ingested_is_known_of_usual_lines() {
    let dataset = dataset();
    let mut lines = Lines::new(&dataset);
    let usual = line(r#"{"s": "a"}"#);
    let later = usual.replace("10:05:00", "11:05:00");
    for text in [&usual, &later, &usual] {
        lines.push_str(text).unwrap();
        let place = lines.ingestion().unwrap();
        let said = format!("{}{}", &text[..place.start], &text[place.end..]);
        assert_eq!(said, "{\"_id\":\"m:0\"{\"s\": \"a\"}}\n");
    }
    // A name in escapes is left to the general path, which does not know the place.
    lines.push_str(&line(r#"{"\u0073": "a"}"#)).unwrap();
    assert_eq!(lines.ingestion(), None);
    assert_ne!(usual, later);
}

#[test]
fn parts_of_nested_columns_keep_their_nulls_and_maps_are_in_order_of_their_keys() {
    let dataset = Dataset::from_json(
        br#"{"name": "d", "columns": [
            {"name": "a", "type": "array<struct<x:int,y:array<string>>>"},
            {"name": "m", "type": "map<string,decimal(4,2)>"},
            {"name": "r", "type": "float"}, {"name": "y", "type": "binary"}]}"#,
    )
    .unwrap();
    let mut lines = Lines::new(&dataset);
    for data in [
        r#"{"a": [{"x": 1, "y": ["", null]}, null, {"y": []}], "m": {"b": null, "a": 1.1}, "r": 0.1, "y": "AP8="}"#,
        r#"{"a": [], "m": {}, "y": ""}"#,
        r#"{"a": [{"x": 2, "z": 3}]}"#,
    ] {
        lines.push_str(&line(data)).unwrap();
    }
    let rows = lines.finish().unwrap().project(&[0, 1, 2, 3, 6]).unwrap();
    let expected = "\
+-----------------------------------+----------------+-----+------+--------------------------+
| a                                 | m              | r   | y    | _extra                   |
+-----------------------------------+----------------+-----+------+--------------------------+
| [{x: 1, y: [, ]}, , {x: , y: []}] | {a: 1.10, b: } | 0.1 | 00ff |                          |
| []                                | {}             |     |      |                          |
| [{x: 2, y: }]                     |                |     |      | {\"a\":[{\"x\": 2, \"z\": 3}]} |
+-----------------------------------+----------------+-----+------+--------------------------+";
    assert_eq!(pretty_format_batches(&[rows]).unwrap().to_string(), expected);
}

#[test]
fn a_line_that_does_not_fit_leaves_nothing_behind() {
    let dataset = dataset();
    let mut lines = Lines::new(&dataset);
    for bad in [line(r#"{"b": true, "i": "one"}"#), "{".to_owned(), r#"{"data": {}}"#.to_owned()] {
        assert!(lines.push_str(bad.trim_end()).is_err(), "{bad}");
    }
    lines.push_str(&line(r#"{"i": 7}"#)).unwrap();
    assert_eq!(lines.finish().unwrap().num_rows(), 1);
}

/// By both paths, and whatever the line before was.
#[test]
fn only_lines_of_possible_times_of_ingestion_are_taken() {
    let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
    let dataset = dataset();
    let (first, last) = (at("1970-01-01T00:00:00Z"), at("2026-11-24T00:00:00Z"));
    let mut lines = Lines::new(&dataset).ingested_within(first..=last);
    // A name in escapes is left to the general path.
    for data in [r#"{"i": 1}"#, r#"{"\u0069": 1}"#] {
        let of = |time: &str| line(data).replace("2026-11-23T10:05:00.500Z", time);
        for (time, is_taken) in [
            ("2026-11-24T00:00:00.000Z", true),
            ("2026-11-24T00:00:00.001Z", false),
            ("1970-01-01T00:00:00.000Z", true),
            ("1969-12-31T23:59:59.999Z", false),
            ("9999-12-31T23:59:59.999Z", false),
            ("0000-01-01T00:00:00.000Z", false),
            ("2026-11-23T10:05:00.500Z", true),
            ("+10000-01-01T00:00:00.000Z", false),
        ] {
            for _ in 0..2 {
                match lines.push_str(&of(time)) {
                    Ok(()) => assert!(is_taken, "{time}"),
                    Err(Misfit::IngestedAt { found, earliest, latest }) => {
                        assert!(!is_taken, "{time}");
                        assert_eq!((found, earliest, latest), (at(time), first, last));
                    }
                    Err(other) => panic!("{time}: {other}"),
                }
            }
        }
    }
    assert_eq!(lines.finish().unwrap().num_rows(), 2 * 2 * 3);
    let mut unbounded = Lines::new(&dataset);
    unbounded.push_str(&line("{}").replace("2026", "9999")).unwrap();
}

/// So many fields that no column reads, each with a comma behind it.
fn many(fields: usize) -> String {
    (0..fields).map(|index| format!("\"f{index}\":[{index}],")).collect()
}

/// Whether the fast path reads the line, and so whether the general one is not asked.
fn is_fast(lines: &mut Lines, line: &str) -> bool {
    let read = lines.read(line).is_some();
    lines.truncate();
    read
}

#[test]
fn what_senders_write_is_read_the_fast_way() {
    let mut cloud_events = 0;
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let drawn = Drawn::new("d", &mut random).unwrap();
        let partition = drawn.partition("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
        let mut lines = Lines::new(drawn.dataset());
        for mark in 0..drawn.marks().min(10) {
            let line = line(&drawn.event(mark, &partition, &mut random));
            assert!(is_fast(&mut lines, &line), "seed {seed}: {line}");
            lines.push_str(&line).unwrap();
            cloud_events += usize::from(drawn.identity() == Identity::CloudEvent);
        }
    }
    assert!(cloud_events > 50, "{cloud_events}");
}

/// In any order, and whatever the line before was.
#[test]
fn cloud_events_are_read_the_fast_way() {
    let dataset = dataset();
    let mut lines = Lines::new(&dataset);
    let attributes = r#""specversion":"1.0","id":"1","source":"/a","type":"b","time":"2026-11-23T10:05:00Z""#;
    let data = r#""data":{"i":7,"S s":"in","x":[1]}"#;
    let both = [format!("{{{attributes},{data}}}"), format!("{{ {data} , {attributes} }}")];
    let others = [r#"{"i":8}"#, r#"{"id":"1","source":"/a","type":"b","i":8}"#];
    let odd = [r#""data":[1]"#, r#""data":null"#, r#""S s":"attribute""#, r#""data":{}"#];
    let odd = odd.map(|odd| format!("{{{attributes},{odd}}}"));
    let events = both.iter().map(String::as_str).chain(others).chain(odd.iter().map(String::as_str));
    let events: Vec<&str> = events.collect();
    for first in &events {
        for second in &events {
            for data in [first, second] {
                assert!(is_fast(&mut lines, &line(data)), "{data}");
                lines.push_str(&line(data)).unwrap();
            }
        }
    }
    lines.finish().unwrap();
    let mut general = Lines::new(&dataset);
    for data in events {
        lines.push_str(&line(data)).unwrap();
        general.push_general(&line(data)).unwrap();
        general.rows += 1;
    }
    let rows = lines.finish().unwrap();
    assert_eq!(rows, general.finish().unwrap());
    let extra = rows.column_by_name("_extra").unwrap().as_string::<i32>();
    assert_eq!(extra.value(0), format!("{{{attributes},\"data\":{{\"x\":[1]}}}}"));
    assert_eq!(extra.value(1), format!("{{\"data\":{{\"x\":[1]}},{attributes}}}"));
    assert_eq!(extra.value(7), format!("{{{attributes}}}"));
}

#[test]
fn what_is_rare_is_left_to_the_general_path() {
    let dataset = dataset();
    let mut lines = Lines::new(&dataset);
    for data in [
        r#"{"specversion":1,"id":"1","source":"/a","type":"b"}"#,
        r#"{"specversion":"1.0","id":"1","source":"/a","type":"b","data":{"\u0062":true}}"#,
        r#"{"specversion":"1.0","id":"1","source":"/a","type":"b","data":{"x":1,"x":2}}"#,
        r#"{"specversion":"1.0","id":"1","source":"/a","type":"b","x":1,"x":2}"#,
        r#"{"specversion":"1.0","id":"1","source":"/a","type":"b","\u0069":1}"#,
        r#"{"\u0062":true}"#,
        r#"{"b":true,"b":true}"#,
        r#"{"x":1,"x":2}"#,
        &format!("{{{}\"f7\":0}}", many(40)),
        r#"{"i":2147483648}"#,
        "[]",
    ] {
        assert!(!is_fast(&mut lines, &line(data)), "{data}");
    }
    for text in [
        r#"{"_id":null,"_ingested_at":"2026-11-23T10:05:00Z","data":{}}"#,
        r#"{"_id":"a","_ingested_at":"2026-11-23T10:05:00+01:00","data":{}}"#,
        r#"{"_id":"a","data":{},"_ingested_at":"2026-11-23T10:05:00Z"}"#,
        r#"{"_id":"a","_ingested_at":"2026-11-23T10:05:00Z","data":{}}}"#,
        r#"{"_id":"a","_ingested_at":"2026-11-23T10:05:00Z","data":{}"#,
    ] {
        assert!(!is_fast(&mut lines, text), "{text}");
    }
    assert!(is_fast(
        &mut lines,
        r#" { "_id" : "a" , "_ingested_at" : "2026-11-23T10:05:00Z" , "data" : { } } "#
    ));
}

#[test]
fn many_fields_that_no_column_reads_are_read_the_fast_way() {
    let dataset = dataset();
    let mut lines = Lines::new(&dataset);
    assert!(is_fast(&mut lines, &line(&format!("{{{}\"i\":0}}", many(40)))));
    lines.push_str(&line(&format!("{{{}\"i\":0}}", many(40)))).unwrap();
    let extra =
        lines.finish().unwrap().column_by_name("_extra").unwrap().as_string::<i32>().value(0).to_owned();
    assert_eq!(extra, format!("{{{}}}", many(40).trim_end_matches(',')));
}

#[test]
fn a_batch_begins_without_the_one_before() {
    let dataset = dataset();
    let mut lines = Lines::new(&dataset);
    assert_eq!(lines.finish().unwrap().num_rows(), 0);
    lines.push_str(&line(r#"{"s":"null in the next batch","i":1,"x":1}"#)).unwrap();
    assert_eq!(lines.rows(), 1);
    let before = lines.bytes();
    lines.push_str(&line(r#"{"S s":"more"}"#)).unwrap();
    assert!(lines.bytes() >= before + "more".len());
    assert_eq!(lines.finish().unwrap().num_rows(), 2);
    lines.push_str(&line("{}")).unwrap();
    let rows = lines.finish().unwrap();
    let nulls: Vec<usize> = rows.columns().iter().map(arrow::array::Array::null_count).collect();
    assert_eq!(nulls, [1, 1, 1, 1, 1, 1, 1, 0, 0, 1]);
}

/// Sizes of files follow from it, and which [`Lines`] reads which batch depends on the threads.
#[test]
fn the_memory_of_a_batch_does_not_depend_on_the_batches_before() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let drawn = Drawn::new("d", &mut random).unwrap();
        let partition = drawn.partition("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
        let marks = drawn.marks().max(1);
        let mut batch = |lines: u64| -> Vec<String> {
            (0..lines).map(|mark| line(&drawn.event(mark % marks, &partition, &mut random))).collect()
        };
        let (before, batch) = (batch(80 + seed), batch(50));
        let read = |lines: &mut Lines, batch: &[String]| {
            batch.iter().for_each(|line| lines.push_str(line).unwrap());
            lines.finish().unwrap()
        };
        let mut lines = Lines::new(drawn.dataset());
        read(&mut lines, &before);
        let (behind, alone) = (read(&mut lines, &batch), read(&mut Lines::new(drawn.dataset()), &batch));
        assert_eq!(behind, alone, "seed {seed}");
        let sizes = |rows: &RecordBatch| -> Vec<usize> {
            rows.columns().iter().map(arrow::array::Array::get_array_memory_size).collect()
        };
        assert_eq!(sizes(&behind), sizes(&alone), "seed {seed}");
    }
}

/// The fast path and the general one count the same, of every form of a value that is not there.
#[test]
fn the_places_that_a_line_takes_are_those_of_all_values_within_it() {
    let dataset = Dataset::from_json(
        br#"{"name": "d", "columns": [
            {"name": "a", "type": "array<struct<x:int,y:struct<u:int,v:array<string>>>>"},
            {"name": "m", "type": "map<string,struct<p:int,q:int>>"}, {"name": "i", "type": "int"}]}"#,
    )
    .unwrap();
    for (data, values) in [
        (r#""i":1"#, 0),
        (r#""a":null"#, 0),
        (r#""a":[]"#, 0),
        (r#""a":[{},null,{"y":null}]"#, 3 * 5),
        (r#""a":[{"y":{"v":["s",null]},"z":[1,2]}]"#, 5 + 2),
        (r#""m":{"k":{},"l":null,"m":{"q":1}}"#, 3 * 3),
        (r#""a":[{"x":1}],"m":{"k":null}"#, 5 + 3),
    ] {
        let mut lines = Lines::new(&dataset);
        // A name in escapes is left to the general path.
        for (name, is_fast) in [("n", true), (r"\u006e", false)] {
            lines.push_str(&line(&format!(r#"{{"{name}":0,{data}}}"#))).unwrap();
            assert_eq!(lines.ingestion().is_some(), is_fast, "{data}");
            assert_eq!(lines.places(), 3 + values, "{data}");
        }
        let rows = lines.finish().unwrap();
        assert_eq!(rows.slice(0, 1).columns()[..3], rows.slice(1, 1).columns()[..3], "{data}");
    }
}

/// What landed before there was a bound, or before its struct got more fields, is taken, up to a bound of its own.
#[test]
fn an_event_that_landed_may_have_twice_the_values_of_one_that_is_sent() {
    let fields: Vec<String> = (0..99).map(|index| format!("f{index}:boolean")).collect();
    let definition = format!(
        r#"{{"name": "d", "columns": [{{"name": "a", "type": "array<struct<{}>>"}}]}}"#,
        fields.join(",")
    );
    let dataset = Dataset::from_json(definition.as_bytes()).unwrap();
    for extra in ["", r#","\u006e":1"#] {
        let event = |length: usize| line(&format!(r#"{{"a":[{}]{extra}}}"#, vec!["{}"; length].join(",")));
        let mut lines = Lines::new(&dataset);
        lines.push_str(&event(MOST_LANDED / 100)).unwrap();
        let misfit = lines.push_str(&event(MOST_LANDED / 100 + 1)).unwrap_err().to_string();
        assert!(misfit.starts_with("column a[80000]: expected at most 8000000 values"), "{misfit}");
        lines.push_str(&event(1)).unwrap();
        let rows = lines.finish().unwrap();
        let lengths = [0, 1].map(|row| rows.column(0).as_list::<i32>().value_length(row));
        assert_eq!(lengths, [80_000, 1]);
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_with_where() {
    let dataset = dataset();
    let mut lines = Lines::new(&dataset);
    let misfit = lines.push(b"{\"_id\":\"\xff\"}").unwrap_err();
    assert_eq!(misfit.to_string(), "invalid utf-8 sequence of 1 bytes from index 8");
    assert_eq!(lines.rows(), 0);
}
