//! Bounds of texts: where texts are long, shorter ones that lie outside of them.

/// The most bytes of a bound, as many as the writer of Arrow gives one. A longer one takes more room than it saves reading.
const LONGEST: usize = 64;

/// A bound, and whether it is the text itself.
pub(super) type Bound = (Vec<u8>, bool);

/// A short text that is not greater than this one, which is UTF-8.
pub(super) fn lower(text: &[u8]) -> Bound {
    beginning(text).map_or_else(|| (text.to_vec(), true), |beginning| (beginning.as_bytes().to_vec(), false))
}

/// A short text that is not less than this one, which is UTF-8. There is none above the last of all texts: then it is the
/// text itself, however long it is.
pub(super) fn upper(text: &[u8]) -> Bound {
    beginning(text).and_then(raised).map_or_else(|| (text.to_vec(), true), |raised| (raised, false))
}

/// What a long text begins with, in whole characters. `None` if the text is short.
fn beginning(text: &[u8]) -> Option<&str> {
    if text.len() <= LONGEST {
        return None;
    }
    text.get(..LONGEST)?.utf8_chunks().next().map(|chunk| chunk.valid())
}

/// A text that is greater than all that begin with this one: the last of its characters of which the next one has as many
/// bytes becomes that one, and ends it.
fn raised(text: &str) -> Option<Vec<u8>> {
    text.char_indices().rev().find_map(|(at, last)| {
        let next = char::from_u32(u32::from(last) + 1)?;
        let raised = || format!("{}{next}", &text[..at]).into_bytes();
        (next.len_utf8() == last.len_utf8()).then(raised)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_within_its_bounds_and_those_of_long_texts_are_short(
            text in "([a-c]|\u{7f}|é|\u{7ff}|\u{d7ff}|😀|\u{10ffff}){0,80}",
        ) {
            let ((least, is_least), (greatest, is_greatest)) = (lower(text.as_bytes()), upper(text.as_bytes()));
            prop_assert!(least.as_slice() <= text.as_bytes() && text.as_bytes() <= greatest.as_slice());
            prop_assert_eq!(is_least, least == text.as_bytes());
            prop_assert_eq!(is_greatest, greatest == text.as_bytes());
            prop_assert_eq!(is_least, text.len() <= LONGEST);
            prop_assert!(least.len() <= LONGEST && (is_greatest || greatest.len() <= LONGEST));
            prop_assert!(str::from_utf8(&least).is_ok() && str::from_utf8(&greatest).is_ok());
        }
    }

    #[test]
    fn the_last_character_that_can_be_raised_is() {
        let long = |text: &str| format!("{text}{}", "\u{10ffff}".repeat(30));
        for (text, greatest) in [
            ("b".repeat(65), format!("{}c", "b".repeat(63))),
            // The cut is within the second of two characters.
            (format!("{}é", "b".repeat(63)), format!("{}c", "b".repeat(62))),
            (long("b\u{7f}"), "c".to_owned()),
            (long("bé"), "bê".to_owned()),
            // No text is above it.
            (long(""), long("")),
        ] {
            assert_eq!(String::from_utf8(upper(text.as_bytes()).0).unwrap(), greatest, "{text}");
        }
    }
}
