//! What a fast path gets wrong first: names that repeat, that are escaped or begin alike, numbers and times in unusual
//! forms, maps in another order, CloudEvents, and envelopes that `landing::Writer` does not write.

mod table;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta};
use domain::{
    DataType, Dataset,
    event::Event,
    json::Raw,
    value::{self, Room, Unit, Value},
};

use self::table::{EVENTS, LINES};
use crate::check::{line, same};

/// Names that begin alike, of lengths around the sixteen bytes that are compared at once, and two columns that read fields
/// of each other's names.
fn dataset(identity: &str) -> Dataset {
    let definition = format!(
        r#"{{"name": "hostile", "identity": [{identity}], "columns": [
            {{"name": "k", "type": "bigint", "required": true}}, {{"name": "a", "type": "int"}},
            {{"name": "ab", "type": "int"}}, {{"name": "abc", "type": "string"}},
            {{"name": "abcdefghijklm", "type": "int"}}, {{"name": "abcdefghijklmn", "type": "int"}},
            {{"name": "x", "type": "int", "from": "y"}}, {{"name": "y", "type": "string", "from": "x"}},
            {{"name": "d", "type": "decimal(9,2)"}}, {{"name": "v", "type": "double"}}, {{"name": "b", "type": "boolean"}},
            {{"name": "day", "type": "date"}}, {{"name": "t", "type": "timestamp"}},
            {{"name": "u", "type": "timestamp", "unit": "s"}}, {{"name": "m", "type": "map<string,int>"}},
            {{"name": "r", "type": "struct<n:int,nn:string,m:map<string,map<string,int>>>"}},
            {{"name": "l", "type": "array<struct<n:int>>"}}]}}"#
    );
    Dataset::from_json(definition.as_bytes()).unwrap()
}

fn event(fields: &str) -> Vec<u8> {
    line(format!("{{\"k\":1,{fields}}}").as_bytes())
}

#[test]
fn hostile_events_are_read_as_the_general_path_reads_them() {
    let dataset = dataset("\"k\"");
    for (fields, is_taken) in EVENTS {
        assert_eq!(same(&dataset, &[event(fields)]) == 1, *is_taken, "{fields}");
    }
    // All of them in one batch: what an event leaves behind, the next one would show.
    let mut lines: Vec<Vec<u8>> = EVENTS.iter().map(|(fields, _)| event(fields)).collect();
    let taken = EVENTS.iter().filter(|(_, is_taken)| *is_taken).count();
    assert_eq!(same(&dataset, &lines), taken);
    lines.reverse();
    assert_eq!(same(&dataset, &lines), taken);
}

