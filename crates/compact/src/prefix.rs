//! Values as integers that compare as the values do, as far as 64 bits say.
//!
//! [`Prefixes`] are of the first sort column in a merge, where batches are compared that are not in memory at the same time.
//! `sorted::prefix`, which knows all rows, tells more of them apart; it takes the same integers.

use arrow::{
    array::{Array, ArrayRef, ArrowPrimitiveType, AsArray},
    datatypes::{
        BinaryType, ByteArrayType, DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type,
        Int64Type, TimeUnit, TimestampMillisecondType, Utf8Type,
    },
};

/// What stands for null, which comes first.
const NULL: u64 = 0;

/// Bytes of a text that are in its prefix.
const HEAD: usize = 7;

/// In the order of the numbers.
pub(crate) fn signed(value: i64) -> u64 {
    value.cast_unsigned() ^ (1 << 63)
}

/// In IEEE 754's total order: of negative numbers, all bits but the sign are flipped.
pub(crate) fn float(value: f32) -> i32 {
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 31).cast_unsigned() >> 1).cast_signed()
}

/// As [`float`].
pub(crate) fn double(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// The first bytes, with zeros where there are none, and how many bytes there are, up to one more than fit. So a text that
/// ends is before one that goes on with zeros.
pub(crate) fn text(value: &[u8]) -> u64 {
    if let Some(head) = value.first_chunk::<{ HEAD + 1 }>() {
        return (u64::from_be_bytes(*head) & !0xFF) | (HEAD as u64 + 1);
    }
    let mut head = [0; HEAD + 1];
    head[..value.len()].copy_from_slice(value);
    u64::from_be_bytes(head) | value.len() as u64
}

/// Whether texts of this prefix are all equal.
pub(crate) fn is_whole_text(prefix: u64) -> bool {
    prefix & 0xFF <= HEAD as u64
}

/// One integer for each row of a column, in an order that does not contradict the column's: ascending, nulls first. It
/// depends on the value and the type alone, so prefixes of different batches can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prefixes {
    pub(crate) values: Vec<u64>,
    /// Whether rows of equal prefixes have equal values, among all batches that are exact.
    pub(crate) exact: bool,
}

impl Prefixes {
    pub(crate) fn of(column: &ArrayRef) -> Self {
        match column.data_type() {
            DataType::Int32 => primitive::<Int32Type>(column, narrow),
            DataType::Date32 => primitive::<Date32Type>(column, narrow),
            DataType::Int64 => primitive::<Int64Type>(column, signed),
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                primitive::<TimestampMillisecondType>(column, signed)
            }
            // Those beyond 64 bits are all alike here.
            DataType::Decimal128(..) => primitive::<Decimal128Type>(column, |value| {
                signed(i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX }))
            }),
            DataType::Float32 => primitive::<Float32Type>(column, |value| narrow(float(value))),
            DataType::Float64 => primitive::<Float64Type>(column, |value| signed(double(value))),
            DataType::Boolean => {
                let flags = column.as_boolean().iter();
                Self {
                    values: flags.map(|flag| flag.map_or(NULL, |flag| 1 + u64::from(flag))).collect(),
                    exact: true,
                }
            }
            DataType::Utf8 => texts::<Utf8Type>(column),
            DataType::Binary => texts::<BinaryType>(column),
            _ => {
                let values = (0..column.len()).map(|row| u64::from(column.is_valid(row))).collect();
                Self { values, exact: false }
            }
        }
    }
}

/// In the order of the numbers, from 1 on.
fn narrow(value: i32) -> u64 {
    1 + u64::from(value.cast_unsigned() ^ (1 << 31))
}

fn primitive<T: ArrowPrimitiveType>(column: &ArrayRef, rank: impl Fn(T::Native) -> u64) -> Prefixes {
    let array = column.as_primitive::<T>();
    let mut exact = true;
    let mut prefix = |value: &T::Native| {
        let rank = rank(*value);
        // The least one has the place of null, and what does not fit is at one of the ends, where it meets others.
        exact &= rank != NULL && rank != u64::MAX;
        rank.max(NULL + 1)
    };
    let values = match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => array.values().iter().map(prefix).collect(),
        Some(nulls) => {
            let rows = array.values().iter().zip(nulls);
            rows.map(|(value, is_valid)| if is_valid { prefix(value) } else { NULL }).collect()
        }
    };
    Prefixes { values, exact }
}

fn texts<T: ByteArrayType>(column: &ArrayRef) -> Prefixes {
    let array = column.as_bytes::<T>();
    let mut exact = true;
    let mut prefix = |row: usize| {
        let prefix = text(array.value(row).as_ref());
        exact &= is_whole_text(prefix);
        // The empty text is not null. There is room: the last byte is a small number.
        prefix + 1
    };
    let values = match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => (0..array.len()).map(prefix).collect(),
        Some(nulls) => {
            let rows = nulls.iter().enumerate();
            rows.map(|(row, is_valid)| if is_valid { prefix(row) } else { NULL }).collect()
        }
    };
    Prefixes { values, exact }
}

#[cfg(test)]
mod tests;
