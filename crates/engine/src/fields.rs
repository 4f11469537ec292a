//! The name of a column that is a field of a row: the field's, as in Athena.
//!
//! `SELECT address.city FROM t` gives a column `city`. DataFusion calls it `lake.t.address[city]`, which no query around can
//! name. Which parts of a dotted name are a relation's is seen from the FROM clause; what follows the column is a field.

use std::{convert::Infallible, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectNamePart, OrderBy, OrderByKind, Query, Select, SelectItem, SetExpr, TableAlias,
    TableFactor, TableWithJoins, Value, VisitMut, VisitorMut,
};

use crate::{lake::CATALOG, system::INFORMATION_SCHEMA};

/// Names such columns, also of the queries within this one.
pub(crate) fn name(query: &mut Query, database: &str) {
    let ControlFlow::Continue(()) = VisitMut::visit(query, &mut Name { database });
}

struct Name<'d> {
    database: &'d str,
}

impl VisitorMut for Name<'_> {
    type Break = Infallible;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Infallible> {
        let (SetExpr::Select(select), Some(OrderBy { kind: OrderByKind::Expressions(terms), .. })) =
            (&*query.body, &mut query.order_by)
        else {
            return ControlFlow::Continue(());
        };
        let relations = Relations::of(select);
        // The planner finds the column by its expression only while that is the column's name.
        for term in terms {
            let place = select.projection.iter().position(|item| match item {
                SelectItem::UnnamedExpr(expr) => {
                    *expr == term.expr && relations.field(expr, self.database).is_some()
                }
                _ => false,
            });
            if let Some(place) = place.filter(|place| is_counted(select, *place)) {
                term.expr = Expr::Value(Value::Number((place + 1).to_string(), false).with_empty_span());
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<Infallible> {
        let relations = Relations::of(select);
        for item in &mut select.projection {
            let SelectItem::UnnamedExpr(expr) = item else { continue };
            let Some(alias) = relations.field(expr, self.database).cloned() else { continue };
            let expr = std::mem::replace(expr, Expr::Tuple(Vec::new()));
            *item = SelectItem::ExprWithAlias { expr, alias };
        }
        ControlFlow::Continue(())
    }
}

/// Whether the item at this place is the result's column at this place: no star stands before it.
fn is_counted(select: &Select, place: usize) -> bool {
    select
        .projection
        .iter()
        .take(place)
        .all(|item| !matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)))
}

/// What a FROM clause names.
#[derive(Default)]
struct Relations {
    /// By another name than a table's own.
    aliases: Vec<String>,
    /// By its own name, which may have the database and the catalog before it.
    tables: Vec<String>,
}

impl Relations {
    fn of(select: &Select) -> Self {
        let mut relations = Self::default();
        select.from.iter().for_each(|element| relations.collect(element));
        relations
    }

    fn collect(&mut self, TableWithJoins { relation, joins }: &TableWithJoins) {
        for factor in std::iter::once(relation).chain(joins.iter().map(|join| &join.relation)) {
            match factor {
                TableFactor::Table { alias: Some(TableAlias { name, .. }), .. }
                | TableFactor::Derived { alias: Some(TableAlias { name, .. }), .. }
                | TableFactor::UNNEST { alias: Some(TableAlias { name, .. }), .. }
                | TableFactor::NestedJoin { alias: Some(TableAlias { name, .. }), .. } => {
                    self.aliases.push(name.value.clone());
                }
                TableFactor::Table { name, alias: None, .. } => {
                    let name = name.0.last().and_then(ObjectNamePart::as_ident);
                    self.tables.extend(name.map(|name| name.value.clone()));
                }
                TableFactor::NestedJoin { table_with_joins, alias: None } => self.collect(table_with_joins),
                _ => {}
            }
        }
    }

