//! What is done with dates and timestamps.

mod arithmetic;
mod cast;
mod duration;
mod format;
mod interval;
mod iso8601;
mod parse;
mod parts;
mod pattern;
mod planner;
mod unit;
mod unix;
mod zoned;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Date32Array, Int64Array, StringArray, TimestampMillisecondArray},
        datatypes::{DataType as Arrow, Date32Type, Int64Type, TimeUnit, TimestampMillisecondType},
    },
    error::Result,
};

use super::own::{Own, failure, unexpected};
use crate::{text::time::MILLIS_PER_DAY, types::UTC, zone::Zone};
use unit::Unit;

pub(super) use arithmetic::MINUS_TIME;
pub(crate) use arithmetic::{NEGATED, negated};
pub(super) use cast::{from_text, try_from_text};
pub(crate) use interval::{DAY_TO_SECOND_OF, YEAR_TO_MONTH_OF};
pub(super) use iso8601::{FROM_ISO8601_TIMESTAMP, from_iso8601_date, from_iso8601_timestamp, instant};
pub(super) use parse::{PARSE_DATETIME, parsed_instant};
pub(super) use parts::{NAMES as PARTS, all as parts};
pub(crate) use planner::TimePlanner;
pub(super) use zoned::{AT_TIMEZONE, Zoned};
pub(crate) use zoned::{in_utc, local_time};

/// The names of [`all()`] and [`zoned()`].
pub(super) const NAMES: [&str; 12] = [
    AT_TIMEZONE,
    "date_parse",
    "format_datetime",
    "from_unixtime",
    "human_readable_seconds",
    "last_day_of_month",
    PARSE_DATETIME,
    "parse_duration",
    "to_iso8601",
    "to_milliseconds",
    "to_unixtime",
    "with_timezone",
];

/// Those that stand in SQL for a literal or an operator. A query cannot call them by their names.
pub(super) fn hidden() -> Vec<Own> {
    vec![arithmetic::negation(), interval::day_to_second(), interval::year_to_month()]
}

/// Functions of times besides those below.
pub(super) fn all() -> Vec<Own> {
    vec![
        duration::human_readable_seconds(),
        duration::parse_duration(),
        duration::to_milliseconds(),
        format::date_format(),
        format::format_datetime(),
        iso8601::to_iso8601(),
        parse::date_parse(),
        parse::parse_datetime(),
        unix::last_day_of_month(),
        unix::to_unixtime(),
    ]
}

/// Those whose result has the zone that an argument names.
pub(super) fn zoned() -> [Zoned; 3] {
    [Zoned::at_timezone(), Zoned::with_timezone(), Zoned::from_unixtime()]
}

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
    let (from, to) = alike(time(from)?, time(to)?);
    is_text(unit).then(|| vec![Arrow::Utf8, from, to])
}

/// Two times in the types in which they are subtracted. A date beside a timestamp is its midnight, and what has no zone
/// is in the session's where the other one has a zone.
fn alike(from: Arrow, to: Arrow) -> (Arrow, Arrow) {
    let has_zone = |arrow: &Arrow| matches!(arrow, Arrow::Timestamp(_, Some(_)));
    if has_zone(&from) || has_zone(&to) {
        let in_zone = |arrow: Arrow| if has_zone(&arrow) { arrow } else { instants() };
        return (in_zone(from), in_zone(to));
    }
    if from == to {
        return (from, to);
    }
    let plain = Arrow::Timestamp(TimeUnit::Millisecond, None);
    (plain.clone(), plain)
}

/// Timestamps in UTC.
fn instants() -> Arrow {
    Arrow::Timestamp(TimeUnit::Millisecond, Some(UTC.into()))
}

/// A column of dates or timestamps, read as milliseconds since 1970.
struct Times<'a> {
    column: Column<'a>,
    zone: Zone,
}

