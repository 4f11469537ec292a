//! How large a query becomes when it is planned. The planner puts the query of a WITH clause in every place that names
//! it, and the optimizer puts what a column computes in the place of the column: so depths add up from query to query,
//! and sizes multiply. A statement of a few lines could overflow the stack or fill the memory.

mod expression;
mod size;

use std::{collections::HashMap, rc::Rc};

use datafusion::sql::sqlparser::ast::{
    Expr, GroupByExpr, ObjectName, ObjectNamePart, OrderBy, Query, Select, SelectItem, SetExpr, TableAlias,
    TableFactor, TableWithJoins, Values,
};

use self::{
    expression::Expressions,
    size::{Columns, Size},
};
use super::{MAX_LEVELS, too_deep};
use crate::error::EngineError;

/// The most relations, those of a WITH query counted in every place that names it. Each is planned, and lists its files.
const MAX_RELATIONS: usize = 100;

/// The most parts of an expression, a column counted as what it computes.
const MAX_PARTS: usize = 10_000;

/// The most parts and literals of all expressions together: those of a WITH query counted in every place that names it,
/// and a column as what it computes. Each takes some 700 bytes while it is planned. A text has at most 262,144 bytes
/// and so about 131,000 of them, as long as nothing is named twice.
const MAX_NODES: usize = 200_000;

/// Refuses a query that would be planned too deep or too large. Its text must be within the bounds of
/// [`super::bound`], since this descends on the stack.
pub(crate) fn bound(query: &Query) -> Result<(), EngineError> {
    measure(query, &Scope::default()).map(drop)
}

/// A query with every name replaced by what it stands for.
#[derive(Debug, Clone, Default)]
struct Inlined {
    /// How deep its plan is.
    levels: usize,
    /// How many tables and queries are in its FROM clauses.
    relations: usize,
    /// The sizes of all its expressions together.
    nodes: usize,
    /// The largest of its expressions.
    largest: Size,
    columns: Columns,
}

impl Inlined {
    fn table() -> Self {
        Self { relations: 1, ..Self::default() }
    }

    /// With the names that an alias gives to the columns.
    fn renamed(self: Rc<Self>, alias: Option<&TableAlias>) -> Rc<Self> {
        if alias.is_none_or(|alias| alias.columns.is_empty()) {
            return self;
        }
        let columns = Columns::of_any_name(self.columns.largest());
        let Self { levels, relations, nodes, largest, .. } = *self;
        Rc::new(Self { levels, relations, nodes, largest, columns })
    }

    /// As a relation of another query.
    fn within(mut self) -> Rc<Self> {
        self.relations = self.relations.saturating_add(1);
        Rc::new(self)
    }

    fn checked(self) -> Result<Self, EngineError> {
        if self.levels.saturating_add(self.largest.depth) > MAX_LEVELS {
            return Err(too_deep());
        }
        if self.relations > MAX_RELATIONS {
            return Err(EngineError::unsupported(format!(
                "a query of more than {MAX_RELATIONS} tables and subqueries (those of a WITH query count each time \
                 that it is named)"
            )));
        }
        if self.largest.parts > MAX_PARTS {
            return Err(EngineError::unsupported(format!(
                "an expression of more than {MAX_PARTS} parts (a column of a subquery counts as what it computes)"
            )));
        }
        if self.nodes > MAX_NODES {
            return Err(EngineError::unsupported(format!(
                "a query of more than {MAX_NODES} literals and other parts of expressions (those of a WITH query count \
                 each time that it is named, and a column of a subquery as what it computes; shorten its IN lists, or \
                 name what has them less often)"
            )));
        }
        Ok(self)
    }
}

/// What names stand for in one place of the statement.
#[derive(Debug, Clone, Default)]
struct Scope {
    /// The WITH queries, of the queries around this one too.
    queries: HashMap<String, Rc<Inlined>>,
    columns: Columns,
}

impl Scope {
    /// The planner looks a WITH query up by the whole name, with its points.
    fn relation(&self, name: &ObjectName) -> Rc<Inlined> {
        let parts = name.0.iter().filter_map(ObjectNamePart::as_ident).map(|part| part.value.as_str());
        let name = parts.collect::<Vec<_>>().join(".");
        match self.queries.get(&name) {
            Some(query) => Rc::clone(query),
            None => Rc::new(Inlined::table()),
        }
    }
}

fn measure(query: &Query, outer: &Scope) -> Result<Inlined, EngineError> {
    let mut scope = outer.clone();
    for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
        let inlined = measure(&cte.query, &scope)?.within().renamed(Some(&cte.alias));
        scope.queries.insert(cte.alias.name.value.clone(), inlined);
    }
    let order_by = query.order_by.as_ref();
    let mut whole = match &*query.body {
        SetExpr::Select(select) => of_select(select, order_by, &scope)?,
        body => {
            let mut whole = of_body(body, &scope)?;
            let mut expressions = Expressions::new(&scope);
            expressions.see(&whole.columns);
            expressions.visit(&query.order_by)?;
            expressions.add_to(&mut whole);
            whole
        }
    };
    whole.levels += usize::from(order_by.is_some()) + usize::from(query.limit_clause.is_some());
    whole.checked()
}

