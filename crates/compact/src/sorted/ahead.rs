//! Memory that is read in order before it is read out of order.
//!
//! Of what is read from front to back the processor fetches the next part by itself. Of values that are gathered here and there
//! it cannot know which comes next, so each that is not in its cache is waited for.

use std::{hint::black_box, ops::Range};

use arrow::{
    array::{Array, ArrowPrimitiveType, AsArray},
    datatypes::{
        DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimeUnit,
        TimestampMillisecondType, UInt16Type,
    },
};

use super::SPANNED;
use crate::{chunks::Chunks, gather::Place};

/// Where the places of new rows are among so many times as many rows at the most, they are read in order first.
const AHEAD: usize = 4;

/// Bytes that the processor fetches at once.
const LINE: usize = 64;

/// Of each [`SPANNED`] rows of an order the last place among all rows up to their end.
#[derive(Debug)]
pub(super) struct Reach(Vec<Place>);

impl Reach {
    pub(super) fn new(order: &[Place]) -> Self {
        let behind = |reach: &mut Place, places: &[Place]| {
            *reach = places.iter().copied().fold(*reach, Ord::max);
            Some(*reach)
        };
        Self(order.chunks(SPANNED).scan(Place::default(), behind).collect())
    }

    /// Reads what lies between the places of the rows before these rows and their own, in the order in which it is in memory:
    /// what was gathered of the column before is in the cache. Where the rows are in quite another order, nothing is read.
    pub(super) fn read_ahead(&self, chunks: &Chunks, index: usize, rows: &Range<usize>) {
        let up_to = |spans: usize| spans.checked_sub(1).and_then(|last| self.0.get(last)).copied();
        let before = up_to(rows.start / SPANNED).unwrap_or_default();
        let Some(last) = up_to(rows.end.div_ceil(SPANNED)) else { return };
        let number = |(chunk, row): Place| (chunks.start(chunk as usize) + row) as usize;
        if before >= last || number(last) - number(before) > AHEAD * rows.len() {
            return;
        }
        for chunk in before.0..=last.0 {
            let column = chunks.column(chunk as usize, index);
            let first = if chunk == before.0 { before.1 as usize } else { 0 };
            let end = if chunk == last.0 { last.1 as usize + 1 } else { column.len() };
            read(column, first..end);
        }
    }
}

/// Brings these rows of an array into the cache, as far as they are within it. Of other types than those of wide values nothing
/// is done: it would not pay.
fn read(array: &dyn Array, rows: Range<usize>) {
    match array.data_type() {
        DataType::Int32 => numbers::<Int32Type>(array, rows),
        DataType::Int64 => numbers::<Int64Type>(array, rows),
        DataType::Float32 => numbers::<Float32Type>(array, rows),
        DataType::Float64 => numbers::<Float64Type>(array, rows),
        DataType::Date32 => numbers::<Date32Type>(array, rows),
        DataType::Decimal128(..) => numbers::<Decimal128Type>(array, rows),
        DataType::Timestamp(TimeUnit::Millisecond, _) => numbers::<TimestampMillisecondType>(array, rows),
        DataType::Dictionary(..) => {
            if let Some(coded) = array.as_dictionary_opt::<UInt16Type>() {
                touch(coded.keys().values(), rows);
            }
        }
        DataType::Utf8 => {
            let texts = array.as_string::<i32>();
            let bytes = parts(texts.value_offsets(), &rows);
            touch(texts.value_offsets(), rows);
            touch(texts.value_data(), bytes);
        }
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            let elements = parts(lists.value_offsets(), &rows);
            touch(lists.value_offsets(), rows);
            read(lists.values(), elements);
        }
        DataType::Struct(_) => {
            array.as_struct().columns().iter().for_each(|column| read(column, rows.clone()));
        }
        _ => {}
    }
}

fn numbers<T: ArrowPrimitiveType>(array: &dyn Array, rows: Range<usize>) {
    touch(array.as_primitive::<T>().values(), rows);
}

/// The parts of these rows.
fn parts(offsets: &[i32], rows: &Range<usize>) -> Range<usize> {
    let offset = |row: usize| offsets.get(row).map_or(0, |offset| *offset as usize);
    offset(rows.start)..offset(rows.end)
}

/// Reads one of these values from each part of memory that is fetched at once.
fn touch<T: Copy>(values: &[T], range: Range<usize>) {
    let values = values.get(range).unwrap_or_default();
    for value in values.iter().step_by((LINE / size_of::<T>().max(1)).max(1)) {
        black_box(*value);
    }
}

#[cfg(test)]
mod tests {
    use domain::drawn::{Drawn, Random};

    use super::*;
    use crate::runs::tests::parsed;

    /// Of any type, within the array and beyond it: nothing is changed, and nothing fails.
    #[test]
    fn any_rows_of_any_array_can_be_read_ahead() {
        for seed in 0..20 {
            let random = &mut Random::new(seed);
            let drawn = Drawn::new("d", random).unwrap();
            let batch = parsed(&drawn, 50, random).slice(3, 40);
            for column in batch.columns() {
                for rows in [0..0, 0..40, 7..20, 30..41, 50..60] {
                    read(column, rows);
                }
            }
        }
    }
}