enum Column<'a> {
    Dates(&'a Date32Array),
    Timestamps(&'a TimestampMillisecondArray),
}

impl<'a> Times<'a> {
    fn of(array: &'a ArrayRef) -> Result<Self> {
        let column = match array.data_type() {
            Arrow::Date32 => Column::Dates(array.as_primitive::<Date32Type>()),
            Arrow::Timestamp(TimeUnit::Millisecond, _) => {
                Column::Timestamps(array.as_primitive::<TimestampMillisecondType>())
            }
            other => return Err(unexpected(other)),
        };
        Ok(Self { column, zone: Zone::of(array.data_type()) })
    }

    /// The row's time as the clocks of its zone show it.
    fn get(&self, row: usize) -> Option<i64> {
        self.instant(row).map(|instant| self.zone.local(instant))
    }

    /// The row's time as those of UTC show it. What has no zone is in UTC.
    fn instant(&self, row: usize) -> Option<i64> {
        match self.column {
            Column::Dates(dates) => dates.is_valid(row).then(|| i64::from(dates.value(row)) * MILLIS_PER_DAY),
            Column::Timestamps(times) => {
                times.is_valid(row).then(|| times.value(row).clamp(-FARTHEST, FARTHEST))
            }
        }
    }

    /// The instant of what was calculated in this unit from another one, as the clocks show it. Hours and what is shorter
    /// are of one length at all times; what is longer leads to the same time of another day.
    fn back(&self, unit: Unit, local: i64, other: i64) -> i64 {
        if unit.is_of_day() { local - self.zone.offset(other) } else { self.zone.instant_near(local, other) }
    }

    fn is_dates(&self) -> bool {
        matches!(self.column, Column::Dates(_))
    }

    /// A column of the same type.
    fn like(&self, millis: Vec<Option<i64>>) -> Result<ArrayRef> {
        Ok(match self.column {
            Column::Dates(_) => {
                let day = |millis: i64| {
                    i32::try_from(millis.div_euclid(MILLIS_PER_DAY)).map_err(|_| out_of_range())
                };
                let days = millis.into_iter().map(|millis| millis.map(day).transpose());
                Arc::new(days.collect::<Result<Date32Array>>()?)
            }
            Column::Timestamps(times) => {
                let has_zone = matches!(times.data_type(), Arrow::Timestamp(_, Some(_)));
                let checked =
                    |millis: Option<i64>| millis.map(|millis| in_range(millis, has_zone)).transpose();
                let array = millis.into_iter().map(checked).collect::<Result<TimestampMillisecondArray>>()?;
                Arc::new(array.with_data_type(times.data_type().clone()))
            }
        })
    }
}

fn out_of_range() -> datafusion::error::DataFusionError {
    failure("NUMERIC_VALUE_OUT_OF_RANGE", "the time is beyond what a timestamp holds")
}

/// The most milliseconds between 1970 and a timestamp, which counts microseconds in 64 bits.
const FARTHEST: i64 = i64::MAX / 1_000;

/// The same for one with a zone, which has 52 bits for milliseconds.
const FARTHEST_IN_ZONE: i64 = (1 << 51) - 1;

/// The same time, if a timestamp of Athena's holds it.
fn in_range(millis: i64, has_zone: bool) -> Result<i64> {
    let most = if has_zone { FARTHEST_IN_ZONE } else { FARTHEST };
    if (-most..=most).contains(&millis) { Ok(millis) } else { Err(out_of_range()) }
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
        truncated.push(
            units
                .get(row)?
                .zip(times.instant(row))
                .map(|(unit, instant)| times.back(unit, unit.truncate(times.zone.local(instant)), instant)),
        );
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
        later.push(match (units.get(row)?, count, times.instant(row)) {
            (Some(unit), Some(count), Some(instant)) => {
                // Trino counts them in 32 bits.
                let count = i32::try_from(count).map_err(|_| {
                    let message = format!("date_add of {count} units: an integer does not hold as many");
                    failure("NUMERIC_VALUE_OUT_OF_RANGE", message)
                })?;
                let local = unit.add(times.zone.local(instant), count.into()).ok_or_else(out_of_range)?;
                Some(times.back(unit, local, instant))
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
        between.push(match (units.get(row)?, from.instant(row), to.instant(row)) {
            (Some(unit), Some(first), Some(second)) if unit.is_of_day() => Some(unit.between(first, second)),
            // In the calendar of the first one's zone.
            (Some(unit), Some(first), Some(second)) => {
                Some(unit.between(from.zone.local(first), from.zone.local(second)))
            }
            _ => None,
        });
    }
    Ok(Arc::new(between.into_iter().collect::<Int64Array>()))
}
