//! What is done with dates and timestamps.

mod format;
mod iso8601;
mod parts;
mod unit;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Date32Array, Int64Array, StringArray, TimestampMillisecondArray},
        datatypes::{DataType as Arrow, Date32Type, Int64Type, TimeUnit, TimestampMillisecondType},
    },
    error::Result,
};

use super::own::{Own, failure, unexpected};
use crate::{text::time::MILLIS_PER_DAY, types::UTC};
use unit::Unit;

pub(super) use format::date_format;
pub(super) use iso8601::{FROM_ISO8601_TIMESTAMP, from_iso8601_date, from_iso8601_timestamp, instant};
pub(super) use parts::{NAMES as PARTS, all as parts};

/// The beginning of the unit that a date or a timestamp is in.
pub(super) fn date_trunc() -> Own {
    Own::new("date_trunc", takes_trunc, |given| given[1].clone(), truncate)
}

/// So many units later.
pub(super) fn date_add() -> Own {
    Own::new("date_add", takes_add, |given| given[2].clone(), add)
}

/// How many whole units lie between the two.
pub(super) fn date_diff() -> Own {
    Own::new("date_diff", takes_diff, |_| Arrow::Int64, difference)
}

/// The type in which a date or a timestamp is worked on: its own, in milliseconds.
fn time(given: &Arrow) -> Option<Arrow> {
    Some(match given {
        Arrow::Date32 => Arrow::Date32,
        Arrow::Timestamp(_, zone) => Arrow::Timestamp(TimeUnit::Millisecond, zone.clone()),
        Arrow::Null => Arrow::Timestamp(TimeUnit::Millisecond, None),
        _ => return None,
    })
}

fn is_text(given: &Arrow) -> bool {
    matches!(given, Arrow::Utf8 | Arrow::Null)
}

fn takes_trunc(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [unit, at] if is_text(unit) => Some(vec![Arrow::Utf8, time(at)?]),
        _ => None,
    }
}

fn takes_add(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [unit, Arrow::Int32 | Arrow::Int64 | Arrow::Null, at] if is_text(unit) => {
            Some(vec![Arrow::Utf8, Arrow::Int64, time(at)?])
        }
        _ => None,
    }
}

fn takes_diff(given: &[Arrow]) -> Option<Vec<Arrow>> {
    let [unit, from, to] = given else { return None };
    let (from, to) = (time(from)?, time(to)?);
    // A date beside a timestamp is its midnight.
    let common = match (&from, &to) {
        (Arrow::Date32, other) => other.clone(),
        (one, Arrow::Date32) => one.clone(),
        (one, other) if one == other => one.clone(),
        _ => Arrow::Timestamp(TimeUnit::Millisecond, Some(UTC.into())),
    };
    is_text(unit).then(|| vec![Arrow::Utf8, common.clone(), common])
}

/// A column of dates or timestamps, read as milliseconds since 1970.
enum Times<'a> {
    Dates(&'a Date32Array),
    Timestamps(&'a TimestampMillisecondArray),
}

impl<'a> Times<'a> {
    fn of(array: &'a ArrayRef) -> Result<Self> {
        match array.data_type() {
            Arrow::Date32 => Ok(Self::Dates(array.as_primitive::<Date32Type>())),
            Arrow::Timestamp(TimeUnit::Millisecond, _) => {
                Ok(Self::Timestamps(array.as_primitive::<TimestampMillisecondType>()))
            }
            other => Err(unexpected(other)),
        }
    }

    fn get(&self, row: usize) -> Option<i64> {
        match self {
            Self::Dates(dates) => dates.is_valid(row).then(|| i64::from(dates.value(row)) * MILLIS_PER_DAY),
            Self::Timestamps(times) => times.is_valid(row).then(|| times.value(row)),
        }
    }

    fn is_dates(&self) -> bool {
        matches!(self, Self::Dates(_))
    }

    /// A column of the same type.
    fn like(&self, millis: Vec<Option<i64>>) -> Result<ArrayRef> {
        Ok(match self {
            Self::Dates(_) => {
                let day = |millis: i64| {
                    i32::try_from(millis.div_euclid(MILLIS_PER_DAY)).map_err(|_| out_of_range())
                };
                let days = millis.into_iter().map(|millis| millis.map(day).transpose());
                Arc::new(days.collect::<Result<Date32Array>>()?)
            }
            Self::Timestamps(times) => {
                let array = millis.into_iter().collect::<TimestampMillisecondArray>();
                Arc::new(array.with_data_type(times.data_type().clone()))
            }
        })
    }
}

fn out_of_range() -> datafusion::error::DataFusionError {
    failure("NUMERIC_VALUE_OUT_OF_RANGE", "the time is beyond what a timestamp holds")
}

/// The units of a column, mostly one and the same.
struct Units<'a> {
    texts: &'a StringArray,
    of_dates: bool,
    last: Option<(&'a str, Unit)>,
}

impl<'a> Units<'a> {
    fn of(array: &'a ArrayRef, of_dates: bool) -> Self {
        Self { texts: array.as_string::<i32>(), of_dates, last: None }
    }

    fn get(&mut self, row: usize) -> Result<Option<Unit>> {
        if self.texts.is_null(row) {
            return Ok(None);
        }
        let text = self.texts.value(row);
        let unit = match self.last {
            Some((last, unit)) if last == text => unit,
            _ => Unit::named(text, self.of_dates)?,
        };
        self.last = Some((text, unit));
        Ok(Some(unit))
    }
}

fn truncate(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let times = Times::of(&arguments[1])?;
    let mut units = Units::of(&arguments[0], times.is_dates());
    let mut truncated = Vec::with_capacity(arguments[1].len());
    for row in 0..arguments[1].len() {
        truncated.push(units.get(row)?.zip(times.get(row)).map(|(unit, millis)| unit.truncate(millis)));
    }
    times.like(truncated)
}

fn add(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let times = Times::of(&arguments[2])?;
    let mut units = Units::of(&arguments[0], times.is_dates());
    let counts = arguments[1].as_primitive::<Int64Type>();
    let mut later = Vec::with_capacity(counts.len());
    for row in 0..counts.len() {
        let count = counts.is_valid(row).then(|| counts.value(row));
        later.push(match (units.get(row)?, count, times.get(row)) {
            (Some(unit), Some(count), Some(millis)) => {
                Some(unit.add(millis, count).ok_or_else(out_of_range)?)
            }
            _ => None,
        });
    }
    times.like(later)
}

fn difference(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let (from, to) = (Times::of(&arguments[1])?, Times::of(&arguments[2])?);
    let mut units = Units::of(&arguments[0], from.is_dates());
    let mut between = Vec::with_capacity(arguments[1].len());
    for row in 0..arguments[1].len() {
        between.push(match (units.get(row)?, from.get(row), to.get(row)) {
            (Some(unit), Some(from), Some(to)) => Some(unit.between(from, to)),
            _ => None,
        });
    }
    Ok(Arc::new(between.into_iter().collect::<Int64Array>()))
}
