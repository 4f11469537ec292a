use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::data_type::tests::{any_type, scalars};

fn read<'a>(data_type: &str, text: &'a str) -> Result<Value<'a>, String> {
    let raw = Raw::parse(text).unwrap();
    parse(&data_type.parse().unwrap(), raw).map_err(|mismatch| format!("{}: {mismatch}", mismatch.path))
}

#[test]
fn values_at_the_edges() {
    for (data_type, text, value) in [
        ("boolean", "true", Value::Boolean(true)),
        ("int", "-2147483648", Value::Int(i32::MIN)),
        ("int", "7.0", Value::Int(7)),
        ("int", "1e3", Value::Int(1000)),
        ("int", "-1.50e1", Value::Int(-15)),
        ("int", "700e-2", Value::Int(7)),
        ("int", "0.0e-3", Value::Int(0)),
        ("int", "0e99999999999999999999", Value::Int(0)),
        ("bigint", "9007199254740993.0", Value::BigInt(9_007_199_254_740_993)),
        ("bigint", "9223372036854775807", Value::BigInt(i64::MAX)),
        ("float", "0.1", Value::Float(0.1)),
        ("double", "1", Value::Double(1.0)),
        ("decimal(12,2)", "1.1", Value::Decimal(110)),
        ("decimal(12,2)", "\"-1.10\"", Value::Decimal(-110)),
        ("decimal(12,2)", "9999999999.99", Value::Decimal(999_999_999_999)),
        ("decimal(12,2)", "1.1000", Value::Decimal(110)),
        ("decimal(12,2)", "12e-1", Value::Decimal(120)),
        ("decimal(2,0)", "1.2e1", Value::Decimal(12)),
        ("decimal(38,38)", "0.1e-37", Value::Decimal(1)),
        ("decimal(38,0)", "99999999999999999999999999999999999999", Value::Decimal(10_i128.pow(38) - 1)),
        ("string", r#""Pe\u00f1a""#, Value::String("Peña".into())),
        ("string", "null", Value::Null),
        ("date", r#""1970-01-02""#, Value::Date(1)),
        ("date", r#""1969-12-31""#, Value::Date(-1)),
        ("date", r#""2024-02-29""#, Value::Date(19_782)),
        ("timestamp", r#""1970-01-01T01:00:00.0019+01:00""#, Value::Timestamp(1)),
        ("timestamp", r#""1969-12-31T23:59:59.9999999999999Z""#, Value::Timestamp(-1)),
        ("timestamp", r#""2026-11-23t10:05:00z""#, Value::Timestamp(1_795_428_300_000)),
        ("timestamp", r#""2016-12-31T23:59:60Z""#, Value::Timestamp(1_483_228_800_000)),
        ("binary", r#""AP8=""#, Value::Binary(vec![0, 255])),
        ("binary", r#""""#, Value::Binary(Vec::new())),
        ("binary", r#""AP8=\n""#, Value::Binary(vec![0, 255])),
        ("binary", r#"" AP\r\n8=\t""#, Value::Binary(vec![0, 255])),
        ("binary", r#"" ""#, Value::Binary(Vec::new())),
        ("array<int>", " [ 1 , null ] ", Value::Array(vec![Value::Int(1), Value::Null])),
        ("array<int>", "[]", Value::Array(Vec::new())),
        ("struct<a:int,b:string>", r#"{"b":"x"}"#, Value::Struct(vec![(1, Value::String("x".into()))])),
        ("struct<a:int>", "null", Value::Null),
        ("map<string,date>", r#"{"x\n":"1970-01-01"}"#, Value::Map(vec![("x\n".into(), Value::Date(0))])),
    ] {
        assert_eq!(read(data_type, text), Ok(value), "{text} as {data_type}");
    }
}

#[test]
fn nothing_is_guessed() {
    for (data_type, text) in [
        ("boolean", "1"),
        ("boolean", r#""true""#),
        ("int", "2147483648"),
        ("int", "1.5"),
        ("int", "7e-1"),
        ("int", "7e-5"),
        ("int", r#""7""#),
        ("bigint", "4503599627370496.5"),
        ("bigint", "1.00000000000000000001"),
        ("bigint", "1e99999999999"),
        ("bigint", "9223372036854775808"),
        ("bigint", "1e300"),
        ("float", "1e39"),
        ("double", "1e999"),
        ("double", r#""1""#),
        ("decimal(12,2)", "1.234"),
        ("decimal(12,2)", "10000000000"),
        ("decimal(12,2)", "1e-99999999999999999999"),
        ("decimal(38,0)", "1e38"),
        ("decimal(12,2)", r#""abc""#),
        ("decimal(12,2)", r#""""#),
        ("decimal(12,2)", r#"" 1""#),
        ("decimal(12,2)", r#""+1""#),
        ("decimal(12,2)", r#""1e""#),
        ("decimal(12,2)", r#"".5""#),
        ("decimal(12,2)", "true"),
        ("string", "7"),
        ("string", "{}"),
        ("date", r#""2026-02-30""#),
        ("date", r#""2026-2-3""#),
        ("date", r#""2023-02-29""#),
        ("date", r#""2026-11-23T00:00:00Z""#),
        ("timestamp", r#""2026-11-23T10:05:00""#),
        ("timestamp", r#""2026-11-23T24:00:00Z""#),
        ("timestamp", r#""2026-11-23T10:05:00.Z""#),
        ("timestamp", r#""2026-11-23T10:05:00+1:00""#),
        ("timestamp", r#""2026-11-23T10:05:00Zé""#),
        ("timestamp", "1700000000"),
        ("binary", r#""A""#),
        ("binary", r#""AP8""#),
        ("binary", r#""AP9=""#),
        ("binary", r#""AP8\n""#),
        ("binary", r#""AP\u00a08=""#),
        ("array<int>", "{}"),
        ("array<int>", "1"),
        ("struct<a:int>", "[]"),
        ("struct<a:int>", r#"{"a":1,"a":2}"#),
        ("map<string,int>", r#"{"a":1,"\u0061":2}"#),
    ] {
        assert!(read(data_type, text).is_err(), "{text} was taken for {data_type}");
    }
}

#[test]
fn the_message_names_both_sides_and_where() {
    for (data_type, text, message) in [
        ("string", "7", ": expected string, found 7"),
        ("decimal(12,2)", "\"abc\"", ": expected decimal(12,2), found \"abc\""),
        ("struct<city:string>", r#"{"city":7}"#, ".city: expected string, found 7"),
        (
            "array<struct<n:int>>",
            r#"[{"n":1},{"n":"x"}]"#,
            "[1].n: expected int (-2147483648 to 2147483647), found \"x\"",
        ),
        (
            "map<string,array<date>>",
            r#"{"a \"b":["x"]}"#,
            "[\"a \\\"b\"][0]: expected date (\"YYYY-MM-DD\"), found \"x\"",
        ),
        (
            "struct<a:int>",
            r#"{"a":1,"a":2}"#,
            ": expected struct<a:int> with each field once, and not \"a\" twice, found {\"a\":1,\"a\":2}",
        ),
    ] {
        assert_eq!(read(data_type, text), Err(message.to_owned()));
    }
    let long = format!("\"{}\"", "é".repeat(500));
    assert!(read("boolean", &long).unwrap_err().len() < 200);
}

#[test]
fn epochs_are_seconds_or_milliseconds_as_the_column_says() {
    let read = |unit, text| epoch(unit, Raw::parse(text).unwrap()).map_err(|mismatch| mismatch.to_string());
    use Unit::{Milliseconds, Seconds};
    assert_eq!(read(Seconds, "1700000000"), Ok(Value::Timestamp(1_700_000_000_000)));
    assert_eq!(read(Seconds, "1700000000.1239999"), Ok(Value::Timestamp(1_700_000_000_123)));
    assert_eq!(read(Seconds, "-0.0001"), Ok(Value::Timestamp(-1)));
    assert_eq!(read(Seconds, "1.7e9"), Ok(Value::Timestamp(1_700_000_000_000)));
    assert_eq!(read(Milliseconds, "1700000000123.9"), Ok(Value::Timestamp(1_700_000_000_123)));
    assert_eq!(read(Milliseconds, "null"), Ok(Value::Null));
    // Milliseconds taken for seconds would be in the year 55000.
    for (unit, text) in [(Seconds, "1700000000000"), (Seconds, "\"1700000000\""), (Milliseconds, "true")] {
        let message = read(unit, text).unwrap_err();
        assert!(message.contains("since 1970, to the year 9999), found"), "{message}");
    }
}

#[test]
fn a_time_is_within_the_years_that_can_be_written() {
    assert_eq!(rfc3339("9999-12-31T23:59:59.999Z"), Some(253_402_300_799_999));
    assert_eq!(rfc3339("9999-12-31T23:59:59.999+00:01"), Some(253_402_300_739_999));
    assert_eq!(rfc3339("0000-01-01T00:00:00Z"), Some(-62_167_219_200_000));
    // An offset, or a leap second, leads out of them.
    for text in [
        "9999-12-31T23:59:59.999-00:01",
        "9999-12-31T23:59:60Z",
        "9999-12-31T01:00:00-23:59",
        "0000-01-01T00:00:00+00:01",
        "10000-01-01T00:00:00Z",
    ] {
        assert_eq!(rfc3339(text), None, "{text}");
        assert!(read("timestamp", &format!("\"{text}\"")).is_err(), "{text}");
    }
}

#[test]
fn unnamed_fields_are_found_at_any_depth() {
    for (data_type, text, expected) in [
        ("struct<a:int>", r#"{"a":1}"#, false),
        ("struct<a:int>", r#"{"b":1}"#, true),
        ("array<struct<a:int>>", r#"[{"a":1},{"a":1,"z":null}]"#, true),
        ("map<string,struct<a:int>>", r#"{"any":{"a":1}}"#, false),
        ("map<string,struct<a:int>>", r#"{"any":{"z":1}}"#, true),
        ("struct<a:struct<b:int>>", r#"{"a":{"b":1,"c":2}}"#, true),
        ("array<string>", r#"["x"]"#, false),
        ("struct<a:int>", "null", false),
    ] {
        assert_eq!(has_unnamed(&data_type.parse().unwrap(), Raw::parse(text).unwrap()), expected, "{text}");
    }
}

#[test]
fn a_check_judges_as_a_read_does_and_keeps_nothing_within() {
    for (data_type, text, outline) in [
        ("int", "7", Value::Int(7)),
        ("string", r#""a\u0062""#, Value::String("ab".into())),
        ("array<int>", "[1,null,3]", Value::Array(Vec::new())),
        ("struct<a:int,b:string>", r#"{"b":"x"}"#, Value::Struct(Vec::new())),
        ("map<string,array<int>>", r#"{"k":[1]}"#, Value::Map(Vec::new())),
        ("array<struct<a:int>>", "null", Value::Null),
    ] {
        let (data_type, raw) = (data_type.parse().unwrap(), Raw::parse(text).unwrap());
        let (mut checked, mut read) = (Room::sent(), Room::sent());
        assert_eq!(check(&data_type, raw, &mut checked), Ok(outline), "{text}");
        assert!(super::read(&data_type, raw, &mut read).is_ok(), "{text}");
        assert_eq!(checked.used(), read.used(), "{text}");
    }
    for (data_type, text) in [
        ("array<int>", r#"[1,"2"]"#),
        ("array<int>", "{}"),
        ("array<array<int>>", "[[1],[null,[]]]"),
        ("struct<a:int,b:struct<c:date>>", r#"{"b":{"c":"x"}}"#),
        ("struct<a:int>", r#"{"a":1,"a":1}"#),
        ("map<string,boolean>", r#"{"k":0}"#),
    ] {
        let (data_type, raw) = (data_type.parse().unwrap(), Raw::parse(text).unwrap());
        let read = super::read(&data_type, raw, &mut Room::sent()).map(|_| Value::Null);
        assert!(read.is_err(), "{text}");
        assert_eq!(check(&data_type, raw, &mut Room::sent()), read, "{text}");
    }
}

/// As many as a table has places for, beside the column's own.
#[test]
fn every_element_entry_and_field_counts_also_where_it_is_null() {
    for (data_type, text, values) in [
        ("int", "7", 0),
        ("array<int>", "null", 0),
        ("array<int>", "[]", 0),
        ("array<int>", "[1,null,3]", 3),
        ("array<array<int>>", "[[1],[],null,[1,2]]", 4 + 3),
        ("map<string,int>", r#"{"a":1,"b":null}"#, 2),
        ("struct<a:int,b:int>", r#"{"b":1,"not named":[1,2,3]}"#, 2),
        ("struct<a:int,b:int>", "null", 2),
        ("struct<a:int,b:struct<c:int,d:array<int>>>", "{}", 2 + 2),
        ("struct<a:int,b:struct<c:int,d:array<int>>>", r#"{"b":{"d":[1]}}"#, 2 + 2 + 1),
        ("array<struct<a:int,b:struct<c:int,d:int>>>", "[{},null,{\"b\":null}]", 3 * (1 + 2 + 2)),
        ("map<string,struct<a:int,b:int>>", r#"{"k":{},"l":null}"#, 2 * (1 + 2)),
    ] {
        let (data_type, raw) = (data_type.parse().unwrap(), Raw::parse(text).unwrap());
        let mut room = Room::of(values);
        assert!(super::read(&data_type, raw, &mut room).is_ok(), "{text} as {data_type}");
        assert_eq!(room.used(), values, "{text} as {data_type}");
        if let Some(less) = values.checked_sub(1) {
            let message = check(&data_type, raw, &mut Room::of(less)).unwrap_err().to_string();
            let words = format!("expected at most {less} values within the columns of an event");
            assert!(message.starts_with(&words), "{text}: {message}");
        }
    }
}

proptest! {
    #[test]
    fn integers_are_exact(number: i64) {
        let text = number.to_string();
        prop_assert_eq!(read("bigint", &text), Ok(Value::BigInt(number)));
    }

    #[test]
    fn decimals_are_exact(units in -999_999_999_999_i64..=999_999_999_999, scale in 0_u8..=12) {
        let power = 10_i64.pow(u32::from(scale));
        let sign = if units < 0 { "-" } else { "" };
        let (whole, part) = (units.unsigned_abs() / power.unsigned_abs(), units.unsigned_abs() % power.unsigned_abs());
        let text = match scale {
            0 => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{part:0width$}", width = usize::from(scale)),
        };
        let data_type = format!("decimal(12,{scale})");
        prop_assert_eq!(read(&data_type, &text), Ok(Value::Decimal(units.into())));
        let quoted = format!("\"{text}\"");
        prop_assert_eq!(read(&data_type, &quoted), Ok(Value::Decimal(units.into())));
    }

    #[test]
    fn strings_are_exact(text: String) {
        let json = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(read("string", &json), Ok(Value::String(text.into())));
    }

    #[test]
    fn times_are_those_of_another_parser(
        seconds in -62_000_000_000_i64..253_000_000_000, nanos in 0_u32..1_000_000_000, minutes in -1439_i32..=1439
    ) {
        let time = DateTime::from_timestamp(seconds, nanos).unwrap();
        let offset = chrono::FixedOffset::east_opt(minutes * 60).unwrap();
        let text = time.with_timezone(&offset).to_rfc3339();
        prop_assert_eq!(rfc3339(&text), Some(time.timestamp_millis()), "{}", text);
    }

    #[test]
    fn what_is_taken_for_a_time_another_parser_takes_for_the_same(text in "[0-9]{4}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,12})?([Zz]|[+-][0-2][0-9]:[0-6][0-9])?") {
        if let Some(millis) = rfc3339(&text) {
            let other = DateTime::parse_from_rfc3339(&text).map(|time| time.timestamp_millis());
            // It takes leap seconds at the end of a minute only when it counts them.
            prop_assert_eq!(other, Ok(millis), "{}", text);
        }
    }

    #[test]
    fn any_json_is_a_value_or_a_reason(
        data_type in any_type(),
        text in r#"(-?[0-9]{1,25}(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,4})?)|"[ -!#-~]{0,30}"|true|false|null|\[(1|"x"|\{\})(,2)?\]|\{"f0":(1|"x"|\[\]|\{\})\}"#
    ) {
        if let Ok(raw) = Raw::parse(&text) {
            let _either_way = has_unnamed(&data_type, raw);
            let (mut read, mut checked) = (Room::of(9), Room::of(9));
            let value = super::read(&data_type, raw, &mut read);
            let outline = check(&data_type, raw, &mut checked);
            prop_assert_eq!(value.map(|value| value == Value::Null), outline.map(|value| value == Value::Null));
            prop_assert_eq!(read.used(), checked.used());
            for scalar in scalars() {
                let _either_way = parse(&scalar, raw);
            }
        }
    }
}
