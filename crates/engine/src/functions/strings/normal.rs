//! `normalize`.

use datafusion::{arrow::datatypes::DataType as Arrow, error::Result};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use super::texts_and_bigints;
use crate::functions::{
    argument::Argument,
    made::Made,
    own::{Own, invalid},
};

/// A text in one of Unicode's normal forms: NFC unless it is said.
pub(super) fn normalize() -> Own {
    Own::texts("normalize", |given| texts_and_bigints(given, 2, 0, 1), |_| Arrow::Utf8, each)
}

fn each(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let texts = arguments[0].texts::<i32>();
    let forms = arguments.get(1).map(Argument::texts::<i32>);
    for row in 0..made.rows() {
        let form = forms.as_ref().map_or(Some("NFC"), |forms| forms.get(row));
        let (Some(text), Some(form)) = (texts.get(row), form) else {
            made.append(None)?;
            continue;
        };
        if !matches!(form, "NFC" | "NFD" | "NFKC" | "NFKD") {
            return Err(invalid("Normalization form must be one of [NFD, NFC, NFKD, NFKC]"));
        }
        // It is its own normal form.
        if text.is_ascii() {
            made.append(Some(text))?;
            continue;
        }
        let characters = text.chars();
        let normal = match form {
            "NFC" => collect(ComposingNormalizerBorrowed::new_nfc().normalize_iter(characters), made)?,
            "NFKC" => collect(ComposingNormalizerBorrowed::new_nfkc().normalize_iter(characters), made)?,
            "NFD" => collect(DecomposingNormalizerBorrowed::new_nfd().normalize_iter(characters), made)?,
            _ => collect(DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(characters), made)?,
        };
        made.append(Some(&normal))?;
    }
    Ok(())
}

/// One character may become eighteen: the text is bounded as it grows.
fn collect(characters: impl Iterator<Item = char>, made: &Made<'_>) -> Result<String> {
    let mut text = String::new();
    for character in characters {
        made.admit(text.len() + character.len_utf8())?;
        text.push(character);
    }
    Ok(text)
}
