//! Rows out of many batches, in any order.

use std::{ops::Range, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, RecordBatch, new_empty_array},
    datatypes::{DataType, SchemaRef},
    error::ArrowError,
};

use super::row::Entry;
use crate::{
    coded::plain,
    gather::{Place, gather},
    ordered::Ordered,
    sorted::Sorted,
    texts::Texts,
};

/// Rows in memory.
#[derive(Clone)]
pub(super) enum Rows {
    /// A batch of so many bytes.
    Batch(RecordBatch, usize),
    /// Those from this one on, where they were parsed, with their dictionaries if they may have any.
    Sorted { rows: Arc<Sorted>, first: usize, coded: bool },
}

/// Where the rows of a slot are.
enum Slot {
    /// In this batch.
    Batch(usize),
    /// Among these, from this one on.
    Sorted(Arc<Sorted>, usize),
}

/// Rows of batches, and of sorted rows, which are gathered when they are asked for.
pub(super) struct Gathered {
    schema: SchemaRef,
    slots: Vec<Slot>,
    batches: Vec<RecordBatch>,
    /// The sorted rows, whether they may have dictionaries, and the chunks of them that rows are in. There is only one input
    /// that has such rows.
    sorted: Option<(Arc<Sorted>, bool)>,
    chunks: Range<usize>,
    /// Bytes of the rows, at a guess.
    bytes: usize,
    /// For each row its batch, or behind these its chunk, and its place in there.
    places: Vec<Place>,
    /// Whether prefixes tell any two rows apart, as far as the first sort column does.
    exact: bool,
}

impl Gathered {
    pub(super) fn new(schema: &SchemaRef) -> Self {
        Self {
            schema: schema.clone(),
            slots: Vec::new(),
            batches: Vec::new(),
            sorted: None,
            chunks: 0..0,
            bytes: 0,
            places: Vec::new(),
            exact: true,
        }
    }

    /// Takes in a range of these rows, of which there are so many, and whose prefixes may be exact. Answers their number.
    pub(super) fn hold(&mut self, rows: &Rows, (taken, of): (Range<usize>, usize), exact: bool) -> usize {
        self.exact &= exact;
        let share = |bytes: usize, of: usize| {
            usize::try_from(bytes as u128 * taken.len() as u128 / of.max(1) as u128).unwrap_or(usize::MAX)
        };
        match rows {
            Rows::Batch(batch, bytes) => {
                self.bytes += share(*bytes, of);
                self.slots.push(Slot::Batch(self.batches.len()));
                self.batches.push(batch.clone());
            }
            Rows::Sorted { rows, first, coded } => {
                self.bytes += share(rows.bytes(), rows.rows());
                self.slots.push(Slot::Sorted(Arc::clone(rows), *first));
                let chunks = rows.chunks_of(&(first + taken.start..first + taken.end));
                self.chunks = match &self.sorted {
                    Some(_) => self.chunks.start.min(chunks.start)..self.chunks.end.max(chunks.end),
                    None => chunks,
                };
                self.sorted = Some((Arc::clone(rows), *coded));
            }
        }
        self.slots.len() - 1
    }

    /// These rows in this order.
    pub(super) fn arrange(&mut self, entries: &[Entry]) {
        self.places = entries.iter().map(|entry| self.place(entry)).collect();
    }

    /// Where a row is, as [`Self::gather`] takes it, once all rows are held.
    pub(super) fn place(&self, entry: &Entry) -> Place {
        match &self.slots[entry.slot] {
            Slot::Batch(batch) => (*batch as u32, entry.row as u32),
            Slot::Sorted(rows, first) => {
                let (chunk, row) = rows.place(first + entry.row);
                ((self.batches.len() + chunk as usize - self.chunks.start) as u32, row)
            }
        }
    }

    pub(super) fn exact(&self) -> bool {
        self.exact
    }

    /// A column of rows at any places.
    pub(super) fn gather(&self, index: usize, places: &[Place]) -> Result<ArrayRef, ArrowError> {
        // All have the same dictionaries, if any. Where batches have texts, chunks may have dictionaries of their own.
        let like = match (self.batches.first(), &self.sorted) {
            (Some(batch), _) => Arc::clone(batch.column(index)),
            (None, Some((sorted, true))) => Arc::clone(sorted.like(index)),
            (None, _) => new_empty_array(self.schema.field(index).data_type()),
        };
        let arrays: Vec<&dyn Array> = self.arrays(index).map(AsRef::as_ref).collect();
        gather(&like, &arrays, 0, places)
    }

