//! The order of a dataset's rows, decided by prefixes as far as they can.

use std::{cmp::Ordering, ops::Range, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::{Schema, SchemaRef},
    error::ArrowError,
    row::Rows,
};
use domain::Dataset;

use super::{
    gathered::Gathered,
    row::{Entry, Place},
};
use crate::{rows::Keys, workers::Workers};

/// How many rows that are alike by their prefixes a worker makes comparable at a time.
const PIECE: usize = 8_192;

/// The sort columns, and how to compare them.
pub(super) struct Order {
    schema: SchemaRef,
    /// The sort columns in the schema.
    columns: Arc<[usize]>,
    /// The sort columns alone.
    key_schema: SchemaRef,
    keys: Keys,
}

impl Order {
    pub(super) fn new(dataset: &Dataset) -> Result<Self, ArrowError> {
        let (schema, names) = (dataset.arrow_schema(), dataset.sort_order());
        let columns = names.iter().map(|name| schema.index_of(name)).collect::<Result<Arc<[_]>, _>>()?;
        let fields: Vec<_> = columns.iter().map(|index| schema.field(*index).clone()).collect();
        let key_schema = Arc::new(Schema::new(fields));
        let keys = Keys::new(&key_schema, &names)?;
        Ok(Self { schema, columns, key_schema, keys })
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The sort columns in the schema. There always is one.
    pub(super) fn columns(&self) -> &Arc<[usize]> {
        &self.columns
    }

    pub(super) fn compare(&self, left: &Place<'_>, right: &Place<'_>) -> Result<Ordering, ArrowError> {
        let by_prefix = left.prefix.cmp(&right.prefix);
        if by_prefix.is_ne() || self.is_decided(left.exact && right.exact) {
            return Ok(by_prefix);
        }
        let key = |place: &Place<'_>| {
            let column = |column: &ArrayRef| column.slice(place.row, 1);
            self.key(place.keys.iter().map(column).collect())
        };
        Ok(key(left)?.row(0).cmp(&key(right)?.row(0)))
    }

    /// Sorts rows of these batches; those that are alike stay in the order that they are in.
    pub(super) fn sort(
        &self,
        entries: &mut [Entry],
        gathered: &Gathered,
        workers: &Workers,
    ) -> Result<(), ArrowError> {
        // The standard stable sort finds the sorted runs, and merges them.
        entries.sort_by_key(|entry| entry.prefix);
        if self.is_decided(gathered.exact()) {
            return Ok(());
        }
        // The rows that their prefixes do not tell apart are compared in full, and only they.
        let (mut groups, mut places): (Vec<Range<usize>>, Vec<(u32, u32)>) = (Vec::new(), Vec::new());
        let mut begin = 0;
        for group in entries.chunk_by(|entry, next| entry.prefix == next.prefix) {
            if group.len() > 1 {
                groups.push(begin..begin + group.len());
                places.extend(group.iter().map(|entry| gathered.place(entry)));
            }
            begin += group.len();
        }
        let pieces: Vec<&[(u32, u32)]> = places.chunks(PIECE).collect();
        let keys = workers.each(pieces, |places| {
            let column = |index: &usize| gathered.gather(*index, places);
            self.key(self.columns.iter().map(column).collect::<Result<_, _>>()?)
        });
        let keys = keys.into_iter().collect::<Result<Vec<_>, _>>()?;
        let key = |place: usize| keys[place / PIECE].row(place % PIECE);
        let (mut first, mut sorted): (usize, Vec<(usize, Entry)>) = (0, Vec::new());
        for group in groups {
            let group = &mut entries[group];
            sorted.clear();
            sorted.extend((first..).zip(group.iter().copied()));
            sorted.sort_by(|(a, _), (b, _)| key(*a).cmp(&key(*b)));
            for (entry, (_, right)) in group.iter_mut().zip(&sorted) {
                *entry = *right;
            }
            first += group.len();
        }
        Ok(())
    }

    /// Whether rows of equal prefixes are alike in the whole order.
    fn is_decided(&self, exact: bool) -> bool {
        exact && self.columns.len() == 1
    }

    fn key(&self, columns: Vec<ArrayRef>) -> Result<Rows, ArrowError> {
        self.keys.of(&RecordBatch::try_new(self.key_schema.clone(), columns)?)
    }
}
