//! Tokens as a tree, within bounds of depth and of time.

use sqlparser::{
    ast::{Expr, Query},
    parser::{Parser, ParserError},
    tokenizer::{Location, Token, TokenWithSpan},
};

use crate::{Athena, Bounds};

/// The stack that the parser has, in bytes: unoptimized, a level takes some 90 KB, and one of joins in parentheses more
/// than 150, which is more than a worker thread's 2 MB.
const STACK: usize = 16 << 20;

/// Line and column, counted from 1.
pub type Place = (u64, u64);

/// Why tokens are not the tree that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Unparsed {
    /// They are not in the grammar.
    #[error("{message}")]
    Syntax {
        /// The parser's words: `Expected: an expression, found: FROM`.
        message: String,
        /// Where, if not at the end.
        place: Option<Place>,
    },
    /// Something follows.
    #[error("expected the end, found {found}")]
    Rest {
        /// What follows.
        found: String,
        /// Where, if that is known.
        place: Option<Place>,
        /// Whether a semicolon stands before it.
        is_ended: bool,
    },
    /// They nest too deep.
    #[error("it nests deeper than {levels} levels")]
    TooDeep {
        /// How deep they may.
        levels: usize,
    },
    /// There are too many ways to read them.
    #[error("it takes too long to parse")]
    TooLong,
    /// The machine has no thread to parse on.
    #[error("there is no thread to parse on")]
    NoThread(#[source] std::io::Error),
    /// The parser has a defect.
    #[error("the parser panicked")]
    Panicked,
}

/// Parses one query, with semicolons behind it or without. `then` is given the tree on the stack on which it was made: a
/// thread's usual one may be too short to descend into it.
///
/// The parser descends at most [`Bounds::levels`]. The other bounds are the callers' to hold: they have the text, and
/// the tokens as they were written.
pub fn query<T: Send>(
    tokens: Vec<TokenWithSpan>,
    bounds: &Bounds,
    then: impl FnOnce(Box<Query>) -> T + Send,
) -> Result<T, Unparsed> {
    std::thread::scope(|scope| {
        let parser = std::thread::Builder::new().stack_size(STACK);
        let parser = parser.spawn_scoped(scope, || {
            // Not `parse_statements`: that one stops at the word END, and leaves what follows it unseen.
            let athena = Athena::new(tokens.len());
            parsed(&athena, tokens, bounds.levels, true, Parser::parse_query).map(then)
        });
        let parser = parser.map_err(Unparsed::NoThread)?;
        parser.join().unwrap_or(Err(Unparsed::Panicked))
    })
}

/// Parses one expression, which may nest so many levels. It descends on the caller's stack: a level takes some 90 KB.
pub fn expression(tokens: Vec<TokenWithSpan>, levels: usize) -> Result<Expr, Unparsed> {
    parsed(&Athena::new(tokens.len()), tokens, levels, false, Parser::parse_expr)
}

/// `may_end` is whether semicolons may stand behind it.
fn parsed<'a, T>(
    athena: &'a Athena,
    tokens: Vec<TokenWithSpan>,
    levels: usize,
    may_end: bool,
    parse: impl FnOnce(&mut Parser<'a>) -> Result<T, ParserError>,
) -> Result<T, Unparsed> {
    let mut parser = Parser::new(athena).with_recursion_limit(levels).with_tokens_with_locations(tokens);
    let found = parse(&mut parser).map_err(|error| unparsed(error, levels, athena))?;
    let mut is_ended = false;
    while may_end && parser.consume_token(&Token::SemiColon) {
        is_ended = true;
    }
    let next = parser.peek_token_ref();
    if next.token == Token::EOF {
        return Ok(found);
    }
    Err(Unparsed::Rest { found: next.to_string(), place: known(next.span.start), is_ended })
}

fn unparsed(error: ParserError, levels: usize, athena: &Athena) -> Unparsed {
    if athena.is_exhausted() {
        return Unparsed::TooLong;
    }
    let text = match error {
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text,
        ParserError::RecursionLimitExceeded => return Unparsed::TooDeep { levels },
    };
    match text.rsplit_once(" at Line: ") {
        Some((message, place)) => Unparsed::Syntax { message: message.to_owned(), place: numbers(place) },
        None => Unparsed::Syntax { message: text, place: None },
    }
}

fn numbers(place: &str) -> Option<Place> {
    let (line, column) = place.split_once(", Column: ")?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// A place of zeros is none.
fn known(place: Location) -> Option<Place> {
    (place.line > 0).then_some((place.line, place.column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{API, tokenize};

    fn read(sql: &str) -> Result<String, Unparsed> {
        let mut tokens = tokenize(sql).unwrap();
        tokens.retain(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF));
        query(tokens, &API, |query| query.to_string())
    }

    #[test]
    fn one_query_is_read_to_its_end() {
        assert_eq!(read("SELECT 1").unwrap(), "SELECT 1");
        assert_eq!(read("SELECT 1 ;;").unwrap(), "SELECT 1");
        for (sql, rest, expected, ended) in [
            ("SELECT a FROM t END SELECT 1", "END", (1, 17), false),
            ("SELECT 1; END", "END", (1, 11), true),
            ("SELECT 1;\n SELECT 2", "SELECT", (2, 2), true),
            ("SELECT a FROM t LIMIT 1 2", "2", (1, 25), false),
        ] {
            let error = read(sql).unwrap_err();
            let Unparsed::Rest { found, place, is_ended } = &error else { panic!("{sql}: {error:?}") };
            assert_eq!((found.as_str(), *place, *is_ended), (rest, Some(expected), ended), "{sql}");
        }
    }

    #[test]
    fn errors_say_where() {
        for (sql, expected) in [
            ("SELECT a FROM t WHERE", None),
            ("SELECT `a`", Some((1, 8))),
            ("SELECT\n a FROM 1", Some((2, 9))),
        ] {
            let error = read(sql).unwrap_err();
            let Unparsed::Syntax { place, .. } = &error else { panic!("{sql}: {error:?}") };
            assert_eq!(*place, expected, "{sql}");
        }
    }

    #[test]
    fn depth_and_time_are_bounded() {
        let nested = |open: &str, middle: &str, close: &str, levels: usize| {
            read(&format!("SELECT {}{middle}{}", open.repeat(levels), close.repeat(levels)))
        };
        assert!(nested("(", "1", ")", 5).is_ok());
        assert!(matches!(nested("(", "1", ")", 1_000), Err(Unparsed::TooDeep { levels: 16 })));
        // The parser tries each of these in two ways.
        for (open, close) in [("coalesce(", ")"), ("CASE WHEN true THEN ", " END"), ("substring(", ", 1)")] {
            assert!(nested(open, "1 1", close, 12).is_err(), "{open}");
        }
    }

    #[test]
    fn an_expression_is_read_to_its_end() {
        let read = |text: &str, levels| expression(tokenize(text).unwrap(), levels);
        assert_eq!(read("- 1.5", 4).unwrap().to_string(), "-1.5");
        for text in ["1, 2", "1;", "1 2"] {
            assert!(matches!(read(text, 4), Err(Unparsed::Rest { is_ended: false, .. })), "{text}");
        }
        assert!(matches!(read("((((((1))))))", 4), Err(Unparsed::TooDeep { levels: 4 })));
    }
}
