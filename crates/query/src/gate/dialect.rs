mod json;

use std::cell::Cell;

use sqlparser::{
    ast::Expr,
    dialect::{Dialect, Precedence},
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::Token,
};

/// What is no name in Athena unless it is quoted, as far as an expression may begin with it.
const RESERVED: [Keyword; 39] = [
    Keyword::AND,
    Keyword::AS,
    Keyword::BETWEEN,
    Keyword::BY,
    Keyword::CASE,
    Keyword::CAST,
    Keyword::CROSS,
    Keyword::DISTINCT,
    Keyword::ELSE,
    Keyword::END,
    Keyword::ESCAPE,
    Keyword::EXCEPT,
    Keyword::EXISTS,
    Keyword::EXTRACT,
    Keyword::FOR,
    Keyword::FROM,
    Keyword::FULL,
    Keyword::GROUP,
    Keyword::HAVING,
    Keyword::IN,
    Keyword::INNER,
    Keyword::INTERSECT,
    Keyword::IS,
    Keyword::JOIN,
    Keyword::LEFT,
    Keyword::LIKE,
    Keyword::NATURAL,
    Keyword::NOT,
    Keyword::ON,
    Keyword::OR,
    Keyword::ORDER,
    Keyword::RIGHT,
    Keyword::SELECT,
    Keyword::THEN,
    Keyword::TRY_CAST,
    Keyword::UNION,
    Keyword::WHEN,
    Keyword::WHERE,
    Keyword::WITH,
];

/// How strongly `||` binds: less than `+` (30), and more than what compares (20).
const CONCAT: u8 = 25;

/// Athena's grammar as far as the parser asks: only double quotes quote a name, and an unquoted name is ASCII.
/// (The local engine has one of its own, by way of DataFusion, and fewer constructs behind it.)
///
/// It also counts how many expressions the parser begins. Where the parser is in doubt it tries one way and then the
/// other, at every level of the nesting: a statement of some hundred bytes can keep it busy for hours.
#[derive(Debug)]
pub(super) struct Athena {
    expressions_left: Cell<usize>,
}

impl Athena {
    /// With so many expressions to begin, and no more.
    pub(super) fn new(expressions: usize) -> Self {
        Self { expressions_left: Cell::new(expressions) }
    }

    /// Whether there were more.
    pub(super) fn is_exhausted(&self) -> bool {
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
        (parser.peek_token_ref().token == Token::StringConcat).then_some(Ok(CONCAT))
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

    /// Where one of these does not go on as it should the statement is wrong, and nothing else is tried.
    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        RESERVED.contains(&keyword)
    }

    // Besides being so in Athena: without it the parser descends into INTERVAL INTERVAL ... without a bound.
    fn require_interval_qualifier(&self) -> bool {
        true
    }

    /// Of EXTRACT: which parts Athena has is checked later.
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
