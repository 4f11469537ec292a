//! LIKE's patterns.

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Value, ValueWithSpan,
};

use crate::{
    error::EngineError,
    functions::{to_lower, to_upper},
};

/// In Athena, nothing escapes in a pattern unless `ESCAPE` says so; in DataFusion, the backslash always does.
pub(super) fn rewrite(pattern: &mut Expr, escape: &mut Option<ValueWithSpan>) -> Result<(), EngineError> {
    let Constant::Text(text) = constant(pattern)? else {
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

/// What a pattern is, whatever the row.
enum Constant {
    Null,
    Text(String),
}

/// A text, in parts, and in lower or upper case: what a query has that asks for a text without regard to case.
fn constant(expr: &Expr) -> Result<Constant, EngineError> {
    match expr {
        Expr::Nested(inner) => constant(inner),
        Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) => {
            Ok(Constant::Text(text.clone()))
        }
        Expr::Value(ValueWithSpan { value: Value::Null, .. }) => Ok(Constant::Null),
        Expr::BinaryOp { left, op: BinaryOperator::StringConcat, right } => {
            Ok(match (constant(left)?, constant(right)?) {
                (Constant::Text(left), Constant::Text(right)) => Constant::Text(left + &right),
                _ => Constant::Null,
            })
        }
        Expr::Function(call) => {
            let case = match call.name.to_string().as_str() {
                "lower" => to_lower,
                "upper" => to_upper,
                _ => return Err(no_constant()),
            };
            match &call.args {
                FunctionArguments::List(list) => match list.args.as_slice() {
                    [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] => {
                        Ok(match constant(argument)? {
                            Constant::Text(text) => Constant::Text(case(&text)),
                            Constant::Null => Constant::Null,
                        })
                    }
                    _ => Err(no_constant()),
                },
                _ => Err(no_constant()),
            }
        }
        _ => Err(no_constant()),
    }
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
