//! Casts of texts to dates and timestamps. Arrow's take more than Athena's: a `T` before the time, eight digits for a date, and
//! a whole timestamp for a date.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Date32Array, TimestampMillisecondArray},
        datatypes::{DataType as Arrow, TimeUnit},
    },
    error::Result,
};

use crate::{
    functions::{
        argument::Argument,
        own::{Own, exactly, failure},
    },
    text::time::{MILLIS_PER_DAY, civil, day_of},
    zone::Zone,
};

/// The most digits of a fraction of a second. Athena fails with more, too.
const MOST_FRACTION: usize = 15;

/// What a cast of a text to the type calls; `None`: the cast is none of these. A query cannot call it by its name.
pub(in crate::functions) fn from_text(to: &Arrow) -> Option<Own> {
    let takes = |given: &[Arrow]| exactly(given, &[Arrow::Utf8]);
    match to {
        Arrow::Date32 => Some(Own::watched(
            "text_to_date",
            takes,
            |_| Arrow::Date32,
            |given, rows, _| {
                let days = each(&given[0], rows, "date", date)?;
                Ok(Arc::new(days.into_iter().collect::<Date32Array>()))
            },
        )),
        Arrow::Timestamp(TimeUnit::Millisecond, None) => Some(Own::watched(
            "text_to_timestamp",
            takes,
            |_| millis(),
            |given, rows, _| {
                let instants = each(&given[0], rows, "timestamp", timestamp)?;
                Ok(Arc::new(instants.into_iter().collect::<TimestampMillisecondArray>()))
            },
        )),
        _ => None,
    }
}

/// The same for `TRY_CAST`: null where the text is none.
pub(in crate::functions) fn try_from_text(to: &Arrow) -> Option<Own> {
    let takes = |given: &[Arrow]| exactly(given, &[Arrow::Utf8]);
    match to {
        Arrow::Date32 => Some(Own::watched(
            "text_to_date_or_null",
            takes,
            |_| Arrow::Date32,
            |given, rows, _| {
                let texts = given[0].texts::<i32>();
                let days = (0..rows).map(|row| texts.get(row).and_then(date));
                Ok(Arc::new(days.collect::<Date32Array>()))
            },
        )),
        Arrow::Timestamp(TimeUnit::Millisecond, None) => Some(Own::watched(
            "text_to_timestamp_or_null",
            takes,
            |_| millis(),
            |given, rows, _| {
                let texts = given[0].texts::<i32>();
                let instants = (0..rows).map(|row| texts.get(row).and_then(timestamp));
                Ok(Arc::new(instants.collect::<TimestampMillisecondArray>()))
            },
        )),
        _ => None,
    }
}

fn millis() -> Arrow {
    Arrow::Timestamp(TimeUnit::Millisecond, None)
}

fn each<T>(
    argument: &Argument,
    rows: usize,
    what: &str,
    read: fn(&str) -> Option<T>,
) -> Result<Vec<Option<T>>> {
    let texts = argument.texts::<i32>();
    let value = |row| match texts.get(row) {
        None => Ok(None),
        Some(text) => match read(text) {
            Some(value) => Ok(Some(value)),
            None => Err(failure("INVALID_CAST_ARGUMENT", format!("Value cannot be cast to {what}: {text}"))),
        },
    };
    (0..rows).map(value).collect()
}

/// `2026-11-23`, also `2026-1-2`, as days since 1970-01-01.
fn date(text: &str) -> Option<i32> {
    let (days, rest) = day(text.trim(), 1)?;
    if rest.is_empty() { i32::try_from(days).ok() } else { None }
}

/// `2026-11-23 10:05:00.123`, or its beginning down to the date or the minute, as milliseconds. A zone may follow, and
/// changes nothing but a time over which its clocks jump.
fn timestamp(text: &str) -> Option<i64> {
    let (days, rest) = day(text.trim(), 4)?;
    let midnight = days.checked_mul(MILLIS_PER_DAY)?;
    if rest.is_empty() {
        return Some(midnight);
    }
    let rest = rest.strip_prefix(' ')?;
    let (of_day, rest) = match clock(rest) {
        Some((of_day, rest)) => (of_day?, rest),
        None => (0, rest),
    };
    let local = midnight.checked_add(of_day)?;
    match rest.trim_ascii_start() {
        "" => Some(local),
        zone => Zone::named(zone).map(|zone| zone.local(zone.instant(local))),
    }
}

/// The days up to the date that the text begins with, and what follows it.
fn day(text: &str, least_digits: usize) -> Option<(i64, &str)> {
    let (sign, unsigned) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let (year, rest) = number(unsigned, least_digits, 9)?;
    let (month, rest) = number(rest.strip_prefix('-')?, 1, 2)?;
    let (of_month, rest) = number(rest.strip_prefix('-')?, 1, 2)?;
    let year = sign * year;
    if !(1..=12).contains(&month) || !(1..=31).contains(&of_month) {
        return None;
    }
    let days = day_of(year, month, of_month);
    (civil(days) == (year, month, of_month)).then_some((days, rest))
}

