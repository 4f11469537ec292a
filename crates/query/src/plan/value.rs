//! The text of a filter, read as a value of its column's type.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::{DataType, data_type::Decimal, json::Raw};

use super::column::{Operand, Role};
use crate::problem::{Problem, ProblemKind, quote};

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

/// Reads `text` as a value to compare `operand` with, or says what was expected. Times may count from `now`.
pub(crate) fn parse(operand: &Operand, text: &str, now: DateTime<Utc>) -> Result<Value, Problem> {
    read(&operand.role(), &operand.to_string(), text, now)
}

/// Reads `text` as an element of the array `operand`.
pub(crate) fn parse_element(
    operand: &Operand,
    element: &DataType,
    text: &str,
    now: DateTime<Utc>,
) -> Result<Value, Problem> {
    read(&Role::Stored(element.clone()), &operand.to_string(), text, now)
}

/// Reads a value as the engine wrote it into a result; `None` if no filter can mean it.
pub(crate) fn exactly(operand: &Operand, text: &str) -> Option<Value> {
    match operand.role() {
        Role::Day => written_day(text).map(|_| Value::Text(text.to_owned())),
        Role::Month => month(text),
        Role::Whole => whole(text),
        Role::Hour => hour(text),
        Role::Stored(DataType::Date) => written_day(text).map(Value::Day),
        Role::Stored(DataType::Timestamp) => {
            instant(&format!("{}Z", text.replacen(' ', "T", 1))).map(Value::Time)
        }
        Role::Stored(data_type) => stored(&data_type, text),
    }
}

fn read(role: &Role, column: &str, text: &str, now: DateTime<Utc>) -> Result<Value, Problem> {
    let (value, expected) = match role {
        Role::Day => (
            day(text, now).map(|day| Value::Text(day.to_string())),
            "a day, as 2026-11-23, or today-7d".into(),
        ),
        Role::Month => {
            let from_now = || Some(Value::Text(relative(text, now)?.format("%Y-%m").to_string()));
            (
                month(text).or_else(from_now),
                "a month, as 2026-11, or that of a day from now, as today-30d".into(),
            )
        }
        Role::Whole => (whole(text), "all: the dataset has one partition".into()),
        Role::Hour => (hour(text), "an hour of two digits, 00 to 23".into()),
        Role::Stored(data_type) => (given(data_type, text, now), expected(data_type)),
    };
    value.ok_or_else(|| {
        // A raw + in a query string is a space, and offsets are where people meet that.
        let is_time = *role == Role::Stored(DataType::Timestamp);
        let hint = if is_time && text.contains(' ') { " (write + as %2B in a URL)" } else { "" };
        let detail = format!("the filter on {column:?} expects {expected}, found {}{hint}", quote(text));
        Problem::new(ProblemKind::InvalidValue, detail)
            .with("column", column)
            .with("expected", expected.as_ref())
    })
}

/// Reads `text` as a request has it for a value of the type: times may also be days, and both may count from `now`.
pub(crate) fn given(data_type: &DataType, text: &str, now: DateTime<Utc>) -> Option<Value> {
    match data_type {
        DataType::Date => day(text, now).map(Value::Day),
        DataType::Timestamp => {
            time(text).or_else(|| midnight(text)).or_else(|| relative(text, now).map(Value::Time))
        }
        other => stored(other, text),
    }
}

/// The words for what [`given`] takes.
pub(crate) fn expected(data_type: &DataType) -> Cow<'static, str> {
    match data_type {
        DataType::Date => "a date, as 2026-11-23, or today-7d".into(),
        DataType::Timestamp => {
            "a time of RFC 3339 with an offset, as 2026-11-23T10:05:00Z, a day, as 2026-11-23, or a time \
                                from now, as now-24h or today-7d"
                .into()
        }
        other => wanted(other),
    }
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

fn day(text: &str, now: DateTime<Utc>) -> Option<NaiveDate> {
    canonical_day(text).or_else(|| Some(relative(text, now)?.date_naive()))
}

fn canonical_day(text: &str) -> Option<NaiveDate> {
    written_day(text).filter(|day| day.year() >= 1)
}

/// With the year 0 too, which an event may have.
fn written_day(text: &str) -> Option<NaiveDate> {
    let shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| shaped && day.year() >= 0)
}

fn month(text: &str) -> Option<Value> {
    let first = written_day(&format!("{text}-01"));
    first.map(|_| Value::Text(text.to_owned()))
}

fn whole(text: &str) -> Option<Value> {
    (text == "all").then(|| Value::Text(text.to_owned()))
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
    instant(text).filter(|time| time.year() >= 1).map(Value::Time)
}

/// With the year 0 too, which an event may have.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    // Cut to milliseconds as events are when they are stored, so that an event's own time finds it.
    let time = DateTime::from_timestamp_millis(time.timestamp_millis())?;
    Some(time).filter(|time| (0..=9_999).contains(&time.year()))
}

/// The beginning of a day, in UTC as PostgREST's default has it.
fn midnight(text: &str) -> Option<Value> {
    canonical_day(text).map(|day| Value::Time(day.and_time(NaiveTime::MIN).and_utc()))
}

/// `now`, or `today` (its beginning in UTC), and how long before or after: `now-24h`, `today-7d`, `now+90m`.
fn relative(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (from, offset) = match (text.strip_prefix("now"), text.strip_prefix("today")) {
        (Some(offset), _) => (now, offset),
        (None, Some(offset)) => (now.date_naive().and_time(NaiveTime::MIN).and_utc(), offset),
        (None, None) => return None,
    };
    let time = if offset.is_empty() { from } else { from.checked_add_signed(distance(offset)?)? };
    // A year of more digits, or none, is no literal that the engine reads.
    Some(time).filter(|time| (1..=9_999).contains(&time.year()))
}

/// How long before or after: `-24h`, `+90m`.
fn distance(offset: &str) -> Option<TimeDelta> {
    let sign = offset.chars().next()?;
    let (number, unit) = offset.get(1..)?.split_at_checked(offset.len().checked_sub(2)?)?;
    let seconds: i64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    let digits = (1..=9).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = number.parse().ok().filter(|_| digits)?;
    let signed = match sign {
        '-' => -number,
        // A raw + in a query string is a space.
        '+' | ' ' => number,
        _ => return None,
    };
    TimeDelta::try_seconds(signed * seconds)
}

#[cfg(test)]
mod tests;
