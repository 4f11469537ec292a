//! Times in the words of a pattern.

use std::fmt::Write;

use datafusion::error::Result;

use super::{Field, HALVES, Item, MONTHS, Name, Pattern, SHORT, WEEKDAYS};
use crate::{
    functions::{own::unsupported_value, time::parts},
    text::time::{MILLIS_PER_DAY, civil},
    zone::Zone,
};

/// A time to be written.
#[derive(Debug, Clone, Copy)]
pub(in crate::functions::time) struct Shown {
    /// Milliseconds since 1970 as the clocks show them.
    pub(in crate::functions::time) local: i64,
    pub(in crate::functions::time) zone: Zone,
    /// By how many milliseconds the clocks are ahead of UTC.
    pub(in crate::functions::time) offset: i64,
}

impl Pattern {
    /// Appends the time. `function` is whose pattern it is.
    pub(in crate::functions::time) fn write(
        &self,
        shown: Shown,
        function: &str,
        text: &mut String,
    ) -> Result<()> {
        let days = shown.local.div_euclid(MILLIS_PER_DAY);
        let of_day = shown.local.rem_euclid(MILLIS_PER_DAY);
        let (year, month, _) = civil(days);
        if !(0..=9_999).contains(&year) {
            return Err(unsupported_value(&format!("{function} of the year {year}")));
        }
        for item in &self.items {
            // A text takes whatever is written to it.
            let _ = match item {
                Item::Literal(literal) => {
                    text.push_str(literal);
                    Ok(())
                }
                Item::Number { field, least, .. } => {
                    write!(text, "{:0least$}", value(*field, days, of_day), least = *least)
                }
                Item::ShortYear => write!(text, "{:02}", year % 100),
                Item::YearOfTheDay(field) => write!(text, "{:02}", value(*field, days, of_day) % 100),
                Item::Name { name, is_short } => {
                    let name = match name {
                        Name::Era => "AD",
                        Name::Month => nth(&MONTHS, month - 1),
                        Name::Weekday => nth(&WEEKDAYS, parts::day_of_week(days) - 1),
                        Name::Half => nth(&HALVES, of_day / (MILLIS_PER_DAY / 2)),
                    };
                    text.push_str(if *is_short { name.get(..SHORT).unwrap_or(name) } else { name });
                    Ok(())
                }
                Item::Fraction { least, most } => {
                    let digits = format!("{:03}", of_day % 1_000);
                    write!(text, "{:0<least$}", &digits[..SHORT.min(*most)], least = *least)
                }
                Item::Offset { has_colon } => {
                    let minutes = shown.offset / 60_000;
                    let sign = if minutes < 0 { '-' } else { '+' };
                    let colon = if *has_colon { ":" } else { "" };
                    write!(text, "{sign}{:02}{colon}{:02}", minutes.abs() / 60, minutes.abs() % 60)
                }
                Item::ZoneId => write!(text, "{}", shown.zone.id()),
                Item::ZoneName { is_short } => {
                    text.push_str(zone_name(shown.zone, *is_short, function)?);
                    Ok(())
                }
            };
        }
        Ok(())
    }
}

/// The names of other zones are those of the Java runtime, and change with it.
fn zone_name(zone: Zone, is_short: bool, function: &str) -> Result<&'static str> {
    match (zone, is_short) {
        (Zone::Utc, true) => Ok("UTC"),
        (Zone::Utc, false) => Ok("Coordinated Universal Time"),
        (other, _) => {
            let what = format!(
                "{function} with the name (z) of the zone {}, instead of its offset (Z),",
                other.id()
            );
            Err(unsupported_value(&what))
        }
    }
}

fn nth(names: &[&'static str], place: i64) -> &'static str {
    usize::try_from(place).ok().and_then(|place| names.get(place)).copied().unwrap_or_default()
}

fn value(field: Field, days: i64, of_day: i64) -> i64 {
    let (year, month, day) = civil(days);
    let hour = of_day / 3_600_000;
    match field {
        Field::Century => year / 100,
        Field::Year | Field::YearOfEra => year,
        Field::Weekyear => parts::year_of_week_of(days),
        Field::Month => month,
        Field::Week => parts::week_of(days),
        Field::Day => day,
        Field::DayOfYear => parts::day_of_year(days),
        Field::DayOfWeek => parts::day_of_week(days),
        Field::Hour => hour,
        Field::ClockHour => (hour + 23) % 24 + 1,
        Field::HourOfHalf => hour % 12,
        Field::ClockHourOfHalf => (hour + 11) % 12 + 1,
        Field::Minute => of_day / 60_000 % 60,
        Field::Second => of_day / 1_000 % 60,
    }
}
