//! The calls of JSON that have a grammar of their own (Trino's `SqlBase.g4`: `jsonExists`, `jsonValue`, `jsonQuery`,
//! `jsonObject`, `jsonArray`), as plain calls. What their words say is a text among the arguments:
//!
//! - `json_exists(document, path, 'error', passed…)`
//! - `json_query(document, path, 'wrapper quotes empty error', passed…)`
//! - `json_value(document, path, 'empty error', CAST(NULL AS type), default on empty, default on error, passed…)`
//! - `json_object('nulls keys', name, format, value…)` and `json_array('nulls', format, value…)`
//!
//! What is passed are pairs of a text and a value. The text is `value` or `json`, then `exact` or `folded`, then the name.

use sqlparser::{
    ast::{CharacterLength, DataType, Expr, Ident, Value},
    parser::{Parser, ParserError},
    tokenizer::{Token, Word},
};

use crate::made::{call, cast, text};

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

/// The document, the path, and what is passed.
fn queried(parser: &mut Parser<'_>) -> Parsed<(Expr, Expr, Vec<Expr>)> {
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
            let name = parser.parse_identifier()?;
            let (case, name) = match name.quote_style {
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
fn format_of(parser: &mut Parser<'_>, value: &Expr) -> Parsed<&'static str> {
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

fn returning(parser: &mut Parser<'_>) -> Parsed<Option<DataType>> {
    if !take(parser, "returning") {
        return Ok(None);
    }
    let found = parser.parse_data_type()?;
    format_json(parser)?;
    Ok(Some(found))
}

fn returned_as(returned: Option<DataType>, value: Expr) -> Expr {
    match returned {
        None | Some(DataType::Varchar(None)) => value,
        Some(other) => cast(value, other),
    }
}

fn array_wrapper(parser: &mut Parser<'_>) -> Parsed<()> {
    take(parser, "array");
    words(parser, &["wrapper"])
}

fn says_of_nulls(parser: &Parser<'_>) -> bool {
    (is_word(parser, 0, "null") || is_word(parser, 0, "absent")) && is_word(parser, 1, "on")
}

fn says_of_keys(parser: &Parser<'_>) -> bool {
    (is_word(parser, 0, "with") || is_word(parser, 0, "without")) && is_word(parser, 1, "unique")
}

fn nulls(parser: &mut Parser<'_>) -> Parsed<Option<&'static str>> {
    if !says_of_nulls(parser) {
        return Ok(None);
    }
    let nulls = one_of(parser, &["absent", "null"]);
    words(parser, &["on", "null"])?;
    Ok(nulls)
}

fn end(parser: &mut Parser<'_>) -> Parsed<()> {
    parser.expect_token(&Token::RParen).map(drop)
}

/// Whether the word is at this place among the next tokens, in any case and without quotes.
fn is_word(parser: &Parser<'_>, place: usize, word: &str) -> bool {
    matches!(
        &parser.peek_nth_token_ref(place).token,
        Token::Word(Word { value, quote_style: None, .. }) if value.eq_ignore_ascii_case(word)
    )
}

/// Goes behind the word if it is next.
fn take(parser: &mut Parser<'_>, word: &str) -> bool {
    let is_next = is_word(parser, 0, word);
    if is_next {
        parser.advance_token();
    }
    is_next
}

/// Goes behind the one of the words that is next.
fn one_of(parser: &mut Parser<'_>, words: &[&'static str]) -> Option<&'static str> {
    words.iter().copied().find(|word| take(parser, word))
}

/// Goes behind these words, which have to be there.
fn words(parser: &mut Parser<'_>, expected: &[&str]) -> Parsed<()> {
    for word in expected {
        if !take(parser, word) {
            let found = parser.peek_token_ref().clone();
            return parser.expected(&word.to_uppercase(), found);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Athena;

    fn shown(sql: &str) -> Parsed<String> {
        let athena = Athena::new(100);
        Parser::new(&athena).try_with_sql(sql)?.parse_expr().map(|expr| expr.to_string())
    }

    #[test]
    fn what_the_words_say_is_among_the_arguments() {
        for (sql, expected) in [
            ("json_exists(d, 'lax $')", "json_exists(d, 'lax $', 'false')"),
            ("JSON_EXISTS(d FORMAT JSON, 'lax $' UNKNOWN ON ERROR)", "JSON_EXISTS(d, 'lax $', 'unknown')"),
            (
                r#"json_exists(d, 'p' PASSING 1 AS x, e FORMAT JSON AS "y" TRUE ON ERROR)"#,
                "json_exists(d, 'p', 'true', 'value exact X', 1, 'json folded y', e)",
            ),
            ("json_query(d, 'p')", "json_query(d, 'p', 'without keep null null')"),
            (
                "json_query(d, 'p' RETURNING varchar WITH ARRAY WRAPPER EMPTY ARRAY ON EMPTY ERROR ON ERROR)",
                "json_query(d, 'p', 'unconditional keep array error')",
            ),
            (
                "json_query(d, 'p' WITH CONDITIONAL WRAPPER OMIT QUOTES ON SCALAR STRING EMPTY OBJECT ON ERROR)",
                "json_query(d, 'p', 'conditional omit null object')",
            ),
            (
                "json_value(d, 'p')",
                "json_value(d, 'p', 'null null', CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR))",
            ),
            (
                "json_value(d, 'p' RETURNING bigint DEFAULT -1 ON EMPTY ERROR ON ERROR) + 1",
                "json_value(d, 'p', 'default error', CAST(NULL AS BIGINT), CAST(-1 AS BIGINT), CAST(NULL AS BIGINT)) + 1",
            ),
            ("json_object()", "json_object('null any')"),
            (
                "json_object('a' : 1, KEY b VALUE json_array(1, 2) ABSENT ON NULL WITH UNIQUE KEYS)",
                "json_object('absent unique', 'a', 'value', 1, b, 'json', json_array('absent', 'value', 1, 'value', 2))",
            ),
            ("json_object(key VALUE value)", "json_object('null any', key, 'value', value)"),
            ("json_array(NULL ON NULL)", "json_array('null')"),
            ("json_array(NULL, x FORMAT JSON NULL ON NULL)", "json_array('null', 'value', NULL, 'json', x)"),
            ("json_exists", "json_exists"),
        ] {
            assert_eq!(shown(sql).as_deref(), Ok(expected), "{sql}");
        }
        for sql in [
            "json_exists(d)",
            "json_exists(d, p)",
            "json_exists(d, 'p' NULL ON ERROR)",
            "json_query(d, 'p' NULL ON ERROR NULL ON EMPTY)",
            "json_value(d, 'p' WITH WRAPPER)",
            "json_object('a', 1)",
            "json_array(1 2)",
            "json_value(d, 'p'",
        ] {
            assert!(shown(sql).is_err(), "{sql}");
        }
    }
}
