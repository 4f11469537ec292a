//! Rows in order, gathered column by column when they are wanted.

use std::ops::Range;

use arrow::{
    array::{Array, ArrayRef, RecordBatch},
    datatypes::SchemaRef,
    error::ArrowError,
};

use crate::{
    coded::{self, is_coded},
    texts::Texts,
};

/// Rows in an order, of which any part of any column can be had.
pub(crate) trait Ordered: Sync {
    fn schema(&self) -> &SchemaRef;

    fn rows(&self) -> usize;

    /// Bytes of all rows in memory, at a guess. It depends on the rows alone, since it decides how many of them are encoded
    /// at once: see [`bytes`].
    fn bytes(&self) -> usize;

    /// These rows of one column, which is named by its index in the schema, in order. The range must be within the rows.
    fn column(&self, index: usize, rows: Range<usize>) -> Result<ArrayRef, ArrowError>;

    /// The same for who can read dictionaries in place of texts: see [`crate::coded`].
    fn coded_column(&self, index: usize, rows: Range<usize>) -> Result<ArrayRef, ArrowError> {
        self.column(index, rows)
    }

    /// These rows of a column of texts, where they lie. `None` if they have dictionaries, are all null, or are best copied.
    fn texts(&self, _index: usize, _rows: Range<usize>) -> Option<Texts<'_>> {
        None
    }
}

/// Bytes of a batch's values. Unlike the memory that their buffers have, these do not depend on what else is in the buffers,
/// or how much room a worker left in them.
pub(crate) fn bytes(batch: &RecordBatch) -> usize {
    let of = |column: &ArrayRef| {
        if is_coded(column.data_type()) {
            return coded::bytes(column);
        }
        let size = column.to_data().get_slice_memory_size();
        // Of a type that the lake does not have.
        size.unwrap_or_else(|_| column.get_array_memory_size())
    };
    batch.columns().iter().map(of).sum()
}

impl Ordered for RecordBatch {
    fn schema(&self) -> &SchemaRef {
        self.schema_ref()
    }

    fn rows(&self) -> usize {
        self.num_rows()
    }

    fn bytes(&self) -> usize {
        bytes(self)
    }

    fn column(&self, index: usize, rows: Range<usize>) -> Result<ArrayRef, ArrowError> {
        Ok(RecordBatch::column(self, index).slice(rows.start, rows.len()))
    }
}
