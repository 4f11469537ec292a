//! Columns of a result that are named as a column of a table by which the rows are ordered.

use std::{collections::HashSet, convert::Infallible, ops::ControlFlow};

use datafusion::sql::sqlparser::{
    ast::{
        Expr, Ident, OrderBy, OrderByKind, Query, SelectItem, SetExpr, TableFactor, TableWithJoins, VisitMut,
        VisitorMut, visit_expressions,
    },
    parser::Parser,
};
use trino::Athena;

use super::name_of_any;

/// Marks a name that also is a column's by which the rows are ordered.
const SHADOW: &str = "?alias";

/// A query of which others take the places of what is selected and of the inner one.
const AROUND: &str = "SELECT 1 FROM (VALUES (1)) AS \"?ordered\"";

/// Marks such names of the queries in the FROM and WITH clauses of the statement, and of those on the sides of UNION and its like.
/// Other queries ask for the names, so a query around each gives the old ones back. Says whether there is such a query.
pub(crate) fn order_by_tables(query: &mut Query) -> bool {
    let mut within = Within(false);
    let ControlFlow::Continue(()) = VisitMut::visit(query, &mut within);
    within.0
}

/// As [`order_by_tables`], for the query of a view, which others read as well.
pub(crate) fn order_view_by_tables(query: &mut Query) -> bool {
    let within = order_by_tables(query);
    give_back(query) || within
}

/// Whether a query was put around another one.
struct Within(bool);

impl VisitorMut for Within {
    type Break = Infallible;

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Infallible> {
        if let TableFactor::Derived { subquery, .. } = factor {
            self.0 |= give_back(subquery);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<Infallible> {
        for cte in query.with.iter_mut().flat_map(|with| &mut with.cte_tables) {
            self.0 |= give_back(&mut cte.query);
        }
        // A chain of UNIONs leans to the left.
        let mut body = &mut *query.body;
        while let SetExpr::SetOperation { left, right, .. } = body {
            for side in [&mut **left, &mut **right] {
                if let SetExpr::Query(side) = side {
                    self.0 |= give_back(side);
                }
            }
            body = &mut **left;
        }
        ControlFlow::Continue(())
    }
}

/// Marks the names of a query that another one reads, and puts a query around it that has the old names. Does nothing where no
/// name needs it, or where the names are not known or not different from each other.
fn give_back(query: &mut Query) -> bool {
    let Some(names) = names(query).filter(|_| has_shadow(query)) else { return false };
    let mut seen = HashSet::new();
    if !names.iter().all(|name| seen.insert(name.value.clone())) {
        return false;
    }
    let athena = Athena::new(AROUND.len());
    let parsed = Parser::new(&athena).try_with_sql(AROUND).and_then(|mut parser| parser.parse_query());
    let Ok(mut around) = parsed else { return false };
    let SetExpr::Select(select) = &mut *around.body else { return false };
    let Some(TableWithJoins { relation: TableFactor::Derived { subquery, .. }, .. }) =
        select.from.first_mut()
    else {
        return false;
    };
    let marks = mark(query);
    select.projection = names.into_iter().map(|name| given_back(name, &marks)).collect();
    std::mem::swap(&mut **subquery, query);
    *query = *around;
    true
}

/// A column by the name that it has within, with the name that it had.
fn given_back(name: Ident, marks: &[(String, String)]) -> SelectItem {
    let quoted = |name: &str| Expr::Identifier(Ident::with_quote('"', name));
    match marks.iter().find(|(_, marked)| *marked == name.value) {
        Some((mark, _)) => SelectItem::ExprWithAlias { expr: quoted(mark), alias: name },
        None => SelectItem::UnnamedExpr(quoted(&name.value)),
    }
}

/// The names of the query's columns, if it is a SELECT whose columns all have one.
fn names(query: &Query) -> Option<Vec<Ident>> {
    let SetExpr::Select(select) = &*query.body else { return None };
    select.projection.iter().map(|item| name_of_any(item).cloned()).collect()
}

/// Whether another expression has the name of a table's column by which the rows are ordered.
fn has_shadow(query: &Query) -> bool {
    let SetExpr::Select(select) = &*query.body else { return false };
    let qualified = qualified(query);
    select.projection.iter().any(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } if qualified.contains(&alias.value) => match expr {
            Expr::Identifier(name) => name.value != alias.value,
            Expr::CompoundIdentifier(parts) => parts.last().is_none_or(|name| name.value != alias.value),
            _ => true,
        },
        _ => false,
    })
}

/// The names behind a dot in the ORDER BY. Which of the parts behind the first one is the column's name is not known here: a mark
/// that is not needed does no harm.
fn qualified(query: &Query) -> HashSet<String> {
    let mut qualified = HashSet::new();
    let Some(OrderBy { kind: OrderByKind::Expressions(terms), .. }) = &query.order_by else {
        return qualified;
    };
    let ControlFlow::Continue(()) = visit_expressions(terms, |expr| {
        if let Expr::CompoundIdentifier(parts) = expr {
            qualified.extend(parts.iter().skip(1).map(|part| part.value.clone()));
        }
        ControlFlow::<Infallible>::Continue(())
    });
    qualified
}

/// `SELECT f(a) AS a ... ORDER BY t.a` orders by the table's column, and so do `t.a.b`, which is a field of it, and `abs(t.a)`. The
/// planner would find two of that name: so the result's gets another one meanwhile. Gives the marks with the names that they stand
/// for.
pub(super) fn mark(query: &mut Query) -> Vec<(String, String)> {
    let qualified = qualified(query);
    let Some(OrderBy { kind: OrderByKind::Expressions(terms), .. }) = &mut query.order_by else {
        return Vec::new();
    };
    let SetExpr::Select(select) = &mut *query.body else { return Vec::new() };
    let mut marks = Vec::new();
    for item in &mut select.projection {
        let SelectItem::ExprWithAlias { alias, .. } = item else { continue };
        if !qualified.contains(&alias.value) {
            continue;
        }
        let mark = format!("{SHADOW}{}", marks.len());
        let name = std::mem::replace(&mut alias.value, mark.clone());
        let mut renamed = Renamed { name: &name, mark: &mark, depth: 0 };
        let ControlFlow::Continue(()) = terms.visit(&mut renamed);
        marks.push((mark, name));
    }
    marks
}

/// Puts a mark where a name stands alone, but not in queries within: those have names of their own.
struct Renamed<'n> {
    name: &'n str,
    mark: &'n str,
    depth: usize,
}

impl VisitorMut for Renamed<'_> {
    type Break = Infallible;

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<Infallible> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<Infallible> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Infallible> {
        if let Expr::Identifier(name) = expr
            && self.depth == 0
            && name.value == self.name
        {
            self.mark.clone_into(&mut name.value);
            name.quote_style = Some('"');
        }
        ControlFlow::Continue(())
    }
}
