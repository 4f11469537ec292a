use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr};

use super::{bare, take};

/// Writes `= ANY` (or `SOME`) of a query as `IN`, and `<> ALL` as `NOT IN`. What compares otherwise stays, and is refused.
pub(super) fn rewrite(expr: &mut Expr) {
    let (left, right, negated) = match expr {
        Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => (left, right, false),
        Expr::AllOp { left, compare_op: BinaryOperator::NotEq, right } => (left, right, true),
        _ => return,
    };
    if !matches!(bare(right), Expr::Subquery(_)) {
        return;
    }
    let left = Box::new(take(left));
    if let Expr::Subquery(subquery) = take(right) {
        *expr = Expr::InSubquery { expr: left, subquery, negated };
    }
}
