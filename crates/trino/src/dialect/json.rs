//! The calls of JSON that have a grammar of their own (Trino's `SqlBase.g4`: `jsonExists`, `jsonValue`, `jsonQuery`,
//! `jsonObject`, `jsonArray`), as plain calls. What their words say is a text among the arguments:
//!
//! - `json_exists(document, path, 'error', passed…)`
//! - `json_query(document, path, 'wrapper quotes empty error', passed…)`
//! - `json_value(document, path, 'empty error', CAST(NULL AS type), default on empty, default on error, passed…)`
//! - `json_object('nulls keys', name, format, value…)` and `json_array('nulls', format, value…)`
//!
//! What is passed are pairs of a text and a value. The text is `value` or `json`, then `exact` or `folded`, then the name.

mod clauses;
mod words;

use sqlparser::{
    ast::{CharacterLength, DataType, Expr, Ident, Value},
    parser::{Parser, ParserError},
    tokenizer::Token,
};

use crate::made::{call, cast, text};

use clauses::{
    array_wrapper, end, format_of, nulls, queried, returned_as, returning, says_of_keys, says_of_nulls,
};
use words::{is_word, one_of, take, words};

type Parsed<T> = Result<T, ParserError>;

/// One of the calls, if the parser is at the beginning of one.
pub(super) fn parsed(parser: &mut Parser<'_>) -> Option<Parsed<Expr>> {
    let Token::Word(word) = &parser.peek_token_ref().token else { return None };
    if word.quote_style.is_some() || parser.peek_nth_token_ref(1).token != Token::LParen {
        return None;
    }
    let call = match word.value.to_ascii_lowercase().as_str() {
        "json_exists" => json_exists,
        "json_query" => json_query,
        "json_value" => json_value,
        "json_object" => json_object,
        "json_array" => json_array,
        _ => return None,
    };
    let name = Ident::with_span(parser.peek_token_ref().span, word.value.clone());
    parser.advance_token();
    parser.advance_token();
    Some(call(parser, name))
}

fn json_exists(parser: &mut Parser<'_>, name: Ident) -> Parsed<Expr> {
    let (document, path, passed) = queried(parser)?;
    let mut error = "false";
    for (word, behavior) in [("true", "true"), ("false", "false"), ("unknown", "unknown"), ("error", "error")]
    {
        if is_word(parser, 0, word) {
            parser.advance_token();
            words(parser, &["on", "error"])?;
            error = behavior;
            break;
        }
    }
    end(parser)?;
    Ok(call(name, [vec![document, path, text(error)], passed].concat()))
}

fn json_query(parser: &mut Parser<'_>, name: Ident) -> Parsed<Expr> {
    let (document, path, passed) = queried(parser)?;
    let returned = returning(parser)?;
    let mut wrapper = "without";
    if is_word(parser, 0, "without") {
        parser.advance_token();
        array_wrapper(parser)?;
    } else if is_word(parser, 0, "with") {
        parser.advance_token();
        wrapper = one_of(parser, &["conditional", "unconditional"]).unwrap_or("unconditional");
        array_wrapper(parser)?;
    }
    let quotes = one_of(parser, &["keep", "omit"]);
    if quotes.is_some() {
        words(parser, &["quotes"])?;
        if take(parser, "on") {
            words(parser, &["scalar", "string"])?;
        }
    }
    let (mut empty, mut error) = ("null", "null");
    while let Some(behavior) = behavior(parser)? {
        if is_word(parser, 0, "on") && is_word(parser, 1, "empty") {
            words(parser, &["on", "empty"])?;
            empty = behavior;
        } else {
            words(parser, &["on", "error"])?;
            error = behavior;
            break;
        }
    }
    end(parser)?;
    let quotes = quotes.unwrap_or("keep");
    let says = text(&format!("{wrapper} {quotes} {empty} {error}"));
    let found = call(name, [vec![document, path, says], passed].concat());
    Ok(match returned {
        None | Some(DataType::Varchar(None)) => found,
        Some(other) => cast(found, other),
    })
}

