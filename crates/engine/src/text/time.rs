use std::io::Write;

pub(crate) const MILLIS_PER_DAY: i64 = 86_400_000;

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

const DAYS_PER_ERA: i64 = 146_097;

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar of all times. Years are
/// taken to begin in March, so that the leap day is the last one.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(DAYS_PER_ERA);
    let day_of_era = shifted.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The day of a date, counted from 1970-01-01: the reverse of [`civil`].
pub(crate) fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let march_year = year - i64::from(month <= 2);
    let era = march_year.div_euclid(400);
    let year_of_era = march_year.rem_euclid(400);
    let march_month = (month + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_PER_ERA + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

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
