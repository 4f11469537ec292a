//! The cells of one row.

use std::borrow::Cow;

use crate::event::utf8;

/// A cell; `None` is nothing.
pub type Cell = Option<String>;

/// A cell as it is found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) quoted: bool,
}

impl Found<'_> {
    /// The cell, where these texts stand for nothing. In quotes only the empty one may.
    pub(super) fn given(self, nulls: &[String]) -> Cell {
        let is_nothing = if self.quoted {
            self.text.is_empty() && nulls.iter().any(String::is_empty)
        } else {
            self.text.is_empty() || nulls.iter().any(|null| null == self.text.trim_ascii())
        };
        (!is_nothing).then(|| self.text.into_owned())
    }
}

/// Splits a row, its line break included.
pub(super) fn cells(row: &[u8], delimiter: u8) -> Result<Vec<Found<'_>>, String> {
    let row = utf8(row)?;
    let row = row.strip_suffix('\n').unwrap_or(row);
    let mut rest = Some(row.strip_suffix('\r').unwrap_or(row));
    let delimiter = char::from(delimiter);
    let mut cells = Vec::new();
    while let Some(text) = rest {
        let (cell, after) = match unpadded(text, delimiter).strip_prefix('"') {
            Some(text) => quoted(text, delimiter)?,
            None => {
                let (text, after) =
                    text.split_once(delimiter).map_or((text, None), |(text, after)| (text, Some(after)));
                (Found { text: text.into(), quoted: false }, after)
            }
        };
        cells.push(cell);
        rest = after;
    }
    Ok(cells)
}

/// Without the blanks that people write behind a delimiter.
fn unpadded(text: &str, delimiter: char) -> &str {
    if delimiter == ' ' { text } else { text.trim_start_matches(' ') }
}

/// The cell behind an opening quote, and what follows its delimiter.
fn quoted(text: &str, delimiter: char) -> Result<(Found<'_>, Option<&str>), String> {
    let mut unquoted = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"').ok_or("a quote is not closed")?;
        if let Some(more) = after.strip_prefix('"') {
            unquoted.push_str(part);
            unquoted.push('"');
            rest = more;
            continue;
        }
        let text = if unquoted.is_empty() { part.into() } else { (unquoted + part).into() };
        let cell = Found { text, quoted: true };
        let after = unpadded(after, delimiter);
        return match after.strip_prefix(delimiter) {
            None if !after.is_empty() => {
                Err("text behind a closing quote: a quote within quotes is written twice".to_owned())
            }
            after => Ok((cell, after)),
        };
    }
}
