//! `checksum`: the sum of the hashes of all values, whatever their order.
//!
//! Each value counts with its xxHash64 times a prime, and a null with the prime (Trino's `ChecksumAggregationFunction`). What is
//! hashed of a value is said by the operator `XX_HASH_64` of its type (`AbstractIntType`, `AbstractVariableWidthType`,
//! `BooleanType`, `DoubleType`, `LongDecimalType`, `RealType`, `ShortDecimalType`, `ShortTimestampType` and
//! `ShortTimestampWithTimeZoneType` in `trino-spi`). Other types are refused: Trino hashes intervals otherwise in each of its
//! versions, nested values by a formula for each nesting, and JSON by a text that is not ours.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        datatypes::{
            DataType as Arrow, Date32Type, Decimal128Type, Field, FieldRef, Float32Type, Float64Type,
            Int64Type, TimeUnit, TimestampMillisecondType, UInt64Type,
        },
    },
    common::ScalarValue,
    error::Result,
    logical_expr::{
        Accumulator, AggregateUDFImpl, Signature,
        function::{AccumulatorArgs, StateFieldsArgs},
        utils::{AggregateOrderSensitivity, format_state_name},
    },
};
use twox_hash::XxHash64;

use super::signature;
use crate::functions::own::{not_taken, unexpected};

pub(crate) const CHECKSUM: &str = "checksum";

/// What each hash is multiplied with.
const PRIME: u64 = 0x9E37_79B1_85EB_CA87;

/// The most digits of a decimal that is one number of 64 bits in Trino.
const SHORT_DIGITS: u8 = 18;

/// The microseconds of a millisecond.
const MICROSECONDS: i64 = 1_000;

/// Whether the hash of such a value is known to be Trino's.
pub(crate) fn is_hashed(found: &Arrow) -> bool {
    matches!(
        found,
        Arrow::Null
            | Arrow::Boolean
            | Arrow::Int8
            | Arrow::Int16
            | Arrow::Int32
            | Arrow::Int64
            | Arrow::UInt64
            | Arrow::Float32
            | Arrow::Float64
            | Arrow::Decimal128(..)
            | Arrow::Utf8
            | Arrow::Utf8View
            | Arrow::Binary
            | Arrow::Date32
            | Arrow::Timestamp(TimeUnit::Millisecond, _)
    )
}

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Checksum {
    signature: Signature,
}

impl Checksum {
    pub(super) fn new() -> Self {
        Self { signature: signature() }
    }
}

impl AggregateUDFImpl for Checksum {
    fn name(&self) -> &'static str {
        CHECKSUM
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Every type, so that the one that is refused can be named: see [`is_hashed`].
    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        match given {
            // Each is hashed as a bigint.
            [found] if found.is_integer() => Ok(vec![Arrow::Int64]),
            [Arrow::Utf8View] => Ok(vec![Arrow::Utf8]),
            [found] => Ok(vec![found.clone()]),
            _ => Err(not_taken(self.name())),
        }
    }

    fn return_type(&self, _: &[Arrow]) -> Result<Arrow> {
        Ok(Arrow::Binary)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let field = |part, of| Arc::new(Field::new(format_state_name(args.name, part), of, true));
        Ok(vec![field("sum", Arrow::UInt64), field("rows", Arrow::UInt64)])
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(OfGroup::default()))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// All sums are those of 64 bits, without what is carried.
#[derive(Debug, Default)]
struct OfGroup {
    sum: u64,
    rows: u64,
}

impl Accumulator for OfGroup {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let [values] = columns else { return Err(unexpected(&Arrow::Null)) };
        self.sum = self.sum.wrapping_add(sum(values)?);
        self.rows = self.rows.wrapping_add(values.len() as u64);
        Ok(())
    }

    /// The rows that leave the frame of a window.
    fn retract_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let [values] = columns else { return Err(unexpected(&Arrow::Null)) };
        self.sum = self.sum.wrapping_sub(sum(values)?);
        self.rows = self.rows.wrapping_sub(values.len() as u64);
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [sums, rows] = states else { return Err(unexpected(&Arrow::Null)) };
        let all = |numbers: &ArrayRef| -> u64 {
            numbers.as_primitive::<UInt64Type>().iter().flatten().fold(0, u64::wrapping_add)
        };
        self.sum = self.sum.wrapping_add(all(sums));
        self.rows = self.rows.wrapping_add(all(rows));
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::UInt64(Some(self.sum)), ScalarValue::UInt64(Some(self.rows))])
    }

    /// Eight bytes, of which the lowest is the first; null where there is no row.
    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary((self.rows > 0).then(|| self.sum.to_le_bytes().to_vec())))
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

/// The sum of a column.
fn sum(column: &ArrayRef) -> Result<u64> {
    Ok(match column.data_type() {
        Arrow::Null => PRIME.wrapping_mul(column.len() as u64),
        Arrow::Boolean => added(column.as_boolean().iter(), |value| whole(i64::from(value))),
        Arrow::Int64 => added(column.as_primitive::<Int64Type>().iter(), whole),
        Arrow::Float32 => added(column.as_primitive::<Float32Type>().iter(), |number| {
            // One zero, and one NaN, as Java's `floatToIntBits` has it.
            let number = if number.is_nan() { f32::NAN } else { number + 0.0 };
            whole(number.to_bits().cast_signed().into())
        }),
        Arrow::Float64 => added(column.as_primitive::<Float64Type>().iter(), |number| {
            let number = if number.is_nan() { f64::NAN } else { number + 0.0 };
            whole(number.to_bits().cast_signed())
        }),
        Arrow::Decimal128(digits, _) => {
            let is_short = *digits <= SHORT_DIGITS;
            added(column.as_primitive::<Decimal128Type>().iter(), |units| {
                let bytes = units.to_le_bytes();
                let (low, high) = bytes.split_at(size_of::<u64>());
                if is_short { hash(low) } else { hash(low) ^ hash(high) }
            })
        }
        Arrow::Utf8 => added(column.as_string::<i32>().iter(), |text| hash(text.as_bytes())),
        Arrow::Binary => added(column.as_binary::<i32>().iter(), hash),
        Arrow::Date32 => added(column.as_primitive::<Date32Type>().iter(), |days| whole(days.into())),
        Arrow::Timestamp(TimeUnit::Millisecond, zone) => {
            // Without a zone it is a number of microseconds in Trino, and with one of milliseconds.
            let scale = if zone.is_none() { MICROSECONDS } else { 1 };
            added(column.as_primitive::<TimestampMillisecondType>().iter(), |instant| {
                whole(instant.wrapping_mul(scale))
            })
        }
        other => return Err(unexpected(other)),
    })
}

fn added<T>(values: impl Iterator<Item = Option<T>>, hash: impl Fn(T) -> u64) -> u64 {
    values.fold(0, |sum, value| sum.wrapping_add(value.map_or(1, &hash).wrapping_mul(PRIME)))
}

fn whole(number: i64) -> u64 {
    hash(&number.to_le_bytes())
}

fn hash(bytes: &[u8]) -> u64 {
    XxHash64::oneshot(0, bytes)
}
