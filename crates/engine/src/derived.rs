//! A name for each query in a FROM clause that has none.
//!
//! DataFusion's optimizer takes two consecutive projections for one if their expressions are written alike, so that
//! `SELECT c + 1 AS c FROM (SELECT c + 1 AS c FROM ...)` added 1 once (mended after 55.2 by apache/datafusion#24686).
//! Between projections with names of their own it does not.

use std::{collections::HashSet, convert::Infallible, ops::ControlFlow};

use datafusion::sql::sqlparser::{
    ast::{
        Expr, Ident, Query, Select, SelectItem, SetExpr, TableAlias, TableAliasColumnDef, TableFactor,
        TableWithJoins, VisitMut, VisitorMut,
    },
    parser::Parser,
};
use trino::Athena;

use crate::names::UNNAMED as UNNAMED_COLUMN;

/// How the names begin; no name of Athena does.
const UNNAMED: &str = "?derived";

/// A query of which another takes the place of the inner one.
const AROUND: &str = "SELECT * FROM (VALUES (1))";

/// Names what has no name.
pub(crate) fn name(query: &mut Query) {
    select_values(query);
    let ControlFlow::Continue(()) = VisitMut::visit(query, &mut Name(0));
}

struct Name(usize);

impl VisitorMut for Name {
    type Break = Infallible;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Infallible> {
        for cte in query.with.iter_mut().flat_map(|with| &mut with.cte_tables) {
            name_values(&cte.query, &mut cte.alias);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Infallible> {
        if let Expr::InSubquery { subquery, .. } | Expr::Exists { subquery, .. } | Expr::Subquery(subquery) =
            expr
        {
            select_values(subquery);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Infallible> {
        if let TableFactor::Derived { alias: alias @ None, subquery, .. } = factor
            && !may_repeat(&subquery.body)
        {
            let name = Ident::with_quote('"', format!("{UNNAMED}{}", self.0));
            self.0 += 1;
            *alias = Some(TableAlias { explicit: true, name, columns: Vec::new(), at: None });
        }
        if let TableFactor::Derived { alias: Some(alias), subquery, .. } = factor {
            name_values(subquery, alias);
        }
        ControlFlow::Continue(())
    }
}

/// `SELECT * FROM (VALUES ...)` for `VALUES ...`: the planner names the columns of VALUES itself, and takes no VALUES on the
/// right of IN.
fn select_values(query: &mut Query) {
    if !matches!(*query.body, SetExpr::Values(_)) {
        return;
    }
    let athena = Athena::new(AROUND.len());
    let parsed = Parser::new(&athena).try_with_sql(AROUND).and_then(|mut parser| parser.parse_query());
    let Ok(mut around) = parsed else { return };
    if let SetExpr::Select(select) = &mut *around.body
        && let Some(TableWithJoins { relation: TableFactor::Derived { subquery, .. }, .. }) =
            select.from.first_mut()
    {
        std::mem::swap(&mut subquery.body, &mut query.body);
        query.body = around.body;
    }
}

/// Columns of VALUES have no names, unless the alias gives them.
fn name_values(query: &Query, alias: &mut TableAlias) {
    if let SetExpr::Values(values) = &*query.body
        && alias.columns.is_empty()
    {
        let columns = values.rows.first().map_or(0, |row| row.content.len());
        let column = |place: usize| TableAliasColumnDef {
            name: Ident::with_quote('"', format!("{UNNAMED_COLUMN}v{place}")),
            data_type: None,
        };
        alias.columns = (0..columns).map(column).collect();
    }
}

/// Whether two columns may have one name. If the query had a name, DataFusion would call the second one `n:1`, and `n`
/// would mean the first, where it has to be refused.
fn may_repeat(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => repeats(select),
        SetExpr::Query(query) => may_repeat(&query.body),
        SetExpr::SetOperation { left, .. } => may_repeat(left),
        _ => false,
    }
}

fn repeats(select: &Select) -> bool {
    let mut seen = HashSet::new();
    let mut again = |name: &Ident| !seen.insert(name.value.clone());
    let many = select.projection.len() > 1;
    select.projection.iter().any(|item| match item {
        SelectItem::Wildcard(_) => many || may_repeat_all(select),
        SelectItem::QualifiedWildcard(..) => many,
        SelectItem::ExprWithAlias { alias, .. } => again(alias),
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => again(name),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts.last().is_some_and(&mut again),
        // Each has a name of its own by now, or is no name.
        _ => false,
    })
}

/// Whether two columns of all that is selected from may have one name.
fn may_repeat_all(select: &Select) -> bool {
    let sources: usize = select.from.iter().map(|from| 1 + from.joins.len()).sum();
    sources > 1
        || select.from.iter().any(|from| match &from.relation {
            TableFactor::Derived { subquery, .. } => may_repeat(&subquery.body),
            TableFactor::NestedJoin { .. } => true,
            _ => false,
        })
}
