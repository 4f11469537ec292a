//! `soundex`.

use datafusion::{arrow::datatypes::DataType as Arrow, error::Result};

use crate::functions::{
    argument::Argument,
    made::Made,
    own::{Own, exactly, invalid},
    text::to_upper,
};

/// The digits of the letters from A to Z; 0 of a vowel.
const DIGITS: &[u8; 26] = b"01230120022455012623010202";

/// How a name in English sounds: its first letter and three digits.
pub(super) fn soundex() -> Own {
    Own::texts("soundex", |given| exactly(given, &[Arrow::Utf8]), |_| Arrow::Utf8, each)
}

fn each(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let texts = arguments[0].texts::<i32>();
    for row in 0..made.rows() {
        let code = texts.get(row).map(code).transpose()?;
        made.append(code.as_deref())?;
    }
    Ok(())
}

/// As Apache Commons' `Soundex.US_ENGLISH`, which Trino calls: what is no letter is left out, and a letter that English
/// has not is an error.
fn code(text: &str) -> Result<String> {
    let mut letters = text.chars().filter(|character| character.is_alphabetic());
    let Some(first) = letters.next() else { return Ok(String::new()) };
    let mut last = digit(first)?;
    let mut code = to_upper(first.encode_utf8(&mut [0; 4]));
    for letter in letters {
        if code.len() == 4 {
            break;
        }
        if matches!(letter, 'H' | 'h' | 'W' | 'w') {
            continue;
        }
        let digit = digit(letter)?;
        if digit != '0' && digit != last {
            code.push(digit);
        }
        last = digit;
    }
    Ok(format!("{code:0<4}"))
}

fn digit(letter: char) -> Result<char> {
    let place = u32::from(letter.to_ascii_uppercase()).wrapping_sub(u32::from('A'));
    let digit = usize::try_from(place).ok().and_then(|place| DIGITS.get(place));
    digit
        .map(|digit| char::from(*digit))
        .ok_or_else(|| invalid(format!("The character is not mapped: {letter}")))
}
