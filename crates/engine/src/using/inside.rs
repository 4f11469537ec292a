use std::{collections::HashSet, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{Expr, Query, VisitMut, VisitorMut};

use super::{Result, Sides, of_query};
use crate::{
    columns::{Field, Scope},
    error::EngineError,
    grouping::no_column,
    visit::{broken, flow},
};

/// The expressions of one SELECT: keys become what they stand for, and queries in them are rewritten by themselves.
pub(super) struct Inside<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) sides: &'a Sides,
    pub(super) keys: &'a [Field],
    pub(super) hidden: &'a HashSet<(String, String)>,
    /// In how many queries within this one.
    pub(super) depth: usize,
}

impl Inside<'_> {
    pub(super) fn walk<V: VisitMut>(&mut self, part: &mut V) -> Result<()> {
        broken(part.visit(self))
    }
}

impl VisitorMut for Inside<'_> {
    type Break = EngineError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<EngineError> {
        let rewritten = if self.depth == 0 { of_query(query, self.scope, self.sides) } else { Ok(()) };
        self.depth += 1;
        flow(rewritten)
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<EngineError> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    // Afterwards, so that it does not look into what it put there.
    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<EngineError> {
        if self.depth > 0 {
            return ControlFlow::Continue(());
        }
        match expr {
            Expr::Identifier(name) => {
                if let Some(key) = self.keys.iter().find(|key| key.name == name.value) {
                    match self.sides.copied(&key.value) {
                        Ok(value) => *expr = value,
                        Err(error) => return ControlFlow::Break(error),
                    }
                }
            }
            Expr::CompoundIdentifier(parts) => {
                if let [relation, name] = parts.as_slice()
                    && self.hidden.contains(&(relation.value.clone(), name.value.clone()))
                    && relation.span.start.line > 0
                {
                    let written = format!("{}.{}", relation.value, name.value);
                    return ControlFlow::Break(no_column(relation, &written));
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
