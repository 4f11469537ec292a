use std::io::Write;

use crate::zone::Zone;

pub(crate) use crate::calendar::{MILLIS_PER_DAY, civil, day_of};

/// `2026-11-23`.
pub(crate) fn date(buffer: &mut Vec<u8>, days: i64) {
    let (year, month, day) = civil(days);
    let sign = if year < 0 { "-" } else { "" };
    // A vector takes whatever is written to it.
    let _ = write!(buffer, "{sign}{:04}-{month:02}-{day:02}", year.unsigned_abs());
}

/// `2026-11-23 10:05:00.123`.
pub(crate) fn timestamp(buffer: &mut Vec<u8>, millis: i64) {
    date(buffer, millis.div_euclid(MILLIS_PER_DAY));
    let left = millis.rem_euclid(MILLIS_PER_DAY);
    let (seconds, millis) = (left / 1_000, left % 1_000);
    let (minutes, second) = (seconds / 60, seconds % 60);
    let _ = write!(buffer, " {:02}:{:02}:{second:02}.{millis:03}", minutes / 60, minutes % 60);
}

/// `2026-11-23 10:05:00.123 UTC`: as the clocks of the zone show it, and its name.
pub(crate) fn zoned(buffer: &mut Vec<u8>, instant: i64, zone: Zone) {
    timestamp(buffer, zone.local(instant));
    buffer.push(b' ');
    buffer.extend_from_slice(zone.id().as_bytes());
}

/// `-1 02:03:04.005`: an interval in milliseconds.
pub(crate) fn day_to_second(buffer: &mut Vec<u8>, millis: i64) {
    let sign = if millis < 0 { "-" } else { "" };
    let length = millis.unsigned_abs();
    let (days, of_day) = (length / MILLIS_PER_DAY.unsigned_abs(), length % MILLIS_PER_DAY.unsigned_abs());
    let (seconds, millis) = (of_day / 1_000, of_day % 1_000);
    let (minutes, second) = (seconds / 60, seconds % 60);
    let _ = write!(buffer, "{sign}{days} {:02}:{:02}:{second:02}.{millis:03}", minutes / 60, minutes % 60);
}

/// `-1-6`: an interval in months, as years and months.
pub(crate) fn year_to_month(buffer: &mut Vec<u8>, months: i32) {
    let sign = if months < 0 { "-" } else { "" };
    let length = months.unsigned_abs();
    let _ = write!(buffer, "{sign}{}-{}", length / 12, length % 12);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_written_as_trino_does() {
        for (millis, expected) in [
            (0, "0 00:00:00.000"),
            (1, "0 00:00:00.001"),
            (-1, "-0 00:00:00.001"),
            (93_784_005, "1 02:03:04.005"),
            (-93_784_005, "-1 02:03:04.005"),
            (i64::MAX, "106751991167 07:12:55.807"),
            (i64::MIN, "-106751991167 07:12:55.808"),
        ] {
            let mut text = Vec::new();
            day_to_second(&mut text, millis);
            assert_eq!(String::from_utf8_lossy(&text), expected);
        }
        for (months, expected) in
            [(0, "0-0"), (18, "1-6"), (-18, "-1-6"), (-1, "-0-1"), (i32::MIN, "-178956970-8")]
        {
            let mut text = Vec::new();
            year_to_month(&mut text, months);
            assert_eq!(String::from_utf8_lossy(&text), expected);
        }
    }

    #[test]
    fn every_day_of_a_thousand_years_is_chronos() {
        let epoch = chrono::NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let mut day = chrono::NaiveDate::from_ymd_opt(1600, 1, 1).unwrap();
        let mut text = Vec::new();
        while day < chrono::NaiveDate::from_ymd_opt(2600, 1, 1).unwrap() {
            text.clear();
            let number = (day - epoch).num_days();
            date(&mut text, number);
            assert_eq!(String::from_utf8_lossy(&text), day.to_string());
            let (year, month, of_month) = civil(number);
            assert_eq!(day_of(year, month, of_month), number);
            day = day.succ_opt().unwrap();
        }
    }
}
