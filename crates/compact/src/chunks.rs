//! Rows that lie in several batches of one schema.

use arrow::{
    array::{Array, ArrayRef, RecordBatch},
    datatypes::SchemaRef,
    error::ArrowError,
};

use crate::{
    gather::{Place, gather},
    ordered,
};

/// Of one row in two to this power the chunk is noted.
const MARKS: u32 = 12;

/// Batches of one schema. Their rows are numbered from 0, through all of them.
#[derive(Debug)]
pub(crate) struct Chunks {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// The number of each batch's first row, and in the end how many rows there are.
    starts: Vec<u32>,
    /// The chunk of every 4,096th row, so that few chunks have to be searched for a row.
    marks: Vec<u32>,
    bytes: usize,
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
        let bytes = batches.iter().map(ordered::bytes).sum();
        Ok(Self { schema, batches, starts, marks, bytes })
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

    /// Bytes of the values of all columns.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The chunk of the row of this number, which must be one of the rows, and its place in there.
    pub(crate) fn place(&self, number: u32) -> Place {
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

    /// These rows of one column, in this order.
    pub(crate) fn gather(&self, index: usize, places: &[Place]) -> Result<ArrayRef, ArrowError> {
        let arrays: Vec<&dyn Array> = self.batches.iter().map(|batch| batch.column(index).as_ref()).collect();
        gather(self.schema.field(index).data_type(), &arrays, places)
    }
}

fn numbered(rows: usize) -> Result<u32, ArrowError> {
    let too_many = || ArrowError::ComputeError(format!("{rows} rows in one generation are too many"));
    u32::try_from(rows).map_err(|_| too_many())
}
