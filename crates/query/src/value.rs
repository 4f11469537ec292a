//! The text of a filter, read as a value of its column's type.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use domain::{DataType, data_type::Decimal, json::Raw};

use crate::{
    column::{Operand, Role},
    problem::{Kind, Problem, quote},
};

/// The longest text of anything but a string.
const MAX_SCALAR: usize = 400;

/// A typed value.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(crate) enum Value {
    /// Of a boolean column.
    Boolean(bool),
    /// Of an int or bigint column, within its range.
    Integer(i64),
    /// Of a float column, finite.
    Float(f32),
    /// Of a double column, finite.
    Double(f64),
    /// Of a decimal column, exact: units of the last digit, and how many digits are after the point.
    Decimal(i128, u8),
    /// Of a string column or a partition key.
    Text(String),
    /// Of a date column; its year has four digits.
    Day(NaiveDate),
    /// Of a timestamp column, in whole milliseconds as the lake stores them; its year has four digits.
    Time(DateTime<Utc>),
}

/// Reads `text` as a value to compare `operand` with, or says what was expected.
pub(crate) fn parse(operand: &Operand, text: &str) -> Result<Value, Problem> {
    read(&operand.role(), &operand.to_string(), text)
}

/// Reads `text` as an element of the array `operand`.
pub(crate) fn parse_element(operand: &Operand, element: &DataType, text: &str) -> Result<Value, Problem> {
    read(&Role::Stored(element.clone()), &operand.to_string(), text)
}

fn read(role: &Role, column: &str, text: &str) -> Result<Value, Problem> {
    let (value, expected) = match role {
        Role::Day => {
            (canonical_day(text).map(|_| Value::Text(text.to_owned())), "a day, as 2026-11-23".into())
        }
        Role::Hour => (hour(text), "an hour of two digits, 00 to 23".into()),
        Role::Stored(data_type) => (stored(data_type, text), wanted(data_type)),
    };
    value.ok_or_else(|| {
        // A raw + in a query string is a space, and offsets are where people meet that.
        let is_time = *role == Role::Stored(DataType::Timestamp);
        let hint = if is_time && text.contains(' ') { " (write + as %2B in a URL)" } else { "" };
        let detail = format!("the filter on {column:?} expects {expected}, found {}{hint}", quote(text));
        Problem::new(Kind::InvalidValue, detail).with("column", column).with("expected", expected.as_ref())
    })
}

/// Reads `text` as a value of the type, if it is one.
pub(crate) fn stored(data_type: &DataType, text: &str) -> Option<Value> {
    if text.len() > MAX_SCALAR && *data_type != DataType::String {
        return None;
    }
    match data_type {
        DataType::Boolean => boolean(text),
        DataType::Int => integer(text).filter(|wide| i32::try_from(*wide).is_ok()).map(Value::Integer),
        DataType::BigInt => integer(text).map(Value::Integer),
        DataType::Float => float(text),
        DataType::Double => double(text),
        DataType::Decimal(digits) => decimal(*digits, text),
        DataType::String => Some(Value::Text(text.to_owned())),
        DataType::Date => canonical_day(text).map(Value::Day),
        DataType::Timestamp => time(text),
        // A plan has no filters on these.
        DataType::Binary | DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => None,
    }
}

/// The words for what a column of the type is compared with.
pub(crate) fn wanted(data_type: &DataType) -> Cow<'static, str> {
    match data_type {
        DataType::Boolean => "true or false".into(),
        DataType::Int => "an int (-2147483648 to 2147483647)".into(),
        DataType::BigInt => "a bigint (a whole number of 64 bits)".into(),
        DataType::Float => "a finite number of 32 bits".into(),
        DataType::Double => "a finite number".into(),
        DataType::Decimal(decimal) => format!(
            "a number of {data_type}: {} digits, {} of them after the point",
            decimal.precision(),
            decimal.scale()
        )
        .into(),
        DataType::String => "text".into(),
        DataType::Date => "a date, as 2026-11-23".into(),
        DataType::Timestamp => "a time of RFC 3339 with an offset, as 2026-11-23T10:05:00Z".into(),
        DataType::Binary | DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => "no value".into(),
    }
}

fn boolean(text: &str) -> Option<Value> {
    match text {
        "true" => Some(Value::Boolean(true)),
        "false" => Some(Value::Boolean(false)),
        _ => None,
    }
}

fn integer(text: &str) -> Option<i64> {
    text.parse().ok().filter(|_| !text.starts_with('+'))
}

fn float(text: &str) -> Option<Value> {
    text.parse::<f32>().ok().filter(|float| is_numeric(text) && float.is_finite()).map(Value::Float)
}

fn double(text: &str) -> Option<Value> {
    text.parse::<f64>().ok().filter(|double| is_numeric(text) && double.is_finite()).map(Value::Double)
}

