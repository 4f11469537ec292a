//! `+`, `-` and `*` of integers and bigints: beyond their range a query fails, where DataFusion's operators begin
//! anew at the other end.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, PrimitiveArray},
        datatypes::{ArrowPrimitiveType, DataType as Arrow, Int32Type, Int64Type},
    },
    error::Result,
    logical_expr::{Operator, ScalarUDF},
};

use super::own::{Own, failure, unexpected};

/// The function that stands for an operator. A query cannot call it by its name.
pub(super) fn checked(operator: Operator) -> Option<ScalarUDF> {
    let of = |name, apply| Some(ScalarUDF::from(Own::new(name, takes, |given| given[0].clone(), apply)));
    match operator {
        Operator::Plus => {
            of("integer_plus", |columns| apply(columns, i32::checked_add, i64::checked_add, "addition", '+'))
        }
        Operator::Minus => of("integer_minus", |columns| {
            apply(columns, i32::checked_sub, i64::checked_sub, "subtraction", '-')
        }),
        Operator::Multiply => of("integer_times", |columns| {
            apply(columns, i32::checked_mul, i64::checked_mul, "multiplication", '*')
        }),
        _ => None,
    }
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [Arrow::Int32, Arrow::Int32] => Some(given.to_vec()),
        [Arrow::Int32 | Arrow::Int64, Arrow::Int32 | Arrow::Int64] => Some(vec![Arrow::Int64; 2]),
        _ => None,
    }
}

fn apply(
    columns: &[ArrayRef],
    integers: fn(i32, i32) -> Option<i32>,
    bigints: fn(i64, i64) -> Option<i64>,
    what: &str,
    sign: char,
) -> Result<ArrayRef> {
    let [left, right] = columns else { return Err(unexpected(&Arrow::Null)) };
    match left.data_type() {
        Arrow::Int32 => each::<Int32Type>(left, right, integers, &format!("integer {what}"), sign),
        Arrow::Int64 => each::<Int64Type>(left, right, bigints, &format!("bigint {what}"), sign),
        other => Err(unexpected(other)),
    }
}

fn each<T: ArrowPrimitiveType>(
    left: &ArrayRef,
    right: &ArrayRef,
    operation: fn(T::Native, T::Native) -> Option<T::Native>,
    what: &str,
    sign: char,
) -> Result<ArrayRef>
where
    T::Native: std::fmt::Display,
{
    let (left, right) = (left.as_primitive::<T>(), right.as_primitive::<T>());
    let rows = left.iter().zip(right).map(|pair| match pair {
        (Some(left), Some(right)) => operation(left, right).map(Some).ok_or_else(|| {
            failure("NUMERIC_VALUE_OUT_OF_RANGE", format!("{what} overflow: {left} {sign} {right}"))
        }),
        _ => Ok(None),
    });
    Ok(Arc::new(rows.collect::<Result<PrimitiveArray<T>>>()?))
}
