//! The parts of a date or a timestamp, as bigints.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array},
        datatypes::{DataType as Arrow, DurationMillisecondType, IntervalYearMonthType},
    },
    error::Result,
};

use super::{Times, instants, time};
use crate::{
    functions::own::Own,
    text::time::{MILLIS_PER_DAY, civil, day_of},
    types::{DAY_TO_SECOND, YEAR_TO_MONTH},
};

/// All of their names.
pub(crate) const NAMES: [&str; 19] = [
    "year",
    "quarter",
    "month",
    "week",
    "week_of_year",
    "day",
    "day_of_month",
    "day_of_week",
    "dow",
    "day_of_year",
    "doy",
    "hour",
    "minute",
    "second",
    "millisecond",
    "year_of_week",
    "yow",
    "timezone_hour",
    "timezone_minute",
];

/// One function for each name. A week is ISO 8601's, and so is a day's number in it: 1 is Monday.
pub(crate) fn all() -> Vec<Own> {
    vec![
        of_months("year", |columns| either(columns, |millis| date(millis).0, |months| months / 12)),
        part("quarter", |columns| map(columns, |millis| (date(millis).1 + 2) / 3)),
        of_months("month", |columns| either(columns, |millis| date(millis).1, |months| months % 12)),
        part("week", |columns| map(columns, week)),
        part("week_of_year", |columns| map(columns, week)),
        of_millis("day", |columns| {
            either(columns, |millis| date(millis).2, |length| length / MILLIS_PER_DAY)
        }),
        of_millis("day_of_month", |columns| {
            either(columns, |millis| date(millis).2, |length| length / MILLIS_PER_DAY)
        }),
        part("day_of_week", |columns| map(columns, |millis| day_of_week(day(millis)))),
        part("dow", |columns| map(columns, |millis| day_of_week(day(millis)))),
        part("day_of_year", |columns| map(columns, |millis| day_of_year(day(millis)))),
        part("doy", |columns| map(columns, |millis| day_of_year(day(millis)))),
        of_millis("hour", |columns| {
            either(columns, |millis| of_day(millis) / 3_600_000, |length| length % MILLIS_PER_DAY / 3_600_000)
        }),
        of_millis("minute", |columns| {
            either(columns, |millis| of_day(millis) / 60_000 % 60, |length| length % 3_600_000 / 60_000)
        }),
        of_millis("second", |columns| {
            either(columns, |millis| of_day(millis) / 1_000 % 60, |length| length % 60_000 / 1_000)
        }),
        of_millis("millisecond", |columns| {
            either(columns, |millis| of_day(millis) % 1_000, |length| length % 1_000)
        }),
        part("year_of_week", |columns| map(columns, year_of_week)),
        part("yow", |columns| map(columns, year_of_week)),
        offset("timezone_hour", |columns| offset_part(columns, |minutes| minutes / 60)),
        offset("timezone_minute", |columns| offset_part(columns, |minutes| minutes % 60)),
    ]
}

fn part(name: &'static str, apply: fn(&[ArrayRef]) -> Result<ArrayRef>) -> Own {
    let takes = |given: &[Arrow]| match given {
        [at] => Some(vec![time(at)?]),
        _ => None,
    };
    Own::new(name, takes, |_| Arrow::Int64, apply)
}

/// A part of a time or of an interval of days and seconds. Those of a negative interval are negative.
fn of_millis(name: &'static str, apply: fn(&[ArrayRef]) -> Result<ArrayRef>) -> Own {
    let takes = |given: &[Arrow]| match given {
        [length] if *length == DAY_TO_SECOND => Some(given.to_vec()),
        [at] => Some(vec![time(at)?]),
        _ => None,
    };
    Own::new(name, takes, |_| Arrow::Int64, apply)
}

/// A part of a time or of an interval of years and months.
fn of_months(name: &'static str, apply: fn(&[ArrayRef]) -> Result<ArrayRef>) -> Own {
    let takes = |given: &[Arrow]| match given {
        [length] if *length == YEAR_TO_MONTH => Some(given.to_vec()),
        [at] => Some(vec![time(at)?]),
        _ => None,
    };
    Own::new(name, takes, |_| Arrow::Int64, apply)
}

/// A part of the offset from UTC: of what has no zone, that of the session's.
fn offset(name: &'static str, apply: fn(&[ArrayRef]) -> Result<ArrayRef>) -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::Timestamp(_, None) | Arrow::Null] => Some(vec![instants()]),
        [zoned @ Arrow::Timestamp(..)] => Some(vec![time(zoned)?]),
        _ => None,
    };
    Own::new(name, takes, |_| Arrow::Int64, apply)
}

