//! LIKE's patterns.

use datafusion::sql::sqlparser::ast::{Expr, Value, ValueWithSpan};

use super::constant::{Constant, constant};
use crate::error::EngineError;

/// In Athena, nothing escapes in a pattern unless `ESCAPE` says so; in DataFusion, the backslash always does.
pub(super) fn rewrite(pattern: &mut Expr, escape: &mut Option<ValueWithSpan>) -> Result<(), EngineError> {
    let Constant::Text(text) = constant(pattern).ok_or_else(no_constant)? else {
        *pattern = Expr::Value(Value::Null.with_empty_span());
        *escape = None;
        return Ok(());
    };
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
    let text = with_backslashes(&text, escape)?;
    *pattern = Expr::Value(Value::SingleQuotedString(text).with_empty_span());
    Ok(())
}

fn with_backslashes(pattern: &str, escape: Option<char>) -> Result<String, EngineError> {
    let mut rewritten = String::with_capacity(pattern.len() + 8);
    let mut characters = pattern.chars();
    while let Some(mut character) = characters.next() {
        if Some(character) == escape {
            character = match characters.next() {
                Some(next) if next == '%' || next == '_' || Some(next) == escape => next,
                _ => {
                    return Err(bad_escape(
                        "Escape character must be followed by '%', '_' or the escape character itself",
                    ));
                }
            };
            rewritten.push('\\');
        } else if character == '\\' {
            rewritten.push('\\');
        }
        rewritten.push(character);
    }
    Ok(rewritten)
}

fn bad_escape(message: &str) -> EngineError {
    EngineError::failed("INVALID_FUNCTION_ARGUMENT", message)
}

fn no_constant() -> EngineError {
    EngineError::unsupported("LIKE with a pattern that is not a literal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_is_a_character_unless_it_is_the_escape() {
        assert_eq!(with_backslashes(r"a\%", None).unwrap(), r"a\\%");
        assert_eq!(with_backslashes(r"a\%", Some('\\')).unwrap(), r"a\%");
        assert_eq!(with_backslashes("a#%_##", Some('#')).unwrap(), r"a\%_\#");
        assert!(with_backslashes("a#b", Some('#')).is_err());
        assert!(with_backslashes("a#", Some('#')).is_err());
    }
}
