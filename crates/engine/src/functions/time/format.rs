//! `date_format(timestamp, format)`, with MySQL's formats.

use std::fmt::Write;

use datafusion::{arrow::datatypes::DataType as Arrow, error::Result};

use super::{Times, is_text, parts, time};
use crate::{
    functions::{
        argument::Argument,
        made::Made,
        own::{Own, invalid, unsupported_value},
    },
    text::time::{MILLIS_PER_DAY, civil},
};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A date or a timestamp as text.
pub(crate) fn date_format() -> Own {
    let takes = |given: &[Arrow]| match given {
        [at, format] if is_text(format) => {
            let at = match time(at)? {
                // A date is its midnight.
                Arrow::Date32 => time(&Arrow::Null)?,
                other => other,
            };
            Some(vec![at, Arrow::Utf8])
        }
        _ => None,
    };
    Own::texts("date_format", takes, |_| Arrow::Utf8, format)
}

fn format(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let times = Times::of(arguments[0].array())?;
    let formats = arguments[1].texts::<i32>();
    for row in 0..made.rows() {
        let Some((millis, format)) = times.get(arguments[0].place(row)).zip(formats.get(row)) else {
            made.append(None)?;
            continue;
        };
        // A text is at most five times as long as its format.
        made.admit(format.len())?;
        made.append(Some(&one(millis, format)?))?;
    }
    Ok(())
}

fn one(millis: i64, format: &str) -> Result<String> {
    let (days, of_day) = (millis.div_euclid(MILLIS_PER_DAY), millis.rem_euclid(MILLIS_PER_DAY));
    let (year, month, day) = civil(days);
    if !(0..=9_999).contains(&year) {
        return Err(unsupported_value(&format!("date_format of the year {year}")));
    }
    let (hour, minute, second) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1_000 % 60);
    let of_twelve = (hour + 11) % 12 + 1;
    let half = if hour < 12 { "AM" } else { "PM" };
    let month_name =
        usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default();
    let of_week = usize::try_from(parts::day_of_week(days) - 1).ok();
    let day_name = of_week.and_then(|at| DAYS.get(at)).copied().unwrap_or_default();
    let mut text = String::with_capacity(format.len() + 16);
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        // A text takes whatever is written to it.
        let _ = match characters.next() {
            Some('Y') => write!(text, "{year:04}"),
            Some('y') => write!(text, "{:02}", year % 100),
            Some('m') => write!(text, "{month:02}"),
            Some('c') => write!(text, "{month}"),
            Some('M') => write!(text, "{month_name}"),
            Some('b') => write!(text, "{}", &month_name[..3]),
            Some('d') => write!(text, "{day:02}"),
            Some('e') => write!(text, "{day}"),
            Some('j') => write!(text, "{:03}", parts::day_of_year(days)),
            Some('W') => write!(text, "{day_name}"),
            Some('a') => write!(text, "{}", &day_name[..3]),
            Some('H') => write!(text, "{hour:02}"),
            Some('k') => write!(text, "{hour}"),
            Some('h' | 'I') => write!(text, "{of_twelve:02}"),
            Some('l') => write!(text, "{of_twelve}"),
            Some('p') => write!(text, "{half}"),
            Some('i') => write!(text, "{minute:02}"),
            Some('s' | 'S') => write!(text, "{second:02}"),
            Some('f') => write!(text, "{:06}", of_day % 1_000 * 1_000),
            Some('T') => write!(text, "{hour:02}:{minute:02}:{second:02}"),
            Some('r') => write!(text, "{of_twelve:02}:{minute:02}:{second:02} {half}"),
            Some('%') => write!(text, "%"),
            Some(no @ ('D' | 'U' | 'u' | 'V' | 'w' | 'X')) => {
                return Err(invalid(format!("%{no} not supported in date format string")));
            }
            other => {
                let what = other.map_or_else(|| "a % at its end".to_owned(), |other| format!("%{other}"));
                return Err(unsupported_value(&format!("the format {format:?}: {what}")));
            }
        };
    }
    Ok(text)
}
