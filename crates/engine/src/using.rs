//! `JOIN ... USING`, written as `ON`. In Athena the keys are columns of their own: they come first in `*`, belong to neither
//! relation, and after a RIGHT or FULL JOIN they have the value of the side that has one. DataFusion gives the left
//! side's.

mod sides;

use std::{collections::HashSet, ops::ControlFlow};

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Ident, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, OrderBy, Query,
    Select, SelectItem, SetExpr, TableFactor, TableWithJoins, VisitMut, VisitorMut,
};

use self::sides::{Sides, either};
use crate::{
    columns::{self, Field, Scope, Tables},
    error::EngineError,
    grouping::{self, broken, no_column, place, unresolved},
    nesting,
};

type Result<T> = std::result::Result<T, EngineError>;

/// The most columns of one SELECT: a `*` is short, stands for all columns of a hundred tables, and may be written a thousand
/// times.
const MAX_COLUMNS: usize = 20_000;

/// Rewrites the joins of all queries, and checks what they group by. The tables are those that the statement names. Refuses
/// what becomes too large by that.
pub(crate) fn rewrite(query: &mut Query, tables: &Tables) -> Result<()> {
    let sides = Sides::default();
    of_query(query, &Scope::new(tables), &sides)?;
    // It was measured with every key as one column.
    if sides.are_written() { nesting::bound_inlined(query) } else { Ok(()) }
}

fn of_query(query: &mut Query, outer: &Scope<'_>, sides: &Sides) -> Result<()> {
    let mut scope = outer.clone();
    for cte in query.with.iter_mut().flat_map(|with| &mut with.cte_tables) {
        of_query(&mut cte.query, &scope, sides)?;
        scope.add(&cte.alias, &cte.query);
    }
    of_body(&mut query.body, query.order_by.as_mut(), &scope, sides)
}

fn of_body(
    body: &mut SetExpr,
    order_by: Option<&mut OrderBy>,
    scope: &Scope<'_>,
    sides: &Sides,
) -> Result<()> {
    match body {
        SetExpr::Select(select) => of_select(select, order_by, scope, sides),
        SetExpr::Query(query) => of_query(query, scope, sides),
        SetExpr::SetOperation { left, right, .. } => {
            of_body(left, None, scope, sides)?;
            of_body(right, None, scope, sides)
        }
        _ => Ok(()),
    }
}

fn of_select(
    select: &mut Select,
    order_by: Option<&mut OrderBy>,
    scope: &Scope<'_>,
    sides: &Sides,
) -> Result<()> {
    let mut hidden = HashSet::new();
    let mut fields = Some(Vec::new());
    for element in &mut select.from {
        let found = of_element(element, scope, sides, &mut hidden)?;
        fields = fields.zip(found).map(|(mut all, found)| {
            all.extend(found);
            all
        });
    }
    if let Some(fields) = &fields {
        bound(select, fields)?;
    }
    grouping::check(select, fields.as_deref())?;
    let keys = keys(fields.as_deref());
    let joins_using = fields.iter().flatten().any(|field| field.is_key);
    if let Some(fields) = fields.filter(|_| joins_using) {
        let items = std::mem::take(&mut select.projection);
        for item in items {
            select.projection.extend(expanded(item, &fields, &keys, sides)?);
        }
    }
    let outputs: HashSet<String> = select.projection.iter().filter_map(output).map(str::to_owned).collect();
    let mut inside = Inside { scope, sides, keys: &keys, hidden: &hidden, depth: 0 };
    inside.walk(&mut select.projection)?;
    inside.walk(&mut select.selection)?;
    inside.walk(&mut select.group_by)?;
    inside.walk(&mut select.having)?;
    if let Some(order_by) = order_by {
        // A name of the result comes first there.
        let keys: Vec<Field> = keys.iter().filter(|key| !outputs.contains(&key.name)).cloned().collect();
        Inside { scope, sides, keys: &keys, hidden: &hidden, depth: 0 }.walk(order_by)?;
    }
    Ok(())
}

