//! Views: the query of each takes the place of its name.
//!
//! Within a view, names mean what they mean by themselves: its tables are named in full, so that no WITH of the statement
//! around takes their place.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Ident, ObjectName, ObjectNamePart, Query, TableAlias, TableFactor, VisitMut, VisitorMut,
};

use crate::{
    error::EngineError,
    lake::CATALOG,
    nesting, reading,
    visit::{broken, flow},
};

/// How many views may be put into a statement, each as often as it is named. Views of views double it.
const MOST: usize = 100;

/// How deep views may be within each other: a query of more levels nests deeper than any may (`nesting`), and this descends
/// on the stack.
const DEEPEST: usize = 6;

/// The SQL of a view of the database, if there is one of the name.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Puts the queries of views in the places of their names. Answers whether there were any. `made` is the view that the query is
/// to become, if it is: none may name it.
pub(crate) fn expand(
    query: &mut Query,
    database: &str,
    made: Option<&str>,
    views: Lookup<'_>,
) -> Result<bool, EngineError> {
    let mut expanded = 0;
    let mut expand = Expand { database, views, made, named: Vec::new(), open: &[], expanded: &mut expanded };
    expand.query(query)?;
    Ok(expanded > 0)
}

struct Expand<'a> {
    database: &'a str,
    views: Lookup<'a>,
    made: Option<&'a str>,
    /// The names of the WITH queries around.
    named: Vec<String>,
    /// The views around, outermost first.
    open: &'a [String],
    expanded: &'a mut usize,
}

impl Expand<'_> {
    fn query(&mut self, query: &mut Query) -> Result<(), EngineError> {
        let outside = self.named.len();
        // A WITH query sees those before it, and not itself.
        let mut with = query.with.take();
        for cte in with.iter_mut().flat_map(|with| &mut with.cte_tables) {
            self.query(&mut cte.query)?;
            self.named.push(cte.alias.name.value.clone());
        }
        let flow = VisitMut::visit(query, &mut Rest { expand: self, depth: 0 });
        query.with = with;
        self.named.truncate(outside);
        broken(flow)
    }

    fn factor(&mut self, factor: &mut TableFactor) -> Result<(), EngineError> {
        let TableFactor::Table { name, alias, args: None, .. } = factor else { return Ok(()) };
        let parts: Option<Vec<Ident>> = name.0.iter().map(|part| part.as_ident().cloned()).collect();
        let Some(parts) = parts else { return Ok(()) };
        let values: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
        let table = match values[..] {
            [table] if self.named.iter().any(|named| named == table) => return Ok(()),
            [table] => table,
            [schema, table] if schema == self.database => table,
            [catalog, schema, table] if catalog == CATALOG && schema == self.database => table,
            _ => return Ok(()),
        };
        let own = Ident::with_quote('"', table);
        let own = TableAlias { explicit: true, name: own, columns: Vec::new(), at: None };
        let Some(sql) = (self.views)(table) else {
            if let ([table], false) = (&parts[..], self.open.is_empty()) {
                let schema = Ident::with_quote('"', self.database);
                *name = ObjectName(vec![
                    ObjectNamePart::Identifier(schema),
                    ObjectNamePart::Identifier(table.clone()),
                ]);
                alias.get_or_insert(own);
            }
            return Ok(());
        };
        let subquery = self.view(table, &sql)?;
        let alias = Some(alias.take().unwrap_or(own));
        *factor = TableFactor::Derived { lateral: false, subquery, alias, sample: None };
        Ok(())
    }

    fn view(&mut self, name: &str, sql: &str) -> Result<Box<Query>, EngineError> {
        // In the words of Trino's `StatementAnalyzer`.
        let recursive = |message: &str| EngineError::failed("VIEW_IS_RECURSIVE", message);
        if self.made == Some(name) {
            return Err(recursive("Statement would create a recursive view"));
        }
        if self.open.iter().any(|open| open == name) {
            return Err(recursive("View is recursive"));
        }
        *self.expanded += 1;
        if *self.expanded > MOST || self.open.len() == DEEPEST {
            return Err(EngineError::unsupported(format!(
                "a query of more than {MOST} views, or of views more than {DEEPEST} deep,"
            )));
        }
        let mut query = reading::view(sql, self.database).map_err(|error| match error {
            EngineError::Rejected { reason } => {
                EngineError::failed("INVALID_VIEW", format!("View '{name}' cannot be read: {reason}"))
            }
            other => other,
        })?;
        let mut open = self.open.to_vec();
        open.push(name.to_owned());
        let Self { database, views, made, .. } = *self;
        let mut within =
            Expand { database, views, made, named: Vec::new(), open: &open, expanded: self.expanded };
        within.query(&mut query)?;
        // Before it becomes a part of another one: what is too deep is not made deeper. Of a copy, since the parentheses
        // that were put in meanwhile stay.
        nesting::bound(&mut query.clone())?;
        Ok(query)
    }
}

/// What of a query is not in its WITH.
struct Rest<'e, 'a> {
    expand: &'e mut Expand<'a>,
    /// 1 within the query itself.
    depth: usize,
}

