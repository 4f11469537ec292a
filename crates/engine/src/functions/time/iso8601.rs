//! `from_iso8601_timestamp(varchar)`, `from_iso8601_date(varchar)` and `to_iso8601(time)`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Date32Array, TimestampMillisecondArray},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{Times, instants, parts, time};
use crate::{
    functions::{
        argument::Argument,
        made::Made,
        own::{Own, exactly, invalid, unsupported_value},
    },
    text::time::{self as text, MILLIS_PER_DAY, civil, day_of},
    zone::Zone,
};

pub(crate) const FROM_ISO8601_TIMESTAMP: &str = "from_iso8601_timestamp";

/// A query cannot call it by this name.
const INSTANT: &str = "instant_of_iso8601";

/// A text as a timestamp with a time zone: UTC where it names none. A zone other than UTC is refused, for here
/// all values of a column have one zone.
pub(crate) fn from_iso8601_timestamp() -> Own {
    Own::new(
        FROM_ISO8601_TIMESTAMP,
        |given| exactly(given, &[Arrow::Utf8]),
        |_| instants(),
        |arguments| read(arguments, true),
    )
}

/// The same where only the instant counts, with a zone other than UTC as well.
pub(crate) fn instant() -> Own {
    Own::new(
        INSTANT,
        |given| exactly(given, &[Arrow::Utf8]),
        |_| instants(),
        |arguments| read(arguments, false),
    )
}

/// A text as a date.
pub(crate) fn from_iso8601_date() -> Own {
    Own::new(
        "from_iso8601_date",
        |given| exactly(given, &[Arrow::Utf8]),
        |_| Arrow::Date32,
        |arguments| {
            let day = |text: &str| {
                let day = day_number(text).and_then(|day| i32::try_from(day).ok());
                day.ok_or_else(|| malformed(text))
            };
            let days = arguments[0].as_string::<i32>().iter().map(|text| text.map(day).transpose());
            Ok(Arc::new(days.collect::<Result<Date32Array>>()?))
        },
    )
}

/// `2026-11-23`, `2026-11-23T10:05:00.000`, or that with the offset of its zone: `Z` for none.
pub(crate) fn to_iso8601() -> Own {
    let takes = |given: &[Arrow]| match given {
        [at] => Some(vec![time(at)?]),
        _ => None,
    };
    Own::texts("to_iso8601", takes, |_| Arrow::Utf8, write)
}

fn write(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let array = arguments[0].array();
    let times = Times::of(array)?;
    let has_zone = matches!(array.data_type(), Arrow::Timestamp(_, Some(_)));
    let mut bytes = Vec::new();
    for row in 0..made.rows() {
        let Some(instant) = times.instant(arguments[0].place(row)) else {
            made.append(None)?;
            continue;
        };
        bytes.clear();
        if times.is_dates() {
            text::date(&mut bytes, instant.div_euclid(MILLIS_PER_DAY));
        } else {
            text::timestamp(&mut bytes, times.zone.local(instant));
        }
        let mut written = String::from_utf8_lossy(&bytes).replacen(' ', "T", 1);
        if has_zone {
            // The parts of a minute that some zones had long ago are not written.
            written.push_str(&match Zone::of_minutes(times.zone.offset(instant) / 60_000) {
                None | Some(Zone::Utc) => "Z".to_owned(),
                Some(offset) => offset.id(),
            });
        }
        made.append(Some(&written))?;
    }
    Ok(())
}

fn read(arguments: &[ArrayRef], shows_zone: bool) -> Result<ArrayRef> {
    let instant = |text: &str| {
        let (millis, offset) = timestamp(text).ok_or_else(|| malformed(text))?;
        if shows_zone && offset != 0 {
            let what = "from_iso8601_timestamp with a zone other than UTC, outside of a comparison,";
            return Err(unsupported_value(what));
        }
        Ok(millis)
    };
    let millis = arguments[0].as_string::<i32>().iter().map(|text| text.map(instant).transpose());
    let millis = millis.collect::<Result<TimestampMillisecondArray>>()?;
    Ok(Arc::new(millis.with_data_type(instants())))
}

fn malformed(text: &str) -> datafusion::error::DataFusionError {
    invalid(format!("Invalid format: \"{text}\""))
}

/// Milliseconds since 1970, and the minutes by which the text's zone is ahead of UTC.
fn timestamp(text: &str) -> Option<(i64, i64)> {
    let (date, rest) = text.split_once('T').unwrap_or((text, ""));
    let day = day_number(date)?;
    let (time, offset) = match rest.find(['Z', '+', '-']) {
        None => (rest, 0),
        Some(at) => {
            let (time, zone) = rest.split_at(at);
            (time, zone_minutes(zone)?)
        }
    };
    let of_day = if time.is_empty() { 0 } else { time_of_day(time)? };
    Some((day * MILLIS_PER_DAY + of_day - offset * 60_000, offset))
}

