//! `json_extract`, `json_extract_scalar` and `json_size`: what a path of names and indexes leads to, `$.a.b[0]["c d"]`
//! (Trino's `JsonExtract` and `JsonPathTokenizer`). What is behind the value is not looked at: it may be no JSON at all.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    document::{Members, copy},
    token::{Malformed, Token, Tokens, shown},
};
use crate::{
    cancel::Cancellation,
    functions::{
        argument::Argument,
        made::Made,
        own::{Own, invalid},
    },
    types::JSON,
};

/// What a path leads to, as JSON. Null where there is nothing, and where the text is no JSON up to its end.
pub(super) fn json_extract() -> Own {
    Own::texts("json_extract", takes, |_| JSON, extract)
}

/// The text, number or boolean that a path leads to, as text. Null also where there is an array, an object or a JSON null.
pub(super) fn json_extract_scalar() -> Own {
    Own::texts("json_extract_scalar", takes, |_| Arrow::Utf8, extract_scalar)
}

/// How many elements or members there are where the path leads: none of what is neither an array nor an object.
pub(super) fn json_size() -> Own {
    Own::watched("json_size", takes, |_| Arrow::Int64, sizes)
}

/// A document and a path.
fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Null, Arrow::Utf8 | Arrow::Null] => {
            Some(vec![JSON, Arrow::Utf8])
        }
        _ => None,
    }
}

fn extract(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let mut paths = Paths::default();
    for row in 0..made.rows() {
        let Some((document, steps)) = paths.get(arguments, row)? else {
            made.append(None)?;
            continue;
        };
        // It is a small multiple of the document, which is there.
        let found = json(document, steps).unwrap_or_default();
        made.append(found.as_deref())?;
    }
    Ok(())
}

fn extract_scalar(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let mut paths = Paths::default();
    for row in 0..made.rows() {
        let Some((document, steps)) = paths.get(arguments, row)? else {
            made.append(None)?;
            continue;
        };
        let mut tokens = Tokens::new(document);
        match follow(&mut tokens, steps).unwrap_or_default() {
            Some(Token::Text(written)) => made.append(Some(&shown(written)))?,
            Some(Token::Integer(number) | Token::Float(number)) => made.append(Some(number))?,
            Some(Token::True) => made.append(Some("true"))?,
            Some(Token::False) => made.append(Some("false"))?,
            _ => made.append(None)?,
        }
    }
    Ok(())
}

fn sizes(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let mut paths = Paths::default();
    let mut sizes = Vec::with_capacity(rows);
    for row in 0..rows {
        cancellation.check()?;
        let found = paths.get(arguments, row)?;
        sizes.push(found.and_then(|(document, steps)| size(document, steps).unwrap_or_default()));
    }
    Ok(Arc::new(Int64Array::from(sizes)))
}

fn json(document: &str, steps: &[Step]) -> std::result::Result<Option<String>, Malformed> {
    let mut tokens = Tokens::new(document);
    let Some(first) = follow(&mut tokens, steps)? else { return Ok(None) };
    let mut out = Vec::new();
    copy(&mut tokens, first, Members::AsTheyCome, &mut out)?;
    String::from_utf8(out).map(Some).map_err(|_| Malformed)
}

fn size(document: &str, steps: &[Step]) -> std::result::Result<Option<i64>, Malformed> {
    let mut tokens = Tokens::new(document);
    let Some(first) = follow(&mut tokens, steps)? else { return Ok(None) };
    if !first.is_start() {
        return Ok(Some(0));
    }
    let mut count = 0;
    loop {
        match tokens.expect()? {
            Token::EndObject | Token::EndArray => return Ok(Some(count)),
            Token::Name(_) => {
                let value = tokens.expect()?;
                tokens.skip(value)?;
            }
            element => tokens.skip(element)?,
        }
        count += 1;
    }
}

/// Goes to where the path leads, and gives the first token there.
fn follow<'d>(tokens: &mut Tokens<'d>, steps: &[Step]) -> std::result::Result<Option<Token<'d>>, Malformed> {
    let Some(mut token) = tokens.next()? else { return Ok(None) };
    for step in steps {
        let found = match token {
            Token::StartObject => member(tokens, &step.name)?,
            Token::StartArray => element(tokens, step.index)?,
            _ => None,
        };
        match found {
            Some(found) => token = found,
            None => return Ok(None),
        }
    }
    Ok(Some(token))
}

/// The first of the name.
fn member<'d>(tokens: &mut Tokens<'d>, name: &str) -> std::result::Result<Option<Token<'d>>, Malformed> {
    while let Token::Name(written) = tokens.expect()? {
        let value = tokens.expect()?;
        if shown(written) == name {
            return Ok(Some(value));
        }
        tokens.skip(value)?;
    }
    Ok(None)
}

fn element<'d>(
    tokens: &mut Tokens<'d>,
    index: Option<usize>,
) -> std::result::Result<Option<Token<'d>>, Malformed> {
    let mut place = 0;
    loop {
        match tokens.expect()? {
            Token::EndArray => return Ok(None),
            value if Some(place) == index => return Ok(Some(value)),
            value => tokens.skip(value)?,
        }
        place += 1;
    }
}

/// A name, which may be an index.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    name: String,
    index: Option<usize>,
}

/// The documents and paths of a call. A path that is the same as in the row before is not read again.
#[derive(Default)]
struct Paths<'a> {
    text: &'a str,
    steps: Option<Vec<Step>>,
}

impl<'a> Paths<'a> {
    /// `None` if one is null.
    fn get(&mut self, arguments: &'a [Argument], row: usize) -> Result<Option<(&'a str, &[Step])>> {
        let [documents, paths] = arguments else { return Ok(None) };
        let (documents, paths) = (documents.texts::<i64>(), paths.texts::<i32>());
        let (Some(document), Some(path)) = (documents.get(row), paths.get(row)) else { return Ok(None) };
        if self.steps.is_none() || self.text != path {
            (self.text, self.steps) = (path, Some(steps(path)?));
        }
        Ok(Some((document, self.steps.as_deref().unwrap_or_default())))
    }
}

/// The names and indexes of a path.
fn steps(path: &str) -> Result<Vec<Step>> {
    read(path).ok_or_else(|| invalid(format!("Invalid JSON path: '{path}'")))
}

fn read(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let name;
        if let Some(after) = rest.strip_prefix('.') {
            (name, rest) = bare(after, |character| character == ':' || is_plain(character))?;
        } else {
            let after = rest.strip_prefix('[')?;
            (name, rest) = match after.strip_prefix('"') {
                Some(after) => quoted(after)?,
                None => bare(after, is_plain)?,
            };
            rest = rest.strip_prefix(']')?;
        }
        let index = name.parse::<i32>().ok().and_then(|index| usize::try_from(index).ok());
        steps.push(Step { name, index });
    }
    Some(steps)
}

/// As Java's `Character.isLetterOrDigit`, which sees no characters beyond 16 bits.
fn is_plain(character: char) -> bool {
    character == '_' || (character.is_alphanumeric() && character.len_utf16() == 1)
}

/// At least one character.
fn bare(text: &str, is_part: fn(char) -> bool) -> Option<(String, &str)> {
    let end = text.find(|character: char| !is_part(character)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    (end > 0).then(|| (name.to_owned(), rest))
}

/// Up to the quote that ends it, and what is behind that. Quotes and backslashes in it have a backslash before them.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((name, text.get(at + 1..)?)),
            '\\' => match characters.next()? {
                (_, escaped @ ('"' | '\\')) => name.push(escaped),
                _ => return None,
            },
            other => name.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests;
