//! Rows into data files of the right size.

use std::ops::Range;

use arrow::array::RecordBatch;
use domain::{
    DataFile, Dataset,
    port::{ObjectStore, PutMode},
};

use super::{
    open::{Beginning, OpenFile},
    parts::{Parts, Pending, at_once},
};
use crate::{
    coded, error::CompactError, limits::Limits, log::build_error, ordered::Ordered, workers::Workers,
};

/// So many rows are collected before they are encoded: each thread then has something to do for each column.
const TOGETHER: usize = 16_384;

/// So many parts of each column are encoded before the threads wait for each other.
const PARTS: usize = 4;

/// The files of a new generation, one after the other. Columns are encoded in parallel; the bytes of the files do not
/// depend on the number of threads.
pub(crate) struct Output<'a, S> {
    store: &'a S,
    dataset: &'a Dataset,
    workers: &'a Workers,
    location: &'a str,
    named: fn(&str, u32) -> String,
    /// The number of the first file.
    first: u32,
    limits: Limits,
    /// Whether the rows come in the dataset's order.
    in_order: bool,
    /// The file that is being written.
    open: Option<OpenFile>,
    /// Rows that are not encoded yet.
    pending: Option<Pending>,
    /// Rows that are still to be encoded, at the most.
    expected: u64,
    /// Bytes that are still to come, at a guess.
    expected_bytes: u64,
    files: Vec<DataFile>,
}

impl<'a, S: ObjectStore> Output<'a, S> {
    /// For up to `rows` rows, of about `bytes` bytes when encoded, in the directory `location`, where `named` names
    /// them.
    pub(crate) fn new(
        store: &'a S,
        dataset: &'a Dataset,
        workers: &'a Workers,
        (location, named): (&'a str, fn(&str, u32) -> String),
        limits: Limits,
        rows: u64,
        bytes: u64,
    ) -> Self {
        Self {
            store,
            dataset,
            workers,
            location,
            named,
            first: 0,
            limits,
            in_order: true,
            open: None,
            pending: None,
            expected: rows,
            expected_bytes: bytes,
            files: Vec::new(),
        }
    }

    /// With files that are numbered from this one on.
    pub(crate) fn starting_at(self, first: u32) -> Self {
        Self { first, ..self }
    }

    /// For rows in another order than the dataset's: the files do not say that they are in it.
    pub(crate) fn in_order(self, in_order: bool) -> Self {
        Self { in_order, ..self }
    }

    /// Adds rows, which are in the dataset's order, after those that were there. Texts may have dictionaries.
    pub(crate) async fn write(&mut self, rows: &RecordBatch) -> Result<(), CompactError> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let dataset = self.dataset;
        let pending = self.pending.get_or_insert_with(|| Pending::new(dataset.arrow_schema()));
        pending.push(rows.clone());
        if pending.rows() < TOGETHER && (pending.bytes() as u64) < self.limits.batch {
            return Ok(());
        }
        self.write_pending().await
    }

    /// As [`Self::write`], for rows that are not gathered yet. If there are many, of a column a few thousand are gathered and
    /// encoded at once, while they are in the cache.
    pub(crate) async fn write_rows(&mut self, rows: &dyn Ordered) -> Result<(), CompactError> {
        if rows.rows() < TOGETHER && (rows.bytes() as u64) < self.limits.batch {
            let columns = (0..rows.schema().fields().len()).collect();
            // Numbers into dictionaries stay what they are: the encoders would look each text up again.
            let columns = self.workers.each(columns, |index| rows.coded_column(index, 0..rows.rows()));
            let columns = columns.into_iter().collect::<Result<_, _>>().map_err(build_error)?;
            let batch = coded::batch(rows.schema(), columns).map_err(build_error)?;
            return self.write(&batch).await;
        }
        self.write_pending().await?;
        // So many at a time that it is noticed when a row group becomes too large.
        let (at_once, mut start) = (at_once(rows, &self.limits), 0);
        while start < rows.rows() {
            let mut file = self.file(rows, start..rows.rows())?;
            let room = file.room(&self.limits);
            let until = rows.rows().min(start + room.min(at_once * PARTS));
            let parts = Parts::of(rows, start..until, at_once);
            file.encode(self.workers, &parts, until - start == room).map_err(build_error)?;
            self.written(file, until - start).await?;
            start = until;
        }
        Ok(())
    }

