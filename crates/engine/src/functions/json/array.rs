//! `json_parse`, `is_json_scalar` and the functions of JSON arrays (Trino's `JsonFunctions`).

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array},
        datatypes::{DataType as Arrow, Float64Type, Int64Type},
    },
    error::Result,
};

use super::{
    document::{self, Members, copy},
    token::{Malformed, Token, Tokens, shown},
};
use crate::{
    cancel::Cancellation,
    functions::{
        argument::{Argument, TextArgument},
        made::Made,
        own::{Own, exactly, invalid, unexpected},
    },
    types::JSON,
};

/// The name of [`json_parse`], which a literal calls as well.
pub(crate) const JSON_PARSE: &str = "json_parse";

type Read<T> = std::result::Result<T, Malformed>;

/// A text as JSON.
pub(super) fn json_parse() -> Own {
    Own::texts(JSON_PARSE, |given| exactly(given, &[Arrow::Utf8]), |_| JSON, parse)
}

/// Whether it is a text, a number, a boolean or null. What is no JSON is refused.
pub(super) fn is_json_scalar() -> Own {
    Own::watched("is_json_scalar", |given| document_and(given, &[]), |_| Arrow::Boolean, scalars)
}

/// How many elements the array has; null of what is none.
pub(super) fn json_array_length() -> Own {
    Own::watched("json_array_length", |given| document_and(given, &[]), |_| Arrow::Int64, lengths)
}

/// Whether a boolean, number or text is among the elements; null of what is no array. An integer is among the numbers without
/// a point or an exponent, and a double among those with one.
pub(super) fn json_array_contains() -> Own {
    let takes = |given: &[Arrow]| match given {
        [_, Arrow::Int8 | Arrow::Int16 | Arrow::Int32 | Arrow::Int64 | Arrow::Null] => {
            document_and(given, &[Arrow::Int64])
        }
        [_, Arrow::Float32 | Arrow::Float64 | Arrow::Decimal128(..)] => {
            document_and(given, &[Arrow::Float64])
        }
        [_, value @ (Arrow::Boolean | Arrow::Utf8)] => document_and(given, std::slice::from_ref(value)),
        _ => None,
    };
    Own::watched("json_array_contains", takes, |_| Arrow::Boolean, contain)
}

/// The element at a place, counted from 0, or from the end if it is negative. Trino's is broken, as its documentation says: a
/// text comes without its quotes, and is no JSON then.
pub(super) fn json_array_get() -> Own {
    let takes = |given: &[Arrow]| match given {
        [_, Arrow::Int8 | Arrow::Int16 | Arrow::Int32 | Arrow::Int64 | Arrow::Null] => {
            document_and(given, &[Arrow::Int64])
        }
        _ => None,
    };
    Own::texts("json_array_get", takes, |_| JSON, elements)
}

/// A document, and other arguments, which are converted to these types.
fn document_and(given: &[Arrow], others: &[Arrow]) -> Option<Vec<Arrow>> {
    let is_document = matches!(given.first()?, Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Null);
    let types = std::iter::once(JSON).chain(others.iter().cloned());
    (is_document && given.len() == others.len() + 1).then(|| types.collect())
}

fn parse(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let texts = arguments[0].texts::<i32>();
    for row in 0..made.rows() {
        let Some(text) = texts.get(row) else {
            made.append(None)?;
            continue;
        };
        // It is a small multiple of the text, which is there.
        match document::parsed(text) {
            Ok(json) => made.append(Some(&json))?,
            Err(Malformed) => return Err(invalid(format!("Cannot convert value to JSON: '{text}'"))),
        }
    }
    Ok(())
}

fn scalars(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let documents = arguments[0].texts::<i64>();
    let mut found = Vec::with_capacity(rows);
    for row in 0..rows {
        cancellation.check()?;
        let Some(document) = documents.get(row) else {
            found.push(None);
            continue;
        };
        match is_scalar(document) {
            Ok(is_scalar) => found.push(Some(is_scalar)),
            Err(Malformed) => return Err(invalid(format!("Invalid JSON value: {document}"))),
        }
    }
    Ok(Arc::new(BooleanArray::from(found)))
}

fn is_scalar(document: &str) -> Read<bool> {
    let mut tokens = Tokens::new(document);
    let first = tokens.expect()?;
    tokens.skip(first)?;
    match tokens.next()? {
        None => Ok(!first.is_start()),
        Some(_) => Err(Malformed),
    }
}

fn lengths(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let documents = arguments[0].texts::<i64>();
    let mut lengths = Vec::with_capacity(rows);
    for row in 0..rows {
        cancellation.check()?;
        lengths.push(documents.get(row).and_then(|document| length(document).unwrap_or_default()));
    }
    Ok(Arc::new(Int64Array::from(lengths)))
}

