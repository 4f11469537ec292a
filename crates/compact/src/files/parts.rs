//! Rows on their way into a file, a few at a time.

use std::ops::Range;

use arrow::{
    array::{Array, ArrayRef, RecordBatch},
    compute::concat,
    datatypes::SchemaRef,
    error::ArrowError,
};

use crate::{
    coded::plain,
    limits::Limits,
    ordered::{Ordered, bytes},
    texts::Texts,
};

/// The most rows of a column that are encoded at once: few enough that they are still in the cache when they are.
const MOST_ROWS: usize = 8_192;

/// Rows of one row group, in parts.
pub(super) enum Parts<'p> {
    /// One part for each batch.
    Batches(&'p [RecordBatch]),
    /// One part for each range.
    Ordered(&'p dyn Ordered, Vec<Range<usize>>),
}

impl<'p> Parts<'p> {
    /// These rows, so many at a time.
    pub(super) fn of(rows: &'p dyn Ordered, range: Range<usize>, at_once: usize) -> Self {
        let at_once = at_once.max(1);
        let end = range.end;
        let part = |start: usize| start..end.min(start + at_once);
        Self::Ordered(rows, range.step_by(at_once).map(part).collect())
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Batches(batches) => batches.len(),
            Self::Ordered(_, ranges) => ranges.len(),
        }
    }

    /// The rows of all of them.
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Batches(batches) => batches.iter().map(RecordBatch::num_rows).sum(),
            Self::Ordered(_, ranges) => ranges.iter().map(Range::len).sum(),
        }
    }

    /// The values of one column in one part. They may have dictionaries.
    pub(super) fn column(&self, column: usize, part: usize) -> Result<ArrayRef, ArrowError> {
        match self {
            Self::Batches(batches) => Ok(batches[part].column(column).clone()),
            Self::Ordered(rows, ranges) => rows.coded_column(column, ranges[part].clone()),
        }
    }

    /// The same where they lie, without a copy: see [`Ordered::texts`].
    pub(super) fn texts(&self, column: usize, part: usize) -> Option<Texts<'_>> {
        match self {
            Self::Batches(_) => None,
            Self::Ordered(rows, ranges) => rows.texts(column, ranges[part].clone()),
        }
    }
}

/// How many of these rows are encoded at once. A power of two, so that parts and pages end together.
pub(super) fn at_once(rows: &dyn Ordered, limits: &Limits) -> usize {
    let row_bytes = rows.bytes() / rows.rows().max(1);
    let most = limits.batch_rows(row_bytes as u64).clamp(1, MOST_ROWS);
    1 << most.ilog2()
}

/// Batches that were written and are not encoded yet, in order. They may have dictionaries where the schema has texts.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
}

impl Pending {
    pub(super) fn new(schema: SchemaRef) -> Self {
        Self { schema, batches: Vec::new(), rows: 0, bytes: 0 }
    }

    pub(super) fn push(&mut self, batch: RecordBatch) {
        self.rows += batch.num_rows();
        self.bytes += bytes(&batch);
        self.batches.push(batch);
    }

    /// Takes out the first `count` rows, or all if there are fewer, in batches that can be encoded at once.
    pub(super) fn take(&mut self, count: usize) -> Vec<RecordBatch> {
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        let mut wanted = count;
        for batch in std::mem::take(&mut self.batches) {
            let first = wanted.min(batch.num_rows());
            wanted -= first;
            let starts = (0..first).step_by(MOST_ROWS);
            taken.extend(starts.map(|start| batch.slice(start, MOST_ROWS.min(first - start))));
            if first < batch.num_rows() {
                left.push(batch.slice(first, batch.num_rows() - first));
            }
        }
        self.rows -= count - wanted;
        self.batches = left;
        taken
    }
}

impl Ordered for Pending {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn rows(&self) -> usize {
        self.rows
    }

    /// Of all that was pushed: the memory of a batch is free when all of it is taken.
    fn bytes(&self) -> usize {
        self.bytes
    }

