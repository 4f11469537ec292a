//! One row, found in a text.

use super::{MalformedResult, row::Span};
use crate::render::simd;

/// The quotes of a text, one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quotes {
    /// Where the bytes begin that were looked at.
    block: usize,
    /// Those among them that were not taken.
    left: u64,
}

impl Quotes {
    /// From this byte on.
    pub(super) fn from(text: &[u8], at: usize) -> Self {
        Self { block: at, left: simd::quotes(text, at) }
    }

    /// The place of the next one.
    #[inline]
    fn peek(&mut self, text: &[u8]) -> Option<usize> {
        while self.left == 0 {
            if self.block >= text.len() {
                return None;
            }
            self.block += simd::BLOCK;
            self.left = simd::quotes(text, self.block);
        }
        Some(self.block + self.left.trailing_zeros() as usize)
    }

    #[inline]
    fn take(&mut self) {
        self.left &= self.left.wrapping_sub(1);
    }
}

/// Finds the values of the row that begins at `start`, behind which `quotes` has all quotes. Answers where the next one
/// begins, or `None` if the text ends before that is certain; then `quotes` are of no more use. A text that is the
/// `last` one is all there is, and may leave out the last line feed.
#[inline]
pub(super) fn row(
    text: &[u8],
    start: usize,
    quotes: &mut Quotes,
    (width, last): (usize, bool),
    spans: &mut Vec<Span>,
) -> Result<Option<usize>, MalformedResult> {
    spans.clear();
    let mut at = start;
    loop {
        let mut span = Span::Null;
        if quotes.peek(text) == Some(at) {
            quotes.take();
            let Some((end, doubled)) = closing_quote(text, quotes, last) else {
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
fn closing_quote(text: &[u8], quotes: &mut Quotes, last: bool) -> Option<(usize, bool)> {
    let mut doubled = false;
    loop {
        let at = quotes.peek(text)?;
        quotes.take();
        match text.get(at + 1) {
            Some(b'"') => {
                // The other half, which may be among the bytes that were not looked at.
                quotes.peek(text);
                quotes.take();
                doubled = true;
            }
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
