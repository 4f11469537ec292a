//! What a statement calls for where it runs: its catalog, its schema, and who runs it.

use std::{convert::Infallible, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{Expr, Ident, Query, VisitMut, VisitorMut};
use trino::made;

use crate::lake::CATALOG;

/// Who runs statements here: nobody has to say who they are.
const USER: &str = "local";

/// Puts the texts in the places of the words. In quotes, a word is a column's name.
pub(crate) fn rewrite(query: &mut Query, database: &str) {
    let ControlFlow::Continue(()) = VisitMut::visit(query, &mut Rewrite { database });
}

struct Rewrite<'a> {
    database: &'a str,
}

impl VisitorMut for Rewrite<'_> {
    type Break = Infallible;

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Infallible> {
        if let Expr::Identifier(Ident { value, quote_style: None, .. }) = expr {
            let text = match value.as_str() {
                "current_catalog" => CATALOG,
                "current_schema" => self.database,
                "current_user" => USER,
                _ => return ControlFlow::Continue(()),
            };
            *expr = made::text(text);
        }
        ControlFlow::Continue(())
    }
}
