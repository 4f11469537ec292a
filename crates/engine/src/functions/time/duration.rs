//! Durations as texts.

use std::{fmt::Write, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, DurationMillisecondArray, Int64Array},
        datatypes::{DataType as Arrow, DurationMillisecondType, Float64Type},
    },
    error::Result,
};

use super::out_of_range;
use crate::{
    functions::{
        argument::Argument,
        made::Made,
        own::{Own, exactly, invalid, unexpected},
    },
    types::DAY_TO_SECOND,
};

/// `93 weeks, 1 day, 8 hours, 31 minutes, 3 seconds`.
pub(super) fn human_readable_seconds() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::Null] => Some(vec![Arrow::Float64]),
        [number] if number.is_numeric() => Some(vec![Arrow::Float64]),
        _ => None,
    };
    Own::texts("human_readable_seconds", takes, |_| Arrow::Utf8, readable)
}

fn readable(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let array = arguments[0].array();
    let seconds = array.as_primitive_opt::<Float64Type>().ok_or_else(|| unexpected(array.data_type()))?;
    for row in 0..made.rows() {
        let place = arguments[0].place(row);
        let text = seconds.is_valid(place).then(|| words(seconds.value(place))).transpose()?;
        made.append(text.as_deref())?;
    }
    Ok(())
}

fn words(seconds: f64) -> Result<String> {
    const UNITS: [(&str, u64); 5] =
        [("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)];
    if !seconds.is_finite() {
        let found =
            if seconds.is_nan() { "NaN".to_owned() } else { seconds.to_string().replace("inf", "Infinity") };
        return Err(invalid(format!("Invalid argument found: {found}")));
    }
    // Java's rounding, which ends at the most that 63 bits hold.
    let mut left = ((seconds.abs() + 0.5).floor() as u64).min(i64::MAX.unsigned_abs());
    let mut text = String::new();
    for (unit, length) in UNITS {
        let count = left / length;
        left %= length;
        if count == 0 && !(unit == "second" && text.is_empty()) {
            continue;
        }
        let comma = if text.is_empty() { "" } else { ", " };
        let plural = if count == 1 { "" } else { "s" };
        // A text takes whatever is written to it.
        let _ = write!(text, "{comma}{count} {unit}{plural}");
    }
    Ok(text)
}

/// `42.8ms`, `3.81 d` or `5m` as an interval.
pub(super) fn parse_duration() -> Own {
    let apply = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let millis = columns[0].as_string::<i32>().iter().map(|text| text.map(millis).transpose());
        Ok(Arc::new(millis.collect::<Result<DurationMillisecondArray>>()?))
    };
    Own::new("parse_duration", |given| exactly(given, &[Arrow::Utf8]), |_| DAY_TO_SECOND, apply)
}

fn millis(text: &str) -> Result<i64> {
    let malformed = || invalid(format!("duration is not a valid data duration string: {text}"));
    let trimmed = text.trim_matches(|c: char| c.is_ascii_whitespace());
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let whole = digits(trimmed);
    let end = match trimmed[whole..].strip_prefix('.') {
        Some(places) => {
            whole + 1 + Some(digits(places)).filter(|places| *places > 0).ok_or_else(malformed)?
        }
        None => whole,
    };
    let (number, unit) = trimmed.split_at(end);
    let unit = unit.trim_start_matches(|c: char| c.is_ascii_whitespace());
    let is_unit = !unit.is_empty() && unit.bytes().all(|byte| byte.is_ascii_alphabetic());
    if whole == 0 || !is_unit {
        return Err(malformed());
    }
    let length = match unit {
        "ns" => 1e-6,
        "us" => 1e-3,
        "ms" => 1.0,
        "s" => 1e3,
        "m" => 6e4,
        "h" => 3.6e6,
        "d" => 8.64e7,
        _ => return Err(invalid(format!("Unknown time unit: {unit}"))),
    };
    let number: f64 = number.parse().map_err(|_| malformed())?;
    let millis = (number * length + 0.5).floor();
    // 2^63, which is the first double beyond the range.
    if millis >= 9_223_372_036_854_775_808.0 {
        return Err(out_of_range());
    }
    Ok(millis as i64)
}

/// How many milliseconds an interval has.
pub(super) fn to_milliseconds() -> Own {
    let apply = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let lengths = columns[0].as_primitive::<DurationMillisecondType>();
        Ok(Arc::new(lengths.iter().collect::<Int64Array>()))
    };
    Own::new("to_milliseconds", |given| exactly(given, &[DAY_TO_SECOND]), |_| Arrow::Int64, apply)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trino's TestDateTimeFunctions and its documentation.
    #[test]
    fn durations_are_written_and_read() {
        for (seconds, expected) in [
            (0.0, "0 seconds"),
            (1.0, "1 second"),
            (60.0, "1 minute"),
            (-61.0, "1 minute, 1 second"),
            (96.0, "1 minute, 36 seconds"),
            (3_762.0, "1 hour, 2 minutes, 42 seconds"),
            (3_601.0, "1 hour, 1 second"),
            (535_333.951_388_888_9, "6 days, 4 hours, 42 minutes, 14 seconds"),
            (56_363_463.0, "93 weeks, 1 day, 8 hours, 31 minutes, 3 seconds"),
        ] {
            assert_eq!(words(seconds).unwrap(), expected);
        }
        assert!(words(f64::NAN).is_err() && words(f64::INFINITY).is_err());
        for (text, expected) in [
            ("42.8ms", Some(43)),
            ("3.81 d", Some(329_184_000)),
            ("5m", Some(300_000)),
            (" 1 h ", Some(3_600_000)),
            ("1234 ns", Some(0)),
            ("1234567 us", Some(1_235)),
            ("0s", Some(0)),
            ("f", None),
            ("", None),
            ("abc", None),
            ("1", None),
            ("1.s", None),
            (".5s", None),
            ("-1s", None),
            ("1 fortnight", None),
            ("1é", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(millis(text).ok(), expected, "{text}");
        }
    }
}
