//! `BETWEEN` of a value that is another each time, as `random() BETWEEN 0.4 AND 0.6`. DataFusion calculates the value twice, once
//! for each bound.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray},
        compute::{
            and_kleene,
            kernels::cmp::{gt_eq, lt_eq},
        },
        datatypes::{DataType as Arrow, Float32Type, Float64Type},
    },
    error::Result,
};

use super::own::Own;

/// Of a value and two bounds. A query cannot call it.
pub(super) fn between() -> Own {
    Own::new("between", takes, |_| Arrow::Boolean, each)
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    let [value, ..] = given else { return None };
    let known = given.iter().find(|found| **found != Arrow::Null).unwrap_or(value);
    let are_alike = given.iter().all(|found| found == known || *found == Arrow::Null);
    match given.len() {
        3 if are_alike => Some(vec![known.clone(); 3]),
        3 if given.iter().all(|found| found.is_integer() || *found == Arrow::Null) => {
            Some(vec![Arrow::Int64; 3])
        }
        _ => None,
    }
}

fn each(columns: &[ArrayRef]) -> Result<ArrayRef> {
    let (value, low, high) = (&columns[0], &columns[1], &columns[2]);
    let (above, below) = match value.data_type() {
        // Arrow has an order of NaN, too.
        Arrow::Float32 => floats::<Float32Type>(value, low, high),
        Arrow::Float64 => floats::<Float64Type>(value, low, high),
        _ => (gt_eq(value, low)?, lt_eq(value, high)?),
    };
    Ok(Arc::new(and_kleene(&above, &below)?))
}

fn floats<T: ArrowPrimitiveType>(
    value: &ArrayRef,
    low: &ArrayRef,
    high: &ArrayRef,
) -> (BooleanArray, BooleanArray)
where
    T::Native: PartialOrd,
{
    let numbers = |column: &ArrayRef| column.as_primitive::<T>().clone();
    let (value, low, high) = (numbers(value), numbers(low), numbers(high));
    let above = value.iter().zip(low.iter()).map(|(value, low)| Some(value? >= low?)).collect();
    let below = value.iter().zip(high.iter()).map(|(value, high)| Some(value? <= high?)).collect();
    (above, below)
}
