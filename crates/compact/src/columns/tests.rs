use arrow::util::pretty::pretty_format_batches;
use domain::landing;

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

pub(crate) fn line(data: &str) -> String {
    let mut out = Vec::new();
    let writer = landing::Writer::new("2026-11-23T10:05:00.5Z".parse().unwrap());
    writer.line(Some("m:0"), data, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn every_type_null_and_extra_field_finds_its_column() {
    let dataset = dataset();
    let mut columns = Columns::new(&dataset);
    let full = r#"{"b": true, "i": -1, "l": 9007199254740993, "f": 1.5, "S s": "Pe\u00f1a", "d": "2026-11-23",
        "t": "2026-11-23T10:05:00.1239+02:00", "new": {"x": [1.10]}, "ñ": null}"#;
    columns.push(line(&full.replace('\n', " ")).trim_end()).unwrap();
    columns.push(line(r#"{"s": "not mapped: the sender calls it S s"}"#).trim_end()).unwrap();
    let rows = columns.finish().unwrap();
    let expected = "\
+------+----+------------------+-----+------+------------+-------------------------+-----+-------------------------+---------------------------------------------+
| b    | i  | l                | f   | s    | d          | t                       | _id | _ingested_at            | _extra                                      |
+------+----+------------------+-----+------+------------+-------------------------+-----+-------------------------+---------------------------------------------+
| true | -1 | 9007199254740993 | 1.5 | Peña | 2026-11-23 | 2026-11-23T08:05:00.123 | m:0 | 2026-11-23T10:05:00.500 | {\"new\":{\"x\": [1.10]},\"ñ\":null}              |
|      |    |                  |     |      |            |                         | m:0 | 2026-11-23T10:05:00.500 | {\"s\":\"not mapped: the sender calls it S s\"} |
+------+----+------------------+-----+------+------------+-------------------------+-----+-------------------------+---------------------------------------------+";
    assert_eq!(pretty_format_batches(&[rows]).unwrap().to_string(), expected);
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
    let mut columns = Columns::new(&dataset);
    for data in [
        r#"{"a": [{"x": 1, "y": ["", null]}, null, {"y": []}], "m": {"b": null, "a": 1.1}, "r": 0.1, "y": "AP8="}"#,
        r#"{"a": [], "m": {}, "y": ""}"#,
        r#"{"a": [{"x": 2, "z": 3}]}"#,
    ] {
        columns.push(line(data).trim_end()).unwrap();
    }
    let rows = columns.finish().unwrap().project(&[0, 1, 2, 3, 6]).unwrap();
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
    let mut columns = Columns::new(&dataset);
    for bad in [line(r#"{"b": true, "i": "one"}"#), "{".to_owned(), r#"{"data": {}}"#.to_owned()] {
        assert!(columns.push(bad.trim_end()).is_err(), "{bad}");
    }
    columns.push(line(r#"{"i": 7}"#).trim_end()).unwrap();
    assert_eq!(columns.finish().unwrap().num_rows(), 1);
}
