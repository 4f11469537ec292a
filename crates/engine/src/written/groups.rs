use datafusion::sql::sqlparser::ast::{Expr, GroupByExpr, Select};

use super::{bare, take};

/// Writes `GROUP BY (a, b), c` as `GROUP BY a, b, c`, and `GROUP BY ()` as one set without columns.
pub(super) fn rewrite(select: &mut Select) {
    let GroupByExpr::Expressions(terms, _) = &mut select.group_by else { return };
    if !terms.iter().any(|term| matches!(bare(term), Expr::Tuple(_))) {
        return;
    }
    let mut written = Vec::with_capacity(terms.len());
    for term in terms.iter_mut() {
        match take(term) {
            Expr::Tuple(parts) => written.extend(parts),
            other => written.push(other),
        }
    }
    if written.is_empty() {
        written.push(Expr::GroupingSets(vec![Vec::new()]));
    }
    *terms = written;
}