/// Rust reads `inf`, `NaN` and `infinity` as numbers too.
fn is_numeric(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'))
}

/// Exactly as an event's value is read, and never by way of a double.
fn decimal(decimal: Decimal, text: &str) -> Option<Value> {
    let number = Raw::parse(text).ok().filter(|_| is_numeric(text))?;
    match domain::value::parse(&DataType::Decimal(decimal), number) {
        Ok(domain::value::Value::Decimal(units)) => Some(Value::Decimal(units, decimal.scale())),
        _ => None,
    }
}

fn canonical_day(text: &str) -> Option<NaiveDate> {
    let shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| shaped && day.year() >= 1)
}

fn hour(text: &str) -> Option<Value> {
    let shaped = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    let hour: u8 = text.parse().ok()?;
    (shaped && hour < 24).then(|| Value::Text(text.to_owned()))
}

/// The value, or the first one after it that can be stored if the text says more than that: what is stored has
/// milliseconds, and `10:05:00.123` is before `10:05:00.1239`.
pub(crate) fn not_before(value: Value, text: &str) -> Value {
    match value {
        Value::Time(time) if DateTime::parse_from_rfc3339(text).is_ok_and(|exact| exact > time) => {
            let next = time.checked_add_signed(TimeDelta::milliseconds(1));
            Value::Time(next.filter(|next| next.year() <= 9_999).unwrap_or(time))
        }
        value => value,
    }
}

fn time(text: &str) -> Option<Value> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    // Cut to milliseconds as events are when they are stored, so that an event's own time finds it.
    let time = DateTime::from_timestamp_millis(time.timestamp_millis())?;
    (1..=9_999).contains(&time.year()).then_some(Value::Time(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(precision: u8, scale: u8) -> DataType {
        DataType::Decimal(Decimal::new(precision, scale).unwrap())
    }

    fn read(data_type: DataType, text: &str) -> Option<Value> {
        stored(&data_type, text)
    }

    #[test]
    fn values_at_the_edges() {
        use DataType::{BigInt, Boolean, Date, Double, Float, Int, String, Timestamp};
        assert_eq!(read(Boolean, "true"), Some(Value::Boolean(true)));
        assert_eq!(read(Int, "-2147483648"), Some(Value::Integer(-2_147_483_648)));
        assert_eq!(read(BigInt, "-9223372036854775808"), Some(Value::Integer(i64::MIN)));
        assert_eq!(read(Double, "1e3"), Some(Value::Double(1000.0)));
        assert_eq!(read(Float, "0.1"), Some(Value::Float(0.1)));
        assert_eq!(read(decimal(4, 2), "1.1"), Some(Value::Decimal(110, 2)));
        assert_eq!(read(decimal(4, 2), "-99.99"), Some(Value::Decimal(-9_999, 2)));
        assert_eq!(read(decimal(38, 38), "1e-38"), Some(Value::Decimal(1, 38)));
        assert_eq!(read(String, ""), Some(Value::Text("".into())));
        assert_eq!(read(Date, "2024-02-29"), NaiveDate::from_ymd_opt(2024, 2, 29).map(Value::Day));
        let time = |text| read(Timestamp, text);
        assert_eq!(time("2026-11-23T11:05:00.1239+01:00"), time("2026-11-23T10:05:00.123Z"));
        assert!(time("2026-11-23T10:05:00Z").is_some());
    }

    #[test]
    fn nothing_is_guessed() {
        use DataType::{BigInt, Boolean, Date, Double, Float, Int, Timestamp};
        for (data_type, text) in [
            (Boolean, "1"),
            (Boolean, "TRUE"),
            (Int, "2147483648"),
            (Int, "1.0"),
            (Int, ""),
            (Int, "+1"),
            (BigInt, "9223372036854775808"),
            (Float, "1e39"),
            (Float, "inf"),
            (decimal(4, 2), "1.234"),
            (decimal(4, 2), "100"),
            (decimal(4, 2), "\"1.1\""),
            (decimal(4, 2), "true"),
            (decimal(4, 2), ""),
            (Double, "NaN"),
            (Double, "inf"),
            (Double, "1e999"),
            (Double, ""),
            (Double, " 1"),
            (Date, "2026-2-3"),
            (Date, "2026-02-30"),
            (Date, "0000-01-01"),
            (Timestamp, "2026-11-23T10:05:00"),
            (Timestamp, "2026-11-23"),
            (Timestamp, "0000-01-01T00:00:00Z"),
            (Timestamp, "9999-12-31T23:59:59-01:00"),
        ] {
            assert_eq!(read(data_type.clone(), text), None, "{text:?} was taken for {data_type}");
        }
    }
}