fn length(document: &str) -> Read<Option<i64>> {
    let mut tokens = Tokens::new(document);
    if tokens.next()? != Some(Token::StartArray) {
        return Ok(None);
    }
    let mut length = 0;
    loop {
        match tokens.expect()? {
            Token::EndArray => return Ok(Some(length)),
            element => tokens.skip(element)?,
        }
        length += 1;
    }
}

/// What is looked for, by its type.
enum Wanted<'a> {
    Boolean(bool),
    Integer(i64),
    Double(f64),
    Text(&'a str),
}

impl Wanted<'_> {
    fn is(&self, element: Token<'_>) -> bool {
        match (self, element) {
            (Self::Boolean(wanted), Token::True) => *wanted,
            (Self::Boolean(wanted), Token::False) => !*wanted,
            // Of more digits than a bigint has, it is none.
            (Self::Integer(wanted), Token::Integer(digits)) => digits.parse::<i64>() == Ok(*wanted),
            (Self::Double(wanted), Token::Float(digits)) => {
                wanted.is_finite() && digits.parse::<f64>() == Ok(*wanted)
            }
            (Self::Text(wanted), Token::Text(written)) => shown(written) == **wanted,
            _ => false,
        }
    }
}

fn contain(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let [documents, values] = arguments else { return Err(unexpected(&Arrow::Null)) };
    let texts: Option<TextArgument<'_, i32>> =
        (*values.array().data_type() == Arrow::Utf8).then(|| values.texts::<i32>());
    let array = values.array();
    let wanted = |row: usize| {
        let place = values.place(row);
        if array.is_null(place) {
            return Ok(None);
        }
        Ok(match array.data_type() {
            Arrow::Boolean => Some(Wanted::Boolean(array.as_boolean().value(place))),
            Arrow::Int64 => Some(Wanted::Integer(array.as_primitive::<Int64Type>().value(place))),
            Arrow::Float64 => Some(Wanted::Double(array.as_primitive::<Float64Type>().value(place))),
            Arrow::Utf8 => texts.as_ref().and_then(|texts| texts.get(row)).map(Wanted::Text),
            other => return Err(unexpected(other)),
        })
    };
    let documents = documents.texts::<i64>();
    let mut found = Vec::with_capacity(rows);
    for row in 0..rows {
        cancellation.check()?;
        found.push(match (documents.get(row), wanted(row)?) {
            // No document has such a number, whatever it is.
            (Some(_), Some(Wanted::Double(wanted))) if !wanted.is_finite() => Some(false),
            (Some(document), Some(wanted)) => is_among(document, &wanted).unwrap_or_default(),
            _ => None,
        });
    }
    Ok(Arc::new(BooleanArray::from(found)))
}

fn is_among(document: &str, wanted: &Wanted<'_>) -> Read<Option<bool>> {
    let mut tokens = Tokens::new(document);
    if tokens.next()? != Some(Token::StartArray) {
        return Ok(None);
    }
    loop {
        let element = tokens.expect()?;
        if element == Token::EndArray {
            return Ok(Some(false));
        }
        if wanted.is(element) {
            return Ok(Some(true));
        }
        tokens.skip(element)?;
    }
}

fn elements(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let (documents, places) = (arguments[0].texts::<i64>(), arguments[1].bigints());
    for row in 0..made.rows() {
        let found = match (documents.get(row), places.get(row)) {
            (Some(document), Some(place)) => element(document, place).unwrap_or_default(),
            _ => None,
        };
        made.append(found.as_deref())?;
    }
    Ok(())
}

fn element(document: &str, place: i64) -> Read<Option<String>> {
    let place =
        if place < 0 { length(document)?.map(|length| length.saturating_add(place)) } else { Some(place) };
    let mut tokens = Tokens::new(document);
    if tokens.next()? != Some(Token::StartArray) {
        return Ok(None);
    }
    let mut count = 0;
    loop {
        let first = tokens.expect()?;
        if first == Token::EndArray {
            return Ok(None);
        }
        if Some(count) == place {
            return text(&mut tokens, first);
        }
        tokens.skip(first)?;
        count += 1;
    }
}

/// An element, without quotes if it is a text.
fn text<'d>(tokens: &mut Tokens<'d>, first: Token<'d>) -> Read<Option<String>> {
    match first {
        Token::Null => Ok(None),
        Token::Text(written) => Ok(Some(shown(written).into_owned())),
        // Unlike within an array, as it is written.
        Token::Integer(number) | Token::Float(number) => Ok(Some(number.to_owned())),
        first => {
            let mut out = Vec::new();
            copy(tokens, first, Members::AsTheyCome, &mut out)?;
            String::from_utf8(out).map(Some).map_err(|_| Malformed)
        }
    }
}
