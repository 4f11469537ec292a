use std::cell::Cell;

use datafusion::sql::sqlparser::{
    ast::Expr,
    dialect::Dialect,
    keywords::Keyword,
    parser::{Parser, ParserError},
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

    fn parse_prefix(&self, _: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        match self.expressions_left.get() {
            // Of its errors the one that it does not try to get around.
            0 => Some(Err(ParserError::RecursionLimitExceeded)),
            left => {
                self.expressions_left.set(left - 1);
                None
            }
        }
    }

    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        RESERVED.contains(&keyword)
    }

    // Besides being so in Athena: without it the parser descends into INTERVAL INTERVAL ... without a bound.
    fn require_interval_qualifier(&self) -> bool {
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
}
