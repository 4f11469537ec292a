//! What is no SQL of Athena's, in Athena's words.

use datafusion::sql::sqlparser::tokenizer::TokenWithSpan;
use trino::{OutOfBounds, Place, Unparsed};

use crate::error::EngineError;

/// The text as tokens, with their places.
pub(crate) fn tokenize(sql: &str) -> Result<Vec<TokenWithSpan>, EngineError> {
    trino::tokenize(sql).map_err(|error| {
        let place = error.location;
        EngineError::rejected(format!("line {}:{}: {}", place.line, place.column, error.message))
    })
}

pub(crate) fn out_of_bounds(error: OutOfBounds) -> EngineError {
    match error {
        // So does Athena.
        OutOfBounds::Bytes { most, .. } => {
            EngineError::rejected(format!("the query is longer than {most} bytes"))
        }
        OutOfBounds::Operators { found, most } => EngineError::unsupported(format!(
            "a query of {found} keywords and operators (more than {most}; IN lists do not count)"
        )),
        OutOfBounds::ArrayTypes { most } => {
            EngineError::unsupported(format!("array<> more than {most} times"))
        }
    }
}

/// The parser's complaint in Athena's form: `line 1:8: mismatched input 'FROM'. Expecting: an expression`.
pub(crate) fn syntax_error(error: Unparsed, sql: &str) -> EngineError {
    let written =
        |place: Option<Place>| place.map_or_else(|| end(sql), |(line, column)| format!("{line}:{column}"));
    let (message, place) = match error {
        Unparsed::Syntax { message, place } => (message, place),
        Unparsed::Rest { is_ended: true, .. } => {
            return EngineError::rejected(format!("Only one sql statement is allowed. Got: {sql}"));
        }
        Unparsed::Rest { found, place, is_ended: false } => {
            return mismatched(&written(place), &found, "end of statement");
        }
        Unparsed::TooDeep { levels } => {
            return EngineError::rejected(format!("the query nests deeper than {levels} levels"));
        }
        Unparsed::TooLong => {
            return EngineError::rejected("the query takes too long to parse: write it flatter");
        }
        error @ (Unparsed::NoThread(_) | Unparsed::Panicked) => return EngineError::Internal(error.into()),
    };
    let place = written(place);
    let mismatch = message.strip_prefix("Expected: ").and_then(|rest| rest.rsplit_once(", found: "));
    let Some((expected, found)) = mismatch else {
        return EngineError::rejected(format!("line {place}: {message}"));
    };
    mismatched(&place, if found == "EOF" { "<EOF>" } else { found }, expected)
}

fn mismatched(place: &str, found: &str, expected: &str) -> EngineError {
    EngineError::rejected(format!("line {place}: mismatched input '{found}'. Expecting: {expected}"))
}

/// The place just behind the text.
pub(crate) fn end(sql: &str) -> String {
    let last = sql.rsplit('\n').next().unwrap_or_default();
    format!("{}:{}", sql.matches('\n').count() + 1, last.chars().count() + 1)
}