    fn column(&self, index: usize, rows: Range<usize>) -> Result<ArrayRef, ArrowError> {
        let (mut slices, mut offset) = (Vec::new(), 0);
        for batch in &self.batches {
            let within = |row: usize| row.clamp(offset, offset + batch.num_rows()) - offset;
            let (start, end) = (within(rows.start), within(rows.end));
            if start < end {
                slices.push(plain(&batch.column(index).slice(start, end - start))?);
            }
            offset += batch.num_rows();
        }
        match slices.as_slice() {
            [] => Ok(arrow::array::new_empty_array(self.schema.field(index).data_type())),
            [only] => Ok(only.clone()),
            several => concat(&several.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::{
        array::{AsArray, DictionaryArray, Int32Array, StringArray},
        datatypes::{DataType, Field, Int32Type, Schema, UInt16Type},
    };

    use super::*;

    fn batch(numbers: Range<i32>) -> RecordBatch {
        let numbers = Int32Array::from_iter_values(numbers);
        RecordBatch::try_from_iter([("n", Arc::new(numbers) as ArrayRef)]).unwrap()
    }

    fn numbers(column: &ArrayRef) -> Vec<i32> {
        column.as_primitive::<Int32Type>().values().to_vec()
    }

    #[test]
    fn pending_rows_are_read_and_taken_across_batches() {
        let batches = [batch(0..3), batch(3..3), batch(3..10), batch(10..11)];
        for start in 0..=11_usize {
            for count in 0..=11 - start {
                let mut pending = Pending::new(batches[0].schema());
                batches.iter().for_each(|batch| pending.push(batch.clone()));
                let expected = |range: Range<usize>| range.map(|n| n as i32).collect::<Vec<_>>();
                let read = pending.column(0, start..start + count).unwrap();
                assert_eq!(numbers(&read), expected(start..start + count));
                pending.take(start);
                let taken: Vec<i32> =
                    pending.take(count).iter().flat_map(|batch| numbers(batch.column(0))).collect();
                assert_eq!(taken, expected(start..start + count));
                assert_eq!(pending.rows(), 11 - start - count);
                assert_eq!(
                    numbers(&pending.column(0, 0..pending.rows()).unwrap()),
                    expected(start + count..11)
                );
            }
        }
    }

    /// Batches with dictionaries of their own, and with texts.
    #[test]
    fn pending_rows_are_read_as_texts_and_taken_as_they_are() {
        let schema = Arc::new(Schema::new(vec![Field::new("s", DataType::Utf8, true)]));
        let coded = |texts: [Option<&str>; 3]| -> ArrayRef {
            Arc::new(texts.into_iter().collect::<DictionaryArray<UInt16Type>>())
        };
        let columns = [
            coded([Some("b"), Some("a"), Some("b")]),
            Arc::new(StringArray::from(vec![Some("c"), None, Some("a")])) as ArrayRef,
            coded([None, Some("a"), Some("d")]),
        ];
        let mut pending = Pending::new(Arc::clone(&schema));
        for column in &columns {
            pending.push(crate::coded::batch(&schema, vec![Arc::clone(column)]).unwrap());
        }
        assert_eq!(pending.schema().field(0).data_type(), &DataType::Utf8);
        let read = pending.column(0, 1..8).unwrap();
        let wanted = [Some("a"), Some("b"), Some("c"), None, Some("a"), None, Some("a")];
        assert_eq!(read.as_string::<i32>().iter().collect::<Vec<_>>(), wanted);
        let taken = pending.take(9);
        assert_eq!(taken.len(), 3);
        for (batch, column) in taken.iter().zip(&columns) {
            assert_eq!(batch.column(0), column);
        }
    }

    #[test]
    fn parts_are_the_rows_without_gaps() {
        let rows = batch(0..100);
        for at_once in [0, 1, 7, 50, 64, 1_000] {
            let parts = Parts::of(&rows, 10..95, at_once);
            let found: Vec<i32> =
                (0..parts.count()).flat_map(|part| numbers(&parts.column(0, part).unwrap())).collect();
            assert_eq!((found, parts.rows()), ((10..95).collect(), 85));
        }
        assert_eq!(Parts::of(&rows, 5..5, 8).count(), 0);
        assert_eq!(Parts::Batches(&[]).rows(), 0);
    }
}