fn of_body(body: &SetExpr, scope: &Scope) -> Result<Inlined, EngineError> {
    match body {
        SetExpr::Select(select) => of_select(select, None, scope),
        SetExpr::Query(query) => measure(query, scope),
        SetExpr::SetOperation { left, right, .. } => {
            let (mut whole, right) = (of_body(left, scope)?, of_body(right, scope)?);
            whole.levels = whole.levels.max(right.levels) + 1;
            whole.relations = whole.relations.saturating_add(right.relations);
            whole.nodes = whole.nodes.saturating_add(right.nodes);
            whole.largest = whole.largest.max(right.largest);
            // The columns are united by their places, which are not known behind a `*`.
            whole.columns.raise_all(right.columns.largest());
            Ok(whole)
        }
        SetExpr::Values(values) => of_values(values, scope),
        // They are refused as what they are.
        SetExpr::Insert(_)
        | SetExpr::Update(_)
        | SetExpr::Delete(_)
        | SetExpr::Merge(_)
        | SetExpr::Table(_) => Ok(Inlined::table()),
    }
}

fn of_values(values: &Values, scope: &Scope) -> Result<Inlined, EngineError> {
    let mut expressions = Expressions::new(scope);
    expressions.visit(values)?;
    let mut whole = Inlined { levels: 1, ..Inlined::table() };
    expressions.add_to(&mut whole);
    whole.columns = Columns::of_any_name(whole.largest);
    Ok(whole)
}

fn of_select(select: &Select, order_by: Option<&OrderBy>, scope: &Scope) -> Result<Inlined, EngineError> {
    let mut relations = Vec::new();
    for element in &select.from {
        find_relations(element, scope, &mut relations)?;
    }
    let mut whole = Inlined::default();
    let mut read = Columns::default();
    for relation in &relations {
        whole.levels = whole.levels.max(relation.levels);
        whole.relations = whole.relations.saturating_add(relation.relations);
        whole.nodes = whole.nodes.saturating_add(relation.nodes);
        whole.largest = whole.largest.max(relation.largest);
        read.raise_by(&relation.columns);
    }
    whole.relations = whole.relations.max(1);
    whole.levels += 1 + clauses(select) + relations.len().saturating_sub(1);

    let mut expressions = Expressions::new(scope);
    expressions.see(&read);
    for item in &select.projection {
        match item {
            SelectItem::UnnamedExpr(expr) => {
                let size = expressions.size(expr)?;
                whole.columns.raise(name(expr), size);
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                let size = expressions.size(expr)?;
                whole.columns.raise(&alias.value, size);
            }
            SelectItem::Wildcard(_)
            | SelectItem::QualifiedWildcard(..)
            | SelectItem::ExprWithAliases { .. } => whole.columns.raise_by(&read),
        }
    }
    expressions.visit(&select.from)?;
    expressions.visit(&select.selection)?;
    expressions.visit(&select.group_by)?;
    // These may name the result's columns.
    expressions.see(&whole.columns);
    expressions.visit(&select.having)?;
    if let Some(order_by) = order_by {
        expressions.visit(order_by)?;
    }
    expressions.add_to(&mut whole);
    Ok(whole)
}

/// How many nodes of the plan the clauses are.
fn clauses(select: &Select) -> usize {
    let grouped = match &select.group_by {
        GroupByExpr::All(_) => true,
        GroupByExpr::Expressions(terms, _) => !terms.is_empty(),
    };
    usize::from(select.distinct.is_some())
        + usize::from(select.selection.is_some())
        + usize::from(grouped)
        + usize::from(select.having.is_some())
}

/// The name of a result's column without an alias; of a computed one it is unknown to the query around.
fn name(expr: &Expr) -> &str {
    match expr {
        Expr::Identifier(name) => name.value.as_str(),
        Expr::CompoundIdentifier(parts) => parts.last().map_or("", |name| name.value.as_str()),
        _ => "",
    }
}

/// The relations of one element of a FROM clause, those of joins in parentheses too.
fn find_relations(
    element: &TableWithJoins,
    scope: &Scope,
    found: &mut Vec<Rc<Inlined>>,
) -> Result<(), EngineError> {
    let joined = element.joins.iter().map(|join| &join.relation);
    for factor in std::iter::once(&element.relation).chain(joined) {
        match factor {
            TableFactor::Table { name, alias, .. } => {
                found.push(scope.relation(name).renamed(alias.as_ref()));
            }
            TableFactor::Derived { subquery, alias, .. } => {
                found.push(measure(subquery, scope)?.within().renamed(alias.as_ref()));
            }
            TableFactor::NestedJoin { table_with_joins, .. } => {
                find_relations(table_with_joins, scope, found)?;
            }
            // They are refused as what they are.
            _ => found.push(Rc::new(Inlined::table())),
        }
    }
    Ok(())
}
