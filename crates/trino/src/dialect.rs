mod json;

use std::cell::Cell;

use sqlparser::{
    ast::Expr,
    dialect::{Dialect, Precedence},
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::Token,
};

/// Words that begin an expression of a form of its own, and are no names in Athena unless they are quoted. Where what
/// follows one of them is not that form, the statement is wrong, and the parser tries nothing else. (Of the other reserved
/// words the parser asks nothing.)
///
/// `TRY_CAST` is a name in Trino, too. It is here since its form nests, and each level that is wrong would be tried twice.
const RESERVED: [Keyword; 7] = [
    Keyword::CASE,
    Keyword::CAST,
    Keyword::EXISTS,
    Keyword::EXTRACT,
    Keyword::NOT,
    Keyword::TRIM,
    Keyword::TRY_CAST,
];

/// How strongly `||` binds: less than `+` (30), and more than what compares (20).
const CONCAT: u8 = 25;

/// Athena's grammar as far as the parser asks: only double quotes quote a name, and an unquoted name is ASCII.
///
/// It also counts how many expressions the parser begins. Where the parser is in doubt it tries one way and then the
/// other, at every level of the nesting: a statement of some hundred bytes can keep it busy for hours.
#[derive(Debug)]
pub struct Athena {
    expressions_left: Cell<usize>,
}

impl Athena {
    /// For text that becomes tokens, and for this many of them to be parsed: several times as many expressions as they
    /// can be.
    pub fn new(tokens: usize) -> Self {
        Self { expressions_left: Cell::new(4 * tokens + 1_000) }
    }

    /// Whether the parser began more expressions than that.
    pub fn is_exhausted(&self) -> bool {
        self.expressions_left.get() == 0
    }
}

impl Dialect for Athena {
    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '"'
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_ascii_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_ascii_alphanumeric() || ch == '_'
    }

    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        match self.expressions_left.get() {
            // Of its errors the one that it does not try to get around.
            0 => Some(Err(ParserError::RecursionLimitExceeded)),
            left => {
                self.expressions_left.set(left - 1);
                json::parsed(parser)
            }
        }
    }

    // `||` binds less than `+` and `-` there; the parser has it with `*` and `/`.
    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        match parser.peek_token_ref().token {
            Token::StringConcat => Some(Ok(CONCAT)),
            // It is before the value of a JSON object's member, and no operator.
            Token::Colon => Some(Ok(self.prec_unknown())),
            _ => None,
        }
    }

    // On the right of IS [NOT] DISTINCT FROM is a value; the parser takes a whole condition, with its AND and OR.
    fn parse_infix(&self, parser: &mut Parser<'_>, left: &Expr, _: u8) -> Option<Result<Expr, ParserError>> {
        let is = if parser.parse_keywords(&[Keyword::IS, Keyword::DISTINCT, Keyword::FROM]) {
            Expr::IsDistinctFrom
        } else if parser.parse_keywords(&[Keyword::IS, Keyword::NOT, Keyword::DISTINCT, Keyword::FROM]) {
            Expr::IsNotDistinctFrom
        } else {
            return None;
        };
        let right = parser.parse_subexpr(self.prec_value(Precedence::Between));
        Some(right.map(|right| is(Box::new(left.clone()), Box::new(right))))
    }

    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        RESERVED.contains(&keyword)
    }

    // Besides being so in Athena: without it the parser descends into INTERVAL INTERVAL ... without a bound.
    fn require_interval_qualifier(&self) -> bool {
        true
    }

    /// Of EXTRACT: which parts there are is checked later.
    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_comma_separated_trim(&self) -> bool {
        true
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_binds_what_is_as_in_athenas_grammar() {
        for (text, expected) in [
            ("a IS DISTINCT FROM true AND b = 7", "(a IS DISTINCT FROM true) AND (b = 7)"),
            ("a IS NOT DISTINCT FROM b OR c", "(a IS NOT DISTINCT FROM b) OR (c)"),
            ("a IS DISTINCT FROM b + 1 AND c", "(a IS DISTINCT FROM b + 1) AND (c)"),
            ("a || b + c", "(a) || (b + c)"),
            ("a || b = c", "(a || b) = (c)"),
            ("a + b || c", "(a + b) || (c)"),
        ] {
            let athena = Athena::new(100);
            let parsed = Parser::new(&athena).try_with_sql(text).unwrap().parse_expr().unwrap();
            let Expr::BinaryOp { left, op, right } = &parsed else { panic!("{text}: {parsed}") };
            assert_eq!(format!("({left}) {op} ({right})"), expected, "{text}");
        }
    }

    #[test]
    fn a_reserved_word_is_read_in_one_way() {
        let shown = |text: &str| {
            let athena = Athena::new(100);
            let parser = Parser::new(&athena).try_with_sql(text);
            parser.and_then(|mut parser| parser.parse_expr()).map(|expr| expr.to_string())
        };
        // As calls of functions they would be SQL.
        for call in ["case(1)", "cast(1)", "exists(1)", "extract(1)", "trim()", "try_cast(1)"] {
            assert!(shown(call).is_err(), "{call}");
        }
        for word in ["case", "cast", "exists", "extract", "not", "trim", "try_cast"] {
            assert!(shown(word).is_err(), "{word}");
            assert_eq!(shown(&format!("\"{word}\"")), Ok(format!("\"{word}\"")));
        }
        // These begin a form of their own as well, and are names beside.
        for word in ["position", "substring", "interval", "ceil"] {
            assert_eq!(shown(word).as_deref(), Ok(word));
        }
    }
}
