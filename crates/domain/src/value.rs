//! One JSON value read as one type: exactly, or with the reason why not.

use std::{borrow::Cow, fmt};

use chrono::{DateTime, NaiveDate};
use serde_json::value::RawValue;

use crate::data_type::DataType;

/// How much of an offending value a message quotes, in characters.
const QUOTED: usize = 60;

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// JSON's null.
    Null,
    /// A boolean.
    Boolean(bool),
    /// An int.
    Int(i32),
    /// A bigint.
    BigInt(i64),
    /// A double, finite.
    Double(f64),
    /// A string, borrowed where it has no escapes.
    String(Cow<'a, str>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds since 1970, UTC; further digits are cut off.
    Timestamp(i64),
}

/// The value is not of the type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    expected: DataType,
    hint: &'static str,
    found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}{}, found {}", self.expected, self.hint, self.found)
    }
}

impl std::error::Error for Mismatch {}

/// Reads a JSON value as a value of the type. Nothing is converted between kinds: `"7"` is no int.
///
/// An integer may be written `7.0` or `7e0`, as some serializers do; a timestamp is RFC 3339 with an offset.
pub fn parse(data_type: DataType, raw: &RawValue) -> Result<Value<'_>, Mismatch> {
    let text = raw.get();
    if text == "null" {
        return Ok(Value::Null);
    }
    let mismatch = |hint| Mismatch { expected: data_type, hint, found: quote(text) };
    match data_type {
        DataType::Boolean => match text {
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err(mismatch("")),
        },
        DataType::Int => integer(text)
            .and_then(|wide| i32::try_from(wide).ok())
            .map(Value::Int)
            .ok_or_else(|| mismatch(" (-2147483648 to 2147483647)")),
        DataType::BigInt => {
            integer(text).map(Value::BigInt).ok_or_else(|| mismatch(" (a whole number of 64 bits)"))
        }
        DataType::Double => {
            if is_number(text) {
                let double = text.parse::<f64>().ok().filter(|double| double.is_finite());
                double.map(Value::Double).ok_or_else(|| mismatch(" (a finite number)"))
            } else {
                Err(mismatch(""))
            }
        }
        DataType::String => string(text).map(Value::String).ok_or_else(|| mismatch("")),
        DataType::Date => string(text)
            .and_then(|text| date(&text))
            .map(Value::Date)
            .ok_or_else(|| mismatch(" (\"YYYY-MM-DD\")")),
        DataType::Timestamp => string(text)
            .and_then(|text| DateTime::parse_from_rfc3339(&text).ok())
            .map(|time| Value::Timestamp(time.timestamp_millis()))
            .ok_or_else(|| mismatch(" (RFC 3339 with an offset, as \"2026-11-23T10:05:00Z\")")),
    }
}

/// Days from 1970-01-01 to the common era's first day.
const EPOCH_FROM_CE: i32 = 719_163;

fn date(text: &str) -> Option<i32> {
    use chrono::Datelike;
    let shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| shaped)?;
    Some(day.num_days_from_ce() - EPOCH_FROM_CE)
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

fn integer(text: &str) -> Option<i64> {
    if !is_number(text) {
        return None;
    }
    if let Ok(integer) = text.parse() {
        return Some(integer);
    }
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    // Decided on the digits: a double would round first. No i64 needs a larger exponent than its digits allow.
    let exponent: i32 = exponent.parse().ok().filter(|exponent| (-400..=18).contains(exponent))?;
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let digits = format!("{whole}{fraction}");
    let point = usize::try_from(point.max(0)).ok()?;
    let (integer, rest) = digits.split_at(point.min(digits.len()));
    if rest.bytes().any(|digit| digit != b'0') {
        return None;
    }
    format!("{sign}{integer:0<point$}").parse().ok().or_else(|| integer.is_empty().then_some(0))
}

fn string(text: &str) -> Option<Cow<'_, str>> {
    #[derive(serde::Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    if !text.starts_with('"') {
        return None;
    }
    serde_json::from_str::<Text<'_>>(text).ok().map(|Text(text)| text)
}

