//! A name for each query in a FROM clause that has none.
//!
//! DataFusion's optimizer takes two consecutive projections for one if their expressions are written alike, so that
//! `SELECT c + 1 AS c FROM (SELECT c + 1 AS c FROM ...)` added 1 once (mended after 55.2 by apache/datafusion#24686).
//! Between projections with names of their own it does not.

use std::{convert::Infallible, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{Ident, Query, TableAlias, TableFactor, VisitMut, VisitorMut};

/// How the names begin; no name of Athena does.
const UNNAMED: &str = "?derived";

/// Names what has no name.
pub(crate) fn name(query: &mut Query) {
    let ControlFlow::Continue(()) = VisitMut::visit(query, &mut Name(0));
}

struct Name(usize);

impl VisitorMut for Name {
    type Break = Infallible;

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Infallible> {
        if let TableFactor::Derived { alias: alias @ None, .. } = factor {
            let name = Ident::with_quote('"', format!("{UNNAMED}{}", self.0));
            self.0 += 1;
            *alias = Some(TableAlias { explicit: true, name, columns: Vec::new(), at: None });
        }
        ControlFlow::Continue(())
    }
}