/// The milliseconds of the time that the text begins with, if its clock shows such a time, and what follows it. `None`: it
/// begins with no time.
fn clock(text: &str) -> Option<(Option<i64>, &str)> {
    let (hour, rest) = number(text, 1, 2)?;
    let (minute, mut rest) = number(rest.strip_prefix(':')?, 1, 2)?;
    let (mut second, mut millis) = (0, Some(0));
    if let Some((found, behind)) = rest.strip_prefix(':').and_then(|rest| number(rest, 1, 2)) {
        (second, rest) = (found, behind);
        if let Some(digits) = rest.strip_prefix('.') {
            let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
            if end > 0 {
                millis = rounded(&digits[..end]);
                rest = &digits[end..];
            }
        }
    }
    let shown = hour < 24 && minute < 60 && second < 60;
    let of_day = millis.filter(|_| shown).map(|millis| ((hour * 60 + minute) * 60 + second) * 1_000 + millis);
    Some((of_day, rest))
}

/// A fraction of a second in milliseconds, a half up.
fn rounded(digits: &str) -> Option<i64> {
    if digits.len() > MOST_FRACTION {
        return None;
    }
    let fraction = digits.parse::<i64>().ok()?;
    let power = |digits: usize| u32::try_from(digits).ok().and_then(|digits| 10_i64.checked_pow(digits));
    match digits.len().checked_sub(3) {
        None => fraction.checked_mul(power(3 - digits.len())?),
        Some(cut) => power(cut).map(|unit| (fraction + unit / 2) / unit),
    }
}

/// The number that the text begins with, of no more digits than that, and what follows it.
fn number(text: &str, least: usize, most: usize) -> Option<(i64, &str)> {
    let end = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if end < least {
        return None;
    }
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::time as written;

    fn shown(text: &str) -> Option<String> {
        let mut buffer = Vec::new();
        written::timestamp(&mut buffer, timestamp(text)?);
        String::from_utf8(buffer).ok()
    }

    /// By Trino's `VarcharToTimestampCast`, `DateTimes.DATETIME_PATTERN`, and its `TestTimestamp.testCastFromVarchar`.
    #[test]
    fn timestamps_are_trinos() {
        for (text, expected) in [
            ("2026-11-23", Some("2026-11-23 00:00:00.000")),
            ("2026-1-2 3:4", Some("2026-01-02 03:04:00.000")),
            ("2026-11-23 10:05:00", Some("2026-11-23 10:05:00.000")),
            ("  2026-11-23 10:05:00.12 ", Some("2026-11-23 10:05:00.120")),
            ("2026-11-23 10:05:00.1234", Some("2026-11-23 10:05:00.123")),
            ("2026-11-23 10:05:00.1235", Some("2026-11-23 10:05:00.124")),
            ("2026-12-31 23:59:59.9995", Some("2027-01-01 00:00:00.000")),
            ("2026-11-23 10:05:00Z", Some("2026-11-23 10:05:00.000")),
            ("2026-11-23 10:05:00 UTC", Some("2026-11-23 10:05:00.000")),
            ("2026-11-23 10:05 Asia/Tokyo", Some("2026-11-23 10:05:00.000")),
            ("2026-11-23 10:05:00+02:00", Some("2026-11-23 10:05:00.000")),
            ("2026-11-23 UTC", Some("2026-11-23 00:00:00.000")),
            ("2026-03-29 02:30:00 Europe/Berlin", Some("2026-03-29 03:30:00.000")),
            ("-0001-01-01 00:00:00", Some("-0001-01-01 00:00:00.000")),
            ("+12026-11-23 00:00:00", Some("12026-11-23 00:00:00.000")),
            ("2026-11-23T10:05:00", None),
            ("2026-11-23T10:05:00Z", None),
            ("2026-11-23t10:05:00", None),
            ("2026-11-23 10", None),
            ("2026-11-23 10:05.5", None),
            ("2026-11-23 24:00:00", None),
            ("2026-11-23 10:60:00", None),
            ("2026-11-23 10:05:60", None),
            ("2026-11-23 10:05:00 Mars/Olympus", None),
            ("2026-02-30 10:05:00", None),
            ("2026-13-01", None),
            ("20261123", None),
            ("226-11-23", None),
            ("2026-11-23 10:05:00.1234567890123456", None),
            ("999999999-01-01", None),
            ("é", None),
            ("2026-11-23 é", None),
            ("-", None),
            ("", None),
        ] {
            assert_eq!(shown(text).as_deref(), expected, "{text}");
        }
    }

    /// By Trino's `DateTimeUtils.parseDate`, which reads them as Joda-Time's `ISODateTimeFormat.date()` does.
    #[test]
    fn dates_are_trinos() {
        for (text, expected) in [
            ("2026-11-23", Some(20_780)),
            (" 2026-11-23 ", Some(20_780)),
            ("1970-1-2", Some(1)),
            ("1969-12-31", Some(-1)),
            ("2024-02-29", Some(19_782)),
            ("2026-02-29", None),
            ("2026-11-23T00:00:00", None),
            ("2026-11-23 00:00:00", None),
            ("20261123", None),
            ("2026-11", None),
            ("2026-11-233", None),
            ("999999999-01-01", None),
            ("é", None),
            ("", None),
        ] {
            assert_eq!(date(text), expected, "{text}");
        }
    }
}
