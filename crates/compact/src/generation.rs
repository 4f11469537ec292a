//! The files of a new generation: everything up to its commit.

use std::sync::{Arc, atomic::Ordering};

use arrow::array::RecordBatch;
use domain::{
    DataFile, Dataset, key,
    port::{Clock, ObjectStore},
    run::Run,
};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    carry,
    error::CompactError,
    files::{Output, Source},
    limits::Limits,
    log::build_error,
    merge::{self, Input, Last},
    ordered::Ordered,
    plan::Plan,
    runs::Runs,
    sorted::Sorted,
    workers::Workers,
};

/// How many data files are opened at the same time.
const OPENED: usize = 16;

/// Inputs of a merge that each may have a whole batch of rows in memory, and another one that is being written. More than
/// these share the room, and fewer, if all are in memory, have several batches each.
const INPUTS: u64 = 8;

/// New rows on their way into a merge.
struct New<'a, S> {
    /// In the order in which rows that are alike in the dataset's order are to come.
    inputs: Vec<Input<'a, S>>,
    rows: u64,
    /// In memory.
    bytes: u64,
    /// In a file, at the most.
    encoded: u64,
}

impl<S> Default for New<'_, S> {
    fn default() -> Self {
        Self { inputs: Vec::new(), rows: 0, bytes: 0, encoded: 0 }
    }
}