/// What comes before ON EMPTY and ON ERROR of a query.
fn behavior(parser: &mut Parser<'_>) -> Parsed<Option<&'static str>> {
    if take(parser, "error") {
        return Ok(Some("error"));
    }
    if take(parser, "null") {
        return Ok(Some("null"));
    }
    if !take(parser, "empty") {
        return Ok(None);
    }
    if take(parser, "object") {
        return Ok(Some("object"));
    }
    words(parser, &["array"])?;
    Ok(Some("array"))
}

fn json_value(parser: &mut Parser<'_>, name: Ident) -> Parsed<Expr> {
    let (document, path, passed) = queried(parser)?;
    let returned = returning(parser)?.unwrap_or(DataType::Varchar(None));
    // Texts are cut at last, with what is there by default.
    let (found, cut) = match returned {
        varchar @ DataType::Varchar(Some(CharacterLength::IntegerLength { .. })) => {
            (DataType::Varchar(None), Some(varchar))
        }
        other => (other, None),
    };
    let (mut empty, mut error) = (("null", None), ("null", None));
    loop {
        let behavior = if take(parser, "error") {
            ("error", None)
        } else if take(parser, "null") {
            ("null", None)
        } else if take(parser, "default") {
            ("default", Some(parser.parse_expr()?))
        } else {
            break;
        };
        if is_word(parser, 0, "on") && is_word(parser, 1, "empty") {
            words(parser, &["on", "empty"])?;
            empty = behavior;
        } else {
            words(parser, &["on", "error"])?;
            error = behavior;
            break;
        }
    }
    end(parser)?;
    let null = || Expr::Value(Value::Null.with_empty_span());
    let says = text(&format!("{} {}", empty.0, error.0));
    let typed = |value: Option<Expr>| cast(value.unwrap_or_else(null), found.clone());
    let arguments = vec![document, path, says, typed(None), typed(empty.1), typed(error.1)];
    let value = call(name, [arguments, passed].concat());
    Ok(match cut {
        Some(varchar) => cast(value, varchar),
        None => value,
    })
}

fn json_object(parser: &mut Parser<'_>, name: Ident) -> Parsed<Expr> {
    let mut members = Vec::new();
    let is_empty = parser.peek_token_ref().token == Token::RParen || says_of_nulls(parser);
    if !is_empty && !is_word(parser, 0, "returning") && !says_of_keys(parser) {
        loop {
            // It may be a column's name, too.
            let is_column = is_word(parser, 1, "value")
                || matches!(parser.peek_nth_token_ref(1).token, Token::Colon | Token::Period);
            if is_word(parser, 0, "key") && !is_column {
                parser.advance_token();
            }
            let key = parser.parse_expr()?;
            if !parser.consume_token(&Token::Colon) {
                words(parser, &["value"])?;
            }
            let value = parser.parse_expr()?;
            let format = format_of(parser, &value)?;
            members.extend([key, text(format), value]);
            if !parser.consume_token(&Token::Comma) {
                break;
            }
        }
    }
    let nulls = nulls(parser)?.unwrap_or("null");
    let mut keys = "any";
    if says_of_keys(parser) {
        if one_of(parser, &["with", "without"]) == Some("with") {
            keys = "unique";
        }
        words(parser, &["unique"])?;
        take(parser, "keys");
    }
    let returned = returning(parser)?;
    end(parser)?;
    let says = text(&format!("{nulls} {keys}"));
    Ok(returned_as(returned, call(name, [vec![says], members].concat())))
}

fn json_array(parser: &mut Parser<'_>, name: Ident) -> Parsed<Expr> {
    let mut elements = Vec::new();
    let is_empty = parser.peek_token_ref().token == Token::RParen || says_of_nulls(parser);
    if !is_empty && !is_word(parser, 0, "returning") {
        loop {
            let value = parser.parse_expr()?;
            let format = format_of(parser, &value)?;
            elements.extend([text(format), value]);
            if !parser.consume_token(&Token::Comma) {
                break;
            }
        }
    }
    let nulls = nulls(parser)?.unwrap_or("absent");
    let returned = returning(parser)?;
    end(parser)?;
    Ok(returned_as(returned, call(name, [vec![text(nulls)], elements].concat())))
}

#[cfg(test)]
mod tests;
