//! The names of the columns that relations and queries have, as far as names tell.

use std::collections::HashMap;

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectName, ObjectNamePart, Query, Select, SelectItem,
    SelectItemQualifiedWildcardKind as Wildcard, SetExpr, TableAlias, TableFactor, TableWithJoins,
};

/// The columns of the tables that a statement names.
pub(crate) type Tables = HashMap<String, Vec<String>>;

/// The names in their order. `None`: they are not known.
pub(crate) type Names = Option<Vec<String>>;

/// What names stand for in one place of the statement.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'t> {
    tables: &'t Tables,
    /// The WITH queries, of the queries around this one too.
    queries: HashMap<String, Names>,
}

/// A column that can be named.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// The relation's name or alias.
    pub(crate) relation: Option<String>,
    pub(crate) name: String,
    /// What stands for it. For a key of USING that is no column.
    pub(crate) value: Expr,
    /// Whether it is a key of USING, which belongs to no relation.
    pub(crate) is_key: bool,
}

impl<'t> Scope<'t> {
    pub(crate) fn new(tables: &'t Tables) -> Self {
        Self { tables, queries: HashMap::new() }
    }

    /// Adds a WITH query, which hides what had the name.
    pub(crate) fn add(&mut self, alias: &TableAlias, query: &Query) {
        let names = renamed(of_query(query, self), Some(alias));
        self.queries.insert(alias.name.value.clone(), names);
    }

    fn table(&self, name: &ObjectName) -> Names {
        let parts: Vec<&str> =
            name.0.iter().filter_map(ObjectNamePart::as_ident).map(|part| part.value.as_str()).collect();
        let last = *parts.last()?;
        match self.queries.get(last).filter(|_| parts.len() == 1) {
            Some(names) => names.clone(),
            None => self.tables.get(last).cloned(),
        }
    }
}

/// The columns of a query's result.
pub(crate) fn of_query(query: &Query, outer: &Scope<'_>) -> Names {
    let mut scope = outer.clone();
    for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
        scope.add(&cte.alias, &cte.query);
    }
    of_body(&query.body, &scope)
}

fn of_body(body: &SetExpr, scope: &Scope<'_>) -> Names {
    match body {
        SetExpr::Select(select) => of_select(select, scope),
        SetExpr::Query(query) => of_query(query, scope),
        SetExpr::SetOperation { left, .. } => of_body(left, scope),
        SetExpr::Values(values) => {
            let columns = values.rows.first().map_or(0, |row| row.content.len());
            Some((1..=columns).map(|number| format!("column{number}")).collect())
        }
        _ => None,
    }
}

/// The columns of a SELECT's result.
pub(crate) fn of_select(select: &Select, scope: &Scope<'_>) -> Names {
    let mut names = Vec::new();
    for item in &select.projection {
        match item {
            SelectItem::ExprWithAlias { alias, .. } => names.push(alias.value.clone()),
            SelectItem::UnnamedExpr(Expr::Identifier(name)) => names.push(name.value.clone()),
            SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
                names.push(parts.last()?.value.clone());
            }
            SelectItem::Wildcard(_) => names.extend(all(select, scope)?.into_iter().map(|field| field.name)),
            SelectItem::QualifiedWildcard(..) => {
                let relation = wildcard_of(item)?;
                let fields = all(select, scope)?.into_iter();
                let own = fields.filter(|field| field.relation.as_deref() == Some(relation));
                names.extend(own.map(|field| field.name));
            }
            SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAliases { .. } => return None,
        }
    }
    Some(names)
}

/// The relation of `relation.*`.
pub(crate) fn wildcard_of(item: &SelectItem) -> Option<&str> {
    let SelectItem::QualifiedWildcard(Wildcard::ObjectName(name), _) = item else { return None };
    name.0.last()?.as_ident().map(|name| name.value.as_str())
}

/// All columns that the SELECT can name, in the order of `*`. There is no USING in its FROM clause.
pub(crate) fn all(select: &Select, scope: &Scope<'_>) -> Option<Vec<Field>> {
    let elements: Option<Vec<Vec<Field>>> =
        select.from.iter().map(|element| of_element(element, scope)).collect();
    Some(elements?.into_iter().flatten().collect())
}

fn of_element(element: &TableWithJoins, scope: &Scope<'_>) -> Option<Vec<Field>> {
    let mut fields = of_factor(&element.relation, scope)?;
    for join in &element.joins {
        fields.extend(of_factor(&join.relation, scope)?);
    }
    Some(fields)
}

/// The columns of one relation, without USING in it.
pub(crate) fn of_factor(factor: &TableFactor, scope: &Scope<'_>) -> Option<Vec<Field>> {
    match factor {
        TableFactor::Table { name, alias, .. } => {
            let own = name.0.last()?.as_ident()?;
            let relation = alias.as_ref().map_or(own, |alias| &alias.name);
            let names = renamed(scope.table(name), alias.as_ref())?;
            Some(fields(names, Some(relation)))
        }
        TableFactor::Derived { subquery, alias, .. } => {
            let names = renamed(of_query(subquery, scope), alias.as_ref())?;
            Some(fields(names, alias.as_ref().map(|alias| &alias.name)))
        }
        TableFactor::UNNEST { alias: Some(alias), .. } => {
            Some(fields(renamed(None, Some(alias))?, Some(&alias.name)))
        }
        TableFactor::NestedJoin { table_with_joins, alias: None } => of_element(table_with_joins, scope),
        _ => None,
    }
}

fn renamed(names: Names, alias: Option<&TableAlias>) -> Names {
    match alias {
        Some(alias) if !alias.columns.is_empty() => {
            Some(alias.columns.iter().map(|column| column.name.value.clone()).collect())
        }
        _ => names,
    }
}

fn fields(names: Vec<String>, relation: Option<&Ident>) -> Vec<Field> {
    let field = |name: String| {
        let column = Ident::with_quote('"', name.clone());
        let value = match relation {
            Some(relation) => {
                Expr::CompoundIdentifier(vec![Ident::with_quote('"', relation.value.clone()), column])
            }
            None => Expr::Identifier(column),
        };
        Field { relation: relation.map(|relation| relation.value.clone()), name, value, is_key: false }
    };
    names.into_iter().map(field).collect()
}
