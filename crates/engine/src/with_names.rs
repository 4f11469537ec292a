//! The names of WITH queries, each of which only one query of a statement has from here on.
//!
//! In Athena a WITH clause hides a table and a WITH query around it that have its query's name (Trino's
//! `StatementAnalyzer.analyzeWith`). DataFusion 55.2 refuses the second one of a name, and looks for a table by its whole name, with
//! its dots: it took `lake.t` for a WITH query `"lake.t"`. So a query of a name that is taken, or that has a dot, gets another name.

use std::{collections::HashSet, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{
    Ident, ObjectName, ObjectNamePart, Query, TableAlias, TableFactor, VisitMut, VisitorMut,
};

use crate::{
    error::EngineError,
    visit::{broken, flow},
};

/// How the new names go on behind the old one; no name of Athena does.
const RENAMED: &str = "?with";

/// Gives every WITH query a name of its own. What refers to one keeps its name as an alias.
pub(crate) fn rename(query: &mut Query) -> Result<(), EngineError> {
    let mut rename = Rename { taken: HashSet::new(), visible: Vec::new() };
    rename.query(query)
}

struct Rename {
    /// The names of all WITH queries so far.
    taken: HashSet<String>,
    /// The WITH queries that can be named: as they were written and as they are called, innermost last.
    visible: Vec<(String, String)>,
}

impl Rename {
    fn query(&mut self, query: &mut Query) -> Result<(), EngineError> {
        let outside = self.visible.len();
        let mut with = query.with.take();
        let mut own = HashSet::new();
        for cte in with.iter_mut().flat_map(|with| &mut with.cte_tables) {
            // It sees those before it, and not itself.
            self.query(&mut cte.query)?;
            let name = &mut cte.alias.name;
            let written = name.value.clone();
            if !own.insert(written.clone()) {
                let message = format!("WITH query name '{written}' specified more than once");
                return Err(EngineError::failed("DUPLICATE_NAMED_QUERY", message));
            }
            if written.contains('.') || !self.taken.insert(written.clone()) {
                *name = Ident::with_quote('"', self.free(&written));
            }
            self.visible.push((written, name.value.clone()));
        }
        let visited = VisitMut::visit(query, &mut Rest { rename: self, depth: 0 });
        query.with = with;
        self.visible.truncate(outside);
        broken(visited)
    }

    /// A name that no query has.
    fn free(&mut self, written: &str) -> String {
        let base = written.replace('.', "_");
        let mut number = self.taken.len();
        loop {
            let name = format!("{base}{RENAMED}{number}");
            if self.taken.insert(name.clone()) {
                return name;
            }
            number += 1;
        }
    }

    fn factor(&self, factor: &mut TableFactor) {
        let TableFactor::Table { name, alias, args: None, .. } = factor else { return };
        let [ObjectNamePart::Identifier(only)] = name.0.as_slice() else { return };
        let found = self.visible.iter().rev().find(|(written, _)| *written == only.value);
        let Some((written, called)) = found.filter(|(written, called)| written != called) else { return };
        let own = Ident::with_quote('"', written.clone());
        alias.get_or_insert(TableAlias { explicit: true, name: own, columns: Vec::new(), at: None });
        let called = Ident { value: called.clone(), quote_style: Some('"'), span: only.span };
        *name = ObjectName(vec![ObjectNamePart::Identifier(called)]);
    }
}

/// What of a query is not in its WITH.
struct Rest<'r> {
    rename: &'r mut Rename,
    /// 1 within the query itself.
    depth: usize,
}

impl VisitorMut for Rest<'_> {
    type Break = EngineError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<EngineError> {
        self.depth += 1;
        if self.depth != 2 {
            return ControlFlow::Continue(());
        }
        // What is deeper is done with it.
        flow(self.rename.query(query))
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<EngineError> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<EngineError> {
        if self.depth == 1 {
            self.rename.factor(factor);
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::Prepared;

    fn renamed(sql: &str) -> Result<String, String> {
        let prepared = Prepared::new(sql, &[], "lake");
        prepared.map(|prepared| prepared.query.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn names_that_are_taken_are_others() {
        for (sql, expected) in [
            ("WITH t AS (SELECT 1 AS a) SELECT a FROM t", "WITH t AS (SELECT 1 AS a) SELECT a FROM t"),
            (
                "WITH t AS (SELECT 1 AS a) SELECT q.a FROM (WITH t AS (SELECT a FROM t) SELECT a FROM t) AS q, t",
                "WITH t AS (SELECT 1 AS a) SELECT q.a FROM (WITH \"t?with1\" AS (SELECT a FROM t) SELECT a FROM \"t?with1\" \
                 AS \"t\") AS q, t",
            ),
            (
                "WITH u AS (WITH t AS (SELECT 1 AS a) SELECT a FROM t AS x), t AS (SELECT 2 AS a) SELECT a FROM u, t AS y",
                "WITH u AS (WITH t AS (SELECT 1 AS a) SELECT a FROM t AS x), \"t?with2\" AS (SELECT 2 AS a) SELECT a FROM u, \
                 \"t?with2\" AS y",
            ),
            (
                "WITH \"lake.t\" AS (SELECT 1 AS a) SELECT \"lake.t\".a FROM lake.t, \"lake.t\"",
                "WITH \"lake_t?with0\" AS (SELECT 1 AS a) SELECT \"lake.t\".a FROM lake.t, \"lake_t?with0\" AS \"lake.t\"",
            ),
        ] {
            assert_eq!(renamed(sql).as_deref(), Ok(expected), "{sql}");
        }
    }

    #[test]
    fn one_clause_has_a_name_once() {
        for sql in [
            "WITH t AS (SELECT 1 AS a), t AS (SELECT 2 AS a) SELECT a FROM t",
            "SELECT 1 FROM u WHERE EXISTS (WITH t AS (SELECT 1), T AS (SELECT 2) SELECT 1 FROM t)",
        ] {
            let expected = "DUPLICATE_NAMED_QUERY: WITH query name 't' specified more than once";
            assert_eq!(renamed(sql), Err(expected.to_owned()), "{sql}");
        }
    }
}