impl VisitorMut for Rest<'_, '_> {
    type Break = EngineError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<EngineError> {
        self.depth += 1;
        // What is deeper is done with it.
        if self.depth == 2 { flow(self.expand.query(query)) } else { ControlFlow::Continue(()) }
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<EngineError> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<EngineError> {
        if self.depth == 1 { flow(self.expand.factor(factor)) } else { ControlFlow::Continue(()) }
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::Prepared;

    fn views(name: &str) -> Option<String> {
        let sql = match name {
            "v" => "SELECT id, name FROM t ORDER BY t.id",
            "w" => "WITH v AS (SELECT * FROM v) SELECT id FROM v -- the end",
            "x" => "SELECT * FROM y",
            "y" => "SELECT * FROM x",
            "broken" => "SELECT FROM",
            "d0" => "SELECT * FROM t",
            "d1" => "SELECT a.id FROM d0 a, d0 b",
            "d2" => "SELECT a.id FROM d1 a, d1 b",
            "d3" => "SELECT a.id FROM d2 a, d2 b",
            "d4" => "SELECT a.id FROM d3 a, d3 b",
            "d5" => "SELECT a.id FROM d4 a, d4 b",
            "d6" => "SELECT a.id FROM d5 a, d5 b",
            _ => return None,
        };
        Some(sql.to_owned())
    }

    fn expanded(sql: &str) -> Result<String, String> {
        let prepared = Prepared::new(sql, &[], "lake").and_then(|prepared| prepared.with_views(&views));
        prepared.map(|prepared| prepared.query.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_views_query_takes_the_place_of_its_name() {
        let v = "(SELECT id, name FROM \"lake\".t AS \"t\" ORDER BY t.id)";
        for (sql, expected) in [
            ("SELECT * FROM t", "SELECT * FROM t".to_owned()),
            ("SELECT * FROM v", format!("SELECT * FROM {v} AS \"v\"")),
            ("SELECT * FROM lake.v AS a", format!("SELECT * FROM {v} AS a")),
            ("SELECT * FROM awsdatacatalog.lake.v", format!("SELECT * FROM {v} AS \"v\"")),
            ("SELECT * FROM other.v", "SELECT * FROM other.v".to_owned()),
            (
                "WITH v AS (SELECT 1 AS id) SELECT * FROM v",
                "WITH v AS (SELECT 1 AS id) SELECT * FROM v".to_owned(),
            ),
            (
                "WITH v AS (SELECT * FROM v) SELECT * FROM v",
                format!("WITH v AS (SELECT * FROM {v} AS \"v\") SELECT * FROM v"),
            ),
            (
                "SELECT id FROM t WHERE id IN (SELECT id FROM v)",
                format!("SELECT id FROM t WHERE id IN (SELECT id FROM {v} AS \"v\")"),
            ),
            // A table of the view is not the WITH of the statement.
            (
                "WITH t AS (SELECT 1 AS id) SELECT * FROM v, t",
                format!("WITH t AS (SELECT 1 AS id) SELECT * FROM {v} AS \"v\", t"),
            ),
            (
                "SELECT * FROM w",
                format!("SELECT * FROM (WITH v AS (SELECT * FROM {v} AS \"v\") SELECT id FROM v) AS \"w\""),
            ),
        ] {
            assert_eq!(expanded(sql).unwrap(), expected, "{sql}");
        }
    }

    #[test]
    fn views_end() {
        for (sql, expected) in [
            ("SELECT * FROM x", "VIEW_IS_RECURSIVE: View is recursive"),
            ("SELECT * FROM broken", "INVALID_VIEW: View 'broken' cannot be read: "),
            ("SELECT * FROM d6", "NOT_SUPPORTED: a query of more than 100 views"),
        ] {
            let error = expanded(sql).unwrap_err();
            assert!(error.starts_with(expected), "{sql}: {error}");
        }
        assert!(expanded("SELECT * FROM d2").is_ok());
    }

    #[test]
    fn a_view_is_not_made_of_itself() {
        let made = |name: &str, sql: &str| {
            let prepared =
                Prepared::new(sql, &[], "lake").and_then(|prepared| prepared.of_view(name, &views));
            prepared.map(drop).map_err(|error| error.to_string())
        };
        let refused = Err("VIEW_IS_RECURSIVE: Statement would create a recursive view".to_owned());
        for (name, sql, expected) in [
            ("v", "SELECT * FROM t", Ok(())),
            ("v", "SELECT * FROM d1", Ok(())),
            ("v", "SELECT * FROM v", refused.clone()),
            ("v", "SELECT * FROM lake.v", refused.clone()),
            ("v", "SELECT 1 AS n FROM t WHERE id IN (SELECT id FROM v)", refused.clone()),
            // By way of another one, w, and of others.
            ("v", "SELECT * FROM w", refused.clone()),
            ("d0", "SELECT a.id FROM t a, d3 b", refused),
            // Another database's, and a WITH of the name.
            ("v", "SELECT * FROM other.v", Ok(())),
            ("v", "WITH v AS (SELECT 1 AS id) SELECT * FROM v", Ok(())),
        ] {
            assert_eq!(made(name, sql), expected, "{name}: {sql}");
        }
    }
}
