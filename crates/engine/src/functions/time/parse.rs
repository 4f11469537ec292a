//! `date_parse(text, pattern)` and `parse_datetime(text, pattern)`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, TimestampMillisecondArray},
        datatypes::{DataType as Arrow, TimeUnit},
    },
    error::Result,
};

use super::{
    in_range, instants,
    pattern::{Pattern, Patterns, Read},
};
use crate::{
    cancel::Cancellation,
    functions::{
        argument::Argument,
        own::{Own, exactly, invalid, unsupported_value},
    },
    zone::Zone,
};

pub(crate) const PARSE_DATETIME: &str = "parse_datetime";

/// A text as a timestamp, by a pattern of MySQL's.
pub(super) fn date_parse() -> Own {
    Own::watched(
        "date_parse",
        takes,
        |_| Arrow::Timestamp(TimeUnit::Millisecond, None),
        |arguments, rows, cancellation| {
            let local = |read: &Read, text: &str| read.local(text);
            let timestamps = parsed(arguments, rows, cancellation, Pattern::mysql, local)?;
            Ok(Arc::new(timestamps))
        },
    )
}

/// A text as a timestamp with a time zone, by a pattern of Joda-Time's: in UTC where the text names none. A zone other than
/// UTC is refused, for here all values of a column have one zone.
pub(super) fn parse_datetime() -> Own {
    Own::watched(
        PARSE_DATETIME,
        takes,
        |_| instants(),
        |arguments, rows, cancellation| {
            instants_of(arguments, rows, cancellation, |read, text| instant(read, text, true))
        },
    )
}

/// The same where only the instant counts, with a zone other than UTC as well. A query cannot call it by its name.
pub(crate) fn parsed_instant() -> Own {
    Own::watched(
        "instant_of_parse_datetime",
        takes,
        |_| instants(),
        |arguments, rows, cancellation| {
            instants_of(arguments, rows, cancellation, |read, text| instant(read, text, false))
        },
    )
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    exactly(given, &[Arrow::Utf8, Arrow::Utf8])
}

fn instant(read: &Read, text: &str, shows_zone: bool) -> Result<i64> {
    let zone = read.zone.unwrap_or(Zone::Utc);
    if shows_zone && zone != Zone::Utc {
        let what = "parse_datetime with a zone other than UTC, outside of a comparison,";
        return Err(unsupported_value(what));
    }
    let instant = zone.instant_shown(read.local(text)?).ok_or_else(|| {
        let text: String = text.chars().take(100).collect();
        let zone = zone.id();
        invalid(format!(
            "Cannot parse \"{text}\": Illegal instant due to time zone offset transition ({zone})"
        ))
    })?;
    in_range(instant, true)
}

fn instants_of(
    arguments: &[Argument],
    rows: usize,
    cancellation: &Cancellation,
    millis: fn(&Read, &str) -> Result<i64>,
) -> Result<ArrayRef> {
    let timestamps = parsed(arguments, rows, cancellation, Pattern::joda, millis)?;
    Ok(Arc::new(timestamps.with_data_type(instants())))
}

fn parsed(
    arguments: &[Argument],
    rows: usize,
    cancellation: &Cancellation,
    compile: fn(&str) -> Result<Pattern>,
    millis: fn(&Read, &str) -> Result<i64>,
) -> Result<TimestampMillisecondArray> {
    let (texts, formats) = (arguments[0].texts::<i32>(), arguments[1].texts::<i32>());
    let mut patterns = Patterns::new(compile);
    let mut parsed = Vec::with_capacity(rows);
    for row in 0..rows {
        cancellation.check()?;
        parsed.push(match texts.get(row).zip(formats.get(row)) {
            None => None,
            Some((text, format)) => Some(millis(&patterns.get(format)?.read(text)?, text)?),
        });
    }
    Ok(parsed.into_iter().collect())
}