/// Refuses a SELECT of more columns than there may be, before they are written out.
fn bound(select: &Select, fields: &[Field]) -> Result<()> {
    let columns = |item: &SelectItem| match item {
        SelectItem::Wildcard(_) => fields.len(),
        SelectItem::QualifiedWildcard(..) => {
            let relation = columns::wildcard_of(item);
            fields.iter().filter(|field| field.relation.as_deref() == relation).count()
        }
        _ => 1,
    };
    let columns: usize = select.projection.iter().map(columns).sum();
    if columns > MAX_COLUMNS {
        let what = format!("a SELECT of {columns} columns (more than {MAX_COLUMNS})");
        return Err(EngineError::unsupported(what));
    }
    Ok(())
}

/// The columns of one element of FROM, whose USING becomes ON. `hidden` are the keys by their relations.
fn of_element(
    element: &mut TableWithJoins,
    scope: &Scope<'_>,
    sides: &Sides,
    hidden: &mut HashSet<(String, String)>,
) -> Result<Option<Vec<Field>>> {
    let mut fields = of_factor(&mut element.relation, scope, sides, hidden)?;
    for join in &mut element.joins {
        let is_unnest = matches!(join.relation, TableFactor::UNNEST { .. });
        if let TableFactor::UNNEST { array_exprs, .. } = &mut join.relation {
            // They are of the columns on the left.
            let keys = keys(fields.as_deref());
            Inside { scope, sides, keys: &keys, hidden: &*hidden, depth: 0 }.walk(array_exprs)?;
        }
        let right = of_factor(&mut join.relation, scope, sides, hidden)?;
        if is_unnest && right.is_none() && fields.iter().flatten().any(|field| field.is_key) {
            let what = "JOIN ... USING beside an UNNEST without names for its columns (write AS t (name))";
            return Err(EngineError::unsupported(what));
        }
        let kind = Kind::of(&join.join_operator);
        let Some(constraint) = constraint(&mut join.join_operator) else { continue };
        let names = match constraint {
            JoinConstraint::Using(names) => std::mem::take(names),
            JoinConstraint::On(condition) => {
                fields = fields.zip(right).map(|(mut left, right)| {
                    left.extend(right);
                    left
                });
                let keys = keys(fields.as_deref());
                Inside { scope, sides, keys: &keys, hidden: &*hidden, depth: 0 }.walk(condition)?;
                continue;
            }
            _ => {
                fields = fields.zip(right).map(|(mut left, right)| {
                    left.extend(right);
                    left
                });
                continue;
            }
        };
        let (Some(left), Some(right)) = (fields.take(), right) else {
            return Err(EngineError::unsupported("JOIN ... USING of a relation whose columns have no names"));
        };
        let (condition, joined) = joined(left, right, &names, kind, sides, hidden)?;
        *constraint = JoinConstraint::On(condition);
        fields = Some(joined);
    }
    Ok(fields)
}

fn of_factor(
    factor: &mut TableFactor,
    scope: &Scope<'_>,
    sides: &Sides,
    hidden: &mut HashSet<(String, String)>,
) -> Result<Option<Vec<Field>>> {
    match factor {
        TableFactor::Derived { subquery, .. } => of_query(subquery, scope, sides)?,
        TableFactor::NestedJoin { table_with_joins, alias: None } => {
            return of_element(table_with_joins, scope, sides, hidden);
        }
        _ => {}
    }
    Ok(columns::of_factor(factor, scope))
}

/// The keys that can be named: where a column has the name of one, the name is ambiguous, which DataFusion finds.
fn keys(fields: Option<&[Field]>) -> Vec<Field> {
    let fields = fields.unwrap_or_default();
    let is_one = |key: &&Field| fields.iter().filter(|field| field.name == key.name).count() == 1;
    fields.iter().filter(|field| field.is_key).filter(is_one).cloned().collect()
}

/// Which side's key there is for every row.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Left,
    Right,
    Either,
}

impl Kind {
    fn of(operator: &JoinOperator) -> Self {
        match operator {
            JoinOperator::Right(_) | JoinOperator::RightOuter(_) => Self::Right,
            JoinOperator::FullOuter(_) => Self::Either,
            _ => Self::Left,
        }
    }
}

fn constraint(operator: &mut JoinOperator) -> Option<&mut JoinConstraint> {
    match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::CrossJoin(constraint) => Some(constraint),
        _ => None,
    }
}

