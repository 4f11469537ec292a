//! A partition in new files: as its definition is now, in its order, and of the right sizes.

mod adopt;

use arrow::array::RecordBatch;
use domain::{
    DataFile, DatasetName, Partition, key,
    port::{Clock, Ids, ObjectStore},
    run::Run,
};

use crate::{
    chunks::Chunks,
    compactor::Compactor,
    error::CompactError,
    files::{Output, Source},
    generation::{Made, Workshop},
    log::build_error,
    ordered::Ordered,
    rewrite::Rewrite,
    round::ROUND,
    service::Report,
    sorted::Sorted,
};

/// How many sorted runs are merged into files at once. What has more rows than that becomes several groups of files,
/// each in order.
const RUNS: usize = 16;

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// Rewrites a partition to the current definition, sort order and file size, in one commit that has exactly the
    /// parent's rows. Values of columns that were added since are taken from `_extra`, where they fit.
    ///
    /// It takes one run's time for the whole partition: what is too large for that ends with [`CompactError::Expired`],
    /// and nothing is changed. A partition without commits is left alone.
    pub async fn rebuild(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<Report, CompactError> {
        self.rewrite(Rewrite::Rebuild, dataset, partition, run).await
    }

    /// Sorts what is in memory at once into runs, and merges the runs into files.
    pub(crate) async fn rebuilt(
        &self,
        workshop: &Workshop<'_, S>,
        files: &[DataFile],
        run: &Run,
    ) -> Result<Made, CompactError> {
        let Workshop { store, dataset, limits, location, .. } = workshop;
        let schema = dataset.arrow_schema();
        let mut made = Made::default();
        let (mut runs, mut held, mut held_bytes) = (Vec::new(), Vec::new(), 0_u64);
        let mut written = 0_u32;
        for file in files {
            let source = Source::open(*store, file).await?;
            let batch_rows = limits.batch_rows(source.row_bytes(limits.batch).await);
            let mut batches = source.rows(&schema, batch_rows)?;
            while let Some(batch) = batches.next().await? {
                held_bytes += batch.get_array_memory_size() as u64;
                held.push(batch);
                if held_bytes >= limits.held {
                    let rows = sorted(workshop, &mut held)?;
                    runs.push(store_run(workshop, &rows, written).await?);
                    (held_bytes, written) = (0, written + 1);
                    run.may_begin(self.clock.now(), ROUND)?;
                }
                if runs.len() == RUNS {
                    self.finish_group(workshop, &mut made, None, &mut runs, run).await?;
                }
            }
        }
        let rest = sorted(workshop, &mut held)?;
        self.finish_group(workshop, &mut made, Some(&rest), &mut runs, run).await?;
        tracing::debug!(location, runs = written, files = made.files.len(), "partition rewritten");
        Ok(made)
    }

    /// Runs into files, after those that there are; then the runs go.
    async fn finish_group(
        &self,
        workshop: &Workshop<'_, S>,
        made: &mut Made,
        rest: Option<&dyn Ordered>,
        runs: &mut Vec<DataFile>,
        run: &Run,
    ) -> Result<(), CompactError> {
        let runs = std::mem::take(runs);
        let sources = workshop.open(&runs).await?;
        let files = workshop.merge(made.files.len(), rest, &sources).await?;
        drop(sources);
        made.encoded += runs.iter().chain(&files).map(|file| file.bytes).sum::<u64>();
        made.files.extend(files);
        // Nobody else knows of them: their directory has no commit yet. What stays is vacuumed with its generation.
        let keys: Vec<String> = runs.into_iter().map(|file| file.key).collect();
        run.may_change(self.clock.now())?;
        for failure in workshop.store.delete(&keys).await? {
            tracing::warn!(
                key = failure.key,
                error = domain::chain(&failure.error),
                "a sorted run stays behind"
            );
        }
        Ok(())
    }
}

/// All rows that are held, in order, with what they adopt.
fn sorted<S>(workshop: &Workshop<'_, S>, held: &mut Vec<RecordBatch>) -> Result<Sorted, CompactError> {
    let Workshop { dataset, workers, .. } = workshop;
    let adopted = workers.each(std::mem::take(held), |rows| adopt::adopt(dataset, rows));
    let adopted = adopted.into_iter().collect::<Result<Vec<_>, _>>().map_err(build_error)?;
    let chunks = Chunks::new(dataset.arrow_schema(), adopted).map_err(build_error)?;
    let rows = (0..u32::try_from(chunks.rows()).map_err(build_error)?).collect();
    Sorted::new(chunks, rows, None, dataset, workers).map_err(build_error)
}

async fn store_run<S: ObjectStore>(
    workshop: &Workshop<'_, S>,
    rows: &dyn Ordered,
    number: u32,
) -> Result<DataFile, CompactError> {
    let Workshop { store, dataset, limits, workers, location } = workshop;
    // One file, however large: what is in memory at once is less than a file may be.
    let limits = crate::limits::Limits { target: u64::MAX, ..*limits };
    let (count, bytes) = (rows.rows() as u64, rows.bytes() as u64);
    let place: (&str, fn(&str, u32) -> String) = (location, key::run_file);
    let output = Output::new(*store, dataset, workers, place, limits, count, bytes);
    let mut output = output.starting_at(number);
    output.write_all(rows).await?;
    let mut files = output.finish().await?;
    files.pop().ok_or_else(|| build_error("a run without rows"))
}

#[cfg(test)]
mod tests;
