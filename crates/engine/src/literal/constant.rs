//! Texts that are the same for every row, and are written in parts.

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Value, ValueWithSpan,
};

use crate::functions::{to_lower, to_upper};

/// What an expression is, whatever the row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Constant {
    Null,
    Text(String),
}

/// A text, in parts, and in lower or upper case: so the query API writes one that is too long for a parameter, and one
/// that it asks for without regard to case. `None` of anything else.
pub(super) fn constant(expr: &Expr) -> Option<Constant> {
    match expr {
        Expr::Nested(inner) => constant(inner),
        Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) => {
            Some(Constant::Text(text.clone()))
        }
        Expr::Value(ValueWithSpan { value: Value::Null, .. }) => Some(Constant::Null),
        Expr::BinaryOp { left, op: BinaryOperator::StringConcat, right } => {
            Some(match (constant(left)?, constant(right)?) {
                (Constant::Text(left), Constant::Text(right)) => Constant::Text(left + &right),
                _ => Constant::Null,
            })
        }
        Expr::Function(call) => {
            let case = match call.name.to_string().as_str() {
                "lower" => to_lower,
                "upper" => to_upper,
                _ => return None,
            };
            let FunctionArguments::List(list) = &call.args else { return None };
            let [FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))] = list.args.as_slice() else {
                return None;
            };
            Some(match constant(argument)? {
                Constant::Text(text) => Constant::Text(case(&text)),
                Constant::Null => Constant::Null,
            })
        }
        _ => None,
    }
}