/// The beginning of a value, for a message.
fn quote(text: &str) -> String {
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(QUOTED).collect();
    if characters.next().is_some() { format!("{start}…") } else { start }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(data_type: DataType, text: &str) -> Result<Value<'static>, String> {
        let raw: Box<RawValue> = serde_json::from_str(text).unwrap();
        match parse(data_type, &raw) {
            Ok(Value::String(text)) => Ok(Value::String(text.into_owned().into())),
            Ok(Value::Null) => Ok(Value::Null),
            Ok(Value::Boolean(value)) => Ok(Value::Boolean(value)),
            Ok(Value::Int(value)) => Ok(Value::Int(value)),
            Ok(Value::BigInt(value)) => Ok(Value::BigInt(value)),
            Ok(Value::Double(value)) => Ok(Value::Double(value)),
            Ok(Value::Date(value)) => Ok(Value::Date(value)),
            Ok(Value::Timestamp(value)) => Ok(Value::Timestamp(value)),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn values_at_the_edges() {
        use DataType::{BigInt, Boolean, Date, Double, Int, String, Timestamp};
        assert_eq!(read(Boolean, "true"), Ok(Value::Boolean(true)));
        assert_eq!(read(Int, "-2147483648"), Ok(Value::Int(i32::MIN)));
        assert_eq!(read(Int, "7.0"), Ok(Value::Int(7)));
        assert_eq!(read(Int, "1e3"), Ok(Value::Int(1000)));
        assert_eq!(read(Int, "-1.50e1"), Ok(Value::Int(-15)));
        assert_eq!(read(Int, "700e-2"), Ok(Value::Int(7)));
        assert_eq!(read(Int, "0.0e-3"), Ok(Value::Int(0)));
        assert_eq!(read(BigInt, "9007199254740993.0"), Ok(Value::BigInt(9_007_199_254_740_993)));
        assert_eq!(read(BigInt, "9223372036854775807"), Ok(Value::BigInt(i64::MAX)));
        assert_eq!(read(Double, "1"), Ok(Value::Double(1.0)));
        assert_eq!(read(String, r#""Pe\u00f1a""#), Ok(Value::String("Peña".into())));
        assert_eq!(read(String, "null"), Ok(Value::Null));
        assert_eq!(read(Date, r#""1970-01-02""#), Ok(Value::Date(1)));
        assert_eq!(read(Date, r#""1969-12-31""#), Ok(Value::Date(-1)));
        assert_eq!(read(Timestamp, r#""1970-01-01T01:00:00.0019+01:00""#), Ok(Value::Timestamp(1)));
    }

    #[test]
    fn nothing_is_guessed() {
        use DataType::{BigInt, Boolean, Date, Double, Int, String, Timestamp};
        for (data_type, text) in [
            (Boolean, "1"),
            (Boolean, r#""true""#),
            (Int, "2147483648"),
            (Int, "1.5"),
            (Int, "7e-1"),
            (Int, "7e-5"),
            (BigInt, "4503599627370496.5"),
            (BigInt, "1.00000000000000000001"),
            (BigInt, "1e99999999999"),
            (Int, r#""7""#),
            (BigInt, "9223372036854775808"),
            (BigInt, "1e300"),
            (Double, "1e999"),
            (Double, r#""1""#),
            (String, "7"),
            (String, "{}"),
            (String, r#""\ud800""#),
            (Date, r#""2026-02-30""#),
            (Date, r#""2026-2-3""#),
            (Timestamp, r#""2026-11-23T10:05:00""#),
            (Timestamp, "1700000000"),
        ] {
            assert!(read(data_type, text).is_err(), "{text} was taken for {data_type}");
        }
    }

    #[test]
    fn the_message_names_both_sides_and_quotes_little() {
        assert_eq!(read(DataType::String, "7"), Err("expected string, found 7".into()));
        let long = format!("\"{}\"", "é".repeat(500));
        assert!(read(DataType::Boolean, &long).unwrap_err().len() < 200);
    }

    proptest! {
        #[test]
        fn integers_are_exact(number: i64) {
            prop_assert_eq!(read(DataType::BigInt, &number.to_string()), Ok(Value::BigInt(number)));
        }

        #[test]
        fn strings_are_exact(text: String) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(read(DataType::String, &json), Ok(Value::String(text.into())));
        }

        #[test]
        fn any_json_is_a_value_or_a_reason(text in r#"(-?[0-9]{1,25}(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,4})?)|"[ -!#-~]{0,30}"|true|false|null"#) {
            if serde_json::from_str::<Box<RawValue>>(&text).is_ok() {
                for data_type in crate::data_type::ALL {
                    let _either_way = read(data_type, &text);
                }
            }
        }
    }
}
