//! Forms of Athena's grammar that say the same as another form, written as that one before anything is checked: named windows,
//! `FETCH FIRST`, groups in parentheses, comparisons of row values and `IN` of them, `ANY` and `ALL` of a query, samples, and a
//! CASE of many conditions.

mod fetch;
mod groups;
mod quantified;
mod row;
mod row_in;
mod sample;
mod searched;
mod window;

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, Query, Select, TableFactor, VisitMut, VisitorMut};

use crate::{
    error::EngineError,
    visit::{broken, flow},
};

type Result<T> = std::result::Result<T, EngineError>;

/// Rewrites a query as it was parsed. It descends as deep as the parser did, so it needs a stack of that size.
pub(crate) fn rewrite(query: &mut Query) -> Result<()> {
    broken(query.visit(&mut Write { copied: 0 }))
}

struct Write {
    /// How many expressions were copied.
    copied: usize,
}

impl VisitorMut for Write {
    type Break = EngineError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<EngineError> {
        flow(fetch::rewrite(query))?;
        flow(window::of_query(query, &mut self.copied))
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<EngineError> {
        flow(groups::rewrite(select))?;
        flow(row_in::rewrite(select, &mut self.copied))?;
        flow(window::of_select(select, &mut self.copied))
    }

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<EngineError> {
        flow(sample::rewrite(factor))
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<EngineError> {
        flow(row::rewrite(expr, &mut self.copied))?;
        flow(quantified::rewrite(expr, &mut self.copied))?;
        searched::rewrite(expr);
        ControlFlow::Continue(())
    }
}

/// The expression without parentheses around it.
fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => bare(inner),
        other => other,
    }
}

/// What was there, without parentheses around it, while something else takes its place.
fn take(expr: &mut Expr) -> Expr {
    match std::mem::replace(expr, Expr::Tuple(Vec::new())) {
        Expr::Nested(mut inner) => take(&mut inner),
        other => other,
    }
}