/// Where a generation is made, by whom, and of what.
pub(crate) struct Workshop<'a, S> {
    pub(crate) store: &'a S,
    pub(crate) dataset: &'a Dataset,
    pub(crate) limits: Limits,
    pub(crate) workers: &'a Workers,
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
    pub(crate) async fn make(&self, new: Sorted, plan: &Plan<'_>) -> Result<Made, CompactError> {
        let (sources, carried) = self.split(plan).await?;
        if !sources.is_empty() || new.rows() == 0 {
            return self.made(&new, &sources, carried).await;
        }
        let mut output = self.output(0, new.rows() as u64, new.bytes() as u64)?;
        output.write_all(&new).await?;
        // To free hundreds of MB takes tens of milliseconds. Meanwhile the last file is completed and stored.
        self.workers.free(new);
        self.with_carried(output.finish().await?, carried).await
    }

    /// As [`Self::make`], of new rows that are in several runs. Answers also how many of the twins among the runs differed.
    pub(crate) async fn make_of_runs(
        &self,
        runs: Runs<'_>,
        plan: &Plan<'_>,
    ) -> Result<(Made, u64), CompactError> {
        let (sources, carried) = self.split(plan).await?;
        let conflicting = runs.conflicting();
        let (rows, bytes, encoded) = (runs.rows(), runs.unpacked_bytes(), runs.packed_bytes());
        let coded = sources.is_empty();
        let (runs, last) = runs.into_rows(coded);
        let last = last.map(|rows| Input::Last(Last { rows: Arc::new(rows), from: 0, coded }));
        let new = New { inputs: runs.map(Input::Run).chain(last).collect(), rows, bytes, encoded };
        let merged = self.merge_inputs(0, new, &sources).await?;
        let made = self.with_carried(merged, carried).await?;
        Ok((made, conflicting.load(Ordering::Relaxed)))
    }

    /// Merges the files that the plan says, as far as they are in order; `None` where fewer than two are. Those in another
    /// order stay as they are, and are no reason for a commit.
    pub(crate) async fn merge_small(&self, plan: &Plan<'_>) -> Result<Option<Made>, CompactError> {
        let (sources, carried) = self.split(plan).await?;
        if sources.len() < 2 {
            return Ok(None);
        }
        let nothing = RecordBatch::new_empty(self.dataset.arrow_schema());
        self.made(&nothing, &sources, carried).await.map(Some)
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
        for source in self.opened(plan.merged.clone()).await? {
            if source.is_in_order_of(self.dataset) {
                sources.push(source);
            } else {
                carried.push(source.file());
            }
        }
        Ok((sources, carried))
    }

    async fn made(
        &self,
        new: &dyn Ordered,
        sources: &[Source<'_, S>],
        carried: Vec<&DataFile>,
    ) -> Result<Made, CompactError> {
        let merged = self.merge(0, Some(new), sources).await?;
        self.with_carried(merged, carried).await
    }

    async fn with_carried(
        &self,
        merged: Vec<DataFile>,
        carried: Vec<&DataFile>,
    ) -> Result<Made, CompactError> {
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
        new: Option<&dyn Ordered>,
        sources: &[Source<'_, S>],
    ) -> Result<Vec<DataFile>, CompactError> {
        let Some(new) = new.filter(|new| new.rows() > 0) else {
            return self.merge_inputs(there, New::default(), sources).await;
        };
        let (rows, bytes) = (new.rows() as u64, new.bytes() as u64);
        if sources.is_empty() {
            let mut output = self.output(there, rows, bytes)?;
            output.write_all(new).await?;
            return output.finish().await;
        }
        let new = New { inputs: vec![Input::Rows(new, 0)], rows, bytes, encoded: bytes };
        self.merge_inputs(there, new, sources).await
    }

    async fn merge_inputs(
        &self,
        there: usize,
        new: New<'_, S>,
        sources: &[Source<'_, S>],
    ) -> Result<Vec<DataFile>, CompactError> {
        let schema = self.dataset.arrow_schema();
        let (row_bytes, count) = (new.bytes / new.rows.max(1), sources.len() + new.inputs.len());
        let (batch_rows, held_rows) = self.batch_rows(row_bytes, count, sources).await;
        // Files are decoded one batch after the other, so more of them would be waited for, and not be decoded meanwhile. But where
        // batches are small since some rows may be long, as many are read as the rows are on average.
        let ahead = if sources.is_empty() {
            usize::try_from(INPUTS).unwrap_or(usize::MAX) / new.inputs.len().max(1)
        } else {
            held_rows.div_ceil(batch_rows)
        };
        let shares = if sources.is_empty() { ahead.max(1) } else { 1 };
        let share = self.limits.batch / (count as u64).div_ceil(INPUTS).max(1);
        let held_bytes = usize::try_from(share).unwrap_or(usize::MAX).saturating_mul(shares);
        let mut inputs = Vec::with_capacity(count);
        for source in sources {
            inputs.push(Input::File(Box::new(source.rows(&schema, batch_rows)?)));
        }
        // What is in the table comes before what is new.
        inputs.extend(new.inputs);
        let files = || sources.iter().map(Source::file);
        let rows = new.rows + files().map(|file| file.rows).sum::<u64>();
        let bytes = new.encoded + files().map(|file| file.bytes).sum::<u64>();
        let mut output = self.output(there, rows, bytes)?;
        merge::merge(inputs, self.dataset, &mut output, (batch_rows, ahead, held_bytes), self.workers)
            .await?;
        output.finish().await
    }

    /// How many rows of each of so many inputs are read at a time: the fewer, the more inputs there are. And how many would be if
    /// none were longer than the average. Rows that are no files have so many bytes.
    async fn batch_rows(&self, row_bytes: u64, inputs: usize, sources: &[Source<'_, S>]) -> (usize, usize) {
        let (mut longest, mut average) = (row_bytes, row_bytes);
        for source in sources {
            longest = longest.max(source.row_bytes(self.limits.batch).await);
            average = average.max(source.average_row_bytes());
        }
        let rows =
            |bytes: u64| self.limits.batch_rows(bytes.saturating_mul((inputs as u64).div_ceil(INPUTS)));
        (rows(longest), rows(average))
    }

    /// For so many rows, of about so many bytes when encoded, where there are so many files already.
    fn output(&self, there: usize, rows: u64, bytes: u64) -> Result<Output<'_, S>, CompactError> {
        let place: (&str, fn(&str, u32) -> String) = (&self.location, key::data_file);
        let first = u32::try_from(there).map_err(build_error)?;
        let output = Output::new(self.store, self.dataset, self.workers, place, self.limits, rows, bytes);
        Ok(output.starting_at(first))
    }

    /// The files, opened.
    pub(crate) async fn open<'f>(&self, files: &'f [DataFile]) -> Result<Vec<Source<'f, S>>, CompactError>
    where
        Self: 'f,
    {
        self.opened(files.iter().collect()).await
    }

    async fn opened<'f>(&self, files: Vec<&'f DataFile>) -> Result<Vec<Source<'f, S>>, CompactError>
    where
        Self: 'f,
    {
        // Collected, since the compiler does not see that the closure is done with before the first of them is awaited.
        let opening: Vec<_> = files.into_iter().map(|file| Source::open(self.store, file)).collect();
        stream::iter(opening).buffered(OPENED).try_collect().await
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
