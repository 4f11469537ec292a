//! `"$path"`: the object of which a row comes. A table has the column only where a statement names it.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, Query, Select, SelectItem, VisitMut, VisitorMut};

use crate::error::EngineError;

/// The column's name.
pub(crate) const PATH: &str = "$path";

/// Whether the statement names the column. Beside `*`, which has to leave it out, it is refused.
pub(crate) fn is_named(query: &mut Query) -> Result<bool, EngineError> {
    let mut found = Found::default();
    let ControlFlow::Continue(()) = VisitMut::visit(query, &mut found);
    if found.path && found.wildcard {
        return Err(EngineError::unsupported("\"$path\" in a statement with * (name the columns)"));
    }
    Ok(found.path)
}

#[derive(Default)]
struct Found {
    path: bool,
    wildcard: bool,
}

impl VisitorMut for Found {
    type Break = std::convert::Infallible;

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<Self::Break> {
        let mut items = select.projection.iter();
        self.wildcard |=
            items.any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        let name = match expr {
            Expr::Identifier(name) => Some(&*name),
            Expr::CompoundIdentifier(parts) => parts.last(),
            _ => None,
        };
        self.path |= name.is_some_and(|name| name.value == PATH);
        ControlFlow::Continue(())
    }
}