/// `2026`, `2026-11`, `2026-11-23`, `2026-327`, `2026-W48` or `2026-W48-1`.
fn day_number(text: &str) -> Option<i64> {
    let (year, rest) = text.split_once('-').unwrap_or((text, ""));
    let year = number(year, 4..=4)?;
    if let Some(week) = rest.strip_prefix('W') {
        let (week, day) = week.split_once('-').unwrap_or((week, "1"));
        let (week, day) = (number(week, 1..=2)?, number(day, 1..=1)?);
        let fits = (1..=parts::weeks_in(year)).contains(&week) && (1..=7).contains(&day);
        return fits.then(|| parts::first_monday(year) + (week - 1) * 7 + day - 1);
    }
    if rest.len() == 3 && !rest.contains('-') {
        let found = day_of(year, 1, 1) + number(rest, 3..=3)? - 1;
        return (civil(found).0 == year).then_some(found);
    }
    let mut parts = text.split('-').skip(1);
    let mut next = || parts.next().map_or(Some(1), |part| number(part, 1..=2));
    let (month, day) = (next()?, next()?);
    if parts.next().is_some() || !(1..=12).contains(&month) {
        return None;
    }
    // A day that the month has not comes out as one of the next.
    let found = day_of(year, month, day);
    (civil(found) == (year, month, day)).then_some(found)
}

/// `10`, `10:05`, `10:05:00` or `10:05:00.123456`: what is beyond milliseconds is cut off.
fn time_of_day(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let mut parts = whole.split(':');
    let hour = number(parts.next()?, 1..=2)?;
    let mut next = || parts.next().map_or(Some(0), |part| number(part, 1..=2));
    let (minute, second) = (next()?, next()?);
    let has_fraction = text.len() > whole.len();
    let fits = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
    if !fits || (has_fraction && whole.matches(':').count() != 2) {
        return None;
    }
    number(fraction, 1..=9)?;
    let millis = number(&format!("{fraction:0<3}")[..3], 3..=3)?;
    Some(((hour * 60 + minute) * 60 + second) * 1_000 + millis)
}

/// `Z`, `+02`, `+02:00` or `+0200`.
fn zone_minutes(text: &str) -> Option<i64> {
    let sign = match text.as_bytes() {
        b"Z" => return Some(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let digits = text[1..].replacen(':', "", 1);
    let shape = number(&digits, 2..=4).filter(|_| digits.len() != 3)?;
    let (hours, minutes) = if digits.len() == 2 { (shape, 0) } else { (shape / 100, shape % 100) };
    // As far as a zone of Trino's may be from UTC.
    let minutes = (minutes < 60).then_some(hours * 60 + minutes)?;
    (minutes <= 14 * 60).then_some(sign * minutes)
}

fn number(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let digits = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(millis in -62_000_000_000_000_i64..250_000_000_000_000) {
            let mut text = Vec::new();
            crate::text::time::timestamp(&mut text, millis);
            let text = String::from_utf8(text).unwrap().replace(' ', "T");
            prop_assert_eq!(timestamp(&text), Some((millis, 0)));
            prop_assert_eq!(timestamp(&format!("{text}+05:30")), Some((millis - 19_800_000, 330)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in r"[-0-9TZ:.,+é W]{0,30}") {
            if timestamp(&text).is_none() {
                let _ = malformed(&text);
            }
        }
    }

    #[test]
    fn instants_are_read_with_their_zones() {
        for (text, expected) in [
            ("2026-11-23T10:05:00Z", Some((1_795_428_300_000, 0))),
            ("2026-11-23T10:05:00.1239", Some((1_795_428_300_123, 0))),
            ("2026-11-23T12:05:00+02:00", Some((1_795_428_300_000, 120))),
            ("2026-11-23T04:35-0530", Some((1_795_428_300_000, -330))),
            ("2026-11-23T12:05:00,5+02", Some((1_795_428_300_500, 120))),
            ("1970-01-01", Some((0, 0))),
            ("1970", Some((0, 0))),
            ("1969-12-31T23:59:59.999Z", Some((-1, 0))),
            ("2026-11-23 10:05:00", None),
            ("2026-W48-1T10:05:00Z", Some((1_795_428_300_000, 0))),
            ("2026-W48", Some((1_795_392_000_000, 0))),
            ("2026-327", Some((1_795_392_000_000, 0))),
            ("2020-W53-7", Some((1_609_632_000_000, 0))),
            ("2026-W54", None),
            ("2025-W53", None),
            ("2026-W1-8", None),
            ("2026-W1-0", None),
            ("2026-366", None),
            ("2024-366", Some((1_735_603_200_000, 0))),
            ("2026-000", None),
            ("2026-W", None),
            ("2026-", None),
            ("2026-02-29", None),
            ("2026-13", None),
            ("2026-11-23T24:00:00", None),
            ("2026-11-23T10:05:00+2", None),
            ("2026-11-23T10:05:00ZZ", None),
            ("2026-11-24T00:05:00+14:00", Some((1_795_428_300_000, 840))),
            ("2026-11-23T10:05:00+14:01", None),
            ("2026-11-23T10:05:00-23:59", None),
            ("", None),
            ("é", None),
        ] {
            assert_eq!(timestamp(text), expected, "{text}");
        }
    }
}
