//! The values that a format converts, and their texts as Java's `toString` writes them.

use datafusion::error::Result;

use crate::{
    functions::own::unsupported_value,
    text::{number, time},
    values::{Part, Values},
};

/// A value.
#[derive(Debug)]
pub(super) enum Value<'v> {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(f32),
    Double(f64),
    /// Units and scale.
    Decimal(i128, usize),
    Text(&'v str),
    /// Days since 1970.
    Date(i64),
    /// Milliseconds since 1970.
    Timestamp(i64),
    /// What is not converted, by its type.
    Other(&'static str),
}

impl<'v> Value<'v> {
    /// The value at a place of a column.
    pub(super) fn of(column: &'v Values<'v>, place: usize) -> Self {
        match column.get(place) {
            None | Some(Part::Null) => Self::Null,
            Some(Part::Boolean(array)) => Self::Boolean(array.value(place)),
            Some(Part::Integer(array)) => Self::Integer(array.value(place).into()),
            Some(Part::BigInt(array)) => Self::Integer(array.value(place)),
            Some(Part::Real(array)) => Self::Real(array.value(place)),
            Some(Part::Double(array)) => Self::Double(array.value(place)),
            Some(Part::Decimal(array, scale)) => Self::Decimal(array.value(place), *scale),
            Some(Part::Varchar(array)) => Self::Text(array.value(place)),
            Some(Part::Json(array)) => Self::Text(array.value(place)),
            Some(Part::Date(array)) => Self::Date(array.value(place).into()),
            Some(Part::Timestamp(array)) => Self::Timestamp(array.value(place)),
            Some(Part::Instant(..)) => Self::Other("timestamp with time zone"),
            Some(Part::DayToSecond(_)) => Self::Other("interval day to second"),
            Some(Part::YearToMonth(_)) => Self::Other("interval year to month"),
            Some(Part::Varbinary(_)) => Self::Other("varbinary"),
            Some(Part::Array(..)) => Self::Other("array"),
            Some(Part::Row(_)) => Self::Other("row"),
            Some(Part::Map(..)) => Self::Other("map"),
        }
    }

    /// The name of its class in Java.
    pub(super) fn class(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "java.lang.Boolean",
            Self::Integer(_) => "java.lang.Long",
            Self::Real(_) => "java.lang.Float",
            Self::Double(_) => "java.lang.Double",
            Self::Decimal(..) => "java.math.BigDecimal",
            Self::Text(_) => "java.lang.String",
            Self::Date(_) => "java.time.LocalDate",
            Self::Timestamp(_) => "java.time.LocalDateTime",
            Self::Other(name) => name,
        }
    }

    pub(super) fn text(&self) -> Result<String> {
        let mut text = Vec::new();
        match self {
            Self::Null => text.extend_from_slice(b"null"),
            Self::Boolean(value) => return Ok(value.to_string()),
            Self::Integer(value) => number::integer(&mut text, *value),
            Self::Real(value) => number::floating(&mut text, *value),
            Self::Double(value) => number::floating(&mut text, *value),
            Self::Decimal(units, scale) => number::json_decimal(&mut text, *units, *scale),
            Self::Text(value) => return Ok((*value).to_owned()),
            Self::Date(days) => day(&mut text, *days),
            Self::Timestamp(millis) => moment(&mut text, *millis),
            Self::Other(name) => return Err(unsupported_value(&format!("format of {name}"))),
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// A year of more than four digits has a sign.
fn day(text: &mut Vec<u8>, days: i64) {
    if time::civil(days).0 > 9_999 {
        text.push(b'+');
    }
    time::date(text, days);
}

/// `2026-11-23T10:05`, with seconds and milliseconds only where there are some.
fn moment(text: &mut Vec<u8>, millis: i64) {
    let (days, left) = (millis.div_euclid(time::MILLIS_PER_DAY), millis.rem_euclid(time::MILLIS_PER_DAY));
    day(text, days);
    let (minutes, left) = (left / 60_000, left % 60_000);
    text.extend_from_slice(format!("T{:02}:{:02}", minutes / 60, minutes % 60).as_bytes());
    if left > 0 {
        text.extend_from_slice(format!(":{:02}", left / 1_000).as_bytes());
    }
    if left % 1_000 > 0 {
        text.extend_from_slice(format!(".{:03}", left % 1_000).as_bytes());
    }
}