    /// A column of all batches, and of the chunks.
    fn arrays(&self, index: usize) -> impl Iterator<Item = &ArrayRef> {
        let batches = self.batches.iter().map(move |batch| batch.column(index));
        let sorted = self.sorted.iter();
        let chunks = sorted
            .flat_map(move |(sorted, _)| self.chunks.clone().map(move |chunk| sorted.chunk(index, chunk)));
        batches.chain(chunks)
    }
}

impl Ordered for Gathered {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn rows(&self) -> usize {
        self.places.len()
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn column(&self, index: usize, rows: Range<usize>) -> Result<ArrayRef, ArrowError> {
        plain(&self.coded_column(index, rows)?)
    }

    fn coded_column(&self, index: usize, rows: Range<usize>) -> Result<ArrayRef, ArrowError> {
        self.gather(index, &self.places[rows])
    }

    fn texts(&self, index: usize, rows: Range<usize>) -> Option<Texts<'_>> {
        match self.schema.field(index).data_type() {
            DataType::Utf8 => Texts::new(self.arrays(index), 0, &self.places[rows]),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::{
        array::{AsArray, Int32Array, UInt32Array},
        compute::{concat_batches, take_record_batch},
        datatypes::{Field, Int32Type, Schema},
    };
    use domain::drawn::{Drawn, Random};

    use super::*;
    use crate::{chunks::Chunks, runs::tests::parsed, workers::Workers};

    #[test]
    fn rows_come_as_they_are_arranged_one_by_one_and_in_long_runs() {
        let schema: SchemaRef = Arc::new(Schema::new(vec![Field::new("v", DataType::Int32, true)]));
        let mut gathered = Gathered::new(&schema);
        for batch in 0..2 {
            let values = Int32Array::from_iter_values(batch * 100..(batch + 1) * 100);
            let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(values)]).unwrap();
            gathered.hold(&Rows::Batch(batch, 1_000), (0..100, 100), true);
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

    /// Sorted rows stay where they are: what comes of them and of batches is as if all had been copied before.
    #[test]
    fn rows_of_batches_and_sorted_rows_come_as_they_are_arranged() {
        for seed in 0..20 {
            let random = &mut Random::new(seed);
            let drawn = Drawn::new("d", random).unwrap();
            let (dataset, schema) = (drawn.dataset(), drawn.dataset().arrow_schema());
            let (new, batch) = (parsed(&drawn, 60, random), parsed(&drawn, 40, random));
            let chunks = [(0, 25), (25, 10), (35, 25)].map(|(from, length)| new.slice(from, length));
            let chunks = Chunks::new(schema.clone(), chunks.to_vec()).unwrap();
            let sorted = Sorted::new(chunks, (0..60).collect(), None, dataset, &Workers::new(1)).unwrap();
            let columns = (0..schema.fields().len()).map(|index| sorted.column(index, 10..60).unwrap());
            let in_order = RecordBatch::try_new(schema.clone(), columns.collect()).unwrap();
            let rows = Rows::Sorted { rows: Arc::new(sorted), first: 10, coded: false };
            let mut gathered = Gathered::new(&schema);
            let first = gathered.hold(&rows, (0..20, 50), true);
            let second = gathered.hold(&Rows::Batch(batch.clone(), 1_000), (5..40, 40), true);
            let third = gathered.hold(&rows, (20..50, 50), true);
            let entries = (0..100).map(|_| match random.below(3) {
                0 => Entry { prefix: 0, slot: first, row: random.below(20) },
                1 => Entry { prefix: 0, slot: second, row: 5 + random.below(35) },
                _ => Entry { prefix: 0, slot: third, row: 20 + random.below(30) },
            });
            let entries: Vec<Entry> = entries.collect();
            gathered.arrange(&entries);
            let all = concat_batches(&schema, [&in_order, &batch]).unwrap();
            let place = |entry: &Entry| (entry.row + if entry.slot == second { 50 } else { 0 }) as u32;
            let places = UInt32Array::from_iter_values(entries.iter().map(place));
            let wanted = take_record_batch(&all, &places).unwrap();
            for (index, wanted) in wanted.columns().iter().enumerate() {
                assert_eq!(&gathered.column(index, 0..100).unwrap(), wanted, "seed {seed}, column {index}");
            }
        }
    }
}