    /// Adds all of these rows, which are in the dataset's order, after those that were there, in row groups of their own. Of
    /// a column a few thousand rows are gathered at once, and several row groups are encoded at the same time.
    pub(crate) async fn write_all(&mut self, rows: &dyn Ordered) -> Result<(), CompactError> {
        self.write_pending().await?;
        let at_once = at_once(rows, &self.limits);
        let (mut start, end) = (0, rows.rows());
        while start < end {
            let mut file = self.file(rows, start..end)?;
            file.end_group(self.workers).map_err(build_error)?;
            let groups = file.groups(&self.limits, start..end);
            let parts: Vec<Parts<'_>> =
                groups.into_iter().map(|group| Parts::of(rows, group, at_once)).collect();
            file.encode_groups(self.workers, &parts).map_err(build_error)?;
            let written: usize = parts.iter().map(Parts::rows).sum();
            self.written(file, written).await?;
            start += written;
        }
        Ok(())
    }

    /// Ends the last file. Answers all of them, in order.
    pub(crate) async fn finish(mut self) -> Result<Vec<DataFile>, CompactError> {
        self.write_pending().await?;
        if let Some(file) = self.open.take() {
            self.end(file).await?;
        }
        Ok(self.files)
    }

    async fn write_pending(&mut self) -> Result<(), CompactError> {
        let Some(mut pending) = self.pending.take() else { return Ok(()) };
        while pending.rows() > 0 {
            let mut file = self.file(&pending, 0..pending.rows())?;
            let room = file.room(&self.limits);
            let batches = pending.take(room);
            let parts = Parts::Batches(&batches);
            let rows = parts.rows();
            file.encode(self.workers, &parts, rows == room).map_err(build_error)?;
            self.written(file, rows).await?;
        }
        Ok(())
    }

    /// The file that is being written, or a new one, which begins with these rows.
    fn file(&mut self, rows: &dyn Ordered, range: Range<usize>) -> Result<OpenFile, CompactError> {
        if let Some(file) = self.open.take() {
            return Ok(file);
        }
        let beginning = Beginning {
            dataset: self.dataset,
            limits: &self.limits,
            workers: self.workers,
            in_order: self.in_order,
            rows: self.expected,
            bytes: self.expected_bytes,
        };
        OpenFile::begin(beginning, rows, range).map_err(build_error)
    }

    /// After so many rows were encoded: goes on with the file later, or ends it if it is full.
    async fn written(&mut self, mut file: OpenFile, rows: usize) -> Result<(), CompactError> {
        self.expected = self.expected.saturating_sub(rows as u64);
        if file.is_group_too_large(&self.limits) {
            file.end_group(self.workers).map_err(build_error)?;
        }
        if file.is_full(&self.limits) {
            return self.end(file).await;
        }
        self.open = Some(file);
        Ok(())
    }

    async fn end(&mut self, file: OpenFile) -> Result<(), CompactError> {
        let (body, rows) = file.finish(self.workers).map_err(build_error)?;
        let part = u32::try_from(self.files.len()).map_err(build_error)?;
        let (key, bytes) = ((self.named)(self.location, self.first + part), body.len() as u64);
        self.expected_bytes = self.expected_bytes.saturating_sub(bytes);
        self.store.put(&key, body.into(), PutMode::Overwrite).await?;
        self.files.push(DataFile { key, rows, bytes, sealed: bytes >= self.limits.sealed() });
        Ok(())
    }
}

/// The rows as one file, and nothing stored.
#[cfg(test)]
pub(super) fn encode(rows: &RecordBatch, dataset: &Dataset) -> Result<bytes::Bytes, CompactError> {
    let settings = domain::settings::Settings::read(|_| None).map_err(build_error)?;
    let (limits, workers) = (Limits::new(&settings), Workers::new(1));
    let (count, bytes) = (rows.num_rows(), rows.get_array_memory_size() as u64);
    let beginning =
        Beginning { dataset, limits: &limits, workers: &workers, in_order: true, rows: count as u64, bytes };
    let mut file = OpenFile::begin(beginning, rows, 0..count).map_err(build_error)?;
    file.encode(&workers, &Parts::of(rows, 0..count, count), true).map_err(build_error)?;
    Ok(file.finish(&workers).map_err(build_error)?.0.into())
}
