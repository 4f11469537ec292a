//! The operators that compare arrays and rows.

use std::{cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray},
        datatypes::DataType as Arrow,
    },
    error::Result,
    logical_expr::Operator,
};

use super::{
    arguments::{Scalars, types},
    keys::Keys,
    order::{Order, Pairs},
    types::{common, is_comparable, is_nested},
};
use crate::{
    cancel::Cancellation,
    functions::{
        argument::Argument,
        own::{Own, unexpected},
    },
};

/// The names of all. A query cannot call them by these.
pub(super) const NAMES: [&str; 8] = [
    "nested_at_least",
    "nested_at_most",
    "nested_distinct",
    "nested_equal",
    "nested_greater",
    "nested_less",
    "nested_same",
    "nested_unequal",
];

/// The function that stands for an operator between such values. `None`: it has no meaning for them here.
pub(super) fn compared(op: Operator, left: &Arrow, right: &Arrow) -> Option<Own> {
    common(left, right).filter(is_nested).filter(is_comparable)?;
    let of = |name, apply| Some(Own::watched(name, takes, |_| Arrow::Boolean, apply));
    match op {
        Operator::Eq => {
            of("nested_equal", |arguments, rows, cancellation| equal(arguments, rows, cancellation, true))
        }
        Operator::NotEq => {
            of("nested_unequal", |arguments, rows, cancellation| equal(arguments, rows, cancellation, false))
        }
        Operator::Lt => of("nested_less", |arguments, rows, cancellation| {
            ordered(arguments, rows, cancellation, Ordering::is_lt)
        }),
        Operator::LtEq => of("nested_at_most", |arguments, rows, cancellation| {
            ordered(arguments, rows, cancellation, Ordering::is_le)
        }),
        Operator::Gt => of("nested_greater", |arguments, rows, cancellation| {
            ordered(arguments, rows, cancellation, Ordering::is_gt)
        }),
        Operator::GtEq => of("nested_at_least", |arguments, rows, cancellation| {
            ordered(arguments, rows, cancellation, Ordering::is_ge)
        }),
        Operator::IsDistinctFrom => {
            of("nested_distinct", |arguments, rows, cancellation| same(arguments, rows, cancellation, false))
        }
        Operator::IsNotDistinctFrom => {
            of("nested_same", |arguments, rows, cancellation| same(arguments, rows, cancellation, true))
        }
        _ => None,
    }
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    let [left, right] = given else { return None };
    common(left, right).map(|_| given.to_vec())
}

fn sides(arguments: &[Argument]) -> Result<[Scalars<'_>; 2]> {
    let (given, [left, right]) = (types(arguments), arguments) else {
        return Err(unexpected(&Arrow::Null));
    };
    let both = given.first().zip(given.get(1)).and_then(|(left, right)| common(left, right));
    let both = both.ok_or_else(|| unexpected(&Arrow::Null))?;
    Ok([Scalars::of(left, &both)?, Scalars::of(right, &both)?])
}

fn equal(arguments: &[Argument], rows: usize, cancellation: &Cancellation, wanted: bool) -> Result<ArrayRef> {
    let [left, right] = sides(arguments)?;
    let pairs = Pairs::of(left.values(), right.values())?;
    let found = (0..rows).map(|row| {
        cancellation.check()?;
        Ok(pairs.equal(left.place(row), right.place(row)).map(|equal| equal == wanted))
    });
    Ok(Arc::new(found.collect::<Result<BooleanArray>>()?))
}

fn ordered(
    arguments: &[Argument],
    rows: usize,
    cancellation: &Cancellation,
    holds: fn(Ordering) -> bool,
) -> Result<ArrayRef> {
    let [left, right] = sides(arguments)?;
    let pairs = Pairs::of(left.values(), right.values())?;
    let order = Order::new(false);
    let found = (0..rows).map(|row| {
        cancellation.check()?;
        if left.is_null(row) || right.is_null(row) {
            return Ok(None);
        }
        let found = holds(pairs.order(left.place(row), right.place(row), &order));
        order.check()?;
        Ok(Some(found))
    });
    Ok(Arc::new(found.collect::<Result<BooleanArray>>()?))
}

fn same(arguments: &[Argument], rows: usize, cancellation: &Cancellation, wanted: bool) -> Result<ArrayRef> {
    let [left, right] = sides(arguments)?;
    let keys = Keys::of(left.values().data_type())?;
    let (lefts, rights) = (keys.made(left.values())?, keys.made(right.values())?);
    let found = (0..rows).map(|row| {
        cancellation.check()?;
        let is_same = lefts.row(left.place(row)) == rights.row(right.place(row));
        Ok(Some(is_same == wanted))
    });
    Ok(Arc::new(found.collect::<Result<BooleanArray>>()?))
}