fn offset_part(columns: &[ArrayRef], part: fn(i64) -> i64) -> Result<ArrayRef> {
    let times = Times::of(&columns[0])?;
    let minutes = |instant: i64| part(times.zone.offset(instant) / 60_000);
    let parts = (0..columns[0].len()).map(|row| times.instant(row).map(&minutes));
    Ok(Arc::new(parts.collect::<Int64Array>()))
}

/// The one of a time, the other of an interval.
fn either(columns: &[ArrayRef], of_time: fn(i64) -> i64, of_interval: fn(i64) -> i64) -> Result<ArrayRef> {
    if let Some(millis) = columns[0].as_primitive_opt::<DurationMillisecondType>() {
        return Ok(Arc::new(millis.iter().map(|length| length.map(of_interval)).collect::<Int64Array>()));
    }
    if let Some(months) = columns[0].as_primitive_opt::<IntervalYearMonthType>() {
        let parts = months.iter().map(|length| length.map(|length| of_interval(i64::from(length))));
        return Ok(Arc::new(parts.collect::<Int64Array>()));
    }
    map(columns, of_time)
}

fn map(columns: &[ArrayRef], part: impl Fn(i64) -> i64) -> Result<ArrayRef> {
    let times = Times::of(&columns[0])?;
    let parts = (0..columns[0].len()).map(|row| times.get(row).map(&part));
    Ok(Arc::new(parts.collect::<Int64Array>()))
}

fn day(millis: i64) -> i64 {
    millis.div_euclid(MILLIS_PER_DAY)
}

fn of_day(millis: i64) -> i64 {
    millis.rem_euclid(MILLIS_PER_DAY)
}

fn date(millis: i64) -> (i64, i64, i64) {
    civil(day(millis))
}

/// 1970-01-01 was a Thursday.
pub(super) fn day_of_week(day: i64) -> i64 {
    (day + 3).rem_euclid(7) + 1
}

pub(super) fn day_of_year(day: i64) -> i64 {
    day - day_of(civil(day).0, 1, 1) + 1
}

/// A week belongs to the year of its Thursday.
fn thursday(day: i64) -> i64 {
    day - day_of_week(day) + 4
}

fn week(millis: i64) -> i64 {
    week_of(day(millis))
}

pub(super) fn week_of(day: i64) -> i64 {
    (day_of_year(thursday(day)) - 1) / 7 + 1
}

fn year_of_week(millis: i64) -> i64 {
    year_of_week_of(day(millis))
}

/// The year that the week of a day belongs to.
pub(super) fn year_of_week_of(day: i64) -> i64 {
    civil(thursday(day)).0
}

/// The Monday of the first week of a year.
pub(super) fn first_monday(year: i64) -> i64 {
    // The fourth of January is always in it.
    let fourth = day_of(year, 1, 4);
    fourth - day_of_week(fourth) + 1
}

/// How many weeks belong to a year.
pub(super) fn weeks_in(year: i64) -> i64 {
    (first_monday(year + 1) - first_monday(year)) / 7
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};

    use super::*;

    #[test]
    fn weeks_and_days_are_chronos() {
        for number in -30_000..60_000 {
            let date = NaiveDate::from_num_days_from_ce_opt(number + 719_163).unwrap();
            let number = i64::from(number);
            assert_eq!(week(number * MILLIS_PER_DAY), i64::from(date.iso_week().week()), "{date}");
            assert_eq!(year_of_week_of(number), i64::from(date.iso_week().year()), "{date}");
            let weeks = first_monday(year_of_week_of(number)) + (week_of(number) - 1) * 7;
            assert_eq!(weeks + day_of_week(number) - 1, number, "{date}");
            assert!((1..=weeks_in(year_of_week_of(number))).contains(&week_of(number)), "{date}");
            assert_eq!(day_of_week(number), i64::from(date.weekday().number_from_monday()), "{date}");
            assert_eq!(day_of_year(number), i64::from(date.ordinal()), "{date}");
        }
    }

    #[test]
    fn every_name_has_its_function() {
        use datafusion::logical_expr::ScalarUDFImpl;
        let functions = all();
        let names: Vec<&str> = functions.iter().map(Own::name).collect();
        assert_eq!(names, NAMES);
    }
}
