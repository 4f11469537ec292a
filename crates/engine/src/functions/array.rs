//! `contains(array, value)` and `cardinality(array or map)`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, Int64Array, ListArray},
        datatypes::{
            DataType as Arrow, Date32Type, Decimal128Type, Field, Float32Type, Float64Type, Int32Type,
            Int64Type, TimeUnit, TimestampMillisecondType,
        },
    },
    error::Result,
};

use super::own::{Own, unexpected};
use crate::values::range;

/// Whether a value is among an array's; unknown where it is not, and a null is.
pub(super) fn contains() -> Own {
    Own::new("contains", takes_contains, |_| Arrow::Boolean, apply_contains)
}

/// How many elements there are.
pub(super) fn cardinality() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::List(_) | Arrow::Map(..)] => Some(given.to_vec()),
        _ => None,
    };
    Own::new("cardinality", takes, |_| Arrow::Int64, count)
}

fn takes_contains(given: &[Arrow]) -> Option<Vec<Arrow>> {
    let [Arrow::List(element), value] = given else { return None };
    let common = common(element.data_type(), value)?;
    if common == *element.data_type() {
        return Some(vec![given[0].clone(), common]);
    }
    let list = Arrow::List(Arc::new(Field::new(element.name(), common.clone(), true)));
    Some(vec![list, common])
}

/// The type in which Athena compares the two.
fn common(left: &Arrow, right: &Arrow) -> Option<Arrow> {
    use Arrow::{Binary, Boolean, Date32, Decimal128, Float32, Float64, Int32, Int64, Null, Timestamp, Utf8};
    let millis = Timestamp(TimeUnit::Millisecond, None);
    let digits = |arrow: &Arrow| match arrow {
        Int32 => Some((10, 0)),
        Int64 => Some((19, 0)),
        Decimal128(precision, scale) => Some((i16::from(*precision), i16::from(*scale))),
        _ => None,
    };
    Some(match (left, right) {
        (Boolean | Int32 | Int64 | Float32 | Float64 | Decimal128(..) | Utf8 | Binary | Date32, Null) => {
            left.clone()
        }
        (Boolean | Utf8 | Binary | Date32 | Int32 | Float32 | Float64, right) if left == right => {
            left.clone()
        }
        (Int32 | Int64, Int32 | Int64) => Int64,
        (Float64, right) if right.is_numeric() => Float64,
        (left, Float64) if left.is_numeric() => Float64,
        (Float32, right) if right.is_numeric() => Float32,
        (left, Float32) if left.is_numeric() => Float32,
        (Timestamp(_, None), Timestamp(_, None) | Date32 | Null) | (Date32, Timestamp(_, None)) => millis,
        (left, right) => {
            let ((p1, s1), (p2, s2)) = (digits(left)?, digits(right)?);
            let scale = s1.max(s2);
            let precision = (p1 - s1).max(p2 - s2) + scale;
            Decimal128(u8::try_from(precision.min(38)).ok()?, i8::try_from(scale).ok()?)
        }
    })
}

fn apply_contains(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let [lists, value] = arguments else { return Err(unexpected(&Arrow::Null)) };
    let lists = lists.as_list::<i32>();
    let elements = lists.values();
    let found = match value.data_type() {
        Arrow::Int32 => primitive::<Int32Type>(lists, value),
        Arrow::Int64 => primitive::<Int64Type>(lists, value),
        // By their values, and not by their bits: no NaN is equal to another, and -0 is 0.
        Arrow::Float32 => primitive::<Float32Type>(lists, value),
        Arrow::Float64 => primitive::<Float64Type>(lists, value),
        Arrow::Decimal128(..) => primitive::<Decimal128Type>(lists, value),
        Arrow::Date32 => primitive::<Date32Type>(lists, value),
        Arrow::Timestamp(TimeUnit::Millisecond, None) => primitive::<TimestampMillisecondType>(lists, value),
        Arrow::Boolean => {
            let (elements, values) = (elements.as_boolean(), value.as_boolean());
            search(lists, value, |at, row| elements.value(at) == values.value(row))
        }
        Arrow::Utf8 => {
            let (elements, values) = (elements.as_string::<i32>(), value.as_string::<i32>());
            search(lists, value, |at, row| elements.value(at) == values.value(row))
        }
        Arrow::Binary => {
            let (elements, values) = (elements.as_binary::<i32>(), value.as_binary::<i32>());
            search(lists, value, |at, row| elements.value(at) == values.value(row))
        }
        other => return Err(unexpected(other)),
    };
    Ok(Arc::new(found))
}

fn primitive<T: ArrowPrimitiveType>(lists: &ListArray, values: &ArrayRef) -> BooleanArray {
    let (elements, wanted) = (lists.values().as_primitive::<T>(), values.as_primitive::<T>());
    search(lists, values, |at, row| elements.value(at) == wanted.value(row))
}

/// `is_equal` compares the element at the first place with the value of the second's row.
fn search(lists: &ListArray, values: &ArrayRef, is_equal: impl Fn(usize, usize) -> bool) -> BooleanArray {
    let elements = lists.values();
    let found = (0..lists.len()).map(|row| {
        if lists.is_null(row) || values.is_null(row) {
            return None;
        }
        let mut has_null = false;
        for at in range(lists.value_offsets(), row) {
            if elements.is_null(at) {
                has_null = true;
            } else if is_equal(at, row) {
                return Some(true);
            }
        }
        (!has_null).then_some(false)
    });
    found.collect()
}

fn count(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let array = &arguments[0];
    let offsets = match array.data_type() {
        Arrow::List(_) => array.as_list::<i32>().value_offsets(),
        Arrow::Map(..) => array.as_map().value_offsets(),
        other => return Err(unexpected(other)),
    };
    let counts = (0..array.len()).map(|row| {
        let elements = i64::try_from(range(offsets, row).len()).unwrap_or(i64::MAX);
        array.is_valid(row).then_some(elements)
    });
    Ok(Arc::new(counts.collect::<Int64Array>()))
}
