//! New rows against the rows that a partition has already.

mod filter;
mod within;

use std::sync::Arc;

use arrow::{
    array::{RecordBatch, UInt32Array},
    compute::{concat_batches, take_record_batch},
    datatypes::Schema,
    error::ArrowError,
    row::OwnedRow,
};
use domain::{
    DataFile, Dataset,
    port::ObjectStore,
    sabotage::{self, Bug},
};
use futures::{StreamExt, TryStreamExt, stream};
use parquet::arrow::arrow_reader::RowSelection;

use crate::{
    distinct::{Distinct, differing},
    error::CompactError,
    files::{Source, identity_columns},
    log::build_error,
    rows::Keys,
};

use filter::Filter;
pub(crate) use within::{Within, within};

/// How many data files are looked at, at the same time.
const FILES: usize = 8;

/// New rows whose twins are in one file.
#[derive(Debug, Default)]
struct Found {
    twins: Vec<OwnedRow>,
    conflicting: u64,
    /// Row groups whose identity columns had to be read.
    read: u64,
}

/// What was looked at.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Looked {
    /// Row groups of all files.
    pub(crate) row_groups: u64,
    /// Those whose identity columns were read, since their bloom filters and bounds did not rule a twin out.
    pub(crate) read: u64,
}

/// Drops the new rows whose twin is in one of the files: what is in the table wins. `NotFound` means that a file was
/// vacuumed: the run is stale.
pub(crate) async fn drop_known<S: ObjectStore>(
    store: &S,
    files: &[DataFile],
    dataset: &Dataset,
    new: &mut Distinct,
) -> Result<Looked, CompactError> {
    let mut looked = Looked::default();
    if new.kept.is_empty() || sabotage::is_on(Bug::TwinsWithinBatchOnly) {
        return Ok(looked);
    }
    let candidates = Candidates::new(dataset, new)?;
    let searches: Vec<_> = files.iter().map(|file| candidates.search(store, file)).collect();
    let found: Vec<(Found, u64)> = stream::iter(searches).buffered(FILES).try_collect().await?;
    drop(candidates);
    for (Found { twins, conflicting, read }, row_groups) in found {
        looked.row_groups += row_groups;
        looked.read += read;
        new.conflicting += conflicting;
        for key in twins {
            new.duplicates += u64::from(new.kept.remove(&key).is_some());
        }
    }
    Ok(looked)
}

/// Some columns of a schema.
pub(crate) fn projected(schema: &Schema, names: &[&str]) -> Result<Schema, ArrowError> {
    let fields = names.iter().map(|name| schema.field_with_name(name).cloned());
    Ok(Schema::new(fields.collect::<Result<Vec<_>, _>>()?))
}

/// The new rows, as they are looked for.
struct Candidates<'a> {
    dataset: &'a Dataset,
    new: &'a Distinct,
    /// The identity columns alone.
    schema: Arc<Schema>,
    keys: Keys,
    /// Indices of the rows that are looked for.
    indices: Vec<u32>,
    filters: Vec<Filter>,
}

impl<'a> Candidates<'a> {
    fn new(dataset: &'a Dataset, new: &'a Distinct) -> Result<Self, CompactError> {
        let names: Vec<&str> = identity_columns(dataset).into_iter().map(|(name, _)| name).collect();
        let schema = projected(&new.all.schema(), &names).map_err(build_error)?;
        let keys = Keys::identity(&schema, dataset).map_err(build_error)?;
        let mut indices: Vec<u32> = new.kept.values().copied().collect();
        indices.sort_unstable();
        let filters = names.iter().map(|name| Filter::new(name, &new.all, &indices));
        let filters = filters.collect::<Result<_, _>>().map_err(build_error)?;
        Ok(Self { dataset, new, schema: Arc::new(schema), keys, indices, filters })
    }

    /// Answers what was found, and of how many row groups the file is.
    async fn search<S: ObjectStore>(&self, store: &S, file: &DataFile) -> Result<(Found, u64), CompactError> {
        let source = Source::open(store, file).await?;
        let mut found = Found::default();
        let row_groups = source.metadata().num_row_groups();
        for row_group in 0..row_groups {
            // Positions among the candidates.
            let mut maybe: Vec<usize> = (0..self.indices.len()).collect();
            for filter in &self.filters {
                filter.retain(&source, row_group, &mut maybe).await?;
            }
            if !maybe.is_empty() {
                found.read += 1;
                self.compare(&source, row_group, &mut found).await?;
            }
        }
        Ok((found, row_groups as u64))
    }

    /// Reads the identity columns of a row group, and of the twins everything.
    async fn compare<S: ObjectStore>(
        &self,
        source: &Source<'_, S>,
        row_group: usize,
        found: &mut Found,
    ) -> Result<(), CompactError> {
        let (mut twins, mut places, mut offset) = (Vec::new(), Vec::new(), 0);
        let mut batches = source.part(row_group, &self.schema, None)?;
        while let Some(batch) = batches.next().await? {
            for (row, key) in self.keys.of(&batch).map_err(build_error)?.iter().enumerate() {
                let key = key.owned();
                if let Some(index) = self.new.kept.get(&key) {
                    twins.push(*index);
                    places.push(offset + row);
                    found.twins.push(key);
                }
            }
            offset += batch.num_rows();
        }
        if twins.is_empty() {
            return Ok(());
        }
        // In order of their place, which is the order in which they are read.
        let ranges = places.iter().map(|place| *place..*place + 1);
        let selection = RowSelection::from_consecutive_ranges(ranges, offset);
        let schema = self.dataset.arrow_schema();
        let mut batches = source.part(row_group, &schema, Some(selection))?;
        let mut theirs: Vec<RecordBatch> = Vec::new();
        while let Some(batch) = batches.next().await? {
            theirs.push(batch);
        }
        let theirs = concat_batches(&schema, &theirs).map_err(build_error)?;
        let ours = take_record_batch(&self.new.all, &UInt32Array::from(twins)).map_err(build_error)?;
        found.conflicting += differing(&theirs, &ours).map_err(build_error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