#[test]
fn a_key_must_have_a_value_in_every_form() {
    let dataset = dataset("\"k\"");
    let taken = |event: &str| same(&dataset, &[line(event.as_bytes())]) == 1;
    for event in [r#"{"k":1}"#, r#"{"k":-0}"#, r#"{"k":1.0}"#, r#"{"\u006b":1}"#, r#"{ "a" : 1 , "k" : 1 }"#]
    {
        assert!(taken(event), "{event}");
    }
    for event in ["{}", r#"{"K":1}"#, r#"{"k":null}"#, r#"{"\u006b":null}"#, r#"{"k":1.5}"#, r#"{"kk":1}"#] {
        assert!(!taken(event), "{event}");
    }
}

#[test]
fn hostile_lines_are_read_as_the_general_path_reads_them() {
    let fitting = |time: &str| {
        format!(r#"{{"_id":"i","_ingested_at":"2026-11-23T10:05:{time}Z","data":{{"k":1}}}}"#).into_bytes()
    };
    for dataset in [dataset("\"k\""), dataset("")] {
        let mut lines = vec![fitting("00.001")];
        for (index, text) in LINES.iter().enumerate() {
            lines.push(text.to_vec());
            // With the same text before its data as the last one that fits, or with another.
            lines.push(fitting(if index % 3 == 0 { "00.002" } else { "00.003" }));
        }
        assert!(same(&dataset, &lines) > LINES.len());
    }
}

/// Events of depth 64 are taken and deeper ones are not, wherever columns end and other fields begin. The whole text is
/// counted in the same way, and so are its brackets: no string has one.
#[test]
fn depth_is_counted_alike_in_columns_and_outside() {
    let dataset = dataset("\"k\"");
    let depth_of = |text: &str| {
        let steps = text.bytes().scan(0_usize, |open, byte| {
            match byte {
                b'{' | b'[' => *open += 1,
                b'}' | b']' => *open -= 1,
                _ => {}
            }
            Some(*open)
        });
        steps.max().unwrap()
    };
    let cloud = r#""specversion":"1.0","id":"1","source":"/a","type":"b""#;
    let mut judged = 0;
    for (before, behind) in [
        ("\"z\":", ""),
        ("\"r\":{\"z\":", "}"),
        ("\"l\":[{\"n\":1,\"z\":", "}]"),
        ("\"l\":[null,{},{\"z\":{\"z\":", "}}]"),
        ("\"z\":{\"r\":", "}"),
        (&*format!("{cloud},\"z\":"), ""),
        (&*format!("{cloud},\"data\":"), ""),
        (&*format!("{cloud},\"data\":{{\"k\":1,\"z\":"), "}"),
        ("\"data\":{\"r\":{\"z\":", &*format!("}}}},{cloud}")),
    ] {
        for (open, close) in [("[", "]"), ("{\"q\":", "}"), ("[{\"q\":", "}]")] {
            for times in 25..=70 {
                let fields = format!("{before}{}0{}{behind}", open.repeat(times), close.repeat(times));
                let text = format!("{{\"k\":1,{fields}}}");
                let depth = depth_of(&text);
                if !(60..=68).contains(&depth) {
                    continue;
                }
                judged += 1;
                assert_eq!(same(&dataset, &[event(&fields)]) == 1, depth <= 64, "{depth}: {text}");
                assert_eq!(Raw::parse(&text).is_ok(), depth <= 64, "{depth}: {text}");
                assert_eq!(Event::parse(&text).is_ok(), depth <= 64, "{depth}: {text}");
            }
        }
    }
    assert!(judged > 9 * (9 + 9 + 4) / 2, "{judged}");
}

/// The years 0000 to 9999 of UTC, which RFC 3339 can write, by what `ingest` checks, the fast path and the general one. chrono
/// says which days there are, and which year a time is of.
#[test]
fn all_readers_take_the_same_years() {
    let dataset = dataset("\"k\"");
    let is_read = |name: &str, text: &str| same(&dataset, &[event(&format!("\"{name}\":{text}"))]) == 1;
    let is_checked = |data_type, text: &str| {
        value::check(&data_type, Raw::parse(text).unwrap(), &mut Room::sent()).is_ok()
    };
    let read = |data_type, text: &str| match value::parse(&data_type, Raw::parse(text).unwrap()) {
        Ok(Value::Date(days)) => Some(i64::from(days)),
        Ok(Value::Timestamp(millis)) => Some(millis),
        _ => None,
    };
    let years = 0..=9999;
    for year in [0, 1, 4, 100, 1582, 1969, 1970, 9999] {
        for (month, day) in [(1, 1), (2, 29), (12, 31)] {
            let date = NaiveDate::from_ymd_opt(year, month, day);
            let text = format!("{year:04}-{month:02}-{day:02}");
            let quoted = format!("\"{text}\"");
            let days = date.map(|date| i64::from(date.to_epoch_days()));
            assert_eq!(is_read("day", &quoted), days.is_some(), "{text}");
            assert_eq!(is_checked(DataType::Date, &quoted), days.is_some(), "{text}");
            assert_eq!(read(DataType::Date, &quoted), days, "{text}");
            for (hour, minute, second, milli) in [(0, 0, 0, 0), (23, 59, 59, 999)] {
                for (offset, minutes) in [("Z", 0), ("+00:00", 0), ("+00:01", 1), ("-23:59", -1_439)] {
                    let at = date.and_then(|date| date.and_hms_milli_opt(hour, minute, second, milli));
                    let at = at.map(|at| at.and_utc() - TimeDelta::minutes(minutes));
                    let at = at.filter(|at| years.contains(&at.year())).map(|at| at.timestamp_millis());
                    let time = format!("\"{text}T{hour:02}:{minute:02}:{second:02}.{milli:03}{offset}\"");
                    assert_eq!(is_read("t", &time), at.is_some(), "{time}");
                    assert_eq!(is_checked(DataType::Timestamp, &time), at.is_some(), "{time}");
                    assert_eq!(read(DataType::Timestamp, &time), at, "{time}");
                }
            }
        }
    }
    let (first, last) = (-62_167_219_200_i64, 253_402_300_799_i64);
    for seconds in [first - 1, first, first + 1, -1, 0, 1, last - 1, last, last + 1] {
        let at = DateTime::from_timestamp(seconds, 0).filter(|at| years.contains(&at.year()));
        let (number, text) = (seconds.to_string(), format!("{seconds}.0"));
        for text in [&number, &text] {
            assert_eq!(is_read("u", text), at.is_some(), "{text}");
            let checked = value::epoch(Unit::Seconds, Raw::parse(text).unwrap());
            assert_eq!(checked.ok(), at.map(|at| Value::Timestamp(at.timestamp_millis())), "{text}");
        }
    }
}

/// Around the number of names up to which each is compared with those before it.
#[test]
fn repetitions_are_found_among_few_and_many_names() {
    let dataset = dataset("\"k\"");
    for count in [1, 31, 32, 33, 64, 65, 300] {
        let names: String = (0..count).map(|index| format!("\"z{index}\":{index},")).collect();
        for (before, behind) in [("", ""), ("\"r\":{", "}"), ("\"l\":[{},{", "}]")] {
            let taken = |last: &str| {
                let fields = format!("{before}{names}{last}{behind}");
                same(&dataset, &[event(&fields)]) == 1
            };
            for last in ["\"y\":null", "\"zz\":1", "\"\":1"] {
                assert!(taken(last), "{count} {before} {last}");
            }
            for last in ["\"z0\":1", "\"\\u007a0\":1", &format!("\"z{}\":1", count - 1)] {
                assert!(!taken(last), "{count} {before} {last}");
            }
        }
    }
}

/// Where the fast path gives up for the number of fields, and where the general path refuses it.
#[test]
fn limits_on_the_number_of_fields_are_those_of_the_general_path() {
    let dataset = dataset("\"k\"");
    // The key is a field of the event.
    for (before, behind, others) in [("", "", 1), ("\"m\":{", "}", 0), ("\"r\":{", "}", 0)] {
        for (count, is_taken) in
            [(4_999, true), (5_000, true), (5_001, true), (10_000 - others, true), (10_001 - others, false)]
        {
            let fields: Vec<String> = (0..count).map(|index| format!("\"f{index}\":{index}")).collect();
            let fields = format!("{before}{}{behind}", fields.join(","));
            assert_eq!(same(&dataset, &[event(&fields)]) == 1, is_taken, "{count} in {before}");
        }
    }
}

#[test]
fn a_struct_of_a_thousand_fields_and_a_line_of_megabytes_are_read() {
    let types: Vec<String> = (0..1_000).map(|index| format!("f{index}:int")).collect();
    let definition = format!(
        r#"{{"name": "wide", "columns": [{{"name": "r", "type": "struct<{}>"}}, {{"name": "s", "type": "string"}}]}}"#,
        types.join(",")
    );
    let dataset = Dataset::from_json(definition.as_bytes()).unwrap();
    let mut fields: Vec<String> = (0..1_000).map(|index| format!("\"f{index}\":{index}")).collect();
    let of = |fields: &[String]| format!("{{\"r\":{{{}}}}}", fields.join(","));
    let long = format!("{{\"s\":\"{}\\n\",\"z\":\"{}\"}}", "é".repeat(1 << 21), "z".repeat(1 << 20));
    let mut events = vec![of(&fields), of(&fields[999..]), long];
    fields.reverse();
    events.push(of(&fields));
    fields.push("\"f7\":7".to_owned());
    let twice = of(&fields);
    let lines: Vec<Vec<u8>> = events.iter().chain([&twice]).map(|event| line(event.as_bytes())).collect();
    assert_eq!(same(&dataset, &lines), events.len());
}

/// Two fields of a struct that read fields of each other's names, in an array and in a map.
#[test]
fn fields_within_are_read_by_their_senders_names() {
    let definition = r#"{"name": "camel", "columns": [{"name": "k", "type": "bigint"},
        {"name": "c", "type": "array<struct<sku_code:string,n:int>>", "from": "C",
            "fields": {"sku_code": "skuCode", "n": "sku_code"}},
        {"name": "m", "type": "map<string,struct<at:struct<zip_code:int>>>", "fields": {"at.zip_code": "zipCode"}}]}"#;
    let dataset = Dataset::from_json(definition.as_bytes()).unwrap();
    for (fields, is_taken) in [
        (r#""C":[{"skuCode":"x","sku_code":1}]"#, true),
        (r#""C":[{"sku_code":1,"skuCode":"x","n":"of no column"}]"#, true),
        (r#""C":[{"n":"of no column"}]"#, true),
        (r#""C":[{"sku_code":"x"}]"#, false),
        (r#""m":{"a":{"at":{"zipCode":7}},"b":{"at":{"zip_code":"of no column"}}}"#, true),
        (r#""m":{"a":{"at":{"zipCode":"x"}}}"#, false),
    ] {
        assert_eq!(same(&dataset, &[event(fields)]) == 1, is_taken, "{fields}");
    }
}
