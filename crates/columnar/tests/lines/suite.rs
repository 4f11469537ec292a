//! What is JSON and what is not, by a table in the manner of JSONTestSuite: as a value that no column reads, as the value
//! of columns, as the event, and as the whole line.

mod table;

use std::panic::{AssertUnwindSafe, catch_unwind};

use columnar::Lines;
use domain::Dataset;
use serde_json::value::RawValue;

use self::table::{INVALID, NUMBERS, OPEN, TIMES, VALID};
use crate::check::{datasets, line, same, second};

/// Whether an event with the value in a field that no column reads becomes a row.
fn is_kept(value: &[u8]) -> bool {
    let events = [b"{\"free\":".as_slice(), value, b"}"].concat();
    same(&datasets()[0], &[line(&events)]) == 1
}

#[test]
fn json_is_taken_and_what_is_none_is_not() {
    for value in VALID {
        assert!(is_kept(value.as_bytes()), "{value}");
        assert!(serde_json::from_str::<&RawValue>(value).is_ok(), "{value}");
    }
    for value in INVALID {
        assert!(!is_kept(value), "{}", String::from_utf8_lossy(value));
        assert!(serde_json::from_slice::<&RawValue>(value).is_err());
    }
    for (value, is_taken) in OPEN {
        assert_eq!(is_kept(value), *is_taken, "{}", String::from_utf8_lossy(value));
    }
}

#[test]
fn values_nest_as_deep_as_the_lake_takes_them() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let value = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
        // The event's object is a level too.
        assert!(is_kept(value(63).as_bytes()));
        assert!(!is_kept(value(64).as_bytes()));
        assert!(!is_kept(value(100_000).as_bytes()));
        // Within a struct and an object in it, which are two more levels.
        let nested = |depth| line(format!("{{\"r\":{{\"at\":{{\"x\":{}}}}}}}", value(depth)).as_bytes());
        assert_eq!(same(&datasets()[1], &[nested(61), nested(62), nested(61)]), 2);
    }
}

/// Everything of the table, wherever a value can be: between lines that fit, so that what is left of one would be seen.
#[test]
fn every_place_of_a_line_reads_the_table_alike() {
    let texts = VALID.iter().map(|text| text.as_bytes()).chain(INVALID.iter().copied());
    let texts: Vec<&[u8]> = texts.chain(OPEN.iter().map(|(text, _)| *text)).collect();
    for dataset in datasets() {
        let fitting = event(dataset, "\"free\"", b"1");
        let mut lines: Vec<Vec<u8>> = Vec::new();
        for text in &texts {
            lines.push(text.to_vec());
            lines.push(line(text));
            for column in dataset.columns() {
                lines.push(line(&fitting));
                let name = serde_json::Value::from(&*column.field).to_string();
                for [open, close] in
                    [["", ""], ["[", "]"], ["{\"n\":", "}"], ["[[", "]]"], ["{\"a\":[", "]}"]]
                {
                    let value = [open.as_bytes(), text, close.as_bytes()].concat();
                    lines.push(line(&event(dataset, &name, &value)));
                }
            }
        }
        assert!(same(dataset, &lines) > texts.len(), "{}", dataset.name());
    }
}

/// An event with this field, and with all that an event of the dataset must have.
fn event(dataset: &Dataset, name: &str, value: &[u8]) -> Vec<u8> {
    let required = match dataset.name().as_str() {
        "keys" => &[r#""@t":"2026-11-23T10:00:00Z""#, r#""k":"é""#, r#""f":1"#, r#""d":-0.0"#][..],
        _ => &[],
    };
    let others = required.iter().filter(|field| !field.starts_with(name));
    let others: String = others.map(|field| format!("{field},")).collect();
    [format!("{{{others}{name}:").as_bytes(), value, b"}"].concat()
}

/// What holds rows against `serde_json` fails at the row of another line, whatever the value that differs.
#[test]
fn the_second_reader_sees_every_value_that_differs() {
    let differs = |dataset: &Dataset, event: &str, other: &str| {
        let mut lines = Lines::new(dataset);
        lines.push(&line(event.as_bytes())).unwrap();
        let (rows, other) = (lines.finish().unwrap(), line(other.as_bytes()));
        catch_unwind(AssertUnwindSafe(|| second::same(dataset, &other, &rows, 0)))
    };
    let (types, nested) = (&datasets()[0], &datasets()[1]);
    let event = r#"{"b":true,"i":1,"l":-2,"d":0.5,"s":"\u00f1\n"}"#;
    // Five values, and null in all other columns.
    assert_eq!(differs(types, event, event).unwrap(), types.columns().len());
    for (value, other) in [("true", "false"), ("1,", "2,"), ("-2", "null"), ("0.5", "0.25"), (r"\n", r"\t")] {
        assert!(differs(types, event, &event.replacen(value, other, 1)).is_err(), "{other}");
    }
    let event =
        r#"{"a":[{"n":7,"m":{}},null],"r":{"city":"x","at":{"lat":1.5}},"m":{"k":{"y":["z"]}},"l":[[true]]}"#;
    assert_eq!(differs(nested, event, event).unwrap(), 8);
    for (value, other) in [
        ("7", "8"),
        (",null", ""),
        (r#""x""#, "null"),
        ("1.5", "2.5"),
        (r#""k""#, r#""j""#),
        ("z", "zz"),
        ("true", "null"),
    ] {
        assert!(differs(nested, event, &event.replacen(value, other, 1)).is_err(), "{other}");
    }
}

/// The values that columns take, and those next to them.
#[test]
fn every_column_reads_numbers_and_times_alike() {
    let mut texts: Vec<String> = NUMBERS.iter().map(|number| (*number).to_owned()).collect();
    texts.extend(TIMES.iter().map(|time| format!("\"{time}\"")));
    texts
        .extend(["true", "false", "null", "nulll", "truefalse", "[null]", "{\"k\":null}"].map(str::to_owned));
    for dataset in datasets() {
        let mut lines = Vec::new();
        for text in &texts {
            for column in dataset.columns() {
                let name = serde_json::Value::from(&*column.field).to_string();
                lines.push(line(format!("{{{name}:{text}}}").as_bytes()));
                let all = r#""@t":"2026-11-23T10:00:00Z","k":"é","f":1,"d":-0"#;
                lines.push(line(format!("{{{all},\"other\":{text}}}").as_bytes()));
                for key in ["f", "d"] {
                    let rest = all.replace(&format!("\"{key}\":"), "\"other\":");
                    lines.push(line(format!("{{{rest},\"{key}\":{text}}}").as_bytes()));
                }
            }
        }
        assert!(same(dataset, &lines) > texts.len(), "{}", dataset.name());
    }
}
