//! What the gate asks of the arguments of some functions.

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, Ident, Value, ValueWithSpan};

use super::{Refused, regular::Regular, scope::Found};

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

impl Found<'_> {
    /// Athena's engine for regular expressions backtracks. An expression in the text of free SQL is checked when
    /// all else of the statement is. One in the text of a named query is not: its author is the operator, and a published
    /// query must not vanish with an upgrade. The value of a parameter is checked when it is known. What is computed, or
    /// read from a column, is not known here.
    pub(super) fn regular_expression(&mut self, name: &Ident, folded: &str, args: &[FunctionArg]) {
        if !folded.starts_with("regexp_") {
            return;
        }
        let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))) = args.get(1) else {
            return;
        };
        let mut expr = expr;
        while let Expr::Nested(inner) = expr {
            expr = inner;
        }
        let Expr::Value(ValueWithSpan { value, span }) = expr else { return };
        match value {
            Value::Placeholder(_) => self.patterns.push(span.start),
            Value::SingleQuotedString(text) if !self.is_named_query() => {
                let (function, text) = (name.value.clone(), text.clone());
                self.regular.push(Regular { function, text, place: span.start });
            }
            _ => {}
        }
    }
}
