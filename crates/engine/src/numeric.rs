//! Calculations and conversions that are functions of ours, since DataFusion's give other digits, other roundings or no
//! failure: `*`, `/` and `%` of decimals, operators between smallints, and casts.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType as Arrow,
    common::{
        DFSchema, ScalarValue,
        tree_node::{Transformed, TransformedResult},
    },
    error::{DataFusionError, Result},
    logical_expr::{
        BinaryExpr, Cast, Expr, ExprSchemable, LogicalPlan, Operator, ScalarUDF, Union, expr::ScalarFunction,
        utils::merge_schema,
    },
};

use crate::{
    error::{EngineError, Failure},
    failure::from_datafusion,
    functions, parts,
};

/// The most digits of a decimal.
const MOST_DIGITS: i16 = 38;

/// The plan with these functions. What is left is DataFusion's, or another step's.
pub(crate) fn as_athena(plan: LogicalPlan) -> std::result::Result<LogicalPlan, EngineError> {
    plan.transform_up_with_subqueries(|node| {
        let node = match node {
            LogicalPlan::Union(union) if is_stale(&union) => {
                let union = Union::try_new_with_loose_types(union.inputs)?;
                return Ok(Transformed::yes(LogicalPlan::Union(union)));
            }
            other => other,
        };
        let schema = merge_schema(&node.inputs());
        parts::rewritten(node, |expr| rewrite(expr, &schema))?.map_data(LogicalPlan::recompute_schema)
    })
    .data()
    .map_err(from_datafusion)
}

/// Whether the first input has other types than the union was made of.
fn is_stale(union: &Union) -> bool {
    let Some(first) = union.inputs.first() else { return false };
    let mut columns = union.schema.fields().iter().zip(first.schema().fields());
    columns.any(|(united, column)| united.data_type() != column.data_type())
}

fn rewrite(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let rewritten = match &expr {
        Expr::Cast(cast) => converted(&cast.expr, cast.field.data_type(), false, schema)?,
        Expr::TryCast(cast) => converted(&cast.expr, cast.field.data_type(), true, schema)?,
        Expr::BinaryExpr(binary) => match exact(binary, schema)? {
            None => small(binary, schema)?,
            found => found,
        },
        _ => None,
    };
    Ok(match rewritten {
        Some(rewritten) => Transformed::yes(rewritten),
        None => Transformed::no(expr),
    })
}

fn converted(inner: &Expr, to: &Arrow, is_try: bool, schema: &DFSchema) -> Result<Option<Expr>> {
    // The text of a decimal literal: it was read before, and DataFusion reads no other meaning into it.
    if matches!((inner, to), (Expr::Literal(ScalarValue::Utf8(_), _), Arrow::Decimal128(..))) {
        return Ok(None);
    }
    let converts = functions::converts(&inner.get_type(schema)?, to);
    Ok(converts.then(|| called(functions::conversion(to.clone(), is_try), vec![inner.clone()])))
}

/// `*`, `/` and `%` where one side is a decimal, and the other one a decimal or an integer.
fn exact(binary: &BinaryExpr, schema: &DFSchema) -> Result<Option<Expr>> {
    let Some(function) = functions::exact(binary.op) else { return Ok(None) };
    let types = [binary.left.get_type(schema)?, binary.right.get_type(schema)?];
    if !types.iter().any(|found| matches!(found, Arrow::Decimal128(..))) {
        return Ok(None);
    }
    let digits = [digits(&binary.left, &types[0]), digits(&binary.right, &types[1])];
    let [Some((p1, s1)), Some((p2, s2))] = digits else { return Ok(None) };
    let places = i16::from(s1) + i16::from(s2);
    if binary.op == Operator::Multiply && places > MOST_DIGITS {
        let message = format!("DECIMAL scale must be in range [0, precision ({MOST_DIGITS})]: {places}");
        let failure = Failure::new("INVALID_FUNCTION_ARGUMENT", message);
        return Err(DataFusionError::External(Box::new(failure)));
    }
    let as_decimal = |side: &Expr, found: &Arrow, precision: u8, scale: i8| match found {
        Arrow::Decimal128(..) => side.clone(),
        _ => cast(side.clone(), Arrow::Decimal128(precision, scale)),
    };
    let sides =
        vec![as_decimal(&binary.left, &types[0], p1, s1), as_decimal(&binary.right, &types[1], p2, s2)];
    Ok(Some(called(function, sides)))
}

/// Precision and scale of a decimal, or of one that holds an integer.
fn digits(side: &Expr, found: &Arrow) -> Option<(u8, i8)> {
    let literal = match side {
        Expr::Negative(inner) => &**inner,
        other => other,
    };
    Some(match (literal, found) {
        (_, Arrow::Decimal128(precision, scale)) => (*precision, *scale),
        // A number that is written is an integer where it is small enough.
        (Expr::Literal(ScalarValue::Int64(Some(number)), _), _) if i32::try_from(*number).is_ok() => (10, 0),
        (_, Arrow::Null) => (1, 0),
        (_, Arrow::Int8) => (3, 0),
        (_, Arrow::Int16) => (5, 0),
        (_, Arrow::Int32) => (10, 0),
        (_, Arrow::Int64 | Arrow::UInt64) => (19, 0),
        _ => return None,
    })
}

/// Operators of smallints and tinyints calculate with integers. The result of two of them is one again, or beyond its range.
fn small(binary: &BinaryExpr, schema: &DFSchema) -> Result<Option<Expr>> {
    let calculates =
        [Operator::Plus, Operator::Minus, Operator::Multiply, Operator::Divide, Operator::Modulo];
    if !calculates.contains(&binary.op) {
        return Ok(None);
    }
    let types = [binary.left.get_type(schema)?, binary.right.get_type(schema)?];
    let is_small = |found: &Arrow| matches!(found, Arrow::Int8 | Arrow::Int16);
    if !types.iter().any(is_small) {
        return Ok(None);
    }
    let widened = |side: &Expr, found: &Arrow| {
        if is_small(found) { cast(side.clone(), Arrow::Int32) } else { side.clone() }
    };
    let (left, right) = (widened(&binary.left, &types[0]), widened(&binary.right, &types[1]));
    let calculated = Expr::BinaryExpr(BinaryExpr::new(Box::new(left), binary.op, Box::new(right)));
    if !types.iter().all(is_small) {
        return Ok(Some(calculated));
    }
    let result = if types.contains(&Arrow::Int16) { Arrow::Int16 } else { Arrow::Int8 };
    Ok(Some(called(functions::conversion(result, false), vec![calculated])))
}

fn cast(expr: Expr, to: Arrow) -> Expr {
    Expr::Cast(Cast::new(Box::new(expr), to))
}

fn called(function: ScalarUDF, arguments: Vec<Expr>) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), arguments))
}
