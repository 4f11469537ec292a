//! Comparisons of doubles and reals as IEEE 754 has them, and Athena with it: NaN equals nothing, is less than nothing and
//! greater than nothing. Arrow has an order of all bits, in which NaN equals itself and is the greatest.

use std::{cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, Float32Array, Float64Array},
        datatypes::{DataType as Arrow, Float32Type, Float64Type},
    },
    error::Result,
    logical_expr::Operator,
};

use super::{
    argument::Argument,
    own::{Own, Watched, unexpected},
};

/// The function that compares as an operator does. A query cannot call it by its name. `None`: the operator does not compare.
pub(super) fn compared(operator: Operator) -> Option<Own> {
    match operator {
        Operator::Eq => of("ieee_equal", |given, rows, _| apply(given, rows, Ordering::is_eq, false)),
        Operator::NotEq => of("ieee_unequal", |given, rows, _| apply(given, rows, Ordering::is_ne, true)),
        Operator::Lt => of("ieee_less", |given, rows, _| apply(given, rows, Ordering::is_lt, false)),
        Operator::LtEq => of("ieee_at_most", |given, rows, _| apply(given, rows, Ordering::is_le, false)),
        Operator::Gt => of("ieee_greater", |given, rows, _| apply(given, rows, Ordering::is_gt, false)),
        Operator::GtEq => of("ieee_at_least", |given, rows, _| apply(given, rows, Ordering::is_ge, false)),
        _ => None,
    }
}

fn of(name: &'static str, apply: Watched) -> Option<Own> {
    Some(Own::watched(name, takes_two, |_| Arrow::Boolean, apply))
}

/// A number whose equality bit by bit is Athena's: 0.0 for -0.0, and null, which equals nothing either, for NaN.
pub(super) fn equal_key() -> Own {
    Own::new(
        "equal_key",
        takes_one,
        |given| given[0].clone(),
        |columns| {
            Ok(match columns[0].data_type() {
                Arrow::Float32 => {
                    let key = |number: f32| (!number.is_nan()).then_some(number + 0.0);
                    let keys: Float32Array = columns[0].as_primitive::<Float32Type>().unary_opt(key);
                    Arc::new(keys)
                }
                Arrow::Float64 => {
                    let key = |number: f64| (!number.is_nan()).then_some(number + 0.0);
                    let keys: Float64Array = columns[0].as_primitive::<Float64Type>().unary_opt(key);
                    Arc::new(keys)
                }
                other => return Err(unexpected(other)),
            })
        },
    )
}

/// The number, and the same NaN for every one: where 0 is divided by 0, processors make one that is negative, and sorts
/// first.
pub(super) fn one_nan() -> Own {
    Own::new(
        "one_nan",
        takes_one,
        |given| given[0].clone(),
        |columns| {
            Ok(match columns[0].data_type() {
                Arrow::Float32 => {
                    let one = |number: f32| if number.is_nan() { f32::NAN } else { number };
                    let numbers: Float32Array = columns[0].as_primitive::<Float32Type>().unary(one);
                    Arc::new(numbers)
                }
                Arrow::Float64 => {
                    let one = |number: f64| if number.is_nan() { f64::NAN } else { number };
                    let numbers: Float64Array = columns[0].as_primitive::<Float64Type>().unary(one);
                    Arc::new(numbers)
                }
                other => return Err(unexpected(other)),
            })
        },
    )
}

fn takes_one(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [Arrow::Float32 | Arrow::Float64] => Some(given.to_vec()),
        _ => None,
    }
}

fn takes_two(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [Arrow::Float32, Arrow::Float32 | Arrow::Null] | [Arrow::Null, Arrow::Float32] => {
            Some(vec![Arrow::Float32; 2])
        }
        [Arrow::Float64, Arrow::Float64 | Arrow::Null] | [Arrow::Null, Arrow::Float64] => {
            Some(vec![Arrow::Float64; 2])
        }
        _ => None,
    }
}

/// Whether the order of two numbers is one that is asked for.
type Wanted = fn(Ordering) -> bool;

