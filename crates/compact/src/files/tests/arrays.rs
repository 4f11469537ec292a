//! Arrays of any type of the lake, drawn by a seed.

use std::sync::Arc;

use arrow::{
    array::{
        Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array,
        Int32Array, Int64Array, ListArray, MapArray, RecordBatch, StringArray, StructArray,
        TimestampMillisecondArray,
    },
    buffer::{NullBuffer, OffsetBuffer},
    datatypes::{DataType, FieldRef, SchemaRef, TimeUnit},
};
use domain::drawn::Random;

/// Rows of these columns.
pub(super) fn drawn_rows(schema: &SchemaRef, rows: usize, random: &mut Random) -> RecordBatch {
    let columns = schema.fields().iter().map(|field| drawn(field, rows, random)).collect();
    RecordBatch::try_new(schema.clone(), columns).unwrap()
}

/// Values of a column: few different ones, rising ones, some thousand different ones, or random ones; with nulls or
/// without.
fn drawn(field: &FieldRef, rows: usize, random: &mut Random) -> ArrayRef {
    let style = random.below(4);
    let number = |row: usize, random: &mut Random| match style {
        0 => random.below(3) as u64,
        1 => row as u64 * 7 + random.below(5) as u64,
        2 => random.below(3_000) as u64,
        _ => random.bits(),
    };
    let permille = *random.pick(&[0, 0, 300, 990, 1_000]).unwrap();
    let nulls: Option<NullBuffer> = (field.is_nullable() && permille > 0)
        .then(|| (0..rows).map(|_| !random.chance(permille)).collect::<Vec<bool>>().into());
    let is_valid = |row: usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
    let lengths = |random: &mut Random| -> Vec<usize> {
        (0..rows).map(|row| if is_valid(row) { random.below(4) } else { 0 }).collect()
    };
    let data_type = field.data_type();
    match data_type {
        DataType::List(element) => {
            let offsets = OffsetBuffer::<i32>::from_lengths(lengths(random));
            let elements = drawn(element, *offsets.last().unwrap() as usize, random);
            return Arc::new(ListArray::new(element.clone(), offsets, elements, nulls));
        }
        DataType::Map(entries, sorted) => {
            let offsets = OffsetBuffer::<i32>::from_lengths(lengths(random));
            let pairs = drawn(entries, *offsets.last().unwrap() as usize, random);
            let pairs = pairs.as_any().downcast_ref::<StructArray>().unwrap().clone();
            return Arc::new(MapArray::new(entries.clone(), offsets, pairs, nulls, *sorted));
        }
        DataType::Struct(fields) => {
            let columns = fields.iter().map(|field| drawn(field, rows, random)).collect();
            return Arc::new(StructArray::new(fields.clone(), columns, nulls));
        }
        _ => {}
    }
    let numbers: Vec<u64> = (0..rows).map(|row| number(row, random)).collect();
    let some = |row: usize| is_valid(row).then(|| numbers[row]);
    let texts = (0..rows).map(|row| some(row).map(|number| format!("text {number:x} é")));
    let wide = || numbers.iter().map(|number| number.cast_signed()).collect::<Vec<i64>>();
    let narrow = || numbers.iter().map(|number| *number as i32).collect::<Vec<i32>>();
    match data_type {
        DataType::Boolean => {
            let flags: BooleanArray = (0..rows).map(|row| some(row).map(|number| number % 2 == 1)).collect();
            Arc::new(flags)
        }
        DataType::Int32 => Arc::new(Int32Array::new(narrow().into(), nulls.clone())),
        DataType::Date32 => Arc::new(Date32Array::new(narrow().into(), nulls.clone())),
        DataType::Int64 => Arc::new(Int64Array::new(wide().into(), nulls.clone())),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            let times = TimestampMillisecondArray::new(wide().into(), nulls.clone());
            Arc::new(times.with_data_type(data_type.clone()))
        }
        DataType::Float32 => {
            let floats: Vec<f32> = narrow().into_iter().map(|number| number as f32 / 4.0).collect();
            Arc::new(Float32Array::new(floats.into(), nulls.clone()))
        }
        DataType::Float64 => {
            let doubles: Vec<f64> = narrow().into_iter().map(|number| f64::from(number) / 4.0).collect();
            Arc::new(Float64Array::new(doubles.into(), nulls.clone()))
        }
        DataType::Decimal128(precision, _) => {
            let most = 10_u64.pow(u32::from(*precision).min(18));
            let units: Vec<i128> = numbers.iter().map(|number| i128::from(number % most)).collect();
            Arc::new(Decimal128Array::new(units.into(), nulls.clone()).with_data_type(data_type.clone()))
        }
        DataType::Utf8 => Arc::new(texts.collect::<StringArray>()),
        DataType::Binary => Arc::new(texts.map(|text| text.map(String::into_bytes)).collect::<BinaryArray>()),
        other => panic!("no column of the lake is of type {other}"),
    }
}
