//! `SELECT DISTINCT a % 2 FROM t ORDER BY a % 2` is ordered by a column of the result. The planner looks for `a`, which is no column
//! of the result, and refuses the query. So a term that is written like an expression of the result becomes that column's name.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Distinct, Expr, Ident, OrderBy, OrderByKind, Query, SelectItem, SetExpr, visit_expressions,
};

/// Names the result's columns in the ORDER BY of a SELECT DISTINCT. Each expression of the result has a name already.
pub(crate) fn order_by_names(query: &mut Query) {
    let Some(OrderBy { kind: OrderByKind::Expressions(terms), .. }) = &mut query.order_by else { return };
    let SetExpr::Select(select) = &*query.body else { return };
    if !matches!(select.distinct, Some(Distinct::Distinct)) {
        return;
    }
    for term in terms {
        // A number is a column's place, and a name is one already.
        if matches!(term.expr, Expr::Value(_) | Expr::Identifier(_) | Expr::CompoundIdentifier(_))
            || has_name_of_result(&term.expr, &select.projection)
        {
            continue;
        }
        if let Some(name) = column_of(&term.expr, &select.projection) {
            term.expr = Expr::Identifier(name.clone());
        }
    }
}

/// The column of the result that has this expression.
fn column_of<'i>(wanted: &Expr, items: &'i [SelectItem]) -> Option<&'i Ident> {
    items.iter().find_map(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } if bare(expr) == bare(wanted) => Some(alias),
        _ => None,
    })
}

/// Whether a name in the term is one that the SELECT gives: it stands for that column then, and not for a table's, as it does in the
/// result's expressions.
fn has_name_of_result(term: &Expr, items: &[SelectItem]) -> bool {
    let given = |name: &Ident| {
        items
            .iter()
            .any(|item| matches!(item, SelectItem::ExprWithAlias { alias, .. } if alias.value == name.value))
    };
    let found = visit_expressions(term, |expr| match expr {
        Expr::Identifier(name) if given(name) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => bare(inner),
        _ => expr,
    }
}
