//! The parts of a date or a timestamp, as bigints.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Int64Array},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{Times, time};
use crate::{
    functions::own::Own,
    text::time::{MILLIS_PER_DAY, civil, day_of},
};

/// All of their names.
pub(crate) const NAMES: [&str; 15] = [
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
];

/// One function for each name. A week is ISO 8601's, and so is a day's number in it: 1 is Monday.
pub(crate) fn all() -> Vec<Own> {
    vec![
        part("year", |columns| map(columns, |millis| date(millis).0)),
        part("quarter", |columns| map(columns, |millis| (date(millis).1 + 2) / 3)),
        part("month", |columns| map(columns, |millis| date(millis).1)),
        part("week", |columns| map(columns, week)),
        part("week_of_year", |columns| map(columns, week)),
        part("day", |columns| map(columns, |millis| date(millis).2)),
        part("day_of_month", |columns| map(columns, |millis| date(millis).2)),
        part("day_of_week", |columns| map(columns, |millis| day_of_week(day(millis)))),
        part("dow", |columns| map(columns, |millis| day_of_week(day(millis)))),
        part("day_of_year", |columns| map(columns, |millis| day_of_year(day(millis)))),
        part("doy", |columns| map(columns, |millis| day_of_year(day(millis)))),
        part("hour", |columns| map(columns, |millis| of_day(millis) / 3_600_000)),
        part("minute", |columns| map(columns, |millis| of_day(millis) / 60_000 % 60)),
        part("second", |columns| map(columns, |millis| of_day(millis) / 1_000 % 60)),
        part("millisecond", |columns| map(columns, |millis| of_day(millis) % 1_000)),
    ]
}

fn part(name: &'static str, apply: fn(&[ArrayRef]) -> Result<ArrayRef>) -> Own {
    let takes = |given: &[Arrow]| match given {
        [at] => Some(vec![time(at)?]),
        _ => None,
    };
    Own::new(name, takes, |_| Arrow::Int64, apply)
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
fn week(millis: i64) -> i64 {
    let thursday = day(millis) - day_of_week(day(millis)) + 4;
    (day_of_year(thursday) - 1) / 7 + 1
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
