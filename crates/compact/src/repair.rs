//! Twins that are in the table already: counted, and dropped.
//!
//! A compactor lets none in. Tables that older versions wrote may have some, and so may those that somebody's hand
//! made.

use arrow::{array::BooleanArray, compute::filter_record_batch};
use domain::{
    DataFile, DatasetName, Partition, key,
    port::{Clock, Ids, ObjectStore},
    run::Run,
};

use crate::{
    carry,
    compactor::Compactor,
    error::CompactError,
    files::{Output, Source},
    generation::{Made, Workshop},
    log::{self, build_error},
    rewrite::Rewrite,
    round::{Outcome, ROUND},
    service::Report,
    twins::{self, Within},
};

/// The rows of a partition's head against their identities.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Twins {
    /// The generation that was read; 0 if nothing was committed.
    pub generation: u64,
    /// Rows in it.
    pub rows: u64,
    /// How many of them have the identity of an earlier one: rows less distinct identities.
    pub twins: u64,
    /// Of those, how many differ in content from the one that a repair keeps.
    pub conflicting: u64,
}

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// Drops all but one of the rows that have one identity, in one commit of kind `repair`: the earliest ingested stays,
    /// then the first in order of file and row. Files without a twin are copied by the store, and others keep their
    /// order. Without twins nothing is committed.
    ///
    /// It takes one run's time for the whole partition: what is too large for that ends with [`CompactError::Expired`],
    /// and nothing is changed. The report's `duplicates_dropped` says how many rows were dropped, and `conflicting` how
    /// many of them differed from the one that stays.
    pub async fn repair(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<Report, CompactError> {
        self.rewrite(Rewrite::Repair, dataset, partition, run).await
    }

    /// Counts the twins in a partition's head, and changes nothing. It reads the identity columns of every file, and of
    /// twins all columns.
    ///
    /// A head that is vacuumed meanwhile is [`domain::port::StoreError::NotFound`]: there is a newer one.
    pub async fn twins(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<Twins, CompactError> {
        let Some(head) = log::head(&*self.store, dataset, partition).await? else {
            return Ok(Twins::default());
        };
        if head.files.is_empty() {
            // No rows, no twins, also where the dataset is gone, or came back with other partitions.
            return Ok(Twins { generation: head.generation.number(), rows: head.rows, ..Twins::default() });
        }
        let accepted = self.accepted(dataset, partition, Some(&head)).await?;
        let within = self.within(&accepted.dataset, &head.files, run).await?;
        let Within { twins, conflicting, .. } = within;
        Ok(Twins { generation: head.generation.number(), rows: head.rows, twins, conflicting })
    }

    async fn within(
        &self,
        dataset: &domain::Dataset,
        files: &[DataFile],
        run: &Run,
    ) -> Result<Within, CompactError> {
        let in_time = || Ok(run.may_begin(self.clock.now(), ROUND)?);
        twins::within(&*self.store, files, dataset, &self.limits, in_time).await
    }

    /// The files without twins; `None` if there are none to drop.
    pub(crate) async fn repaired(
        &self,
        workshop: &Workshop<'_, S>,
        files: &[DataFile],
        run: &Run,
    ) -> Result<Option<Outcome>, CompactError> {
        let within = self.within(workshop.dataset, files, run).await?;
        if within.twins == 0 {
            return Ok(None);
        }
        let (mut made, mut carried) = (Made::default(), Vec::new());
        for (file, keep) in files.iter().zip(&within.keep) {
            if keep.count_set_bits() == keep.len() {
                carried.push(file);
                continue;
            }
            run.may_begin(self.clock.now(), ROUND)?;
            let mask = BooleanArray::new(keep.clone(), None);
            let first = u32::try_from(made.files.len()).map_err(build_error)?;
            made.files.extend(filtered(workshop, file, &mask, first).await?);
        }
        made.encoded = made.files.iter().map(|file| file.bytes).sum();
        let carried = carry::carry(workshop.store, carried, &workshop.location, made.files.len()).await?;
        made.copied = carried.iter().map(|file| file.bytes).sum();
        made.files.extend(carried);
        let (duplicates, conflicting) = (within.twins, within.conflicting);
        Ok(Some(Outcome { made, duplicates, conflicting, ..Outcome::default() }))
    }
}

/// The rows of a file that stay, in its order, as files from number `first` on: none, if none stays.
async fn filtered<S: ObjectStore>(
    workshop: &Workshop<'_, S>,
    file: &DataFile,
    keep: &BooleanArray,
    first: u32,
) -> Result<Vec<DataFile>, CompactError> {
    let Workshop { store, dataset, limits, workers, location } = workshop;
    let source = Source::open(*store, file).await?;
    let place: (&str, fn(&str, u32) -> String) = (location, key::data_file);
    let rows = keep.true_count() as u64;
    let output = Output::new(*store, dataset, workers, place, *limits, rows, file.bytes);
    let mut output = output.starting_at(first).in_order(source.is_in_order_of(dataset));
    let batch_rows = limits.batch_rows(source.row_bytes(limits.batch).await);
    let mut batches = source.rows(&dataset.arrow_schema(), batch_rows)?;
    let mut offset = 0;
    while let Some(batch) = batches.next().await? {
        let mask = keep.slice(offset, batch.num_rows());
        offset += batch.num_rows();
        output.write(&filter_record_batch(&batch, &mask).map_err(build_error)?).await?;
    }
    output.finish().await
}

#[cfg(test)]
mod tests;
