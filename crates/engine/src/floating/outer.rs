//! Doubles and reals that a query compares with those of the query around it.
//!
//! DataFusion makes a join of such a query, by the columns of its equalities: `column = value of the query around`. So the
//! column becomes the key of its number ([`functions::equal_key`]), and the value its key: NaN then equals nothing, and -0.0
//! equals 0.0, as in Athena. An equality that is a part of an OR is no key, and is compared as any other is.

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{
        Column, DFSchema,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    error::Result,
    logical_expr::{
        BinaryExpr, Expr, ExprSchemable, Filter, LogicalPlan, LogicalPlanBuilder, Operator,
        utils::split_conjunction_owned,
    },
};

use super::called;
use crate::{chains, error::EngineError, failure::from_datafusion, functions};

/// How the columns of keys begin; no name of Athena does.
const KEY: &str = "?key";

/// The plan with such keys. All of its types are Athena's already.
pub(crate) fn keyed(plan: LogicalPlan) -> std::result::Result<LogicalPlan, EngineError> {
    let mut count = 0;
    plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Filter(filter) if filter.predicate.contains_outer() => by_keys(filter, &mut count),
        other => Ok(Transformed::no(other)),
    })
    .data()
    .map_err(from_datafusion)
}

fn by_keys(filter: Filter, count: &mut usize) -> Result<Transformed<LogicalPlan>> {
    let schema = filter.input.schema();
    if !filter.predicate.exists(|part| Ok(is_equality(part, schema)))? {
        return Ok(Transformed::no(LogicalPlan::Filter(filter)));
    }
    let (mut keys, mut conditions) = (Vec::new(), Vec::new());
    for condition in split_conjunction_owned(filter.predicate) {
        conditions.push(match lookup(condition, schema) {
            Ok((column, value)) => {
                let name = format!("{KEY}{count}");
                *count += 1;
                keys.push(key(column).alias(name.as_str()));
                Expr::Column(Column::new_unqualified(name)).eq(key(value))
            }
            Err(other) => other.transform_up(|part| Ok(compared(part, schema)))?.data,
        });
    }
    let columns: Vec<Expr> = schema.columns().into_iter().map(Expr::Column).collect();
    let mut builder = LogicalPlanBuilder::new_from_arc(filter.input);
    let has_keys = !keys.is_empty();
    if has_keys {
        builder = builder.project(columns.iter().cloned().chain(keys))?;
    }
    if let Some(condition) = chains::all(conditions) {
        builder = builder.filter(condition)?;
    }
    if has_keys {
        builder = builder.project(columns)?;
    }
    builder.build().map(Transformed::yes)
}

/// The number of this query and that of the query around, if the condition is that they are equal; else the condition.
fn lookup(condition: Expr, schema: &DFSchema) -> std::result::Result<(Expr, Expr), Expr> {
    match condition {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right })
            if is_floating(&left, schema) && is_floating(&right, schema) =>
        {
            let is_own = |expr: &Expr| expr.any_column_refs() && !expr.contains_outer();
            let is_around = |expr: &Expr| expr.contains_outer() && !expr.any_column_refs();
            if is_own(&left) && is_around(&right) {
                Ok((*left, *right))
            } else if is_around(&left) && is_own(&right) {
                Ok((*right, *left))
            } else {
                Err(Expr::BinaryExpr(BinaryExpr::new(left, Operator::Eq, right)))
            }
        }
        other => Err(other),
    }
}

/// An equality of two numbers, one of them of the query around, as Athena has it.
fn compared(part: Expr, schema: &DFSchema) -> Transformed<Expr> {
    match (is_equality(&part, schema), functions::ieee(Operator::Eq), part) {
        (true, Some(equal), Expr::BinaryExpr(BinaryExpr { left, right, .. })) => {
            Transformed::yes(called(equal, vec![*left, *right]))
        }
        (_, _, other) => Transformed::no(other),
    }
}

/// Whether it says that two numbers are equal, of which one is of the query around.
fn is_equality(expr: &Expr, schema: &DFSchema) -> bool {
    let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = expr else { return false };
    is_floating(left, schema)
        && is_floating(right, schema)
        && (left.contains_outer() || right.contains_outer())
}

fn key(number: Expr) -> Expr {
    called(functions::equal_key(), vec![number])
}

fn is_floating(expr: &Expr, schema: &DFSchema) -> bool {
    expr.get_type(schema).is_ok_and(|found| matches!(found, Arrow::Float32 | Arrow::Float64))
}
