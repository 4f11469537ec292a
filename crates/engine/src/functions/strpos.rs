//! `strpos`.
//!
//! DataFusion's takes time in proportion to the product of the two lengths, and looks at a whole batch before it
//! returns. This one takes time in proportion to their sum, and looks before each row whether the query shall end.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    argument::Argument,
    own::{Own, invalid},
    strings::texts_and_bigints,
};
use crate::cancel::Cancellation;

/// The character, counted from 1, at which a text first contains another, or contains it for the nth time, counted from
/// its end if n is negative; 0 if it does not.
pub(super) fn strpos() -> Own {
    Own::watched("strpos", |given| texts_and_bigints(given, 2, 1, 1), |_| Arrow::Int64, positions)
}

fn positions(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let (texts, searched) = (arguments[0].texts::<i32>(), arguments[1].texts::<i32>());
    let instances = arguments.get(2).map(Argument::bigints);
    let position = |row| -> Result<Option<i64>> {
        cancellation.check()?;
        let instance = instances.as_ref().map_or(Some(1), |instances| instances.get(row));
        let (Some((text, part)), Some(instance)) = (texts.get(row).zip(searched.get(row)), instance) else {
            return Ok(None);
        };
        if instance == 0 {
            return Err(invalid("'instance' must be a positive or negative number."));
        }
        position_of(text, part, instance, cancellation).map(Some)
    };
    Ok(Arc::new((0..rows).map(position).collect::<Result<Int64Array>>()?))
}

/// The empty text is at the first character of every text. Two places may overlap.
fn position_of(text: &str, part: &str, instance: i64, cancellation: &Cancellation) -> Result<i64> {
    let Some(first) = part.chars().next() else { return Ok(1) };
    let (mut left, mut rest) = (instance.unsigned_abs(), text);
    // What of the text is before `rest`.
    let mut before = 0;
    loop {
        cancellation.check()?;
        let found = if instance > 0 { rest.find(part) } else { rest.rfind(part) };
        let Some(place) = found else { return Ok(0) };
        left -= 1;
        if left == 0 {
            let characters = text[..before + place].chars().count();
            return Ok(i64::try_from(characters).unwrap_or(i64::MAX).saturating_add(1));
        }
        if instance > 0 {
            before += place + first.len_utf8();
            rest = &text[before..];
        } else {
            // The next one to the left begins before this one, and may end within it.
            let end = place + part.len() - part.chars().next_back().map_or(0, char::len_utf8);
            rest = &text[..end];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cancellation, position_of};

    #[test]
    fn positions_are_counted_in_characters_from_one() {
        for (text, part, expected) in [
            ("añob", "o", 3),
            ("añob", "añ", 1),
            ("añob", "b", 4),
            ("añob", "ob!", 0),
            ("añob", "añobx", 0),
            ("añob", "", 1),
            ("", "", 1),
            ("", "a", 0),
            ("aaab", "aab", 2),
            ("😀é€x€x", "€x", 3),
        ] {
            let found = position_of(text, part, 1, &Cancellation::default());
            assert_eq!(found.unwrap(), expected, "{part:?} in {text:?}");
        }
    }

    #[test]
    fn places_are_counted_from_both_ends_and_may_overlap() {
        for (text, part, instance, expected) in [
            ("aaa", "aa", 1, 1),
            ("aaa", "aa", 2, 2),
            ("aaa", "aa", 3, 0),
            ("aaa", "aa", -1, 2),
            ("aaa", "aa", -2, 1),
            ("aaa", "aa", -3, 0),
            ("ñañaña", "ña", 3, 5),
            ("ñañaña", "ña", -3, 1),
            ("añaña", "ñ", -1, 4),
            ("a", "", -7, 1),
            ("a", "b", i64::MIN, 0),
        ] {
            let found = position_of(text, part, instance, &Cancellation::default());
            assert_eq!(found.unwrap(), expected, "{part:?} in {text:?}, {instance}");
        }
    }
}
