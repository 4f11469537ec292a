//! One row, found in a text.

use super::{MalformedResult, row::Span};
use crate::sixteen;

/// Finds the values of the row that begins at `start`. Answers where the next one begins, or `None` if the text ends
/// before that is certain. A text that is the `last` one is all there is, and may leave out the last line feed.
#[inline]
pub(super) fn row(
    text: &[u8],
    start: usize,
    (width, last): (usize, bool),
    spans: &mut Vec<Span>,
) -> Result<Option<usize>, MalformedResult> {
    spans.clear();
    let mut at = start;
    loop {
        let mut span = Span::Null;
        if text.get(at) == Some(&b'"') {
            let Some((end, doubled)) = closing_quote(text, at + 1, last) else {
                return if last { Err(error(at, "a value without its closing quote")) } else { Ok(None) };
            };
            span = Span::Value { start: at + 1, end, doubled };
            at = end + 1;
        }
        spans.push(span);
        match text.get(at) {
            Some(b',') if spans.len() < width => at += 1,
            Some(b',') => return Err(error(at, "a row with too many values")),
            None if !last => return Ok(None),
            Some(b'\n') | None if spans.len() < width => {
                return Err(error(at, "a row with too few values"));
            }
            Some(b'\n') => return Ok(Some(at + 1)),
            None => return Ok(Some(at)),
            Some(_) => return Err(error(at, "text outside of quotes")),
        }
    }
}

/// The quote that ends the value, and whether there are doubled ones before it.
#[inline]
fn closing_quote(text: &[u8], start: usize, last: bool) -> Option<(usize, bool)> {
    let (mut from, mut doubled) = (start, false);
    loop {
        let at = sixteen::quote(text, from)?;
        match text.get(at + 1) {
            Some(b'"') => (from, doubled) = (at + 2, true),
            None if !last => return None,
            _ => return Some((at, doubled)),
        }
    }
}

/// Goes on in a row that began before: answers where the next one begins. `open` is whether the text so far ends
/// within quotes, and then whether this one does.
pub(super) fn end_of_row(text: &[u8], open: &mut bool) -> Option<usize> {
    for (index, byte) in text.iter().enumerate() {
        match byte {
            // A doubled quote is closed and opened.
            b'"' => *open = !*open,
            b'\n' if !*open => return Some(index + 1),
            _ => {}
        }
    }
    None
}

fn error(at: usize, what: &'static str) -> MalformedResult {
    MalformedResult::Syntax { at: at as u64, what }
}
