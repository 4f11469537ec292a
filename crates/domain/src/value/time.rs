//! Days and times from their texts.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::number::scaled;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Days from the common era's first day to 1970-01-01.
const EPOCH_FROM_CE: i32 = 719_163;

/// The first millisecond of the year 0, and the last one of 9999: what RFC 3339 can write.
const YEARS: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// What a number means that is a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Seconds since 1970, with any number of decimal places.
    #[serde(rename = "s")]
    Seconds,
    /// Milliseconds since 1970.
    #[serde(rename = "ms")]
    Milliseconds,
}

impl Unit {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
        }
    }
}

/// Milliseconds since 1970 of a number; further digits are cut off.
pub(super) fn epoch(unit: Unit, text: &str) -> Option<i64> {
    let places = match unit {
        Unit::Seconds => 3,
        Unit::Milliseconds => 0,
    };
    // Femtoseconds of a second: more digits than a double has. They divide down to the earlier millisecond.
    let fine = scaled(text, places + 15)?;
    i64::try_from(fine.div_euclid(10_i128.pow(15))).ok().filter(|millis| YEARS.contains(millis))
}

/// Days since 1970-01-01 of `YYYY-MM-DD`.
pub(super) fn date(text: &str) -> Option<i32> {
    match text.as_bytes() {
        day @ [_, _, _, _, b'-', _, _, b'-', _, _] => days(day),
        _ => None,
    }
}

/// Milliseconds since 1970, UTC, of an RFC 3339 time with any offset and any number of digits; those after the
/// third are cut off.
pub fn rfc3339(text: &str) -> Option<i64> {
    let (fixed, rest) = text.as_bytes().split_at_checked(19)?;
    let [_, _, _, _, b'-', _, _, b'-', _, _, b'T' | b't' | b' ', _, _, b':', _, _, b':', _, _] = fixed else {
        return None;
    };
    let (hour, minute, second) = (digits(&fixed[11..13])?, digits(&fixed[14..16])?, digits(&fixed[17..19])?);
    // A leap second is the first one of the next minute, as clocks without them count it.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (millis, offset) = match rest.strip_prefix(b".") {
        None => (0, rest),
        Some(fraction) => {
            let end = fraction.iter().position(|byte| !byte.is_ascii_digit()).filter(|end| *end > 0)?;
            let mut millis = [b'0'; 3];
            let kept = end.min(3);
            millis[..kept].copy_from_slice(&fraction[..kept]);
            (digits(&millis)?, &fraction[end..])
        }
    };
    let offset = match offset {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), hours @ .., b':', m1, m2] if hours.len() == 2 => {
            let (hours, minutes) = (digits(hours)?, digits(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            if *sign == b'-' { -(hours * 60 + minutes) } else { hours * 60 + minutes }
        }
        _ => return None,
    };
    let seconds = (hour * 60 + minute - offset) * 60 + second;
    // An offset, or a leap second, may lead out of the years that can be written.
    Some(i64::from(days(&fixed[..10])?) * DAY + seconds * 1_000 + millis)
        .filter(|millis| YEARS.contains(millis))
}

fn days(text: &[u8]) -> Option<i32> {
    let (year, month, day) = (digits(&text[..4])?, digits(&text[5..7])?, digits(&text[8..10])?);
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(year).ok()?,
        u32::try_from(month).ok()?,
        u32::try_from(day).ok()?,
    )?;
    Some(date.num_days_from_ce() - EPOCH_FROM_CE)
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}
