//! The time that a text says, where what it does not say is that of the beginning of 1970, or of 2000 if there is a day.

use datafusion::error::Result;

use super::Read;
use crate::{
    functions::{
        own::{invalid, unsupported_value},
        time::{parts, unit},
    },
    text::time::{MILLIS_PER_DAY, day_of},
};

/// The year of a text that says a day and no year.
const DEFAULT_YEAR: i64 = 2_000;

/// Years that are so far from ours are out of range.
const MOST_YEARS: i64 = 200_000;

impl Read {
    /// The milliseconds since 1970 that the clocks show. `text` is what was read.
    pub(in crate::functions::time) fn local(&self, text: &str) -> Result<i64> {
        Ok(self.days(text)? * MILLIS_PER_DAY + self.of_day(text)?)
    }

    fn days(&self, text: &str) -> Result<i64> {
        let years = [self.year, self.weekyear];
        if let Some(year) = years.into_iter().flatten().find(|year| year.abs() > MOST_YEARS) {
            return Err(out_of(text, "year", year, -MOST_YEARS, MOST_YEARS));
        }
        let is_dated = self.month.is_some() || self.day.is_some() || self.day_of_year.is_some();
        if self.week.is_some() || self.weekyear.is_some() {
            let (Some(year), None, false) = (self.weekyear, self.year, is_dated) else {
                return Err(unsupported_value("a week without the year of weeks, or beside another date,"));
            };
            let week = within(text, "weekOfWeekyear", self.week.unwrap_or(1), 1, parts::weeks_in(year))?;
            let weekday = within(text, "dayOfWeek", self.day_of_week.unwrap_or(1), 1, 7)?;
            return Ok(parts::first_monday(year) + (week - 1) * 7 + weekday - 1);
        }
        let year = self.year.unwrap_or(if is_dated { DEFAULT_YEAR } else { 1_970 });
        let first = day_of(year, 1, 1);
        let day = if let Some(day) = self.day_of_year {
            if self.month.is_some() || self.day.is_some() {
                return Err(unsupported_value("a day of the year beside a month or its day"));
            }
            first + within(text, "dayOfYear", day, 1, day_of(year + 1, 1, 1) - first)? - 1
        } else {
            let month = within(text, "monthOfYear", self.month.unwrap_or(1), 1, 12)?;
            let day = within(text, "dayOfMonth", self.day.unwrap_or(1), 1, unit::days_in(year, month))?;
            day_of(year, month, day)
        };
        let Some(weekday) = self.day_of_week else { return Ok(day) };
        if self.day.is_none() && self.day_of_year.is_none() {
            return Err(unsupported_value("a day of the week without its date"));
        }
        // One that is not the date's leads to another day of the same week.
        let weekday = within(text, "dayOfWeek", weekday, 1, 7)?;
        Ok(day - parts::day_of_week(day) + weekday)
    }

    fn of_day(&self, text: &str) -> Result<i64> {
        let mut hour = 12 * self.half.unwrap_or(0);
        if let Some(clock) = self.clock_hour {
            hour = within(text, "clockhourOfDay", clock, 1, 24)? % 24;
        }
        if let Some(of_day) = self.hour {
            hour = within(text, "hourOfDay", of_day, 0, 23)?;
        }
        if let Some(clock) = self.clock_hour_of_half {
            hour = hour / 12 * 12 + within(text, "clockhourOfHalfday", clock, 1, 12)? % 12;
        }
        if let Some(of_half) = self.hour_of_half {
            hour = hour / 12 * 12 + within(text, "hourOfHalfday", of_half, 0, 11)?;
        }
        let minute = within(text, "minuteOfHour", self.minute.unwrap_or(0), 0, 59)?;
        let second = within(text, "secondOfMinute", self.second.unwrap_or(0), 0, 59)?;
        Ok(((hour * 60 + minute) * 60 + second) * 1_000 + self.millis)
    }
}

fn within(text: &str, field: &str, value: i64, least: i64, most: i64) -> Result<i64> {
    if (least..=most).contains(&value) { Ok(value) } else { Err(out_of(text, field, value, least, most)) }
}

fn out_of(text: &str, field: &str, value: i64, least: i64, most: i64) -> datafusion::error::DataFusionError {
    let text: String = text.chars().take(100).collect();
    invalid(format!(
        "Cannot parse \"{text}\": Value {value} for {field} must be in the range [{least},{most}]"
    ))
}
