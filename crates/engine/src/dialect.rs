mod json;

use std::cell::Cell;

use datafusion::sql::sqlparser::{
    ast::Expr,
    dialect::{Dialect, Precedence},
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::Token,
};

/// Words that Athena reserves, as far as the parser goes on with them in another way than with a name. Where one does not
/// go on as it should the statement is wrong, and nothing else needs to be tried.
const RESERVED: [Keyword; 10] = [
    Keyword::CASE,
    Keyword::CAST,
    Keyword::END,
    Keyword::EXISTS,
    Keyword::EXTRACT,
    Keyword::NOT,
    Keyword::THEN,
    Keyword::TRIM,
    Keyword::WHEN,
    Keyword::WITH,
];

/// How strongly `||` binds: less than `+` (30), and more than what compares (20).
const CONCAT: u8 = 25;

/// Athena's grammar as far as the parser asks: only double quotes quote a name, and an unquoted name is ASCII.
///
/// It also counts how many expressions the parser begins. Where the parser is in doubt it tries one way and then the
/// other, at every level of the nesting: a statement of some hundred bytes can keep it busy for hours.
#[derive(Debug)]
pub(crate) struct Athena {
    expressions_left: Cell<usize>,
}

impl Athena {
    /// For text that becomes tokens, and for this many of them to be parsed: several times as many expressions as they
    /// can be.
    pub(crate) fn new(tokens: usize) -> Self {
        Self { expressions_left: Cell::new(4 * tokens + 1_000) }
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
}
