use datafusion::sql::sqlparser::ast::{Expr, GroupByExpr, Select, Spanned};

use super::{Result, bare, take};
use crate::error::EngineError;

/// The most sets of one GROUP BY: Trino's `query.max-grouping-sets`.
const MAX_SETS: usize = 2_048;

/// Writes `GROUP BY (a, b), c` as `GROUP BY a, b, c`, and `GROUP BY ()` as one set without columns. Refuses sets of more than
/// columns, and too many of them, as Trino does.
pub(super) fn rewrite(select: &mut Select) -> Result<()> {
    let GroupByExpr::Expressions(terms, _) = &mut select.group_by else { return Ok(()) };
    for term in terms.iter() {
        if let Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) = bare(term) {
            sets.iter().flatten().try_for_each(column)?;
        }
    }
    let sets = terms.iter().map(sets).fold(1, usize::saturating_mul);
    if sets > MAX_SETS {
        let message = format!("GROUP BY has {sets} grouping sets but can contain at most {MAX_SETS}");
        return Err(EngineError::failed("TOO_MANY_GROUPING_SETS", message));
    }
    if !terms.iter().any(|term| matches!(bare(term), Expr::Tuple(_))) {
        return Ok(());
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
    Ok(())
}

/// How many sets a term of GROUP BY stands for. Each is combined with each of the other terms.
fn sets(term: &Expr) -> usize {
    match bare(term) {
        Expr::GroupingSets(sets) => sets.len().max(1),
        Expr::Rollup(columns) => columns.len().saturating_add(1),
        Expr::Cube(columns) => {
            let columns = u32::try_from(columns.len()).unwrap_or(u32::MAX);
            1_usize.checked_shl(columns).unwrap_or(usize::MAX)
        }
        _ => 1,
    }
}

fn column(expr: &Expr) -> Result<()> {
    let text = match bare(expr) {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => return Ok(()),
        binary @ Expr::BinaryOp { .. } => format!("({binary})"),
        other => other.to_string(),
    };
    let start = expr.span().start;
    let place =
        if start.line > 0 { format!("line {}:{}: ", start.line, start.column) } else { String::new() };
    let message = format!("{place}GROUP BY expression must be a column reference: {text}");
    Err(EngineError::failed("INVALID_COLUMN_REFERENCE", message))
}
