//! The types of arrays, maps and rows in casts, which the parser does not know as Athena writes them: `array(varchar)`,
//! `row(name varchar, tags array(varchar))`. They are read here, token by token, and the parser is given a plain one.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};
use trino::keyword;

use super::Refused;
use crate::problem::quote;

/// How deep they may nest.
const MAX_DEPTH: usize = 16;

/// The types that have no parts.
const PLAIN: [&str; 17] = [
    "bigint",
    "boolean",
    "char",
    "date",
    "decimal",
    "double",
    "int",
    "integer",
    "ipaddress",
    "json",
    "real",
    "smallint",
    "time",
    "tinyint",
    "uuid",
    "varbinary",
    "varchar",
];

/// What the parser takes for any of them.
const STANDS_FOR_ALL: &str = "row";

/// The tokens with a plain type in the place of each that is nested. What is no type of Athena's there is refused.
pub(super) fn collapsed(tokens: &[TokenWithSpan]) -> Result<Vec<TokenWithSpan>, Refused> {
    let mut written = Vec::with_capacity(tokens.len());
    // Of each parenthesis that is open, whether it is that of a cast.
    let mut open: Vec<bool> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let follows = |keywords: &[Keyword]| before.is_some_and(|token| is_one_of(token, keywords));
        match &token.token {
            Token::LParen => open.push(follows(&[Keyword::CAST, Keyword::TRY_CAST])),
            Token::RParen => {
                open.pop();
            }
            _ => {}
        }
        let is_nested = word(token).is_some_and(|word| ["array", "map", "row"].contains(&word.as_str()));
        if !(is_nested && open.last() == Some(&true) && follows(&[Keyword::AS])) {
            written.push(token.clone());
            at += 1;
            continue;
        }
        let end = end_of(tokens, at, MAX_DEPTH).filter(|end| is(tokens, *end, &Token::RParen));
        let Some(end) = end else {
            let name = quote(&token.token.to_string());
            let message =
                format!("the type that begins with {name} is not one of Athena's, or nests too deep");
            return Err(Refused::at(message, token.span.start));
        };
        written.push(TokenWithSpan::new(Token::make_word(STANDS_FOR_ALL, None), token.span));
        at = end;
    }
    Ok(written)
}

/// Where the type ends that begins here.
fn end_of(tokens: &[TokenWithSpan], at: usize, depth: usize) -> Option<usize> {
    let depth = depth.checked_sub(1)?;
    let name = word(tokens.get(at)?)?;
    match name.as_str() {
        "array" => {
            let close = closing(tokens, at + 1)?;
            taken(tokens, end_of(tokens, at + 2, depth)?, &close)
        }
        "map" => {
            let close = closing(tokens, at + 1)?;
            let value = taken(tokens, end_of(tokens, at + 2, depth)?, &Token::Comma)?;
            taken(tokens, end_of(tokens, value, depth)?, &close)
        }
        "row" => {
            let mut at = taken(tokens, at + 1, &Token::LParen)?;
            loop {
                at = end_of_field(tokens, at, depth)?;
                match taken(tokens, at, &Token::Comma) {
                    Some(next) => at = next,
                    None => return taken(tokens, at, &Token::RParen),
                }
            }
        }
        "timestamp" => digits(tokens, at + 1),
        plain if PLAIN.contains(&plain) => digits(tokens, at + 1),
        _ => None,
    }
}

/// A field's type, perhaps with a name before it.
fn end_of_field(tokens: &[TokenWithSpan], at: usize, depth: usize) -> Option<usize> {
    let ends = |end: &usize| is(tokens, *end, &Token::Comma) || is(tokens, *end, &Token::RParen);
    if let Some(end) = end_of(tokens, at, depth).filter(ends) {
        return Some(end);
    }
    match &tokens.get(at)?.token {
        Token::Word(_) => end_of(tokens, at + 1, depth),
        _ => None,
    }
}

/// Behind the digits of a type, if there are any: `(12, 2)`.
fn digits(tokens: &[TokenWithSpan], at: usize) -> Option<usize> {
    let Some(first) = taken(tokens, at, &Token::LParen) else { return Some(at) };
    let after = number(tokens, first)?;
    match taken(tokens, after, &Token::Comma) {
        Some(second) => taken(tokens, number(tokens, second)?, &Token::RParen),
        None => taken(tokens, after, &Token::RParen),
    }
}

fn number(tokens: &[TokenWithSpan], at: usize) -> Option<usize> {
    matches!(tokens.get(at)?.token, Token::Number(_, false)).then_some(at + 1)
}

/// What closes the bracket here.
fn closing(tokens: &[TokenWithSpan], at: usize) -> Option<Token> {
    match tokens.get(at)?.token {
        Token::LParen => Some(Token::RParen),
        Token::Lt => Some(Token::Gt),
        _ => None,
    }
}

fn taken(tokens: &[TokenWithSpan], at: usize, wanted: &Token) -> Option<usize> {
    is(tokens, at, wanted).then_some(at + 1)
}

fn is(tokens: &[TokenWithSpan], at: usize, wanted: &Token) -> bool {
    tokens.get(at).is_some_and(|token| token.token == *wanted)
}

fn is_one_of(token: &TokenWithSpan, keywords: &[Keyword]) -> bool {
    keyword(&token.token).is_some_and(|word| keywords.contains(&word))
}

fn word(token: &TokenWithSpan) -> Option<String> {
    match &token.token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_ascii_lowercase()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::token;

    fn written(sql: &str) -> Result<String, Refused> {
        let (tokens, _) = token::admit(sql)?;
        let words: Vec<String> = collapsed(&tokens)?.iter().map(|token| token.token.to_string()).collect();
        Ok(words.join(" "))
    }

    #[test]
    fn nested_types_in_casts_become_plain_ones() {
        for (sql, expected) in [
            ("SELECT CAST(a AS array(varchar))", "SELECT CAST ( a AS row )"),
            ("SELECT CAST(a AS array<varchar(3)>)", "SELECT CAST ( a AS row )"),
            ("SELECT try_cast(f(a) AS map(varchar, array(bigint)))", "SELECT try_cast ( f ( a ) AS row )"),
            (
                "SELECT CAST(a AS row(x decimal(12, 2), \"y z\" row(timestamp(3), date date), json)) AS row",
                "SELECT CAST ( a AS row ) AS row",
            ),
            ("SELECT CAST(a AS varchar) AS map, 1", "SELECT CAST ( a AS varchar ) AS map , 1"),
            ("SELECT f(a) AS array", "SELECT f ( a ) AS array"),
        ] {
            assert_eq!(written(sql).unwrap(), expected, "{sql}");
        }
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for sql in [
            "SELECT CAST(a AS array(SELECT 1))",
            "SELECT CAST(a AS array((SELECT 1)))",
            "SELECT CAST(a AS row(x f(1)))",
            "SELECT CAST(a AS row(x varchar FROM secrets))",
            "SELECT CAST(a AS row())",
            "SELECT CAST(a AS map(varchar))",
            "SELECT CAST(a AS array(varchar)",
            "SELECT CAST(a AS array(varchar) + 1)",
            "SELECT CAST(a AS array(hyperloglog))",
            "SELECT CAST(a AS array(varchar('x')))",
            "SELECT CAST(a AS row)",
        ] {
            assert!(written(sql).is_err(), "{sql}");
        }
        let deep =
            |depth: usize| format!("SELECT CAST(a AS {}int{})", "array(".repeat(depth), ")".repeat(depth));
        assert!(written(&deep(15)).is_ok());
        assert!(written(&deep(16)).is_err());
        assert!(written(&deep(10_000)).is_err());
    }
}
