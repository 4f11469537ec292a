use std::sync::Arc;

use arrow::{
    array::{
        Date32Array, Decimal128Array, DictionaryArray, Int32Array, Int64Array, ListArray, StringArray,
        StructArray, TimestampMillisecondArray, UInt16Array,
    },
    buffer::{NullBuffer, OffsetBuffer},
    compute::interleave,
    datatypes::{Field, Fields, Schema, UInt16Type},
};
use domain::drawn::{Drawn, Random};
use proptest::prelude::*;

use super::*;
use crate::runs::tests::parsed;

proptest! {
    /// Of any schema, and of any part of a batch.
    #[test]
    fn what_is_packed_comes_back(
        seed in any::<u64>(), rows in 0_usize..60, from in 0_usize..60, length in 0_usize..60,
    ) {
        let random = &mut Random::new(seed);
        let drawn = Drawn::new("d", random).unwrap();
        let batch = parsed(&drawn, rows, random);
        let from = from.min(rows);
        let part = batch.slice(from, length.min(rows - from));
        let piece = Piece::pack(&part).unwrap();
        prop_assert_eq!(piece.rows(), part.num_rows());
        prop_assert!(piece.bytes() <= piece.unpacked_bytes());
        let schema = batch.schema();
        for index in 0..schema.fields().len() {
            let column = piece.column(index).unwrap();
            prop_assert_eq!(&column, part.column(index));
        }
        prop_assert_eq!(piece.unpack(&RecordBatch::new_empty(schema)).unwrap(), part);
    }
}

/// Numbers of every type: many, of any sizes, with nulls, in structs and in lists.
fn whole_numbers(rows: usize, random: &mut Random) -> Vec<ArrayRef> {
    let mut column = || -> Vec<Option<i64>> {
        // Numbers near zero, or of any size; or in order, with steps of such a size.
        let (shift, is_in_order) = (random.below(64), random.chance(300));
        let mut sum = random.bits().cast_signed();
        let mut number = || {
            let number = random.bits().cast_signed() >> shift;
            sum = sum.wrapping_add(number & i64::MAX);
            let is_null = random.chance(100);
            (!is_null).then_some(if is_in_order { sum } else { number })
        };
        (0..rows).map(|_| number()).collect()
    };
    let narrow = |numbers: Vec<Option<i64>>| numbers.into_iter().map(|number| number.map(|it| it as i32));
    let codes = |numbers: Vec<Option<i64>>| {
        numbers.into_iter().map(|number| number.map(|it| it.rem_euclid(3) as u16))
    };
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
    let decimals = column().into_iter().map(|number| number.map(i128::from));
    let large = column().into_iter().map(|number| number.map(|it| i128::from(it) << 40));
    let keys = codes(column()).collect::<UInt16Array>();
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(narrow(column()).collect::<Int32Array>()),
        Arc::new(narrow(column()).collect::<Date32Array>()),
        Arc::new(column().into_iter().collect::<Int64Array>()),
        Arc::new(column().into_iter().collect::<TimestampMillisecondArray>().with_timezone("UTC")),
        Arc::new(decimals.collect::<Decimal128Array>()),
        Arc::new(large.collect::<Decimal128Array>()),
        Arc::new(DictionaryArray::<UInt16Type>::try_new(keys, texts).unwrap()),
    ];
    let field = |column: &ArrayRef| Field::new("f", column.data_type().clone(), true);
    let fields: Fields = columns.iter().map(field).collect();
    let nulls = Some(NullBuffer::from_iter(column().iter().map(Option::is_some)));
    let parts: ArrayRef = Arc::new(StructArray::try_new(fields, columns.clone(), nulls).unwrap());
    let (element, lengths) = (Arc::new(field(&parts)), vec![1; rows]);
    let list = ListArray::try_new(element, OffsetBuffer::from_lengths(lengths), parts.clone(), None);
    columns.extend([parts, Arc::new(list.unwrap()) as ArrayRef]);
    columns
}

proptest! {
    /// Also of a part of a column.
    #[test]
    fn numbers_of_every_type_come_back(
        seed in any::<u64>(), rows in 1_usize..500, from in 0_usize..500, length in 0_usize..500,
    ) {
        let from = from.min(rows);
        for column in whole_numbers(rows, &mut Random::new(seed)) {
            let part = column.slice(from, length.min(rows - from));
            let schema = Schema::new(vec![Field::new("c", part.data_type().clone(), true)]);
            let batch = RecordBatch::try_new(Arc::new(schema), vec![part.clone()]).unwrap();
            let piece = Piece::pack(&batch).unwrap();
            prop_assert!(piece.bytes() <= piece.unpacked_bytes());
            prop_assert_eq!(&piece.column(0).unwrap(), &part);
        }
    }
}

/// A piece of a large column takes no more than the rows that it has.
#[test]
fn of_a_large_batch_only_the_part_is_kept() {
    let random = &mut Random::new(7);
    let drawn = Drawn::new("d", random).unwrap();
    let batch = parsed(&drawn, 2_000, random);
    let whole = Piece::pack(&batch).unwrap().unpacked_bytes();
    for from in [0, 900, 1_900] {
        let part = Piece::pack(&batch.slice(from, 100)).unwrap().unpacked_bytes();
        assert!(part < whole / 10, "{part} bytes from row {from} on, {whole} of all");
    }
}

/// What was gathered needs no copy, unlike parts of it, nested ones too.
#[test]
fn only_columns_that_share_their_buffers_are_copied() {
    let mut alone = 0;
    for seed in 0..40 {
        let random = &mut Random::new(seed);
        let drawn = Drawn::new("d", random).unwrap();
        let batch = parsed(&drawn, 100, random);
        for column in batch.columns() {
            let column: &dyn Array = column.as_ref();
            let places: Vec<(usize, usize)> = (0..100).rev().map(|row| (0, row)).collect();
            let gathered = interleave(&[column], &places).unwrap();
            alone += usize::from(is_alone(&gathered.to_data()));
            for (from, length) in [(0, 50), (10, 60), (50, 50)] {
                let part = gathered.slice(from, length);
                let data = part.to_data();
                if is_alone(&data) {
                    let packed = Packed::pack(&data, &mut Compressor::new(LEVEL).unwrap()).unwrap();
                    let unpacked = packed.unpack(&mut Decompressor::new().unwrap()).unwrap();
                    assert_eq!(&make_array(unpacked), &part, "seed {seed}");
                    // Bits that begin within a byte are packed to whole words.
                    let most = data.get_slice_memory_size().unwrap() + 64;
                    assert!(packed.unpacked_bytes() <= most, "seed {seed}: {data:?}");
                }
            }
        }
    }
    assert!(alone > 120, "{alone} columns are packed without a copy");
}
