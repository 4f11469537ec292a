//! Values that are others each time: `random`, `shuffle` and `uuid`.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, Float64Array, Int32Array, Int64Array, ListArray, StringArray,
            UInt64Array,
        },
        buffer::OffsetBuffer,
        compute::{cast, take},
        datatypes::{DataType as Arrow, Int64Type},
    },
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility},
};

use super::own::{invalid, not_taken, unexpected};
use crate::values::range;

/// The names of all.
pub(super) const NAMES: [&str; 4] = ["rand", "random", SHUFFLE, "uuid"];

const SHUFFLE: &str = "shuffle";

/// One of them: its name says which. Each row has a value of its own.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Random {
    name: &'static str,
    signature: Signature,
}

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Random> {
    NAMES.into_iter().map(|name| Random { name, signature: Signature::user_defined(Volatility::Volatile) })
}

impl ScalarUDFImpl for Random {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[Arrow]) -> Result<Vec<Arrow>> {
        match given {
            [Arrow::List(_)] if self.name == SHUFFLE => Ok(given.to_vec()),
            _ if self.name == SHUFFLE => Err(not_taken(self.name)),
            [] => Ok(Vec::new()),
            [Arrow::Int32] | [Arrow::Int32, Arrow::Int32] if self.name != "uuid" => Ok(given.to_vec()),
            [one] | [one, _] if self.name != "uuid" => {
                let other = given.last().unwrap_or(one);
                let fits = [one, other].into_iter().all(|bound| matches!(bound, Arrow::Int32 | Arrow::Int64));
                if fits { Ok(vec![Arrow::Int64; given.len()]) } else { Err(not_taken(self.name)) }
            }
            _ => Err(not_taken(self.name)),
        }
    }

    fn return_type(&self, given: &[Arrow]) -> Result<Arrow> {
        Ok(match given.first() {
            Some(bound) => bound.clone(),
            None if self.name == "uuid" => Arrow::Utf8,
            None => Arrow::Float64,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let mut generator = Generator::new();
        let bounds = args.args.into_iter().map(|bound| bound.into_array(rows)).collect::<Result<Vec<_>>>()?;
        let values: ArrayRef = match bounds.as_slice() {
            [] if self.name == "uuid" => {
                Arc::new((0..rows).map(|_| Some(generator.uuid())).collect::<StringArray>())
            }
            [] => Arc::new((0..rows).map(|_| Some(generator.unit())).collect::<Float64Array>()),
            [array] if self.name == SHUFFLE => shuffled(&mut generator, array)?,
            [bound] => within(&mut generator, None, bound)?,
            [start, stop] => within(&mut generator, Some(start), stop)?,
            _ => return Err(unexpected(&Arrow::Null)),
        };
        Ok(ColumnarValue::Array(values))
    }
}

/// The arrays with their elements in any order.
fn shuffled(generator: &mut Generator, arrays: &ArrayRef) -> Result<ArrayRef> {
    let arrays = arrays.as_list::<i32>();
    let mut places: Vec<u64> = Vec::new();
    let mut lengths = Vec::with_capacity(arrays.len());
    for row in 0..arrays.len() {
        let elements = if arrays.is_valid(row) { range(arrays.value_offsets(), row) } else { 0..0 };
        let first = places.len();
        places.extend(elements.map(|place| place as u64));
        lengths.push(places.len() - first);
        // Each of those that are left may be the next one.
        for next in first..places.len() {
            let left = i64::try_from(places.len() - next).unwrap_or(i64::MAX);
            let chosen = next + usize::try_from(generator.between(0, left)).unwrap_or_default();
            places.swap(next, chosen);
        }
    }
    let elements = take(arrays.values(), &UInt64Array::from(places), None)?;
    let Arrow::List(element) = arrays.data_type() else { return Err(unexpected(arrays.data_type())) };
    let offsets = OffsetBuffer::from_lengths(lengths);
    let nulls = arrays.nulls().cloned();
    Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, elements, nulls)?))
}

/// Integers from the first, or from zero, to below the last.
fn within(generator: &mut Generator, start: Option<&ArrayRef>, stop: &ArrayRef) -> Result<ArrayRef> {
    let wide = |bound: &ArrayRef| cast(bound, &Arrow::Int64);
    let starts = start.map(wide).transpose()?;
    let stops = wide(stop)?;
    let starts = starts.as_ref().map(AsArray::as_primitive::<Int64Type>);
    let stops = stops.as_primitive::<Int64Type>();
    let mut values = Vec::with_capacity(stops.len());
    for (row, stop) in stops.iter().enumerate() {
        let start = match starts {
            None => Some(0),
            Some(starts) => starts.is_valid(row).then(|| starts.value(row)),
        };
        let (Some(start), Some(stop)) = (start, stop) else {
            values.push(None);
            continue;
        };
        if start >= stop {
            let is_bound = starts.is_none();
            let message =
                if is_bound { "bound must be positive" } else { "start value must be less than stop value" };
            return Err(invalid(message));
        }
        values.push(Some(generator.between(start, stop)));
    }
    Ok(match stop.data_type() {
        Arrow::Int32 => {
            let narrow = values.into_iter().map(|value| value.and_then(|value| i32::try_from(value).ok()));
            Arc::new(narrow.collect::<Int32Array>())
        }
        _ => Arc::new(Int64Array::from(values)),
    })
}

/// SplitMix64, which begins anywhere. Nobody may rely on its values being secret.
struct Generator(u64);

impl Generator {
    fn new() -> Self {
        // Its keys are random.
        Self(RandomState::new().build_hasher().finish())
    }

    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1.
    fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// `start` is less than `stop`.
    fn between(&mut self, start: i64, stop: i64) -> i64 {
        let width = u128::from(stop.abs_diff(start));
        let offset = (u128::from(self.word()) * width) >> 64;
        // It is less than the width.
        start.wrapping_add(offset as i64)
    }

    /// A UUID of version 4.
    fn uuid(&mut self) -> String {
        let high = (self.word() & !0xf000) | 0x4000;
        let low = (self.word() & !(0b11 << 62)) | (0b10 << 62);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Generator;

    proptest! {
        #[test]
        fn numbers_are_within_their_bounds(start: i64, stop: i64, seed: u64) {
            let (start, stop) = (start.min(stop), start.max(stop).max(start.min(stop).saturating_add(1)));
            prop_assume!(start < stop);
            let mut generator = Generator(seed);
            let number = generator.between(start, stop);
            prop_assert!((start..stop).contains(&number));
            prop_assert!((0.0..1.0).contains(&generator.unit()));
        }
    }

    #[test]
    fn generators_begin_anywhere_and_go_everywhere() {
        assert_ne!(Generator::new().word(), Generator::new().word());
        let mut generator = Generator(7);
        let mut seen = [0_usize; 10];
        for _ in 0..10_000 {
            seen[usize::try_from(generator.between(0, 10)).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| (800..1_200).contains(count)), "{seen:?}");
        let uuid = Generator(7).uuid();
        assert_eq!(
            (uuid.len(), uuid.as_bytes()[14], uuid.chars().filter(|c| *c == '-').count()),
            (36, b'4', 4)
        );
    }
}
