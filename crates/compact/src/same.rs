//! Whether two values of a column are the same.

use arrow::{
    array::{Array, ArrowPrimitiveType, AsArray},
    datatypes::{
        DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimeUnit,
        TimestampMillisecondType, UInt16Type,
    },
};

/// Whether two values of one type are the same, part by part: null is the same as null, and floats are compared by their
/// bits, so that -0.0 is not 0.0. The verdict is the same as that of Arrow's row format, without its copies.
pub(crate) fn same(left: &dyn Array, i: usize, right: &dyn Array, j: usize) -> bool {
    match (left.is_null(i), right.is_null(j)) {
        (true, true) => return true,
        (false, false) => {}
        _ => return false,
    }
    if is_coded(left.data_type()) || is_coded(right.data_type()) {
        let ((left, i), (right, j)) = (value_of(left, i), value_of(right, j));
        return same(left, i, right, j);
    }
    match left.data_type() {
        DataType::Boolean => left.as_boolean().value(i) == right.as_boolean().value(j),
        DataType::Int32 => pair::<Int32Type>(left, i, right, j, |a, b| a == b),
        DataType::Int64 => pair::<Int64Type>(left, i, right, j, |a, b| a == b),
        DataType::Date32 => pair::<Date32Type>(left, i, right, j, |a, b| a == b),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            pair::<TimestampMillisecondType>(left, i, right, j, |a, b| a == b)
        }
        DataType::Decimal128(..) => pair::<Decimal128Type>(left, i, right, j, |a, b| a == b),
        DataType::Float32 => pair::<Float32Type>(left, i, right, j, |a, b| a.to_bits() == b.to_bits()),
        DataType::Float64 => pair::<Float64Type>(left, i, right, j, |a, b| a.to_bits() == b.to_bits()),
        DataType::Utf8 => left.as_string::<i32>().value(i) == right.as_string::<i32>().value(j),
        DataType::Binary => left.as_binary::<i32>().value(i) == right.as_binary::<i32>().value(j),
        DataType::List(_) => {
            let (left, right) = (left.as_list::<i32>().value(i), right.as_list::<i32>().value(j));
            all(&left, &right)
        }
        DataType::Map(..) => all(&left.as_map().value(i), &right.as_map().value(j)),
        DataType::Struct(_) => {
            let mut columns = left.as_struct().columns().iter().zip(right.as_struct().columns());
            columns.all(|(left, right)| same(left, i, right, j))
        }
        // The lake has no others.
        _ => left.slice(i, 1).to_data() == right.slice(j, 1).to_data(),
    }
}

/// A value of a dictionary where it is in there; of another array as it is.
fn value_of(array: &dyn Array, index: usize) -> (&dyn Array, usize) {
    match array.as_dictionary_opt::<UInt16Type>() {
        Some(coded) => (coded.values(), coded.keys().value(index).into()),
        None => (array, index),
    }
}

fn is_coded(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Dictionary(..))
}

/// The same, where -0.0 is 0.0: as SQL's `=` has it, by which identities are compared.
pub(crate) fn same_identity(left: &dyn Array, i: usize, right: &dyn Array, j: usize) -> bool {
    match left.data_type() {
        DataType::Float32 if left.is_valid(i) && right.is_valid(j) => {
            pair::<Float32Type>(left, i, right, j, |a, b| (a + 0.0).to_bits() == (b + 0.0).to_bits())
        }
        DataType::Float64 if left.is_valid(i) && right.is_valid(j) => {
            pair::<Float64Type>(left, i, right, j, |a, b| (a + 0.0).to_bits() == (b + 0.0).to_bits())
        }
        _ => same(left, i, right, j),
    }
}

fn pair<T: ArrowPrimitiveType>(
    left: &dyn Array,
    i: usize,
    right: &dyn Array,
    j: usize,
    equal: impl Fn(T::Native, T::Native) -> bool,
) -> bool {
    equal(left.as_primitive::<T>().value(i), right.as_primitive::<T>().value(j))
}

fn all(left: &dyn Array, right: &dyn Array) -> bool {
    left.len() == right.len() && (0..left.len()).all(|index| same(left, index, right, index))
}

#[cfg(test)]
mod tests;
