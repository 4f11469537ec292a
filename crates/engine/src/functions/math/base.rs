//! Numbers as texts in a base.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Int64Array},
        datatypes::{DataType as Arrow, Int64Type},
    },
    error::Result,
};

use crate::functions::{
    argument::Argument,
    made::Made,
    own::{Own, invalid},
};

/// The number that a text is in a base from 2 to 36.
pub(super) fn from_base() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::Utf8 | Arrow::Null, Arrow::Int32 | Arrow::Int64 | Arrow::Null] => {
            Some(vec![Arrow::Utf8, Arrow::Int64])
        }
        _ => None,
    };
    Own::new("from_base", takes, |_| Arrow::Int64, read)
}

/// The text of a number in a base from 2 to 36, with small letters.
pub(super) fn to_base() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::Int32 | Arrow::Int64 | Arrow::Null, Arrow::Int32 | Arrow::Int64 | Arrow::Null] => {
            Some(vec![Arrow::Int64; 2])
        }
        _ => None,
    };
    Own::texts("to_base", takes, |_| Arrow::Utf8, write)
}

fn radix(base: i64) -> Result<u32> {
    let radix = u32::try_from(base).ok().filter(|radix| (2..=36).contains(radix));
    radix.ok_or_else(|| invalid("Radix must be between 2 and 36"))
}

fn read(columns: &[ArrayRef]) -> Result<ArrayRef> {
    let (texts, bases) = (columns[0].as_string::<i32>(), columns[1].as_primitive::<Int64Type>());
    let rows = texts.iter().zip(bases.iter()).map(|(text, base)| match (text, base) {
        (Some(text), Some(base)) => {
            let number = i64::from_str_radix(text, radix(base)?);
            number.map(Some).map_err(|_| invalid(format!("Not a valid base-{base} number: {text}")))
        }
        _ => Ok(None),
    });
    Ok(Arc::new(rows.collect::<Result<Int64Array>>()?))
}

fn write(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let (numbers, bases) = (arguments[0].bigints(), arguments[1].bigints());
    for row in 0..made.rows() {
        let text = match (numbers.get(row), bases.get(row)) {
            (Some(number), Some(base)) => Some(in_base(number, radix(base)?)),
            _ => None,
        };
        made.append(text.as_deref())?;
    }
    Ok(())
}

fn in_base(number: i64, radix: u32) -> String {
    let mut digits = Vec::new();
    let mut rest = number.unsigned_abs();
    loop {
        let digit = u32::try_from(rest % u64::from(radix)).unwrap_or_default();
        digits.extend(char::from_digit(digit, radix));
        rest /= u64::from(radix);
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        digits.push('-');
    }
    digits.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::in_base;

    proptest! {
        #[test]
        fn numbers_read_back(number: i64, radix in 2_u32..=36) {
            prop_assert_eq!(i64::from_str_radix(&in_base(number, radix), radix), Ok(number));
        }
    }
}
