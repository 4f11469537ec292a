//! `%t` and a letter: the parts of dates and times.

use chrono::{DateTime, Datelike, NaiveDateTime};
use datafusion::error::Result;

use super::specifier::Specifier;
use crate::{
    functions::own::{invalid, unsupported_value},
    text::time::MILLIS_PER_DAY,
};

/// A part of a date.
pub(super) fn date(specifier: &Specifier, days: i64) -> Result<String> {
    if "HIklMSLpRTrNQs".contains(specifier.part) {
        return Err(unsupported_value(&format!("format of a date as {}", specifier.text)));
    }
    timestamp(specifier, days.saturating_mul(MILLIS_PER_DAY))
}

/// A part of a date and time.
pub(super) fn timestamp(specifier: &Specifier, millis: i64) -> Result<String> {
    let time = DateTime::from_timestamp_millis(millis).map(|time| time.naive_utc());
    let time: NaiveDateTime = time.ok_or_else(|| invalid("a time beyond all calendars"))?;
    // Java counts years of an era, and writes no sign before one of more than four digits.
    if !(1..=9_999).contains(&time.year()) {
        return Err(unsupported_value(&format!("format of the year {} as {}", time.year(), specifier.text)));
    }
    let pattern = match specifier.part {
        'Y' => "%Y",
        'y' => "%y",
        'm' => "%m",
        'd' => "%d",
        'e' => "%-d",
        'j' => "%j",
        'B' => "%B",
        'b' | 'h' => "%b",
        'A' => "%A",
        'a' => "%a",
        'H' => "%H",
        'k' => "%-H",
        'I' => "%I",
        'l' => "%-I",
        'M' => "%M",
        'S' => "%S",
        'L' => "%3f",
        'p' => "%P",
        'R' => "%H:%M",
        'T' => "%H:%M:%S",
        'r' => "%I:%M:%S %p",
        'D' => "%m/%d/%y",
        'F' => "%Y-%m-%d",
        _ => return Err(unsupported_value(&format!("format of a time as {}", specifier.text))),
    };
    Ok(time.format(pattern).to_string())
}
