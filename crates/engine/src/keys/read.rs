//! The texts of the catalog as values.

use std::str::FromStr;

use crate::text::{
    read::units_of,
    time::{MILLIS_PER_DAY, civil, day_of},
};

pub(super) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}

/// As `Long.parseLong` reads it: digits with a sign before them, and zeros before the first digit, are fine.
pub(super) fn whole<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// Nothing is rounded away. Hive may end a decimal with its own mark, `BD`.
pub(super) fn units(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let text = text.strip_suffix("BD").unwrap_or(text);
    is_exact(text, scale).then(|| units_of(text, precision, scale).ok()).flatten()
}

/// Whether the last digit that is no zero has a place in a decimal of so many places.
fn is_exact(text: &str, scale: u8) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().unwrap_or_default()),
        None => (text, 0),
    };
    let (whole, places) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_zero = |text: &str| text.bytes().all(|byte| b"0+-".contains(&byte));
    let digits = places.trim_end_matches('0');
    if is_zero(whole) && digits.is_empty() {
        return true;
    }
    // How far behind the point that digit is: less than nothing, if it is before.
    let behind = if digits.is_empty() {
        let zeros = whole.len() - whole.trim_end_matches('0').len();
        i64::try_from(zeros).map(|zeros| -zeros)
    } else {
        i64::try_from(digits.len())
    };
    behind.is_ok_and(|behind| behind - i64::from(exponent) <= i64::from(scale))
}

pub(super) fn bounded(text: &str, most: Option<usize>) -> Option<String> {
    most.is_none_or(|most| text.chars().count() <= most).then(|| text.to_owned())
}

/// `2026-11-23`, and `2026-1-5`.
pub(super) fn day(text: &str) -> Option<i32> {
    let mut parts = text.split('-');
    let (year, month, day) =
        (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    if parts.next().is_some() {
        return None;
    }
    let days = day_of(year, month, day);
    // What is no day of the month is another day.
    if (1..=12).contains(&month) && civil(days) == (year, month, day) {
        i32::try_from(days).ok()
    } else {
        None
    }
}

/// A day, and a time behind a blank: hours and minutes, seconds, and up to nine digits of a second, of which three are
/// kept.
pub(super) fn millis(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once(' ') {
        None => (text, None),
        Some((date, time)) => (date, Some(time)),
    };
    let of_day = match time {
        None => 0,
        Some(time) => of_day(time)?,
    };
    Some(i64::from(day(date)?) * MILLIS_PER_DAY + of_day)
}

fn of_day(time: &str) -> Option<i64> {
    let mut parts = time.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let (second, millis) = match parts.next() {
        None => (0, 0),
        Some(seconds) => match seconds.split_once('.') {
            None => (number(seconds, 2)?, 0),
            Some((second, fraction)) => {
                number(fraction, 9)?;
                let three: String = fraction.chars().chain("00".chars()).take(3).collect();
                (number(second, 2)?, number(&three, 3)?)
            }
        },
    };
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(((hour * 60 + minute) * 60 + second) * 1_000 + millis)
}

/// Digits, at least one and no more than so many.
fn number(text: &str, most: usize) -> Option<i64> {
    let is_number = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}
