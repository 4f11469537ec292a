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
pub fn date(text: impl AsRef<[u8]>) -> Option<i32> {
    days(text.as_ref())
}

/// Milliseconds since 1970, UTC, of an RFC 3339 time with any offset and any number of digits; those after the
/// third are cut off.
pub fn rfc3339(text: impl AsRef<[u8]>) -> Option<i64> {
    let (fixed, rest) = text.as_ref().split_first_chunk::<19>()?;
    let [day @ .., b'T' | b't' | b' ', h1, h2, b':', m1, m2, b':', s1, s2] = fixed else { return None };
    let (hour, minute, second) = (two(*h1, *h2)?, two(*m1, *m2)?, two(*s1, *s2)?);
    // A leap second is the first one of the next minute, as clocks without them count it.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (millis, offset) = match rest {
        [b'.', fraction @ ..] => millis(fraction)?,
        _ => (0, rest),
    };
    let offset = match offset {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (two(*h1, *h2)?, two(*m1, *m2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            if *sign == b'-' { -(hours * 60 + minutes) } else { hours * 60 + minutes }
        }
        _ => return None,
    };
    let seconds = (hour * 60 + minute - offset) * 60 + second;
    // An offset, or a leap second, may lead out of the years that can be written.
    Some(i64::from(days(day)?) * DAY + i64::from(seconds) * 1_000 + i64::from(millis))
        .filter(|millis| YEARS.contains(millis))
}

/// The first three digits of a fraction, of which there is one at least, and what is behind all of them.
fn millis(fraction: &[u8]) -> Option<(i32, &[u8])> {
    let (mut millis, mut unit, mut rest) = (0, 100, fraction);
    while let [digit @ b'0'..=b'9', behind @ ..] = rest {
        millis += i32::from(digit - b'0') * unit;
        unit /= 10;
        rest = behind;
    }
    (rest.len() < fraction.len()).then_some((millis, rest))
}

fn days(text: &[u8]) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let (year, month, day) = (two(*y1, *y2)? * 100 + two(*y3, *y4)?, two(*m1, *m2)?, two(*d1, *d2)?);
    let date = NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
    Some(date.num_days_from_ce() - EPOCH_FROM_CE)
}

/// The number of two digits.
#[inline]
fn two(tens: u8, ones: u8) -> Option<i32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| i32::from(tens) * 10 + i32::from(ones))
}