    /// The field that the expression is, if it is one: `b` of `a.b` and of `t.a.b`.
    fn field<'e>(&self, expr: &'e Expr, database: &str) -> Option<&'e Ident> {
        let Expr::CompoundIdentifier(parts) = expr else { return None };
        // The column has one part more than what is before it.
        if parts.len() > self.qualifier(parts, database) + 1 { parts.last() } else { None }
    }

    /// How many parts are a relation's name. Of a relation of a query around, none: its column keeps its name as well.
    fn qualifier(&self, parts: &[Ident], database: &str) -> usize {
        let parts: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
        let is_table = |name: &str| self.tables.iter().any(|table| table == name);
        let is_schema = |name: &str| name == database || name == INFORMATION_SCHEMA;
        match parts.as_slice() {
            [catalog, schema, table, _, ..]
                if *catalog == CATALOG && is_schema(schema) && is_table(table) =>
            {
                3
            }
            [schema, table, _, ..] if is_schema(schema) && is_table(table) => 2,
            [name, ..] if is_table(name) || self.aliases.iter().any(|alias| alias == name) => 1,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use trino::{LOCAL, tokenize};

    use super::*;

    #[test]
    fn a_field_gives_its_name_and_a_column_keeps_its_own() {
        for (sql, expected) in [
            ("SELECT st.a FROM wide", "SELECT st.a AS a FROM wide"),
            ("SELECT st.a.b FROM wide", "SELECT st.a.b AS b FROM wide"),
            ("SELECT wide.st.a FROM wide", "SELECT wide.st.a AS a FROM wide"),
            ("SELECT lake.wide.st.a FROM wide", "SELECT lake.wide.st.a AS a FROM wide"),
            (
                "SELECT awsdatacatalog.lake.wide.st.a FROM lake.wide",
                "SELECT awsdatacatalog.lake.wide.st.a AS a FROM lake.wide",
            ),
            ("SELECT w.st.a, w.n FROM wide AS w", "SELECT w.st.a AS a, w.n FROM wide AS w"),
            ("SELECT wide.n FROM wide", "SELECT wide.n FROM wide"),
            ("SELECT lake.wide.n FROM wide", "SELECT lake.wide.n FROM wide"),
            ("SELECT awsdatacatalog.lake.wide.n FROM wide", "SELECT awsdatacatalog.lake.wide.n FROM wide"),
            // The alias hides the table's own name.
            ("SELECT wide.a FROM t AS w", "SELECT wide.a AS a FROM t AS w"),
            (
                "SELECT x.a FROM (s CROSS JOIN (SELECT 1) AS x)",
                "SELECT x.a FROM (s CROSS JOIN (SELECT 1) AS x)",
            ),
            (
                "SELECT x.a, y.b FROM s JOIN t AS x ON true, u",
                "SELECT x.a, y.b AS b FROM s JOIN t AS x ON true, u",
            ),
            (
                "SELECT a FROM (SELECT st.a FROM wide) WHERE a = 1",
                "SELECT a FROM (SELECT st.a AS a FROM wide) WHERE a = 1",
            ),
            (
                "SELECT st.a FROM wide UNION SELECT s.b FROM t",
                "SELECT st.a AS a FROM wide UNION SELECT s.b AS b FROM t",
            ),
            ("SELECT st.a AS x, n FROM wide", "SELECT st.a AS x, n FROM wide"),
            (
                "SELECT DISTINCT n, st.a FROM wide ORDER BY st.a, n",
                "SELECT DISTINCT n, st.a AS a FROM wide ORDER BY 2, n",
            ),
            ("SELECT *, st.a FROM wide ORDER BY st.a", "SELECT *, st.a AS a FROM wide ORDER BY st.a"),
            ("SELECT wide.n FROM wide ORDER BY wide.n", "SELECT wide.n FROM wide ORDER BY wide.n"),
        ] {
            let tokens = tokenize(sql).unwrap();
            let named = trino::query(tokens, &LOCAL, |mut query| {
                name(&mut query, "lake");
                query.to_string()
            });
            assert_eq!(named.unwrap(), expected, "{sql}");
        }
    }
}
