//! The text of a filter, read as a value of its column's type.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
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
        Role::Day => canonical_day(text).map(|_| Value::Text(text.to_owned())),
        Role::Hour => hour(text),
        Role::Stored(DataType::Timestamp) => time(&format!("{}Z", text.replacen(' ', "T", 1))),
        Role::Stored(data_type) => stored(&data_type, text),
    }
}

fn read(role: &Role, column: &str, text: &str, now: DateTime<Utc>) -> Result<Value, Problem> {
    let day = |text| canonical_day(text).or_else(|| Some(relative(text, now)?.date_naive()));
    let (value, expected) = match role {
        Role::Day => {
            (day(text).map(|day| Value::Text(day.to_string())), "a day, as 2026-11-23, or today-7d".into())
        }
        Role::Hour => (hour(text), "an hour of two digits, 00 to 23".into()),
        Role::Stored(DataType::Date) => {
            (day(text).map(Value::Day), "a date, as 2026-11-23, or today-7d".into())
        }
        Role::Stored(DataType::Timestamp) => (
            time(text).or_else(|| midnight(text)).or_else(|| relative(text, now).map(Value::Time)),
            "a time of RFC 3339 with an offset, as 2026-11-23T10:05:00Z, a day, as 2026-11-23, or a time from now, as \
             now-24h or today-7d"
                .into(),
        ),
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
    let Some(sign) = offset.chars().next() else { return Some(from) };
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
    let time = from.checked_add_signed(TimeDelta::try_seconds(signed * seconds)?)?;
    Some(time).filter(|time| (1..=9_999).contains(&time.year()))
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
    fn times_count_from_now() {
        let now = DateTime::parse_from_rfc3339("2026-11-23T10:05:07Z").unwrap().to_utc();
        for (text, expected) in [
            ("now", "2026-11-23T10:05:07Z"),
            ("now-24h", "2026-11-22T10:05:07Z"),
            ("now-90m", "2026-11-23T08:35:07Z"),
            ("now-7s", "2026-11-23T10:05:00Z"),
            ("now 1d", "2026-11-24T10:05:07Z"),
            ("now+2w", "2026-12-07T10:05:07Z"),
            ("today", "2026-11-23T00:00:00Z"),
            ("today-7d", "2026-11-16T00:00:00Z"),
            ("2026-11-05", "2026-11-05T00:00:00Z"),
        ] {
            let found = super::read(&Role::Stored(DataType::Timestamp), "at", text, now).unwrap();
            assert_eq!(Some(found), time(expected), "{text}");
        }
        let day = |role: &Role, text: &str| super::read(role, "d", text, now).unwrap();
        assert_eq!(day(&Role::Day, "today-1d"), Value::Text("2026-11-22".into()));
        assert_eq!(day(&Role::Day, "now-11h"), Value::Text("2026-11-22".into()));
        let date = Role::Stored(DataType::Date);
        assert_eq!(day(&date, "today"), Value::Day(NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()));
        assert_eq!(
            day(&Role::Stored(DataType::String), "now"),
            Value::Text("now".into()),
            "a text is a text"
        );
        for none in [
            "",
            "Now",
            "now-",
            "now-h",
            "now-1",
            "now-1y",
            "now1h",
            "now-1.5h",
            "now--1h",
            "now-+1h",
            "now -1h",
            "now-9999999999s",
            "now-999999999w",
            "todayx",
            "yesterday",
            "now-1é",
            "nowé",
            "2026-11-5",
            "2026-11-31",
        ] {
            let problem = super::read(&Role::Stored(DataType::Timestamp), "at", none, now).unwrap_err();
            assert!(problem.to_string().contains("now-24h"), "{none}: {problem}");
        }
    }

    #[test]
    fn what_the_engine_wrote_is_read_back() {
        let dataset = crate::testing::bookings();
        let operand = |name: &str| {
            Operand::new(crate::column::TableColumn::find(&dataset, name).unwrap(), &[]).unwrap()
        };
        assert_eq!(
            exactly(&operand("booked_at"), "2026-11-23 10:05:00.123"),
            time("2026-11-23T10:05:00.123Z")
        );
        assert_eq!(exactly(&operand("price"), "1.0E10"), Some(Value::Double(1e10)));
        assert_eq!(exactly(&operand("price"), "NaN"), None);
        assert_eq!(exactly(&operand("dt"), "2026-11-23"), Some(Value::Text("2026-11-23".into())));
        assert_eq!(exactly(&operand("dt"), "today"), None);
        assert_eq!(exactly(&operand("hour"), "07"), Some(Value::Text("07".into())));
        assert_eq!(exactly(&operand("booking_id"), "now"), Some(Value::Text("now".into())));
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
