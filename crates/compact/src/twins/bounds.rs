//! The least and the greatest value of a column in a row group.

use arrow::{
    array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, GenericByteArray},
    buffer::BooleanBuffer,
    datatypes::{
        BinaryType, ByteArrayType, DataType, Date32Type, Decimal128Type, Int32Type, Int64Type, TimeUnit,
        TimestampMillisecondType, UInt16Type, Utf8Type,
    },
};

/// Two arrays of one value each, both of which the column may have.
pub(super) struct Bounds {
    least: ArrayRef,
    greatest: ArrayRef,
}

impl Bounds {
    /// `None` unless each array has one value and both are of one type.
    pub(super) fn new(least: ArrayRef, greatest: ArrayRef) -> Option<Self> {
        let is_value = |array: &ArrayRef| array.len() == 1 && array.is_valid(0);
        let are_bounds = is_value(&least) && is_value(&greatest) && least.data_type() == greatest.data_type();
        are_bounds.then_some(Self { least, greatest })
    }

    /// Which of the values are within: a null is not ruled out. `None` if nothing is known of values of this type.
    pub(super) fn within(&self, values: &dyn Array) -> Option<BooleanBuffer> {
        let within = match values.data_type() {
            // Texts that repeat.
            DataType::Dictionary(..) => {
                let coded = values.as_dictionary_opt::<UInt16Type>()?;
                let (texts, codes) = (self.within(coded.values())?, coded.keys().values());
                // The code of a null may be any.
                let is_within = |row: usize| {
                    let code = usize::from(codes[row]);
                    code >= texts.len() || texts.value(code)
                };
                BooleanBuffer::collect_bool(codes.len(), is_within)
            }
            other if other != self.least.data_type() => return None,
            DataType::Boolean => {
                let [values, least, greatest] =
                    [values, &*self.least, &*self.greatest].map(|array| array.as_boolean().values());
                let range = least.value(0)..=greatest.value(0);
                BooleanBuffer::collect_bool(values.len(), |row| range.contains(&values.value(row)))
            }
            DataType::Int32 => self.numbers::<Int32Type>(values),
            DataType::Int64 => self.numbers::<Int64Type>(values),
            DataType::Date32 => self.numbers::<Date32Type>(values),
            DataType::Decimal128(..) => self.numbers::<Decimal128Type>(values),
            DataType::Timestamp(TimeUnit::Millisecond, _) => self.numbers::<TimestampMillisecondType>(values),
            DataType::Utf8 => self.bytes::<Utf8Type>(values),
            DataType::Binary => self.bytes::<BinaryType>(values),
            _ => return None,
        };
        Some(match values.nulls() {
            Some(nulls) => &within | &!nulls.inner(),
            None => within,
        })
    }

    fn numbers<T: ArrowPrimitiveType>(&self, values: &dyn Array) -> BooleanBuffer {
        let bound = |array: &ArrayRef| array.as_primitive::<T>().value(0);
        let (range, values) =
            (bound(&self.least)..=bound(&self.greatest), values.as_primitive::<T>().values());
        BooleanBuffer::collect_bool(values.len(), |row| range.contains(&values[row]))
    }

    /// Texts are in the order of their bytes.
    fn bytes<T: ByteArrayType>(&self, values: &dyn Array) -> BooleanBuffer {
        let (least, greatest) = (self.least.as_bytes::<T>(), self.greatest.as_bytes::<T>());
        let (range, values) = (value(least, 0)..=value(greatest, 0), values.as_bytes::<T>());
        BooleanBuffer::collect_bool(values.len(), |row| range.contains(&value(values, row)))
    }
}

fn value<T: ByteArrayType>(array: &GenericByteArray<T>, row: usize) -> &[u8] {
    array.value(row).as_ref()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::{DictionaryArray, Float64Array, Int32Array, Int64Array, Scalar, StringArray, UInt16Array},
        compute::{
            and,
            kernels::cmp::{gt_eq, lt_eq},
        },
    };
    use domain::drawn::{Drawn, Random};

    use super::*;
    use crate::runs::tests::parsed;

    /// Columns of any type, against Arrow's own comparisons.
    #[test]
    fn values_are_within_where_arrow_says_so_or_nothing_is_known() {
        let mut known = 0;
        for seed in 0..60 {
            let random = &mut Random::new(seed);
            let batch = parsed(&Drawn::new("d", random).unwrap(), 1 + random.below(200), random);
            for column in batch.columns() {
                let rows = [random.below(batch.num_rows()), random.below(batch.num_rows())];
                let [one, other] = rows.map(|row| column.slice(row, 1));
                let Some(bounds) = Bounds::new(Arc::clone(&one), Arc::clone(&other)) else {
                    assert!(one.is_null(0) || other.is_null(0));
                    continue;
                };
                let Some(within) = bounds.within(column) else {
                    let data_type = column.data_type();
                    assert!(data_type.is_nested() || data_type.is_floating(), "{data_type}");
                    continue;
                };
                known += 1;
                let (above, below) = (gt_eq(column, &Scalar::new(one)), lt_eq(column, &Scalar::new(other)));
                let expected = and(&above.unwrap(), &below.unwrap()).unwrap();
                for row in 0..batch.num_rows() {
                    let expected = expected.is_null(row) || expected.value(row);
                    assert_eq!(within.value(row), expected, "seed {seed}, {}, row {row}", column.data_type());
                }
            }
        }
        assert!(known > 100, "{known}");
    }

    fn one(text: &str) -> ArrayRef {
        Arc::new(StringArray::from_iter_values([text]))
    }

    /// Numbers into dictionaries stand for their texts, and that of a null for nothing.
    #[test]
    fn texts_of_a_dictionary_are_within_as_texts_are() {
        let codes = UInt16Array::from(vec![Some(0), Some(2), None, Some(1), Some(0)]);
        let texts = Arc::new(StringArray::from_iter_values(["b", "d", "a"]));
        let coded = DictionaryArray::try_new(codes, texts).unwrap();
        let within = |least, greatest| {
            let bounds = Bounds::new(one(least), one(greatest)).unwrap();
            bounds.within(&coded).unwrap().iter().collect::<Vec<bool>>()
        };
        assert_eq!(within("b", "c"), [true, false, true, false, true]);
        assert_eq!(within("a", "d"), [true; 5]);
        assert_eq!(within("e", "f"), [false, false, true, false, false]);
    }

    #[test]
    fn nothing_is_known_without_two_values_of_the_columns_type() {
        let number = |value: Option<i32>| -> ArrayRef { Arc::new(Int32Array::from(vec![value])) };
        let long: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        assert!(Bounds::new(number(None), number(Some(1))).is_none());
        assert!(Bounds::new(number(Some(1)), number(Some(1)).slice(0, 0)).is_none());
        assert!(Bounds::new(number(Some(1)), Arc::clone(&long)).is_none());
        assert!(Bounds::new(number(Some(1)), number(Some(2))).unwrap().within(&long).is_none());
        let floats: ArrayRef = Arc::new(Float64Array::from(vec![1.0]));
        assert!(Bounds::new(Arc::clone(&floats), Arc::clone(&floats)).unwrap().within(&floats).is_none());
    }
}
