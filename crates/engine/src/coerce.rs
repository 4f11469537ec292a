//! Athena's conversions between numbers, written out before DataFusion makes its own.
//!
//! Where a decimal meets a real or a double, Athena converts the decimal, and DataFusion the other one. And what a
//! calculation with decimals gives has another precision in each. One with integers is checked for overflow, and texts
//! are concatenated by the function of ours, which bounds what it makes. A `LIKE` that searches is one of ours, too: it ends
//! when the query is cancelled. A date meets a timestamp as a timestamp of that precision: DataFusion takes nanoseconds,
//! which have no place for the year 9999. And groups, a window's partitions and DISTINCT take -0.0 for 0.0, and every NaN for
//! one, which DataFusion compares bit by bit there. What compares doubles is rewritten in `floating`, and the numbers of the
//! query have their types by `integers`.

mod common;
mod floats;
mod operations;
mod texts;
mod times;
mod unions;

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{
        DFSchema,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    error::Result,
    logical_expr::{
        Distinct, Expr, ExprSchemable, LogicalPlan, Operator, ScalarUDF, expr::ScalarFunction,
        expr_rewriter::NamePreserver, utils::merge_schema,
    },
};

use crate::{
    branches,
    error::EngineError,
    failure::from_datafusion,
    floating,
    functions::{self, CONCAT},
    integers, peers, sets,
};
use common::{cast, narrow, replace, unify, unify_compared};
use floats::{extreme, grouped, one_of_each, ordered};
use texts::{concatenated, searched};
use times::{by_the_clocks, compare, in_digits, in_one_zone, of_text};
use unions::united;

/// The most digits of a decimal.
const MAX_DIGITS: u8 = 38;

/// The plan with Athena's types. `concat` is the function that `||` stands for, and `like` the one of [`functions::like()`].
pub(crate) fn as_athena(
    plan: LogicalPlan,
    concat: &Arc<ScalarUDF>,
    like: &Arc<ScalarUDF>,
) -> std::result::Result<LogicalPlan, EngineError> {
    let mut place = 0;
    plan.transform_up_with_subqueries(|node| {
        let node = match node {
            LogicalPlan::Union(union) => return united(union),
            LogicalPlan::Join(join) if sets::is_operation(&join) => {
                place += 1;
                return operations::compared(join, place);
            }
            LogicalPlan::Distinct(Distinct::All(rows)) => return operations::distinct(rows),
            other => other,
        };
        let schema = merge_schema(&node.inputs());
        let names = NamePreserver::new(&node);
        let is_values = matches!(node, LogicalPlan::Values(_));
        let (groups, sorts) = (floats::groups(&node)?, matches!(node, LogicalPlan::Sort(_)));
        let (integers, floating) = (integers::Place::of(&node), floating::Place::of(&node));
        let asks_for_peers = peers::are_asked_for(&node)?;
        node.map_expressions(|expr| {
            let name = names.save(&expr);
            let expr = integers::narrowed(expr, &integers)?;
            let expr = if asks_for_peers { peers::joined(expr, &schema)? } else { expr };
            let expr = expr.transform_up(|expr| rewrite(expr, &schema, concat, like))?.data;
            let expr = floating::compared(expr, &floating, &schema)?;
            let expr = if groups { grouped(expr, &schema)? } else { expr };
            let expr = if sorts { ordered(expr, &schema)? } else { expr };
            Ok(Transformed::yes(if is_values { expr } else { name.restore(expr) }))
        })?
        .map_data(|node| match node {
            LogicalPlan::Values(values) => integers::retyped(values),
            other => floating::restored(other.recompute_schema()?),
        })
    })
    .data()
    .and_then(integers::seen_from_within)
    .map_err(from_datafusion)
}

