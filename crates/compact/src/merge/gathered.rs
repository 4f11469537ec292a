//! Rows out of many batches, in any order.

use std::{ops::Range, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, RecordBatch, new_empty_array},
    datatypes::SchemaRef,
    error::ArrowError,
};

use super::order::Entry;
use crate::{
    coded::plain,
    gather::{Place, gather},
    ordered::Ordered,
};

/// Rows of batches, which are gathered when they are asked for.
pub(super) struct Gathered {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// Bytes of these.
    bytes: usize,
    /// For each row its batch, and its place in there.
    places: Vec<Place>,
    /// Whether prefixes tell any two rows apart, as far as the first sort column does.
    exact: bool,
}

impl Gathered {
    pub(super) fn new(schema: &SchemaRef) -> Self {
        Self { schema: schema.clone(), batches: Vec::new(), bytes: 0, places: Vec::new(), exact: true }
    }

    /// Takes in a batch of so many bytes, whose prefixes may be exact. Answers its number.
    pub(super) fn hold(&mut self, batch: &RecordBatch, bytes: usize, exact: bool) -> usize {
        self.exact &= exact;
        self.bytes += bytes;
        self.batches.push(batch.clone());
        self.batches.len() - 1
    }

    /// These rows in this order.
    pub(super) fn arrange(&mut self, entries: &[Entry]) {
        self.places = entries.iter().map(|entry| (entry.slot, entry.row)).collect();
    }

    pub(super) fn exact(&self) -> bool {
        self.exact
    }

    /// A column of rows at any places.
    pub(super) fn gather(&self, index: usize, places: &[Place]) -> Result<ArrayRef, ArrowError> {
        // All batches have the same dictionaries, if any.
        let like = match self.batches.first() {
            Some(batch) => Arc::clone(batch.column(index)),
            None => new_empty_array(self.schema.field(index).data_type()),
        };
        let arrays: Vec<&dyn Array> = self.batches.iter().map(|batch| batch.column(index).as_ref()).collect();
        gather(&like, &arrays, 0, places)
    }
}

impl Ordered for Gathered {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn rows(&self) -> usize {
        self.places.len()
    }

    /// Of the batches, most of which are taken as a whole, as many as there are rows.
    fn bytes(&self) -> usize {
        let held: usize = self.batches.iter().map(RecordBatch::num_rows).sum();
        (self.bytes as u128 * self.places.len() as u128 / held.max(1) as u128) as usize
    }

    fn column(&self, index: usize, rows: Range<usize>) -> Result<ArrayRef, ArrowError> {
        plain(&self.coded_column(index, rows)?)
    }

    fn coded_column(&self, index: usize, rows: Range<usize>) -> Result<ArrayRef, ArrowError> {
        self.gather(index, &self.places[rows])
    }
}

#[cfg(test)]
mod tests {
    use arrow::{
        array::{AsArray, Int32Array},
        datatypes::{DataType, Field, Int32Type, Schema},
    };

    use super::*;

    #[test]
    fn rows_come_as_they_are_arranged_one_by_one_and_in_long_runs() {
        let schema: SchemaRef = Arc::new(Schema::new(vec![Field::new("v", DataType::Int32, true)]));
        let mut gathered = Gathered::new(&schema);
        for batch in 0..2 {
            let values = Int32Array::from_iter_values(batch * 100..(batch + 1) * 100);
            let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(values)]).unwrap();
            gathered.hold(&batch, 0, true);
        }
        let slots = |rows: &mut dyn Iterator<Item = (usize, usize)>| {
            rows.map(|(slot, row)| Entry { prefix: 0, slot, row }).collect::<Vec<_>>()
        };
        let whole = slots(&mut (10..90).map(|row| (1, row)));
        let two = slots(&mut (0..200).map(|row| (1 - row / 100, row % 100)));
        let mixed = slots(&mut (0..200).map(|row| (row % 2, row / 2)));
        for entries in [whole, two, mixed, Vec::new()] {
            gathered.arrange(&entries);
            let wanted: Vec<i32> =
                entries.iter().map(|entry| (entry.slot * 100 + entry.row) as i32).collect();
            for (from, to) in [(0, entries.len()), (entries.len() / 3, entries.len() / 2)] {
                let found = gathered.column(0, from..to).unwrap();
                assert_eq!(found.as_primitive::<Int32Type>().values()[..], wanted[from..to]);
            }
        }
    }
}
