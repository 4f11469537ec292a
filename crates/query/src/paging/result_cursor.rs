//! Where a page begins: an opaque text that is good for one result, and for nobody's but the one it was made for.
//!
//! The text is signed with a secret of the query's record, so that a cursor that was changed, or belongs to another
//! query, is told apart from one of ours: an offset of somebody's own making could begin within a row.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::key::ExecutionName;

use crate::{digest::Digest, render::Position, request::representation::Representation};

/// How long a cursor may be: a little more than the longest there is.
const MAX_TEXT: usize = 128;
const VERSION: u8 = 1;
const SIGNATURE: usize = 16;

/// The beginning of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Where in the result its first row is.
    pub(crate) start: Position,
    /// How many rows the page may have; as many as fit without.
    pub(crate) limit: Option<u64>,
    /// How the page is written.
    pub(crate) representation: Representation,
}

impl Cursor {
    /// The text, for the query of this name whose record has this secret.
    pub(crate) fn encode(self, name: &ExecutionName, secret: &str) -> String {
        let mut bytes = self.payload();
        bytes.extend_from_slice(&signature(&bytes, name, secret));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a text. `None` if it is not exactly what [`Self::encode`] made for the same query.
    pub(crate) fn decode(text: &str, name: &ExecutionName, secret: &str) -> Option<Self> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (payload, signed) = bytes.split_at_checked(bytes.len().checked_sub(SIGNATURE)?)?;
        let expected = signature(payload, name, secret);
        // In constant time: every byte is looked at.
        let difference = expected.iter().zip(signed).fold(0, |all, (a, b)| all | (a ^ b));
        if difference != 0 {
            return None;
        }
        let (version, rest) = payload.split_first()?;
        let (offset, rest) = number(rest)?;
        let (row, rest) = number(rest)?;
        let (limit, rest) = number(rest)?;
        let representation = Representation::from_text(std::str::from_utf8(rest).ok()?)?;
        let limit = Some(limit).filter(|limit| *limit > 0);
        let cursor = Self { start: Position { offset, row }, limit, representation };
        (*version == VERSION).then_some(cursor)
    }

    fn payload(self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for number in [self.start.offset, self.start.row, self.limit.unwrap_or_default()] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(self.representation.text().as_bytes());
        bytes
    }
}

fn signature(payload: &[u8], name: &ExecutionName, secret: &str) -> [u8; SIGNATURE] {
    Digest::new("cursor").text(secret).text(name.as_str()).bytes(payload).finish()
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u64::from_be_bytes(*number), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> ExecutionName {
        ExecutionName::parse(text).unwrap()
    }

    fn any_cursor() -> impl Strategy<Value = Cursor> {
        let representation =
            prop::sample::select(vec!["json", "columns", "csv", "columns;numbers=strings;csv=spreadsheet"]);
        let representation = representation.prop_map(|text| Representation::from_text(text).unwrap());
        (any::<u64>(), any::<u64>(), prop::option::of(1..u64::MAX), representation).prop_map(
            |(offset, row, limit, representation)| Cursor {
                start: Position { offset, row },
                limit,
                representation,
            },
        )
    }

    proptest! {
        #[test]
        fn a_cursor_is_good_for_its_own_query_only(cursor in any_cursor()) {
            let text = cursor.encode(&name("a"), "secret");
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            prop_assert_eq!(Cursor::decode(&text, &name("a"), "secret"), Some(cursor));
            prop_assert_eq!(Cursor::decode(&text, &name("b"), "secret"), None);
            prop_assert_eq!(Cursor::decode(&text, &name("a"), "another"), None);
        }

        #[test]
        fn a_cursor_that_was_changed_is_none(cursor in any_cursor(), at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_-]") {
            let text = cursor.encode(&name("a"), "secret");
            let at = at.index(text.len());
            let mut changed = text.clone();
            changed.replace_range(at..=at, &to);
            if changed != text {
                prop_assert_eq!(Cursor::decode(&changed, &name("a"), "secret"), None);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[A-Za-z0-9_-]{0,140}", other in any::<String>()) {
            prop_assert_eq!(Cursor::decode(&text, &name("a"), "secret"), None);
            prop_assert_eq!(Cursor::decode(&other, &name("a"), "secret"), None);
        }
    }
}
