//! Rows that lie in several batches of one schema.

use std::ops::Range;

use arrow::{
    array::{Array, ArrayRef, RecordBatch, new_empty_array},
    datatypes::{FieldRef, SchemaRef},
    error::ArrowError,
};

use crate::{
    coded,
    gather::{Place, gather},
    ordered,
    workers::Workers,
};

/// Of one row in two to this power the chunk is noted.
const MARKS: u32 = 12;

/// Batches of one schema, but for dictionaries in place of texts ([`crate::coded`]). Their rows are numbered from 0, through
/// all of them.
#[derive(Debug)]
pub(crate) struct Chunks {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// The number of each batch's first row, and in the end how many rows there are.
    starts: Vec<u32>,
    /// The chunk of every 4,096th row, so that few chunks have to be searched for a row.
    marks: Vec<u32>,
    bytes: usize,
    /// Of each column no values, of the type that rows get when they are gathered.
    like: Vec<ArrayRef>,
}

impl Chunks {
    /// An error if there are more rows than 32 bits can count.
    pub(crate) fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<Self, ArrowError> {
        let mut starts = Vec::with_capacity(batches.len() + 1);
        let mut rows = 0_usize;
        for batch in &batches {
            starts.push(numbered(rows)?);
            rows += batch.num_rows();
        }
        starts.push(numbered(rows)?);
        // There are no more chunks with rows than there are rows.
        let chunk_of = |row: usize| (starts.partition_point(|start| *start as usize <= row) - 1) as u32;
        let marks = (0..rows).step_by(1 << MARKS).map(chunk_of).collect();
        let like = schema.fields().iter().map(|field| new_empty_array(field.data_type())).collect();
        Ok(Self { schema, batches, starts, marks, bytes: 0, like })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(crate) fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    pub(crate) fn rows(&self) -> usize {
        self.starts.last().map_or(0, |rows| *rows as usize)
    }

    /// Bytes of the values of all columns, as if they had no dictionaries. It is known of chunks that have been through
    /// [`Self::with_one_dictionary`].
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The chunk of the row of this number, which must be one of the rows, and its place in there.
    pub(crate) fn place(&self, number: u32) -> (usize, usize) {
        let mark = (number >> MARKS) as usize;
        let least = self.marks[mark] as usize;
        let most = self.marks.get(mark + 1).map_or(self.batches.len() - 1, |chunk| *chunk as usize);
        let chunk = least + self.starts[least + 1..=most].partition_point(|start| *start <= number);
        (chunk, (number - self.starts[chunk]) as usize)
    }

    /// The number of the first row of a chunk.
    pub(crate) fn start(&self, chunk: usize) -> u32 {
        self.starts[chunk]
    }

    /// A chunk's column.
    pub(crate) fn column(&self, chunk: usize, index: usize) -> &ArrayRef {
        self.batches[chunk].column(index)
    }

    /// The numbers as runs, each of rows of one chunk.
    pub(crate) fn by_chunk<'a>(&'a self, numbers: &'a [u32]) -> impl Iterator<Item = (usize, &'a [u32])> {
        let mut left = numbers;
        std::iter::from_fn(move || {
            let first = *left.first()?;
            let (chunk, _) = self.place(first);
            let inside = self.starts[chunk]..self.starts[chunk + 1];
            let length = left.iter().position(|number| !inside.contains(number)).unwrap_or(left.len());
            let run;
            (run, left) = left.split_at(length);
            Some((chunk, run))
        })
    }

    /// The same rows, where all chunks of a column have one dictionary in common, wherever that is possible: see
    /// [`coded::with_one_dictionary`]. It begins with that of `before`, a batch of the same columns. Where that has texts, rows
    /// that are gathered have texts too.
    ///
    /// Each column's former numbers are freed as soon as it has new ones.
    pub(crate) fn with_one_dictionary(
        self,
        before: Option<&RecordBatch>,
        workers: &Workers,
    ) -> Result<Self, ArrowError> {
        let bytes = workers.each(self.batches.iter().collect(), ordered::bytes).into_iter().sum();
        let Self { schema, batches, starts, marks, .. } = self;
        let (count, skipped) = (batches.len(), usize::from(before.is_some()));
        let mut columns: Vec<Vec<ArrayRef>> =
            schema.fields().iter().map(|_| Vec::with_capacity(count + skipped)).collect();
        for batch in before.cloned().into_iter().chain(batches) {
            let (_, arrays, _) = batch.into_parts();
            columns.iter_mut().zip(arrays).for_each(|(column, array)| column.push(array));
        }
        let columns = columns.into_iter().zip(schema.fields()).collect();
        let columns = workers.each(columns, |(column, field): (Vec<ArrayRef>, &FieldRef)| {
            coded::with_one_dictionary(field.data_type(), column)
        });
        let (mut like, mut columns_of_chunks) = (Vec::new(), Vec::new());
        for column in columns {
            let (none, arrays) = column?;
            like.push(none);
            columns_of_chunks.push(arrays.into_iter().skip(skipped));
        }
        let mut batches = Vec::with_capacity(count);
        for _ in 0..count {
            let arrays: Vec<ArrayRef> = columns_of_chunks.iter_mut().filter_map(Iterator::next).collect();
            batches.push(coded::batch(&schema, arrays)?);
        }
        Ok(Self { schema, batches, starts, marks, bytes, like })
    }

    /// No values of a column, of the type that they get when they are gathered.
    pub(crate) fn like(&self, index: usize) -> &ArrayRef {
        &self.like[index]
    }

    /// These rows of one column, in this order: as texts, before [`Self::with_one_dictionary`]. All are in these chunks; the
    /// fewer they are, the sooner it is done.
    pub(crate) fn gather(
        &self,
        index: usize,
        chunks: Range<usize>,
        places: &[Place],
    ) -> Result<ArrayRef, ArrowError> {
        let first = chunks.start;
        let arrays = self.batches[chunks].iter().map(|batch| batch.column(index).as_ref());
        gather(&self.like[index], &arrays.collect::<Vec<&dyn Array>>(), first, places)
    }
}

fn numbered(rows: usize) -> Result<u32, ArrowError> {
    let too_many = || ArrowError::ComputeError(format!("{rows} rows in one generation are too many"));
    u32::try_from(rows).map_err(|_| too_many())
}
