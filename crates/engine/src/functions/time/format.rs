//! `date_format(time, pattern)` and `format_datetime(time, pattern)`.

use datafusion::{arrow::datatypes::DataType as Arrow, error::Result};

use super::{
    Times, is_text,
    pattern::{Pattern, Patterns, Shown},
    time,
};
use crate::functions::{
    argument::Argument,
    made::Made,
    own::{Own, invalid},
};

const DATE_FORMAT: &str = "date_format";

const FORMAT_DATETIME: &str = "format_datetime";

/// A time as text, by a pattern of MySQL's.
pub(super) fn date_format() -> Own {
    Own::texts(
        DATE_FORMAT,
        takes,
        |_| Arrow::Utf8,
        |arguments, made| write(arguments, made, DATE_FORMAT, Pattern::mysql),
    )
}

/// A time as text, by a pattern of Joda-Time's.
pub(super) fn format_datetime() -> Own {
    Own::texts(
        FORMAT_DATETIME,
        takes,
        |_| Arrow::Utf8,
        |arguments, made| write(arguments, made, FORMAT_DATETIME, Pattern::joda),
    )
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [at, format] if is_text(format) => {
            let at = match time(at)? {
                // A date is its midnight.
                Arrow::Date32 => time(&Arrow::Null)?,
                other => other,
            };
            Some(vec![at, Arrow::Utf8])
        }
        _ => None,
    }
}

fn write(
    arguments: &[Argument],
    made: &mut Made<'_>,
    function: &'static str,
    compile: fn(&str) -> Result<Pattern>,
) -> Result<()> {
    let array = arguments[0].array();
    let times = Times::of(array)?;
    let has_zone = matches!(array.data_type(), Arrow::Timestamp(_, Some(_)));
    let formats = arguments[1].texts::<i32>();
    let mut patterns = Patterns::new(compile);
    let mut text = String::new();
    for row in 0..made.rows() {
        let Some((instant, format)) = times.instant(arguments[0].place(row)).zip(formats.get(row)) else {
            made.append(None)?;
            continue;
        };
        // A text is a small multiple of its pattern, and of the name of a zone.
        made.admit(format.len())?;
        let pattern = patterns.get(format)?;
        if pattern.has_zone() && !has_zone {
            return Err(invalid(format!(
                "{function} for TIMESTAMP type, cannot use 'Z' nor 'z' in format, as this type does not contain TZ \
                 information"
            )));
        }
        let offset = times.zone.offset(instant);
        text.clear();
        pattern.write(Shown { local: instant + offset, zone: times.zone, offset }, function, &mut text)?;
        made.append(Some(&text))?;
    }
    Ok(())
}
