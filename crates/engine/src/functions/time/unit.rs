//! Units of time, in the calendar of Athena's engine: Gregorian for all times, weeks from Monday.

use datafusion::error::Result;

use crate::{
    functions::own::invalid,
    text::time::{MILLIS_PER_DAY, civil, day_of},
};

/// How long something takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Always so many milliseconds. A week begins on Monday.
    Fixed(i64),
    /// So many months: 3 for a quarter.
    Months(i64),
    Year,
}

const WEEK: i64 = 7 * MILLIS_PER_DAY;

/// 1969-12-29, a Monday.
const A_MONDAY: i64 = -3 * MILLIS_PER_DAY;

impl Unit {
    /// By its name, in any case. A date has no units shorter than a day.
    pub(super) fn named(name: &str, of_date: bool) -> Result<Self> {
        let name = name.to_lowercase();
        Ok(match name.as_str() {
            "millisecond" if !of_date => Self::Fixed(1),
            "second" if !of_date => Self::Fixed(1_000),
            "minute" if !of_date => Self::Fixed(60_000),
            "hour" if !of_date => Self::Fixed(3_600_000),
            "day" => Self::Fixed(MILLIS_PER_DAY),
            "week" => Self::Fixed(WEEK),
            "month" => Self::Months(1),
            "quarter" => Self::Months(3),
            "year" => Self::Year,
            _ => {
                let of = if of_date { "DATE" } else { "TIMESTAMP" };
                return Err(invalid(format!("'{name}' is not a valid {of} field")));
            }
        })
    }

    /// Whether it is a part of a day.
    pub(super) fn is_of_day(self) -> bool {
        matches!(self, Self::Fixed(length) if length < MILLIS_PER_DAY)
    }

    /// The beginning of the unit that this millisecond since 1970 is in.
    pub(super) fn truncate(self, millis: i64) -> i64 {
        let (year, month, _) = civil(millis.div_euclid(MILLIS_PER_DAY));
        match self {
            Self::Fixed(WEEK) => millis - (millis - A_MONDAY).rem_euclid(WEEK),
            Self::Fixed(length) => millis - millis.rem_euclid(length),
            Self::Months(length) => day_of(year, month - (month - 1).rem_euclid(length), 1) * MILLIS_PER_DAY,
            Self::Year => day_of(year, 1, 1) * MILLIS_PER_DAY,
        }
    }

    /// So many units later: the last day of a month that has not as many. `None` is beyond all times.
    pub(super) fn add(self, millis: i64, count: i64) -> Option<i64> {
        let months = match self {
            Self::Fixed(length) => return millis.checked_add(count.checked_mul(length)?),
            Self::Months(length) => length,
            Self::Year => 12,
        };
        let (year, month, day) = civil(millis.div_euclid(MILLIS_PER_DAY));
        let month = (year * 12 + month - 1).checked_add(count.checked_mul(months)?)?;
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        // What a timestamp of nanoseconds could not hold many times over.
        if year.abs() > 1_000_000 {
            return None;
        }
        let day = day_of(year, month, day.min(days_in(year, month)));
        Some(day * MILLIS_PER_DAY + millis.rem_euclid(MILLIS_PER_DAY))
    }

    /// How many whole units lead from the one to the other; negative where the other is earlier.
    pub(super) fn between(self, from: i64, to: i64) -> i64 {
        if to < from {
            return -self.between(to, from);
        }
        match self {
            Self::Fixed(length) => to.saturating_sub(from) / length,
            Self::Months(length) => months_between(from, to) / length,
            Self::Year => years_between(from, to),
        }
    }
}

pub(super) fn days_in(year: i64, month: i64) -> i64 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    day_of(next_year, next, 1) - day_of(year, month, 1)
}

/// A month is whole when its day and time are reached again, or its last day is, if there is no such day.
fn months_between(from: i64, to: i64) -> i64 {
    let of_day = |millis: i64| millis.rem_euclid(MILLIS_PER_DAY);
    let (from_year, from_month, from_day) = civil(from.div_euclid(MILLIS_PER_DAY));
    let (to_year, to_month, to_day) = civil(to.div_euclid(MILLIS_PER_DAY));
    let months = (to_year - from_year) * 12 + to_month - from_month;
    let is_last = to_day == days_in(to_year, to_month);
    let from_day = if is_last { from_day.min(to_day) } else { from_day };
    months - i64::from((to_day, of_day(to)) < (from_day, of_day(from)))
}

