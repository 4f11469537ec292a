//! New rows against the rows that a partition has already.

mod bounds;
mod filter;
mod within;

use std::sync::Arc;

use arrow::{datatypes::Schema, error::ArrowError};
use domain::{
    DataFile, Dataset,
    port::ObjectStore,
    sabotage::{self, Bug},
};
use futures::{StreamExt, TryStreamExt, stream};
use parquet::arrow::arrow_reader::RowSelection;

use crate::{
    distinct::Distinct,
    error::CompactError,
    files::{Source, identity_columns},
    log::build_error,
};

use filter::{Evidence, Filter};
pub(crate) use within::{Within, within};

/// How many data files are looked at, at the same time.
const FILES: usize = 8;

/// New rows whose twins are in one file.
#[derive(Debug, Default)]
struct Found {
    /// Their numbers, one for each row of the file.
    twins: Vec<u32>,
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
    if new.kept() == 0 || sabotage::is_on(Bug::TwinsWithinBatchOnly) {
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
        for row in twins {
            new.drop_row(row);
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
    filters: Vec<Filter>,
}

impl<'a> Candidates<'a> {
    fn new(dataset: &'a Dataset, new: &'a Distinct) -> Result<Self, CompactError> {
        let names: Vec<&str> = identity_columns(dataset).into_iter().map(|(name, _)| name).collect();
        let all = new.chunks().schema();
        let schema = projected(all, &names).map_err(build_error)?;
        let filters = names.iter().map(|name| Filter::new(name, all));
        let filters = filters.collect::<Result<_, _>>().map_err(build_error)?;
        Ok(Self { dataset, new, schema: Arc::new(schema), filters })
    }

    /// Answers what was found, and of how many row groups the file is.
    async fn search<S: ObjectStore>(&self, store: &S, file: &DataFile) -> Result<(Found, u64), CompactError> {
        let source = Source::open(store, file).await?;
        let mut found = Found::default();
        let row_groups = source.metadata().num_row_groups();
        for row_group in 0..row_groups {
            if self.may_be_in(&source, row_group).await? {
                found.read += 1;
                self.compare(&source, row_group, &mut found).await?;
            }
        }
        Ok((found, row_groups as u64))
    }

    /// Whether the row group may have a twin, by what its metadata says and by its bloom filters.
    async fn may_be_in<S: ObjectStore>(
        &self,
        source: &Source<'_, S>,
        row_group: usize,
    ) -> Result<bool, CompactError> {
        let mut evidence: Vec<Evidence<'_>> =
            self.filters.iter().map(|filter| filter.look(source, row_group)).collect();
        if self.possible(&evidence).next().is_none() {
            return Ok(false);
        }
        for evidence in &mut evidence {
            evidence.look_closer(source).await?;
        }
        Ok(self.possible(&evidence).next().is_some())
    }

    /// The rows of which nothing says that they have no twin in there. Each identity column must be possible.
    fn possible<'e>(&'e self, evidence: &'e [Evidence<'e>]) -> impl Iterator<Item = u32> + 'e {
        let chunks = self.new.chunks();
        chunks.batches().iter().enumerate().flat_map(move |(chunk, batch)| {
            let column = |(filter, evidence): (&Filter, &'e Evidence<'e>)| {
                let values = batch.column(filter.index());
                (values, evidence.within(values), evidence)
            };
            let columns: Vec<_> = self.filters.iter().zip(evidence).map(column).collect();
            let rows = (chunks.start(chunk)..).zip(0..batch.num_rows());
            rows.filter(move |(number, row)| {
                self.new.keeps(*number)
                    && columns.iter().all(|(values, within, evidence)| {
                        within.as_ref().is_none_or(|within| within.value(*row))
                            && evidence.may_have(values, *row)
                    })
            })
            .map(|(number, _)| number)
        })
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
            for (place, row) in self.new.twins_of(batch.columns()).map_err(build_error)? {
                twins.push(row);
                places.push(offset + place);
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
        let mut ours = twins.iter();
        while let Some(theirs) = batches.next().await? {
            // So many of ours belong to this batch.
            for (place, row) in (0..theirs.num_rows()).zip(&mut ours) {
                found.conflicting += u64::from(self.new.differs(*row, &theirs, place));
            }
        }
        found.twins.extend(twins);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
