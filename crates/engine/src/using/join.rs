//! The joins of one element of FROM.

use std::collections::HashSet;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Ident, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, TableFactor,
    TableWithJoins,
};

use super::{Inside, Result, Sides, keys, of_query, sides::either};
use crate::{
    columns::{self, Field, Scope},
    error::EngineError,
    grouping::{place, unresolved},
    nesting,
};

/// The columns of one element of FROM, whose USING becomes ON. `hidden` are the keys by their relations.
pub(super) fn of_element(
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
    let mut conditions: Vec<Expr> = Vec::with_capacity(names.len());
    for name in names {
        let Some(name) = name.0.last().and_then(ObjectNamePart::as_ident) else {
            return Err(EngineError::unsupported("this form of USING"));
        };
        let one = take(&mut left, name, "left", hidden)?.value;
        let other = take(&mut right, name, "right", hidden)?.value;
        conditions.push(binary(sides.copied(&one)?, BinaryOperator::Eq, sides.copied(&other)?));
        let value = match kind {
            Kind::Left => one,
            Kind::Right => other,
            Kind::Either => either(one, other),
        };
        keys.push(Field { relation: None, name: name.value.clone(), value, is_key: true });
    }
    // There may be thousands: names are bounded by the text alone.
    let Some(condition) = nesting::joined(conditions, &BinaryOperator::And) else {
        return Err(EngineError::unsupported("USING without a column"));
    };
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