/// A year is whole when as much of it has passed, the leap day left out where only one of them has it.
fn years_between(from: i64, to: i64) -> i64 {
    /// From the beginning of a year to its leap day, or to the first of March.
    const FEB_29: i64 = 59 * MILLIS_PER_DAY;
    let parts = |millis: i64| {
        let (year, _, _) = civil(millis.div_euclid(MILLIS_PER_DAY));
        (year, millis - day_of(year, 1, 1) * MILLIS_PER_DAY, days_in(year, 2) == 29)
    };
    let (from_year, mut from_passed, from_leaps) = parts(from);
    let (to_year, mut to_passed, to_leaps) = parts(to);
    if from_passed >= FEB_29 && from_leaps && !to_leaps {
        from_passed -= MILLIS_PER_DAY;
    } else if from_passed >= FEB_29 && !from_leaps && to_passed >= FEB_29 && to_leaps {
        to_passed -= MILLIS_PER_DAY;
    }
    to_year - from_year - i64::from(to_passed < from_passed)
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};
    use proptest::prelude::*;

    use super::*;

    fn millis(date: NaiveDate) -> i64 {
        date.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_millis()
    }

    proptest! {
        #[test]
        fn truncation_is_the_calendars(days in -200_000_i64..200_000, of_day in 0..MILLIS_PER_DAY) {
            let at = days * MILLIS_PER_DAY + of_day;
            let date = NaiveDate::from_num_days_from_ce_opt(i32::try_from(days).unwrap() + 719_163).unwrap();
            let first = |month| millis(NaiveDate::from_ymd_opt(date.year(), month, 1).unwrap());
            let monday = date - chrono::Days::new(date.weekday().num_days_from_monday().into());
            prop_assert_eq!(Unit::Fixed(WEEK).truncate(at), millis(monday));
            prop_assert_eq!(Unit::Fixed(MILLIS_PER_DAY).truncate(at), millis(date));
            prop_assert_eq!(Unit::Fixed(3_600_000).truncate(at), at - of_day % 3_600_000);
            prop_assert_eq!(Unit::Months(1).truncate(at), first(date.month()));
            prop_assert_eq!(Unit::Months(3).truncate(at), first(date.month0() / 3 * 3 + 1));
            prop_assert_eq!(Unit::Year.truncate(at), first(1));
        }

        #[test]
        fn what_is_added_lies_between(at in -20_000_000_000_000_i64..20_000_000_000_000, count in 0_i64..5_000) {
            for unit in [Unit::Fixed(3_600_000), Unit::Fixed(WEEK), Unit::Months(1), Unit::Months(3)] {
                let later = unit.add(at, count).unwrap();
                prop_assert_eq!(unit.between(at, later), count);
                prop_assert_eq!(unit.between(later, at), -count);
            }
        }

        #[test]
        fn months_are_added_as_chrono_does(days in -200_000_i64..200_000, count in -5_000_i32..5_000) {
            let date = NaiveDate::from_num_days_from_ce_opt(i32::try_from(days).unwrap() + 719_163).unwrap();
            let months = chrono::Months::new(count.unsigned_abs());
            let expected = if count < 0 { date - months } else { date + months };
            let found = Unit::Months(1).add(days * MILLIS_PER_DAY, count.into());
            prop_assert_eq!(found, Some(millis(expected)));
        }
    }

    #[test]
    fn whole_years_and_months_are_counted() {
        let at = |text: &str| millis(text.parse().unwrap());
        for (from, to, months, years) in [
            ("2024-02-29", "2025-02-28", 12, 1),
            ("2024-02-29", "2025-03-01", 12, 1),
            ("2024-03-01", "2025-03-01", 12, 1),
            ("2023-03-01", "2024-02-29", 11, 0),
            ("2023-03-01", "2024-03-01", 12, 1),
            ("2026-01-31", "2026-02-28", 1, 0),
            ("2026-01-30", "2026-02-27", 0, 0),
            ("2026-02-28", "2026-03-31", 1, 0),
            ("1969-12-31", "1970-01-30", 0, 0),
        ] {
            let (from, to) = (at(from), at(to));
            let found = (Unit::Months(1).between(from, to), Unit::Year.between(from, to));
            assert_eq!(found, (months, years), "{from} {to}");
        }
    }
}
