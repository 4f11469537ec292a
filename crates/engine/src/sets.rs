//! Set operations of queries whose columns have other names than the operation's, which are those of its first query.
//!
//! DataFusion 55.2 looks for columns by their names where their places count:
//!
//! - a union of which one query is left, since the others are known to have no rows, becomes that query with the union's
//!   names, which are looked for in it (`propagate_empty_relation`). They are not there, or are those of other columns: an
//!   answer with columns exchanged;
//! - `INTERSECT` and `EXCEPT` are joined by names without their tables (`intersect_or_except`), of which a query may have two
//!   alike. apache/datafusion#16295 is mended for names that both sides have, and for no others.

mod counted;

use std::ops::ControlFlow;

use datafusion::{
    common::{
        Column,
        tree_node::{Transformed, TransformedResult},
    },
    error::Result,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, Union},
    sql::sqlparser::ast::{
        Expr as SqlExpr, Ident, Query, SelectItem, SetExpr, SetOperator, VisitMut, VisitorMut,
    },
};

use crate::{error::EngineError, failure::from_datafusion, names::UNNAMED};

pub(crate) use counted::counted;

/// Gives every query of an `INTERSECT` or `EXCEPT` but the first one names that nobody else has. A query with `*`, or one with
/// an `ORDER BY` of its own, keeps its names.
pub(crate) fn rename(query: &mut Query) {
    // It never breaks.
    let _ = query.visit(&mut Rename(0));
}

/// How many columns were renamed.
struct Rename(usize);

impl VisitorMut for Rename {
    type Break = std::convert::Infallible;

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        self.operation(&mut query.body);
        ControlFlow::Continue(())
    }
}

impl Rename {
    /// An operation whose own names are seen.
    fn operation(&mut self, body: &mut SetExpr) {
        let SetExpr::SetOperation { op, left, right, .. } = body else { return };
        self.operation(left);
        match op {
            SetOperator::Intersect | SetOperator::Except => self.unseen(right),
            _ => self.operation(right),
        }
    }

    /// A query, or an operation, whose names nobody sees.
    fn unseen(&mut self, body: &mut SetExpr) {
        match body {
            SetExpr::Select(select) => select.projection.iter_mut().for_each(|item| self.item(item)),
            SetExpr::Query(query) if query.order_by.is_none() => self.unseen(&mut query.body),
            SetExpr::SetOperation { left, right, .. } => {
                self.unseen(left);
                self.unseen(right);
            }
            _ => {}
        }
    }

    fn item(&mut self, item: &mut SelectItem) {
        let name = Ident::with_quote('"', format!("{UNNAMED} of a set {}", self.0));
        match item {
            SelectItem::ExprWithAlias { alias, .. } => *alias = name,
            SelectItem::UnnamedExpr(expr) => {
                let expr = std::mem::replace(expr, SqlExpr::Tuple(Vec::new()));
                *item = SelectItem::ExprWithAlias { expr, alias: name };
            }
            _ => return,
        }
        self.0 += 1;
    }
}

/// The plan with every query of a union under the union's own names.
pub(crate) fn named(plan: LogicalPlan) -> std::result::Result<LogicalPlan, EngineError> {
    plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Union(union) => united(union),
        other => Ok(Transformed::no(other)),
    })
    .data()
    .map_err(from_datafusion)
}

fn united(mut union: Union) -> Result<Transformed<LogicalPlan>> {
    let names = union.schema.columns();
    let mut changed = false;
    for input in &mut union.inputs {
        let own = input.schema().columns();
        if own == names {
            continue;
        }
        let columns = own.into_iter().zip(&names).map(|(own, name)| {
            let Column { relation, name, .. } = name.clone();
            Expr::Column(own).alias_qualified(relation, name)
        });
        *input = LogicalPlanBuilder::new_from_arc(input.clone()).project(columns)?.build()?.into();
        changed = true;
    }
    let union = LogicalPlan::Union(union);
    Ok(if changed { Transformed::yes(union) } else { Transformed::no(union) })
}
