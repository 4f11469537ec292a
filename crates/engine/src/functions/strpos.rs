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
    own::{Own, exactly},
};
use crate::cancel::Cancellation;

/// The character, counted from 1, at which a text first contains another; 0 if it does not.
pub(super) fn strpos() -> Own {
    Own::watched("strpos", |given| exactly(given, &[Arrow::Utf8, Arrow::Utf8]), |_| Arrow::Int64, positions)
}

fn positions(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let (texts, searched) = (arguments[0].texts::<i32>(), arguments[1].texts::<i32>());
    let position = |row| -> Result<Option<i64>> {
        cancellation.check()?;
        Ok(texts.get(row).zip(searched.get(row)).map(|(text, part)| position_of(text, part)))
    };
    Ok(Arc::new((0..rows).map(position).collect::<Result<Int64Array>>()?))
}

/// The empty text is at the first character of every text.
fn position_of(text: &str, part: &str) -> i64 {
    text.find(part).map_or(0, |place| {
        let before = text[..place].chars().count();
        i64::try_from(before).unwrap_or(i64::MAX).saturating_add(1)
    })
}

#[cfg(test)]
mod tests {
    use super::position_of;

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
            assert_eq!(position_of(text, part), expected, "{part:?} in {text:?}");
        }
    }
}
