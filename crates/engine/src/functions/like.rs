//! `LIKE`, for the patterns that are searched for in a text.
//!
//! Arrow searches a whole batch before it returns, and that may take minutes. This one looks before each row, and within
//! a long search, whether the query shall end. Where only the beginning or the end of a text is compared, that takes no
//! time, and is Arrow's.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanBuilder},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    argument::Argument,
    made::Made,
    own::{Own, exactly, invalid},
};
use crate::cancel::{Cancellation, Cancelled};

/// After how many steps a search looks whether the query shall end: a fraction of a millisecond.
const STEPS: usize = 1 << 16;

/// What is more than a character in a pattern.
const WILDCARDS: [char; 3] = ['%', '_', '\\'];

/// A pattern, ready for searches.
enum Pattern<'p> {
    /// Any text that has this in it.
    Containing(&'p str),
    Of(Vec<Part>),
}

impl<'p> Pattern<'p> {
    fn new(pattern: &'p str) -> Self {
        contained(pattern).map_or_else(|| Self::Of(parts_of(pattern)), Self::Containing)
    }

    fn is_match(&self, text: &str, cancellation: &Cancellation) -> std::result::Result<bool, Cancelled> {
        match self {
            // It takes time in proportion to the two lengths: milliseconds.
            Self::Containing(part) => Ok(text.contains(part)),
            Self::Of(parts) => is_match(text, parts, cancellation),
        }
    }
}

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// This character.
    Character(char),
    /// `_`: any one character.
    One,
    /// `%`: any number of characters.
    Many,
}

/// Whether a text is as a pattern says, in which the backslash escapes. A query cannot call it by its name.
pub(super) fn like() -> Own {
    Own::watched("like", |given| exactly(given, &[Arrow::Utf8, Arrow::Utf8]), |_| Arrow::Boolean, each)
}

/// What a pattern that is no literal is rewritten to. A query cannot call it by this name.
pub(crate) const LIKE_PATTERN: &str = "like_pattern";

/// A pattern of Athena's as one in which the backslash escapes: it does in no pattern unless `ESCAPE` says so. With a
/// second argument, that character escapes. It takes everything: that the pattern is a text is checked later.
pub(super) fn like_pattern() -> Own {
    let takes = |given: &[Arrow]| {
        let text = |given: &Arrow| if *given == Arrow::Null { Arrow::Utf8 } else { given.clone() };
        matches!(given.len(), 1 | 2).then(|| given.iter().map(text).collect())
    };
    Own::texts(LIKE_PATTERN, takes, |_| Arrow::Utf8, with_backslashes)
}

fn with_backslashes(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let patterns = arguments[0].texts::<i32>();
    let escapes = arguments.get(1).map(Argument::texts::<i32>);
    for row in 0..made.rows() {
        let Some(pattern) = patterns.get(row) else {
            made.append(None)?;
            continue;
        };
        // One character, as the statement was checked to have.
        let escape =
            escapes.as_ref().and_then(|escapes| escapes.get(row)).and_then(|text| text.chars().next());
        made.admit(pattern.len().saturating_mul(2))?;
        let rewritten = escaped(pattern, escape).ok_or_else(|| invalid(BAD_ESCAPE))?;
        made.append(Some(&rewritten))?;
    }
    Ok(())
}

/// What is wrong with a pattern that [`escaped`] does not read.
pub(crate) const BAD_ESCAPE: &str =
    "Escape character must be followed by '%', '_' or the escape character itself";

/// The pattern with a backslash in the place of each character that escapes. `None` if one stands before another character
/// than it may.
pub(crate) fn escaped(pattern: &str, escape: Option<char>) -> Option<String> {
    let mut rewritten = String::with_capacity(pattern.len() + 8);
    let mut characters = pattern.chars();
    while let Some(mut character) = characters.next() {
        if Some(character) == escape {
            character =
                characters.next().filter(|next| matches!(next, '%' | '_') || Some(*next) == escape)?;
            rewritten.push('\\');
        } else if character == '\\' {
            rewritten.push('\\');
        }
        rewritten.push(character);
    }
    Some(rewritten)
}

