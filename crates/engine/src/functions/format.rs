//! `format`, which is Java's `String.format` (Trino's chapter "Conversion functions"). The conversions are those of
//! texts, booleans, integers, floating and fixed numbers, and the usual ones of dates and times; the others are refused by
//! name.

mod number;
mod specifier;
mod time;
mod value;

use datafusion::{
    arrow::datatypes::{DataType as Arrow, TimeUnit},
    error::{DataFusionError, Result},
};

use super::{
    argument::Argument,
    made::Made,
    own::{Own, invalid, unexpected},
};
use crate::{types::JSON, values::Values};
use specifier::{Piece, Specifier, Which};
use value::Value;

/// The name of [`format()`].
pub(super) const FORMAT: &str = "format";

/// Values in a text, as a format says.
pub(super) fn format() -> Own {
    Own::texts(FORMAT, takes, |_| Arrow::Utf8, each)
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    let (format, values) = given.split_first()?;
    if values.is_empty() || !matches!(format, Arrow::Utf8 | Arrow::Null) {
        return None;
    }
    let value = |given: &Arrow| match given {
        Arrow::Null | Arrow::Utf8 => Some(Arrow::Utf8),
        Arrow::Boolean
        | Arrow::Int32
        | Arrow::Int64
        | Arrow::Float32
        | Arrow::Float64
        | Arrow::Decimal128(..)
        | Arrow::Date32 => Some(given.clone()),
        json if *json == JSON => Some(JSON),
        Arrow::Timestamp(_, zone) => Some(Arrow::Timestamp(TimeUnit::Millisecond, zone.clone())),
        _ => None,
    };
    let values: Option<Vec<Arrow>> = values.iter().map(value).collect();
    Some([vec![Arrow::Utf8], values?].concat())
}

fn each(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let (formats, arguments) = (arguments[0].texts::<i32>(), &arguments[1..]);
    let columns =
        arguments.iter().map(|argument| Values::of(argument.array()).map_err(|found| unexpected(&found)));
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let mut last: Option<(&str, Vec<Piece>)> = None;
    for row in 0..made.rows() {
        let Some(format) = formats.get(row) else {
            made.append(None)?;
            continue;
        };
        let pieces = match last.take() {
            Some((known, pieces)) if known == format => pieces,
            _ => specifier::read(format).map_err(|found| found.error(format))?,
        };
        let places = arguments.iter().map(|argument| argument.place(row));
        let values: Vec<Value<'_>> =
            columns.iter().zip(places).map(|(column, place)| Value::of(column, place)).collect();
        let text = formatted(format, &pieces, &values, made)?;
        made.append(Some(&text))?;
        last = Some((format, pieces));
    }
    Ok(())
}

/// A format that Java refuses, with the words of its exception.
fn wrong(format: &str, what: &str) -> DataFusionError {
    invalid(format!("Invalid format string: {format} ({what})"))
}

fn formatted(format: &str, pieces: &[Piece], values: &[Value<'_>], made: &Made<'_>) -> Result<String> {
    let mut text = String::new();
    let mut next = 0;
    let mut last = None;
    for piece in pieces {
        let specifier = match piece {
            Piece::Text(piece) => {
                made.admit(text.len().saturating_add(piece.len()))?;
                text.push_str(piece);
                continue;
            }
            Piece::Specifier(specifier) => specifier,
        };
        let place = match specifier.which {
            Which::Next => {
                next += 1;
                Some(next - 1)
            }
            Which::Number(number) => number.checked_sub(1),
            Which::Last => last,
        };
        last = place;
        let missing =
            || wrong(format, &format!("MissingFormatArgument: Format specifier '{}'", specifier.text));
        let value = place.and_then(|place| values.get(place)).ok_or_else(missing)?;
        let width = specifier.width.unwrap_or(0);
        let digits = match specifier.conversion {
            // With at most as many digits before the point as the largest double has.
            'f' | 'e' => specifier.precision.unwrap_or(6).saturating_add(400),
            _ => 0,
        };
        made.admit(text.len().saturating_add(width.max(digits)))?;
        let part = converted(specifier, value).map_err(|found| found.error(format))?;
        made.admit(text.len().saturating_add(part.len()))?;
        text.push_str(&part);
    }
    Ok(text)
}

/// Why a value is not converted.
enum Wrong {
    /// In the words of Java's exception.
    Format(String),
    /// Of the value; or of the format, where Java takes it.
    Value(DataFusionError),
}

impl Wrong {
    fn error(self, format: &str) -> DataFusionError {
        match self {
            Self::Format(what) => wrong(format, &what),
            Self::Value(error) => error,
        }
    }
}

impl From<String> for Wrong {
    fn from(what: String) -> Self {
        Self::Format(what)
    }
}

/// One value as its specifier says.
fn converted(specifier: &Specifier, value: &Value<'_>) -> std::result::Result<String, Wrong> {
    let plain = match (specifier.conversion, value) {
        ('b', Value::Null) => specifier.cut("false"),
        ('b', Value::Boolean(value)) => specifier.cut(if *value { "true" } else { "false" }),
        ('b', _) => specifier.cut("true"),
        (_, Value::Null) => specifier.cut("null"),
        ('s', value) => specifier.cut(&value.text().map_err(Wrong::Value)?),
        ('d' | 'x' | 'o', Value::Integer(number)) => number::integer(specifier, *number),
        // As a double, which has other digits than the real.
        ('f' | 'e', Value::Real(number)) => number::floating(specifier, f64::from(*number)),
        ('f' | 'e', Value::Double(number)) => number::floating(specifier, *number),
        ('f' | 'e', Value::Decimal(units, scale)) => number::decimal(specifier, *units, *scale),
        ('t', Value::Date(days)) => time::date(specifier, *days).map_err(Wrong::Value)?,
        // Java takes a long for milliseconds.
        ('t', Value::Timestamp(millis) | Value::Integer(millis)) => {
            time::timestamp(specifier, *millis).map_err(Wrong::Value)?
        }
        (_, value) => return Err(specifier.mismatch(value.class()).into()),
    };
    Ok(specifier.justified(plain))
}
