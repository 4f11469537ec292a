//! `CAST(value AS varchar(n))`: a text is cut off, and any other value fits or is refused.

use datafusion::{
    arrow::{
        array::{Array, AsArray},
        datatypes::{DataType as Arrow, IntervalUnit, TimeUnit},
    },
    error::Result,
};

use super::{json, source::invalid, text::Texts};
use crate::{
    functions::{
        argument::Argument,
        made::Made,
        own::{Own, failed, unexpected},
    },
    types::JSON,
};

/// What `CAST` to a `varchar(n)` calls, with the value and the length.
pub(crate) const CAST_TO_VARCHAR: &str = "cast_to_varchar";

/// The same for `TRY_CAST`.
pub(crate) const TRY_CAST_TO_VARCHAR: &str = "try_cast_to_varchar";

/// The value as a text of at most so many characters. What is no text has to fit. A query cannot call it by its name.
pub(in crate::functions) fn cast_to_varchar() -> Own {
    Own::texts(CAST_TO_VARCHAR, takes, |_| Arrow::Utf8, |arguments, made| shorten(arguments, made, false))
}

/// The same, and null for what does not fit.
pub(in crate::functions) fn try_cast_to_varchar() -> Own {
    Own::texts(TRY_CAST_TO_VARCHAR, takes, |_| Arrow::Utf8, |arguments, made| shorten(arguments, made, true))
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    let [value, Arrow::Int32 | Arrow::Int64] = given else { return None };
    let value = match value {
        Arrow::Null => Arrow::Utf8,
        Arrow::Int8 | Arrow::Int16 | Arrow::Int32 | Arrow::Int64 | Arrow::UInt64 => Arrow::Int64,
        Arrow::Boolean
        | Arrow::Float32
        | Arrow::Float64
        | Arrow::Decimal128(..)
        | Arrow::Utf8
        | Arrow::LargeUtf8
        | Arrow::Date32
        | Arrow::Timestamp(TimeUnit::Millisecond | TimeUnit::Microsecond | TimeUnit::Nanosecond, _)
        | Arrow::Duration(TimeUnit::Millisecond)
        | Arrow::Interval(IntervalUnit::YearMonth) => value.clone(),
        _ => return None,
    };
    Some(vec![value, Arrow::Int64])
}

fn shorten(arguments: &[Argument], made: &mut Made<'_>, is_try: bool) -> Result<()> {
    let [value, length] = arguments else { return Err(unexpected(&Arrow::Null)) };
    let lengths = length.bigints();
    if value.array().as_string_opt::<i32>().is_some() {
        let texts = value.texts::<i32>();
        for row in 0..made.rows() {
            let shortened = texts.get(row).zip(lengths.get(row)).map(|(text, length)| cut(text, length));
            made.append(shortened)?;
        }
        return Ok(());
    }
    if *value.array().data_type() == JSON {
        let texts = json::convert(value.array(), &Arrow::Utf8, is_try)?;
        let texts = texts.as_string::<i32>();
        for row in 0..made.rows() {
            let place = value.place(row);
            let text = texts.is_valid(place).then(|| texts.value(place));
            made.append(text.zip(lengths.get(row)).map(|(text, length)| cut(text, length)))?;
        }
        return Ok(());
    }
    let texts = Texts::of(value.array().as_ref())?;
    for row in 0..made.rows() {
        let place = value.place(row);
        let (Some(text), Some(length)) = (texts.get(place), lengths.get(row)) else {
            made.append(None)?;
            continue;
        };
        // It is all ASCII, or the name of a zone, which is, too.
        if i64::try_from(text.len()).is_ok_and(|characters| characters <= length) {
            made.append(Some(&text))?;
        } else if is_try {
            made.append(None)?;
        } else {
            let shown = texts.shown(place, &text);
            let message = format!("Value {shown} cannot be represented as varchar({length})");
            return Err(failed(invalid(message)));
        }
    }
    Ok(())
}

/// The first so many characters.
fn cut(text: &str, length: i64) -> &str {
    let length = usize::try_from(length).unwrap_or_default();
    let end = text.char_indices().nth(length).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or(text)
}
