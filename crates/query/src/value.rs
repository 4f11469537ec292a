//! The text of a filter, read as a value of its column's type.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::DataType;

use crate::{
    column::{Role, TableColumn},
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
    /// Of a double column, finite.
    Double(f64),
    /// Of a string column or a partition key.
    Text(String),
    /// Of a date column; its year has four digits.
    Day(NaiveDate),
    /// Of a timestamp column, in whole milliseconds as the lake stores them; its year has four digits.
    Time(DateTime<Utc>),
}

/// Reads `text` for `column`, or says what was expected.
pub(crate) fn parse(column: &TableColumn, text: &str) -> Result<Value, Problem> {
    let (value, expected) = match column.role() {
        Role::Day => (canonical_day(text).map(|_| Value::Text(text.to_owned())), "a day, as 2026-11-23"),
        Role::Hour => (hour(text), "an hour of two digits, 00 to 23"),
        Role::Stored(data_type) => stored(data_type, text),
    };
    value.ok_or_else(|| {
        // A raw + in a query string is a space, and offsets are where people meet that.
        let is_time = column.data_type() == DataType::Timestamp;
        let hint = if is_time && text.contains(' ') { " (write + as %2B in a URL)" } else { "" };
        let detail =
            format!("the filter on {:?} expects {expected}, found {}{hint}", column.name(), quote(text));
        Problem::new(Kind::InvalidValue, detail).with("column", column.name()).with("expected", expected)
    })
}

fn stored(data_type: DataType, text: &str) -> (Option<Value>, &'static str) {
    if data_type == DataType::String {
        return (Some(Value::Text(text.to_owned())), "text");
    }
    let text = if text.len() > MAX_SCALAR { "" } else { text };
    match data_type {
        DataType::Boolean => (boolean(text), "true or false"),
        DataType::Int => (
            integer(text).filter(|wide| i32::try_from(*wide).is_ok()).map(Value::Integer),
            "an int (-2147483648 to 2147483647)",
        ),
        DataType::BigInt => (integer(text).map(Value::Integer), "a bigint (a whole number of 64 bits)"),
        DataType::Double => (double(text), "a finite number"),
        DataType::Date => (canonical_day(text).map(Value::Day), "a date, as 2026-11-23"),
        DataType::Timestamp => (time(text), "a time of RFC 3339 with an offset, as 2026-11-23T10:05:00Z"),
        DataType::String => (None, "text"),
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

fn double(text: &str) -> Option<Value> {
    // Rust reads `inf`, `NaN` and `infinity` too.
    let numeric = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse::<f64>().ok().filter(|double| numeric && double.is_finite()).map(Value::Double)
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

fn time(text: &str) -> Option<Value> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    // Cut to milliseconds as events are when they are stored, so that an event's own time finds it.
    let time = DateTime::from_timestamp_millis(time.timestamp_millis())?;
    (1..=9_999).contains(&time.year()).then_some(Value::Time(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(data_type: DataType, text: &str) -> Option<Value> {
        stored(data_type, text).0
    }

    #[test]
    fn values_at_the_edges() {
        use DataType::{BigInt, Boolean, Date, Double, Int, String, Timestamp};
        assert_eq!(read(Boolean, "true"), Some(Value::Boolean(true)));
        assert_eq!(read(Int, "-2147483648"), Some(Value::Integer(-2_147_483_648)));
        assert_eq!(read(BigInt, "-9223372036854775808"), Some(Value::Integer(i64::MIN)));
        assert_eq!(read(Double, "1e3"), Some(Value::Double(1000.0)));
        assert_eq!(read(String, ""), Some(Value::Text("".into())));
        assert_eq!(read(Date, "2024-02-29"), NaiveDate::from_ymd_opt(2024, 2, 29).map(Value::Day));
        let time = |text| read(Timestamp, text);
        assert_eq!(time("2026-11-23T11:05:00.1239+01:00"), time("2026-11-23T10:05:00.123Z"));
        assert!(time("2026-11-23T10:05:00Z").is_some());
    }

    #[test]
    fn nothing_is_guessed() {
        use DataType::{BigInt, Boolean, Date, Double, Int, Timestamp};
        for (data_type, text) in [
            (Boolean, "1"),
            (Boolean, "TRUE"),
            (Int, "2147483648"),
            (Int, "1.0"),
            (Int, ""),
            (Int, "+1"),
            (BigInt, "9223372036854775808"),
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
            assert_eq!(read(data_type, text), None, "{text:?} was taken for {data_type}");
        }
    }
}