/// The condition, and the columns of the join: its keys, then what is left of each side.
fn joined(
    mut left: Vec<Field>,
    mut right: Vec<Field>,
    names: &[ObjectName],
    kind: Kind,
    sides: &Sides,
    hidden: &mut HashSet<(String, String)>,
) -> Result<(Expr, Vec<Field>)> {
    let mut keys: Vec<Field> = Vec::with_capacity(names.len());
    let mut condition: Option<Expr> = None;
    for name in names {
        let Some(name) = name.0.last().and_then(ObjectNamePart::as_ident) else {
            return Err(EngineError::unsupported("this form of USING"));
        };
        let one = take(&mut left, name, "left", hidden)?.value;
        let other = take(&mut right, name, "right", hidden)?.value;
        let equal = binary(sides.copied(&one)?, BinaryOperator::Eq, sides.copied(&other)?);
        condition = Some(match condition {
            Some(others) => binary(others, BinaryOperator::And, equal),
            None => equal,
        });
        let value = match kind {
            Kind::Left => one,
            Kind::Right => other,
            Kind::Either => either(one, other),
        };
        keys.push(Field { relation: None, name: name.value.clone(), value, is_key: true });
    }
    let Some(condition) = condition else { return Err(EngineError::unsupported("USING without a column")) };
    keys.extend(left);
    keys.extend(right);
    Ok((condition, keys))
}

/// The one column of the name, which is hidden from now on.
fn take(
    fields: &mut Vec<Field>,
    name: &Ident,
    side: &str,
    hidden: &mut HashSet<(String, String)>,
) -> Result<Field> {
    let mut found = fields.extract_if(.., |field| field.name == name.value);
    let (first, second) = (found.next(), found.next());
    drop(found);
    match (first, second) {
        (Some(field), None) => {
            hidden.extend(field.relation.clone().map(|relation| (relation, field.name.clone())));
            Ok(field)
        }
        (None, _) => {
            Err(unresolved(name, &format!("Column '{}' is missing from {side} side of join", name.value)))
        }
        (Some(_), Some(_)) => {
            let message = format!("{}Column '{}' is ambiguous", place(name), name.value);
            Err(EngineError::failed("AMBIGUOUS_NAME", message))
        }
    }
}

fn binary(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op, right: Box::new(right) }
}

/// `*` and `relation.*` as the columns that they are, and a key under its name.
fn expanded(item: SelectItem, fields: &[Field], keys: &[Field], sides: &Sides) -> Result<Vec<SelectItem>> {
    match &item {
        SelectItem::Wildcard(_) => fields.iter().map(|field| named(field, sides)).collect(),
        SelectItem::QualifiedWildcard(..) => {
            let relation = columns::wildcard_of(&item);
            let own =
                fields.iter().filter(|field| relation.is_some() && field.relation.as_deref() == relation);
            let own = own.map(|field| named(field, sides)).collect::<Result<Vec<SelectItem>>>()?;
            Ok(if own.is_empty() { vec![item] } else { own })
        }
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => {
            let Some(key) = keys.iter().find(|key| key.name == name.value) else { return Ok(vec![item]) };
            let expr = sides.copied(&key.value)?;
            Ok(vec![SelectItem::ExprWithAlias { expr, alias: name.clone() }])
        }
        _ => Ok(vec![item]),
    }
}

fn named(field: &Field, sides: &Sides) -> Result<SelectItem> {
    let expr = sides.copied(&field.value)?;
    Ok(if field.is_key {
        SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('"', field.name.clone()) }
    } else {
        SelectItem::UnnamedExpr(expr)
    })
}

/// The name of a column of the result.
fn output(item: &SelectItem) -> Option<&str> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.as_str()),
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(name.value.as_str()),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
            parts.last().map(|name| name.value.as_str())
        }
        _ => None,
    }
}

/// The expressions of one SELECT: keys become what they stand for, and queries in them are rewritten by themselves.
struct Inside<'a> {
    scope: &'a Scope<'a>,
    sides: &'a Sides,
    keys: &'a [Field],
    hidden: &'a HashSet<(String, String)>,
    /// In how many queries within this one.
    depth: usize,
}

impl Inside<'_> {
    fn walk<V: VisitMut>(&mut self, part: &mut V) -> Result<()> {
        broken(part.visit(self))
    }
}

impl VisitorMut for Inside<'_> {
    type Break = EngineError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<EngineError> {
        let rewritten = if self.depth == 0 { of_query(query, self.scope, self.sides) } else { Ok(()) };
        self.depth += 1;
        match rewritten {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
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
