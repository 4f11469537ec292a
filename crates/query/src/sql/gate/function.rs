//! What the gate asks of the arguments of some functions.

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, Ident, Value, ValueWithSpan};

use super::Refused;

/// A regular expression in a JSON path backtracks in Athena as any other one does, and is not looked at here.
pub(super) fn json_path(name: &Ident, folded: &str, args: &[FunctionArg]) -> Result<(), Refused> {
    let has_path = ["json_exists", "json_query", "json_value"].contains(&folded);
    match args.get(1) {
        Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(ValueWithSpan {
            value: Value::SingleQuotedString(path),
            ..
        }))))
            if has_path && path.contains("like_regex") =>
        {
            let message =
                "like_regex in a JSON path is not supported: use regexp_like on what json_value gives";
            Err(Refused::at(message, name.span.start))
        }
        _ => Ok(()),
    }
}
