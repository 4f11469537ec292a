use datafusion::sql::sqlparser::ast::{Expr, Value};

/// The most WHENs without a value before them. A query may hold one such CASE in another in another, up to the bound on levels.
const MAX_SEARCHED: usize = 8;

/// Writes `CASE WHEN a THEN ... END` of many WHENs as `CASE true WHEN a THEN ... END`, which says the same.
///
/// DataFusion 55.2 makes AND and OR of the first form where its results are booleans, or are compared with a literal: a tree
/// that is twice as deep as there are WHENs, and has all those before beside each. It descends into it on the thread's stack:
/// 170 of them ended the process.
pub(super) fn rewrite(expr: &mut Expr) {
    if let Expr::Case { operand: operand @ None, conditions, .. } = expr
        && conditions.len() > MAX_SEARCHED
    {
        *operand = Some(Box::new(Expr::Value(Value::Boolean(true).with_empty_span())));
    }
}
