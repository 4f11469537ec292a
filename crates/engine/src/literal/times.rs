//! Literals of dates and timestamps, also in a zone.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use datafusion::sql::sqlparser::ast::{DataType, Expr, TimezoneInfo, TypedString, Value};

use crate::{calls, error::EngineError, zone::Zone};

/// The zone that ends a timestamp, as in `2026-11-23 10:05:00 Europe/Berlin`, taken away from it. What is no zone stays
/// there, and makes the literal invalid.
pub(super) fn take_zone(literal: &mut TypedString) -> Option<String> {
    let (DataType::Timestamp(None, TimezoneInfo::None), Value::SingleQuotedString(text)) =
        (&literal.data_type, &mut literal.value.value)
    else {
        return None;
    };
    let (day, rest) = text.trim().split_once(' ')?;
    let end = rest.find(|character: char| !(character.is_ascii_digit() || ":.".contains(character)))?;
    let (time, zone) = rest.split_at(end);
    let zone = zone.trim_start().to_owned();
    Zone::named(&zone)?;
    *text = format!("{day} {time}").trim_end().to_owned();
    Some(zone)
}

/// A timestamp in a zone, as the one of UTC that is shown there. Of two times the first is meant, and one that the clocks jump
/// over is none: Trino's `DateTimes.toEpochSecond`.
pub(super) fn in_zone(literal: &mut TypedString, name: String, written: &str) -> Result<Expr, EngineError> {
    let mut function = "with_timezone";
    if let Value::SingleQuotedString(text) = &mut literal.value.value
        && let Some(zone) = Zone::named(&name)
        && let Ok(local) = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")
    {
        let shown = local.and_utc().timestamp_millis();
        let Some(instant) = zone.instant_shown(shown) else {
            let message = format!(
                "{written} is not a valid timestamp literal: the clocks of {name} are put forward over that time"
            );
            return Err(EngineError::failed("INVALID_LITERAL", message));
        };
        let moved = TimeDelta::try_milliseconds(instant - shown);
        let utc = moved.and_then(|moved| local.checked_add_signed(moved));
        // At the ends of the years that have four digits, no zone has such times.
        if let Some(utc) = utc.filter(|utc| (1..=9_999).contains(&utc.year())) {
            *text = utc.format("%Y-%m-%d %H:%M:%S%.9f").to_string();
            function = "at_timezone";
        }
    }
    let zone = Expr::Value(Value::SingleQuotedString(name).with_empty_span());
    Ok(calls::call(function, vec![Expr::TypedString(literal.clone()), zone]))
}

/// `YYYY-M-D`; years beyond four digits are beyond what the formats here can carry.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.trim().split('-').map(digits);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

/// The timestamp in full, and the digits after the second that it takes to say it: 3, 6 or 9.
pub(super) fn timestamp(text: &str) -> Option<(String, u64)> {
    let text = text.trim();
    let (day, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let (time, fraction) = time.split_once('.').map_or((time, ""), |(time, fraction)| (time, fraction));
    let fits = fraction.len() <= 9 && fraction.bytes().all(|b| b.is_ascii_digit());
    let full = match time.split(':').count() {
        2 if fraction.is_empty() => format!("{time}:00"),
        3 => time.to_owned(),
        _ => return None,
    };
    let shaped = full.bytes().all(|b| b.is_ascii_digit() || b == b':') && fits;
    let time = NaiveTime::parse_from_str(&full, "%H:%M:%S").ok().filter(|_| shaped)?;
    let precision = match fraction.len() {
        0..=3 => 3,
        4..=6 => 6,
        _ => 9,
    };
    Some((format!("{} {}.{fraction:0<9}", date(day)?, time.format("%H:%M:%S")), precision))
}

/// Whether it is within the years of a timestamp with nanoseconds. The last and the first of them stand for all that are beyond
/// (`coerce`).
pub(super) fn has_nanoseconds(text: &str) -> bool {
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f");
    let nanoseconds = time.ok().and_then(|time| time.and_utc().timestamp_nanos_opt());
    nanoseconds.is_some_and(|nanoseconds| ![i64::MIN, i64::MAX].contains(&nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_athenas() {
        for (text, expected) in [
            ("2026-11-23", Some(("2026-11-23 00:00:00.000000000", 3))),
            ("2026-1-2 3:04", Some(("2026-01-02 03:04:00.000000000", 3))),
            ("2026-11-23 10:05:00", Some(("2026-11-23 10:05:00.000000000", 3))),
            ("2026-11-23 10:05:00.12", Some(("2026-11-23 10:05:00.120000000", 3))),
            ("2026-11-23 10:05:00.1234", Some(("2026-11-23 10:05:00.123400000", 6))),
            ("2026-11-23T10:05:00", None),
            ("2026-11-23 10:05:00Z", None),
            ("2026-11-23 10:05:00 UTC", None),
            ("2026-11-23 10:05.5", None),
            ("2026-02-30 10:05:00", None),
            ("2026-11-23 25:00:00", None),
            ("2026-11-23 10:05:00.1234567890", None),
            ("", None),
        ] {
            let found = timestamp(text);
            assert_eq!(found.as_ref().map(|(text, digits)| (text.as_str(), *digits)), expected, "{text}");
        }
    }
}