/// `unordered`: the answer where one is NaN.
fn apply(given: &[Argument], rows: usize, wanted: Wanted, unordered: bool) -> Result<ArrayRef> {
    let [left, right] = given else { return Err(unexpected(&Arrow::Null)) };
    match left.array().data_type() {
        Arrow::Float32 => Ok(each::<Float32Type>(left, right, rows, wanted, unordered)),
        Arrow::Float64 => Ok(each::<Float64Type>(left, right, rows, wanted, unordered)),
        other => Err(unexpected(other)),
    }
}

fn each<T: ArrowPrimitiveType>(
    left: &Argument,
    right: &Argument,
    rows: usize,
    wanted: Wanted,
    unordered: bool,
) -> ArrayRef {
    let holds = |left: T::Native, right: T::Native| left.partial_cmp(&right).map_or(unordered, wanted);
    let (is_left_single, is_right_single) = (left.is_single(), right.is_single());
    let (left, right) = (left.array().as_primitive::<T>(), right.array().as_primitive::<T>());
    let is_null = (is_left_single && left.is_null(0)) || (is_right_single && right.is_null(0));
    let compared = if is_null {
        BooleanArray::new_null(rows)
    } else if is_left_single == is_right_single {
        BooleanArray::from_binary(left, right, holds)
    } else if is_left_single {
        let left = left.value(0);
        BooleanArray::from_unary(right, |right| holds(left, right))
    } else {
        let right = right.value(0);
        BooleanArray::from_unary(left, |left| holds(left, right))
    };
    Arc::new(compared)
}

#[cfg(test)]
mod tests {
    use datafusion::{common::ScalarValue, logical_expr::ColumnarValue};
    use proptest::prelude::*;

    use super::*;

    const OPERATORS: [Operator; 6] =
        [Operator::Eq, Operator::NotEq, Operator::Lt, Operator::LtEq, Operator::Gt, Operator::GtEq];

    /// Rust's operators are those of IEEE 754.
    fn expected(operator: Operator, left: f64, right: f64) -> bool {
        match operator {
            Operator::Eq => left == right,
            Operator::NotEq => left != right,
            Operator::Lt => left < right,
            Operator::LtEq => left <= right,
            Operator::Gt => left > right,
            _ => left >= right,
        }
    }

    fn wanted(operator: Operator) -> (Wanted, bool) {
        match operator {
            Operator::Eq => (Ordering::is_eq, false),
            Operator::NotEq => (Ordering::is_ne, true),
            Operator::Lt => (Ordering::is_lt, false),
            Operator::LtEq => (Ordering::is_le, false),
            Operator::Gt => (Ordering::is_gt, false),
            _ => (Ordering::is_ge, false),
        }
    }

    fn number() -> impl Strategy<Value = Option<f64>> {
        let odd = [f64::NAN, -f64::NAN, 0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, 1.0, -1.0];
        prop::option::of(prop_oneof![prop::sample::select(odd.to_vec()), any::<f64>()])
    }

    proptest! {
        #[test]
        fn columns_and_single_numbers_compare_as_numbers_do(
            pairs in prop::collection::vec((number(), number()), 1..20),
            single in number(),
        ) {
            let left: Float64Array = pairs.iter().map(|(left, _)| *left).collect();
            let right: Float64Array = pairs.iter().map(|(_, right)| *right).collect();
            let column = |array: &Float64Array| Argument::new(ColumnarValue::Array(Arc::new(array.clone()))).unwrap();
            let one = || Argument::new(ColumnarValue::Scalar(ScalarValue::Float64(single))).unwrap();
            for operator in OPERATORS {
                let (wanted, unordered) = wanted(operator);
                let found = apply(&[column(&left), column(&right)], pairs.len(), wanted, unordered).unwrap();
                let by_one = apply(&[column(&left), one()], pairs.len(), wanted, unordered).unwrap();
                let of_one = apply(&[one(), column(&right)], pairs.len(), wanted, unordered).unwrap();
                for (row, (left, right)) in pairs.iter().enumerate() {
                    let is = |left: Option<f64>, right: Option<f64>| Some(expected(operator, left?, right?));
                    let value = |array: &ArrayRef| {
                        let array = array.as_boolean();
                        array.is_valid(row).then(|| array.value(row))
                    };
                    prop_assert_eq!(value(&found), is(*left, *right));
                    prop_assert_eq!(value(&by_one), is(*left, single));
                    prop_assert_eq!(value(&of_one), is(single, *right));
                }
            }
        }
    }
}
