use std::{cmp::Ordering, sync::Arc};

use arrow::{
    array::{
        BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int32Array,
        Int64Array, StringArray, TimestampMillisecondArray,
    },
    compute::concat,
    row::{RowConverter, SortField},
};
use proptest::prelude::*;

use super::*;

/// Any value, the ends of its type more often than not, and null.
fn edges<T: Clone + std::fmt::Debug + 'static>(
    any: impl Strategy<Value = T> + 'static,
    ends: Vec<T>,
) -> impl Strategy<Value = Vec<Option<T>>> {
    let value = prop_oneof![any, prop::sample::select(ends)];
    prop::collection::vec(prop::option::weighted(0.8, value), 0..12)
}

fn boxed<T: Clone + std::fmt::Debug + 'static>(
    any: impl Strategy<Value = T> + 'static,
    ends: Vec<T>,
    array: fn(Vec<Option<T>>) -> ArrayRef,
) -> BoxedStrategy<(ArrayRef, ArrayRef)> {
    let values = (edges(any, ends.clone()), edges(prop::sample::select(ends.clone()), ends));
    values.prop_map(move |(left, right)| (array(left), array(right))).boxed()
}

fn decimals(values: Vec<Option<i128>>) -> ArrayRef {
    Arc::new(Decimal128Array::from(values).with_precision_and_scale(38, 2).unwrap())
}

fn bytes(values: Vec<Option<Vec<u8>>>) -> ArrayRef {
    Arc::new(BinaryArray::from_iter(values))
}

/// Two columns of one type.
fn columns() -> impl Strategy<Value = (ArrayRef, ArrayRef)> {
    let texts =
        ["", "\0", "a", "a\0", "abcdefg", "abcdefg\0", "abcdefgh", "abcdefgi", "é"].map(str::to_owned);
    let raw: Vec<Vec<u8>> = vec![vec![], vec![0], vec![255; 7], vec![255; 8], vec![255; 9], vec![0; 8]];
    let wide = [i128::from(i64::MIN), i128::from(i64::MAX)];
    let decimal_ends = wide.iter().flat_map(|end| [end - 1, *end, end + 1]).chain([0]).collect();
    prop_oneof![
        boxed(any::<i32>(), vec![i32::MIN, -1, 0, i32::MAX], |values| Arc::new(Int32Array::from(values))),
        boxed(any::<i32>(), vec![i32::MIN, -1, 0, i32::MAX], |values| Arc::new(Date32Array::from(values))),
        boxed(any::<i64>(), vec![i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX], |values| {
            Arc::new(Int64Array::from(values))
        }),
        boxed(any::<i64>(), vec![i64::MIN, i64::MIN + 1, i64::MAX], |values| {
            Arc::new(TimestampMillisecondArray::from(values).with_timezone("UTC"))
        }),
        boxed(-(10_i128.pow(37))..10_i128.pow(37), decimal_ends, decimals),
        boxed(
            any::<f32>(),
            vec![f32::NEG_INFINITY, -0.0, 0.0, f32::MIN_POSITIVE, f32::NAN, -f32::NAN],
            |values| { Arc::new(Float32Array::from(values)) }
        ),
        boxed(any::<f64>(), vec![f64::NEG_INFINITY, -0.0, 0.0, f64::MAX, f64::NAN, -f64::NAN], |values| {
            Arc::new(Float64Array::from(values))
        }),
        boxed(any::<bool>(), vec![false, true], |values| Arc::new(BooleanArray::from(values))),
        boxed("[a-c]{0,12}", texts.to_vec(), |values| Arc::new(StringArray::from_iter(values))),
        boxed(prop::collection::vec(any::<u8>(), 0..12), raw, bytes),
    ]
}

proptest! {
    /// Against Arrow's row format, within a column and from one to another.
    #[test]
    fn prefixes_do_not_contradict_the_order((left, right) in columns()) {
        let all = concat(&[left.as_ref(), right.as_ref()]).unwrap();
        let rows = RowConverter::new(vec![SortField::new(all.data_type().clone())]).unwrap();
        let rows = rows.convert_columns(std::slice::from_ref(&all)).unwrap();
        let (first, second) = (Prefixes::of(&left), Prefixes::of(&right));
        let exact = |row: usize| if row < left.len() { first.exact } else { second.exact };
        let prefixes = [first.values.as_slice(), &second.values].concat();
        prop_assert_eq!(prefixes.len(), all.len());
        for a in 0..all.len() {
            prop_assert_eq!(prefixes[a] == NULL, all.is_null(a));
            for b in 0..all.len() {
                let wanted = rows.row(a).cmp(&rows.row(b));
                match prefixes[a].cmp(&prefixes[b]) {
                    Ordering::Equal if exact(a) && exact(b) => prop_assert_eq!(wanted, Ordering::Equal),
                    Ordering::Equal => {}
                    found => prop_assert_eq!(found, wanted),
                }
            }
        }
        // A part of a column has the same prefixes.
        let middle = all.len() / 2;
        let part = Prefixes::of(&all.slice(middle, all.len() - middle));
        prop_assert_eq!(part.values, prefixes[middle..].to_vec());
    }
}

#[test]
fn what_fits_is_exact() {
    let exact = |column: ArrayRef| Prefixes::of(&column).exact;
    assert!(exact(Arc::new(TimestampMillisecondArray::from(vec![Some(0), None, Some(i64::MAX - 1)]))));
    assert!(exact(Arc::new(Int32Array::from(vec![i32::MIN, i32::MAX]))));
    assert!(exact(Arc::new(StringArray::from(vec!["", "seven b"]))));
    assert!(!exact(Arc::new(StringArray::from(vec!["", "eight by"]))));
    assert!(!exact(Arc::new(Int64Array::from(vec![i64::MIN]))));
    assert!(exact(decimals(vec![Some(i128::from(i64::MAX) - 1)])));
    assert!(!exact(decimals(vec![Some(i128::from(i64::MAX) + 1)])));
}
