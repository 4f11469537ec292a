//! LIKE's patterns.

use datafusion::sql::sqlparser::ast::{Expr, Value, ValueWithSpan};

use super::constant::{Constant, constant};
use crate::{
    calls,
    error::EngineError,
    functions::{self, BAD_ESCAPE, LIKE_PATTERN},
};

/// In Athena, nothing escapes in a pattern unless `ESCAPE` says so; in DataFusion, the backslash always does. A pattern
/// that is no constant is rewritten when it is known.
pub(super) fn rewrite(pattern: &mut Expr, escape: &mut Option<ValueWithSpan>) -> Result<(), EngineError> {
    let escape = match escape.take().map(|escape| escape.value) {
        None => None,
        Some(Value::SingleQuotedString(escape)) => {
            let mut characters = escape.chars();
            match (characters.next(), characters.next()) {
                (Some(character), None) => Some(character),
                _ => return Err(bad_escape("Escape string must be a single character")),
            }
        }
        Some(other) => return Err(EngineError::unsupported(format!("LIKE ... ESCAPE {other}"))),
    };
    let literal = |text: String| Expr::Value(Value::SingleQuotedString(text).with_empty_span());
    *pattern = match constant(pattern) {
        Some(Constant::Text(text)) => {
            literal(functions::escaped(&text, escape).ok_or_else(|| bad_escape(BAD_ESCAPE))?)
        }
        Some(Constant::Null) => Expr::Value(Value::Null.with_empty_span()),
        None => {
            let pattern = std::mem::replace(pattern, Expr::Tuple(Vec::new()));
            let escape = escape.map(|character| literal(character.to_string()));
            calls::call(LIKE_PATTERN, std::iter::once(pattern).chain(escape).collect())
        }
    };
    Ok(())
}

fn bad_escape(message: &str) -> EngineError {
    EngineError::failed("INVALID_FUNCTION_ARGUMENT", message)
}
