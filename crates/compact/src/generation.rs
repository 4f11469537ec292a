//! The files of a new generation: everything up to its commit.

use arrow::array::RecordBatch;
use domain::{
    DataFile, Dataset, key,
    port::{Clock, ObjectStore},
    run::Run,
};

use crate::{
    carry,
    error::CompactError,
    files::{Output, Source},
    limits::Limits,
    log::build_error,
    merge::{self, Input},
    plan::Plan,
};

/// Where a generation is made, by whom, and of what.
pub(crate) struct Workshop<'a, S> {
    pub(crate) store: &'a S,
    pub(crate) dataset: &'a Dataset,
    pub(crate) limits: Limits,
    /// Its directory, fresh for each attempt.
    pub(crate) location: String,
}

/// The files, and what they cost.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) files: Vec<DataFile>,
    /// Bytes of Parquet written.
    pub(crate) encoded: u64,
    /// Bytes copied by the store.
    pub(crate) copied: u64,
}

impl<S: ObjectStore> Workshop<'_, S> {
    /// Merges the new rows, which are in order, with the files that the plan says, and has the others carried over: also
    /// those that were written in another order, before the definition changed. A rebuild brings them into this one.
    pub(crate) async fn make(&self, new: RecordBatch, plan: &Plan<'_>) -> Result<Made, CompactError> {
        let (sources, carried) = self.split(plan).await?;
        self.made(new, &sources, carried).await
    }

    /// Merges the files that the plan says, as far as they are in order; `None` where fewer than two are. Those in another
    /// order stay as they are, and are no reason for a commit.
    pub(crate) async fn merge_small(&self, plan: &Plan<'_>) -> Result<Option<Made>, CompactError> {
        let (sources, carried) = self.split(plan).await?;
        if sources.len() < 2 {
            return Ok(None);
        }
        let nothing = RecordBatch::new_empty(self.dataset.arrow_schema());
        self.made(nothing, &sources, carried).await.map(Some)
    }

    /// The files to be merged that are in the dataset's order, and all others.
    async fn split<'f>(
        &self,
        plan: &Plan<'f>,
    ) -> Result<(Vec<Source<'f, S>>, Vec<&'f DataFile>), CompactError>
    where
        Self: 'f,
    {
        let (mut sources, mut carried) = (Vec::with_capacity(plan.merged.len()), plan.carried.clone());
        for file in &plan.merged {
            let source = Source::open(self.store, file).await?;
            if source.is_in_order_of(self.dataset) {
                sources.push(source);
            } else {
                carried.push(file);
            }
        }
        Ok((sources, carried))
    }

    async fn made(
        &self,
        new: RecordBatch,
        sources: &[Source<'_, S>],
        carried: Vec<&DataFile>,
    ) -> Result<Made, CompactError> {
        let merged = self.merge(0, Some(new), sources).await?;
        let carried = carry::carry(self.store, carried, &self.location, merged.len()).await?;
        let bytes = |files: &[DataFile]| files.iter().map(|file| file.bytes).sum();
        let (encoded, copied) = (bytes(&merged), bytes(&carried));
        let mut files = merged;
        files.extend(carried);
        Ok(Made { files, encoded, copied })
    }

    /// Sorted rows and sorted files into new files, where there are so many new ones already.
    pub(crate) async fn merge(
        &self,
        there: usize,
        new: Option<RecordBatch>,
        sources: &[Source<'_, S>],
    ) -> Result<Vec<DataFile>, CompactError> {
        let (new_rows, new_bytes) =
            new.as_ref().map_or((0, 0), |rows| (rows.num_rows() as u64, rows.get_array_memory_size() as u64));
        let schema = self.dataset.arrow_schema();
        let widest = sources.iter().map(Source::row_bytes).max().unwrap_or_default();
        let batch_rows = self.limits.batch_rows(widest.max(new_bytes / new_rows.max(1)));
        let mut inputs = Vec::with_capacity(sources.len() + 1);
        for source in sources {
            inputs.push(Input::File(Box::new(source.rows(&schema, batch_rows)?)));
        }
        // What is in the table comes before what is new.
        inputs.push(Input::Rows(new));
        let files = || sources.iter().map(Source::file);
        let rows = new_rows + files().map(|file| file.rows).sum::<u64>();
        let bytes = new_bytes + files().map(|file| file.bytes).sum::<u64>();
        let place: (&str, fn(&str, u32) -> String) = (&self.location, key::data_file);
        let first = u32::try_from(there).map_err(build_error)?;
        let output = Output::new(self.store, self.dataset, place, self.limits, rows, bytes);
        let mut output = output.starting_at(first);
        merge::merge(inputs, self.dataset, &mut output, batch_rows).await?;
        output.finish().await
    }

    /// The files, opened.
    pub(crate) async fn open<'f>(&self, files: &'f [DataFile]) -> Result<Vec<Source<'f, S>>, CompactError>
    where
        Self: 'f,
    {
        let mut sources = Vec::with_capacity(files.len());
        for file in files {
            sources.push(Source::open(self.store, file).await?);
        }
        Ok(sources)
    }

    /// Deletes what was made, for good: another writer's commit has its number, or an input vanished.
    pub(crate) async fn discard(&self, run: &Run, clock: &impl Clock) -> Result<(), CompactError> {
        discard(self.store, &self.location, run, clock).await
    }
}

/// Deletes what is in one's own directory, which will never have a commit.
pub(crate) async fn discard<S: ObjectStore>(
    store: &S,
    location: &str,
    run: &Run,
    clock: &impl Clock,
) -> Result<(), CompactError> {
    let objects = store.list_all(location).await?;
    let keys: Vec<String> = objects.into_iter().map(|object| object.key).collect();
    run.may_change(clock.now())?;
    for failure in store.delete(&keys).await? {
        tracing::warn!(
            key = failure.key,
            error = domain::chain(&failure.error),
            "a file of an overtaken generation stays behind, until it is vacuumed"
        );
    }
    Ok(())
}
