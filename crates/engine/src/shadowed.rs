//! Relations that have the name of a column.
//!
//! In a query within another one, `f.id` is the column of the relation `f` around it, in Athena also where the inner query has
//! a column `f`. DataFusion takes it for a field of that column. So such relations get a name that no column has.

use std::{collections::HashSet, convert::Infallible, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectNamePart, Query, Select, SelectItem, SelectItemQualifiedWildcardKind as Wildcard,
    SetExpr, TableAlias, TableFactor, TableWithJoins, VisitMut, VisitorMut,
};

use crate::{check::holds_query, columns::Tables};

/// How the new names end; no name of Athena does.
pub(crate) const RENAMED: &str = "?relation";

/// Renames relations of a statement with queries within each other. `tables` are those that it names.
pub(crate) fn rename(query: &mut Query, tables: &Tables) {
    if !holds_query(&*query) {
        return;
    }
    let columns: HashSet<&str> = tables.values().flatten().map(String::as_str).collect();
    let ControlFlow::Continue(()) = VisitMut::visit(query, &mut Rename { columns, scopes: Vec::new() });
}

struct Rename<'t> {
    columns: HashSet<&'t str>,
    /// The relations that are renamed, of each query around.
    scopes: Vec<HashSet<String>>,
}

impl Rename<'_> {
    fn is_renamed(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.contains(name))
    }

    fn rename(&self, name: &mut Ident) {
        if self.is_renamed(&name.value) {
            name.value.push_str(RENAMED);
            name.quote_style = Some('"');
        }
    }

    /// The names of relations that are columns' as well.
    fn collect(&self, body: &SetExpr, scope: &mut HashSet<String>) {
        match body {
            SetExpr::Select(select) => {
                select.from.iter().for_each(|element| self.collect_element(element, scope));
            }
            SetExpr::SetOperation { left, right, .. } => {
                self.collect(left, scope);
                self.collect(right, scope);
            }
            _ => {}
        }
    }

    fn collect_element(&self, element: &TableWithJoins, scope: &mut HashSet<String>) {
        let joined = element.joins.iter().map(|join| &join.relation);
        for factor in std::iter::once(&element.relation).chain(joined) {
            if let TableFactor::NestedJoin { table_with_joins, .. } = factor {
                self.collect_element(table_with_joins, scope);
            }
            scope.extend(name_of(factor).filter(|name| self.columns.contains(name)).map(str::to_owned));
        }
    }

    fn rename_wildcards(&self, body: &mut SetExpr) {
        match body {
            SetExpr::Select(select) => {
                let Select { projection, .. } = &mut **select;
                for item in projection {
                    if let SelectItem::QualifiedWildcard(Wildcard::ObjectName(name), _) = item
                        && let [ObjectNamePart::Identifier(name)] = name.0.as_mut_slice()
                    {
                        self.rename(name);
                    }
                }
            }
            SetExpr::SetOperation { left, right, .. } => {
                self.rename_wildcards(left);
                self.rename_wildcards(right);
            }
            _ => {}
        }
    }
}

/// The name of a relation of a FROM clause.
fn name_of(factor: &TableFactor) -> Option<&str> {
    match factor {
        TableFactor::Table { alias: Some(alias), .. }
        | TableFactor::Derived { alias: Some(alias), .. }
        | TableFactor::UNNEST { alias: Some(alias), .. } => Some(&alias.name.value),
        TableFactor::Table { name, alias: None, .. } => match name.0.as_slice() {
            [ObjectNamePart::Identifier(name)] => Some(&name.value),
            _ => None,
        },
        _ => None,
    }
}

impl VisitorMut for Rename<'_> {
    type Break = Infallible;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Infallible> {
        let mut scope = HashSet::new();
        self.collect(&query.body, &mut scope);
        self.scopes.push(scope);
        self.rename_wildcards(&mut query.body);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<Infallible> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Infallible> {
        match factor {
            TableFactor::Table { alias: Some(alias), .. }
            | TableFactor::Derived { alias: Some(alias), .. }
            | TableFactor::UNNEST { alias: Some(alias), .. } => {
                self.rename(&mut alias.name);
            }
            TableFactor::Table { name, alias: alias @ None, .. } => {
                if let [ObjectNamePart::Identifier(name)] = name.0.as_slice()
                    && self.is_renamed(&name.value)
                {
                    let mut name = name.clone();
                    self.rename(&mut name);
                    *alias = Some(TableAlias { explicit: true, name, columns: Vec::new(), at: None });
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Infallible> {
        if let Expr::CompoundIdentifier(parts) = expr
            && let Some(first) = parts.first_mut()
        {
            self.rename(first);
        }
        ControlFlow::Continue(())
    }
}