/// Whether a text has to be searched for the pattern. Others are a text, `%`, or both in one of the two orders.
pub(crate) fn is_searched(pattern: &str) -> bool {
    let text = pattern.strip_prefix('%').unwrap_or(pattern);
    let text = text.strip_suffix('%').unwrap_or(text);
    text.contains(WILDCARDS) || contained(pattern).is_some()
}

/// The text of a pattern that only says that it is contained.
fn contained(pattern: &str) -> Option<&str> {
    let text = pattern.strip_prefix('%')?.strip_suffix('%')?;
    (!text.is_empty() && !text.contains(WILDCARDS)).then_some(text)
}

/// The pattern of all texts that begin as those of this pattern do; `None` if they may begin with anything.
pub(crate) fn beginning(pattern: &str) -> Option<String> {
    let mut is_escaped = false;
    let end = pattern.find(|character| {
        let is_wildcard = !is_escaped && matches!(character, '%' | '_');
        is_escaped = !is_escaped && character == '\\';
        is_wildcard
    });
    let text = &pattern[..end.unwrap_or(pattern.len())];
    (!text.is_empty()).then(|| format!("{text}%"))
}

fn each(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let (texts, patterns) = (arguments[0].texts::<i32>(), arguments[1].texts::<i32>());
    let mut last: Option<(&str, Pattern<'_>)> = None;
    let mut found = BooleanBuilder::with_capacity(rows);
    for row in 0..rows {
        cancellation.check()?;
        let (Some(text), Some(pattern)) = (texts.get(row), patterns.get(row)) else {
            found.append_null();
            continue;
        };
        let ready = match last.take().filter(|(known, _)| *known == pattern) {
            Some((_, ready)) => ready,
            None => Pattern::new(pattern),
        };
        found.append_value(ready.is_match(text, cancellation)?);
        last = Some((pattern, ready));
    }
    Ok(Arc::new(found.finish()))
}

fn parts_of(pattern: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        parts.push(match character {
            '%' => Part::Many,
            '_' => Part::One,
            '\\' => Part::Character(characters.next().unwrap_or('\\')),
            other => Part::Character(other),
        });
    }
    parts
}

/// What is between two `%` is taken where it is found first: if the rest matches at all, it matches after that.
fn is_match(text: &str, parts: &[Part], cancellation: &Cancellation) -> std::result::Result<bool, Cancelled> {
    let mut rest = text.chars();
    let mut at = 0;
    // The part after the last `%`, and where in the text it was tried.
    let mut tried = None;
    let mut steps = 0_usize;
    loop {
        steps += 1;
        if steps.is_multiple_of(STEPS) {
            cancellation.check()?;
        }
        let part = parts.get(at);
        if part == Some(&Part::Many) {
            at += 1;
            if at == parts.len() {
                return Ok(true);
            }
            tried = Some((at, rest.clone()));
            continue;
        }
        let mut after = rest.clone();
        let character = after.next();
        let fits = match (part, character) {
            (None, None) => return Ok(true),
            // To begin later leaves less of the text.
            (Some(_), None) => return Ok(false),
            (Some(Part::Character(wanted)), Some(found)) => *wanted == found,
            (Some(_), Some(_)) => true,
            (None, Some(_)) => false,
        };
        if fits {
            rest = after;
            at += 1;
            continue;
        }
        let Some((first, from)) = &mut tried else { return Ok(false) };
        from.next();
        if let Some(Part::Character(wanted)) = parts.get(*first) {
            let Some(place) = from.as_str().find(*wanted) else { return Ok(false) };
            *from = from.as_str()[place..].chars();
        }
        at = *first;
        rest = from.clone();
    }
}

#[cfg(test)]
mod tests;
