//! The clauses that several of the calls have.

use sqlparser::{
    ast::{DataType, Expr},
    parser::Parser,
    tokenizer::Token,
};

use super::{
    Parsed,
    words::{is_word, one_of, take, words},
};
use crate::{
    made::{cast, text},
    reserved::is_reserved,
};

/// The document, the path, and what is passed.
pub(super) fn queried(parser: &mut Parser<'_>) -> Parsed<(Expr, Expr, Vec<Expr>)> {
    let document = parser.parse_expr()?;
    format_json(parser)?;
    parser.expect_token(&Token::Comma)?;
    let place = parser.peek_token_ref().clone();
    let path = match parser.next_token().token {
        Token::SingleQuotedString(path) => text(&path),
        _ => return parser.expected("a JSON path in quotes", place),
    };
    let mut passed = Vec::new();
    if take(parser, "passing") {
        loop {
            let value = parser.parse_expr()?;
            let format = format_of(parser, &value)?;
            words(parser, &["as"])?;
            let place = parser.peek_token_ref().clone();
            let name = parser.parse_identifier()?;
            let (case, name) = match name.quote_style {
                None if is_reserved(&name.value) => return parser.expected("identifier", place),
                // A name is written in upper case unless it is in quotes.
                None => ("exact", name.value.to_uppercase()),
                Some(_) => ("folded", name.value),
            };
            passed.extend([text(&format!("{format} {case} {name}")), value]);
            if !parser.consume_token(&Token::Comma) {
                break;
            }
        }
    }
    Ok((document, path, passed))
}

/// `json` of what is JSON text: it says so, or is made by one of these calls.
pub(super) fn format_of(parser: &mut Parser<'_>, value: &Expr) -> Parsed<&'static str> {
    let is_made = match value {
        Expr::Function(function) => {
            let name = function.name.to_string().to_ascii_lowercase();
            ["json_array", "json_object", "json_query"].contains(&name.as_str())
        }
        _ => false,
    };
    Ok(if format_json(parser)? || is_made { "json" } else { "value" })
}

/// `FORMAT JSON`. Of encodings there is the one of texts.
fn format_json(parser: &mut Parser<'_>) -> Parsed<bool> {
    if !is_word(parser, 0, "format") {
        return Ok(false);
    }
    words(parser, &["format", "json"])?;
    if take(parser, "encoding") {
        words(parser, &["utf8"])?;
    }
    Ok(true)
}

pub(super) fn returning(parser: &mut Parser<'_>) -> Parsed<Option<DataType>> {
    if !take(parser, "returning") {
        return Ok(None);
    }
    let found = parser.parse_data_type()?;
    format_json(parser)?;
    Ok(Some(found))
}

pub(super) fn returned_as(returned: Option<DataType>, value: Expr) -> Expr {
    match returned {
        None | Some(DataType::Varchar(None)) => value,
        Some(other) => cast(value, other),
    }
}

pub(super) fn array_wrapper(parser: &mut Parser<'_>) -> Parsed<()> {
    take(parser, "array");
    words(parser, &["wrapper"])
}

pub(super) fn says_of_nulls(parser: &Parser<'_>) -> bool {
    (is_word(parser, 0, "null") || is_word(parser, 0, "absent")) && is_word(parser, 1, "on")
}

pub(super) fn says_of_keys(parser: &Parser<'_>) -> bool {
    (is_word(parser, 0, "with") || is_word(parser, 0, "without")) && is_word(parser, 1, "unique")
}

pub(super) fn nulls(parser: &mut Parser<'_>) -> Parsed<Option<&'static str>> {
    if !says_of_nulls(parser) {
        return Ok(None);
    }
    let nulls = one_of(parser, &["absent", "null"]);
    words(parser, &["on", "null"])?;
    Ok(nulls)
}

pub(super) fn end(parser: &mut Parser<'_>) -> Parsed<()> {
    parser.expect_token(&Token::RParen).map(drop)
}
