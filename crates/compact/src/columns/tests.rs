use arrow::util::pretty::pretty_format_batches;

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
    let mut out = String::new();
    Line::write(Some("m:0"), "2026-11-23T10:05:00.5Z".parse().unwrap(), data, &mut out);
    out
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
fn a_line_that_does_not_fit_leaves_nothing_behind() {
    let dataset = dataset();
    let mut columns = Columns::new(&dataset);
    for bad in [line(r#"{"b": true, "i": "one"}"#), "{".to_owned(), r#"{"data": {}}"#.to_owned()] {
        assert!(columns.push(bad.trim_end()).is_err(), "{bad}");
    }
    columns.push(line(r#"{"i": 7}"#).trim_end()).unwrap();
    assert_eq!(columns.finish().unwrap().num_rows(), 1);
}