fn rewrite(
    mut expr: Expr,
    schema: &DFSchema,
    concat: &Arc<ScalarUDF>,
    like: &Arc<ScalarUDF>,
) -> Result<Transformed<Expr>> {
    if let Expr::Like(pattern) = &expr
        && let Some(called) = searched(pattern, schema, like)
    {
        return Ok(Transformed::yes(called));
    }
    if let Expr::ScalarFunction(call) = &expr
        && let Some(resolved) = functions::resolved(call, schema)?
    {
        return Ok(Transformed::yes(resolved));
    }
    if let Expr::InSubquery(within) = expr {
        return operations::sought(within, schema);
    }
    let mut changed = false;
    if let Expr::BinaryExpr(binary) = &mut expr
        && binary.op == Operator::StringConcat
    {
        let left = std::mem::take(&mut *binary.left);
        let right = std::mem::take(&mut *binary.right);
        return Ok(Transformed::yes(concatenated(left, right, concat)));
    }
    if let Expr::BinaryExpr(binary) = &mut expr
        && matches!(binary.op, Operator::IsDistinctFrom | Operator::IsNotDistinctFrom)
        && let Some(same) = functions::nested_compared(
            binary.op,
            &binary.left.get_type(schema)?,
            &binary.right.get_type(schema)?,
        )
    {
        let sides = [&mut binary.left, &mut binary.right].map(|side| std::mem::take(&mut **side));
        let call = ScalarFunction::new_udf(Arc::new(same), sides.into());
        return Ok(Transformed::yes(Expr::ScalarFunction(call)));
    }
    match &mut expr {
        Expr::Negative(inner) if inner.get_type(schema).is_ok_and(|found| is_interval(&found)) => {
            let inner = std::mem::take(&mut **inner);
            return Ok(Transformed::yes(called(functions::negated(), inner)));
        }
        Expr::Cast(cast) => {
            if let Some(read) = of_text(&cast.expr, cast.field.data_type(), schema, false) {
                return Ok(Transformed::yes(called(read, std::mem::take(&mut *cast.expr))));
            }
            changed |= by_the_clocks(&mut cast.expr, cast.field.data_type(), schema);
            if let Some(converted) = in_digits(&mut cast.expr, cast.field.data_type(), schema, false) {
                return Ok(Transformed::yes(converted));
            }
        }
        Expr::TryCast(cast) => {
            if let Some(read) = of_text(&cast.expr, cast.field.data_type(), schema, true) {
                return Ok(Transformed::yes(called(read, std::mem::take(&mut *cast.expr))));
            }
            changed |= by_the_clocks(&mut cast.expr, cast.field.data_type(), schema);
            if let Some(converted) = in_digits(&mut cast.expr, cast.field.data_type(), schema, true) {
                return Ok(Transformed::yes(converted));
            }
        }
        Expr::ScalarFunction(call) if functions::takes_instant(call.func.name()) => {
            changed |= compare(&mut call.args);
        }
        Expr::BinaryExpr(binary) => {
            if functions::checked(binary.op).is_some() {
                changed |= narrow([&mut *binary.left, &mut *binary.right], schema)?;
            }
            let sides = [&mut *binary.left, &mut *binary.right];
            // An operator that has an opposite compares.
            changed |= binary.op.negate().is_some() && compare(sides);
            let sides = [&mut *binary.left, &mut *binary.right];
            changed |= binary.op.negate().is_some() && in_one_zone(sides, schema);
            let sides = [&mut *binary.left, &mut *binary.right];
            changed |= if binary.op.negate().is_some() {
                unify_compared(sides, schema)?
            } else {
                unify(sides, schema)?
            };
        }
        Expr::Between(between) => {
            changed |= compare([&mut *between.expr, &mut *between.low, &mut *between.high]);
            changed |= in_one_zone([&mut *between.expr, &mut *between.low, &mut *between.high], schema);
            changed |= unify_compared([&mut *between.expr, &mut *between.low, &mut *between.high], schema)?;
            if between.expr.is_volatile() {
                let sides = [&mut between.expr, &mut between.low, &mut between.high];
                let sides = sides.map(|side| std::mem::take(&mut **side)).into();
                let call = Expr::ScalarFunction(ScalarFunction::new_udf(functions::between(), sides));
                return Ok(Transformed::yes(if between.negated { Expr::Not(Box::new(call)) } else { call }));
            }
        }
        Expr::InList(list) => {
            changed |= compare(std::iter::once(&mut *list.expr).chain(&mut list.list));
            changed |= in_one_zone(std::iter::once(&mut *list.expr).chain(&mut list.list), schema);
            changed |= unify_compared(std::iter::once(&mut *list.expr).chain(&mut list.list), schema)?;
        }
        Expr::Case(case) => {
            let (whens, thens): (Vec<_>, Vec<_>) =
                case.when_then_expr.iter_mut().map(|(when, then)| (&mut **when, &mut **then)).unzip();
            if let Some(tested) = &mut case.expr {
                changed |= unify(std::iter::once(&mut **tested).chain(whens), schema)?;
            }
            changed |= unify(thens.into_iter().chain(case.else_expr.as_deref_mut()), schema)?;
            changed |= branches::hide(case, schema)?;
        }
        // Of arrays: the planner's has nothing to count with.
        Expr::ScalarFunction(call) if call.func.name() == CONCAT && !Arc::ptr_eq(&call.func, concat) => {
            call.func = Arc::clone(concat);
            changed = true;
        }
        Expr::ScalarFunction(call) if call.func.name() == "coalesce" => {
            changed |= unify(&mut call.args, schema)?;
        }
        // The sign of a number, which the planner took for that of an interval.
        Expr::ScalarFunction(call) if call.func.name() == functions::NEGATED => {
            let of_number = call.args.first().map(|number| number.get_type(schema)).transpose()?;
            if let ([number], Some(found)) = (call.args.as_mut_slice(), of_number)
                && !is_interval(&found)
            {
                // What counts has no sign in DataFusion.
                if found == Arrow::UInt64 {
                    replace(number, Arrow::Int64);
                }
                return Ok(Transformed::yes(Expr::Negative(Box::new(std::mem::take(number)))));
            }
        }
        Expr::WindowFunction(call) => {
            changed |= one_of_each(&mut call.params.partition_by, schema)?;
            for term in &mut call.params.order_by {
                term.expr = ordered(std::mem::take(&mut term.expr), schema)?;
                changed = true;
            }
            changed |= extreme(call.fun.name(), &mut call.params.args, schema)?;
        }
        Expr::AggregateFunction(call) if functions::extreme_key(call.func.name()).is_some() => {
            changed |= extreme(call.func.name(), &mut call.params.args, schema)?;
        }
        Expr::AggregateFunction(call) if call.params.distinct || call.func.name() == "approx_distinct" => {
            changed |= one_of_each(&mut call.params.args, schema)?;
        }
        _ => {}
    }
    // What a product of decimals has too much: one digit.
    if let Expr::BinaryExpr(binary) = &expr
        && binary.op == Operator::Multiply
        && let (Arrow::Decimal128(p1, s1), Arrow::Decimal128(p2, s2)) =
            (binary.left.get_type(schema)?, binary.right.get_type(schema)?)
        && p1 + p2 < MAX_DIGITS
    {
        return Ok(Transformed::yes(cast(expr, Arrow::Decimal128(p1 + p2, s1 + s2))));
    }
    if let Expr::BinaryExpr(binary) = &expr
        && let Some(checked) = functions::checked(binary.op)
        && is_integer(&binary.left.get_type(schema)?)
        && is_integer(&binary.right.get_type(schema)?)
    {
        let sides = vec![(*binary.left).clone(), (*binary.right).clone()];
        return Ok(Transformed::yes(Expr::ScalarFunction(ScalarFunction::new_udf(checked, sides))));
    }
    Ok(if changed { Transformed::yes(expr) } else { Transformed::no(expr) })
}

fn is_integer(found: &Arrow) -> bool {
    matches!(found, Arrow::Int32 | Arrow::Int64)
}

fn is_interval(found: &Arrow) -> bool {
    matches!(found, Arrow::Duration(_) | Arrow::Interval(_))
}

fn called(function: ScalarUDF, argument: Expr) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), vec![argument]))
}
