//! Patterns of dates and times: MySQL's (`%Y-%m-%d`) and those of Java's Joda-Time (`yyyy-MM-dd`), taken apart once and used
//! for many rows.

mod joda;
mod mysql;
mod print;
mod read;
mod resolve;
#[cfg(test)]
mod tests;

use datafusion::error::Result;

pub(super) use print::Shown;
pub(super) use read::Read;

/// A pattern in its parts.
#[derive(Debug)]
pub(super) struct Pattern {
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Literal(String),
    /// So many digits at least where it is written, and at most where it is read.
    Number {
        field: Field,
        least: usize,
        most: usize,
    },
    /// The last two digits; read as one of 1970 to 2069.
    ShortYear,
    /// The last two digits of the year or the year of weeks, which are only written: how they are read depends on the day.
    YearOfTheDay(Field),
    Name {
        name: Name,
        is_short: bool,
    },
    /// Of the second.
    Fraction {
        least: usize,
        most: usize,
    },
    /// `+0200` or `+02:00`.
    Offset {
        has_colon: bool,
    },
    /// `Europe/Berlin`.
    ZoneId,
    /// `UTC`, or in words.
    ZoneName {
        is_short: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Century,
    YearOfEra,
    Year,
    Weekyear,
    Month,
    Week,
    Day,
    DayOfYear,
    DayOfWeek,
    /// 0 to 23.
    Hour,
    /// 1 to 24.
    ClockHour,
    /// 0 to 11.
    HourOfHalf,
    /// 1 to 12.
    ClockHourOfHalf,
    Minute,
    Second,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Era,
    Month,
    Weekday,
    Half,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const HALVES: [&str; 2] = ["AM", "PM"];

/// How many letters a short name of a month or a weekday has.
const SHORT: usize = 3;

impl Pattern {
    /// `%Y-%m-%d %H:%i:%s`.
    pub(super) fn mysql(text: &str) -> Result<Self> {
        Ok(Self { items: mysql::items(text)? })
    }

    /// `yyyy-MM-dd HH:mm:ss`.
    pub(super) fn joda(text: &str) -> Result<Self> {
        Ok(Self { items: joda::items(text)? })
    }

    /// Whether it shows the zone of a time.
    pub(super) fn has_zone(&self) -> bool {
        let shows = |item: &Item| matches!(item, Item::Offset { .. } | Item::ZoneId | Item::ZoneName { .. });
        self.items.iter().any(shows)
    }
}

/// The patterns of a column, mostly one and the same.
pub(super) struct Patterns {
    compile: fn(&str) -> Result<Pattern>,
    last: Option<(String, Pattern)>,
}

impl Patterns {
    pub(super) fn new(compile: fn(&str) -> Result<Pattern>) -> Self {
        Self { compile, last: None }
    }

    pub(super) fn get(&mut self, text: &str) -> Result<&Pattern> {
        let known = self.last.take().filter(|(last, _)| last == text);
        let next = match known {
            Some(known) => known,
            None => (text.to_owned(), (self.compile)(text)?),
        };
        Ok(&self.last.insert(next).1)
    }
}
