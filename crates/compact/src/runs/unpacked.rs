//! Runs on their way into files.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::{
    array::{ArrayRef, RecordBatch, UInt32Array},
    compute::take_record_batch,
    error::ArrowError,
    row::Row,
};
use futures::future::try_join_all;

use super::{PIECE_ROWS, packed::Piece};
use crate::{coded::plain, error::CompactError, log::build_error, rows::Keys, workers::Workers};

/// A row that was dropped, and whose line is not that of the one that stays. Whether it says something else is seen when
/// that one is unpacked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Twin {
    /// The number of the row that stays.
    pub(super) of: u32,
    /// A hash of all that the sender said.
    pub(super) content: u64,
}

/// The rows of a run on their way into files. What has been taken is freed.
pub(crate) struct RunRows {
    pieces: VecDeque<Piece>,
    /// The number of the first row of the next piece.
    from: u32,
    /// In order.
    twins: VecDeque<Twin>,
    /// No rows, with the dictionaries that rows get.
    words: RecordBatch,
    content: Arc<Keys>,
    conflicting: Arc<AtomicU64>,
}

impl RunRows {
    pub(super) fn new(
        pieces: Vec<Piece>,
        mut twins: Vec<Twin>,
        words: RecordBatch,
        content: Arc<Keys>,
        conflicting: Arc<AtomicU64>,
    ) -> Self {
        twins.sort_unstable_by_key(|twin| twin.of);
        Self { pieces: pieces.into(), from: 0, twins: twins.into(), words, content, conflicting }
    }

    /// The next pieces, as many as have so many rows, or one: unpacked by the workers, at the same time, who do this with each
    /// at once. None after the last.
    pub(crate) async fn next_on<R: Send + 'static>(
        &mut self,
        wanted: usize,
        workers: &Workers,
        with: impl FnOnce(RecordBatch) -> R + Clone + Send + 'static,
    ) -> Result<Vec<R>, CompactError> {
        let (mut rows, mut unpacking) = (0, Vec::new());
        while rows < wanted.max(1)
            && let Some(piece) = self.pieces.pop_front()
        {
            rows += piece.rows();
            let (from, to) = (self.from, self.from + PIECE_ROWS);
            self.from = to;
            let twins = self.twins.partition_point(|twin| twin.of < to);
            let twins: Vec<Twin> = self.twins.drain(..twins).collect();
            let (words, content, with) = (self.words.clone(), Arc::clone(&self.content), with.clone());
            let conflicting = Arc::clone(&self.conflicting);
            // It is begun now, before those ahead of it are awaited.
            unpacking.push(workers.run(move || -> Result<R, ArrowError> {
                let batch = piece.unpack(&words)?;
                if !twins.is_empty() {
                    let kept = contents(&content, &batch, twins.iter().map(|twin| twin.of - from))?;
                    let differing =
                        twins.iter().zip(kept).filter(|(twin, kept)| twin.content != *kept).count();
                    conflicting.fetch_add(differing as u64, Ordering::Relaxed);
                }
                Ok(with(batch))
            }));
        }
        try_join_all(unpacking).await.map_err(build_error)
    }
}

/// A hash of all that the sender said, for each of these rows of a batch.
fn contents(
    keys: &Keys,
    batch: &RecordBatch,
    rows: impl Iterator<Item = u32>,
) -> Result<Vec<u64>, ArrowError> {
    content_hashes(keys, take_record_batch(batch, &UInt32Array::from_iter_values(rows))?.columns())
}

/// The same of rows that are all of these columns.
pub(super) fn content_hashes(keys: &Keys, columns: &[ArrayRef]) -> Result<Vec<u64>, ArrowError> {
    let columns = columns.iter().map(plain).collect::<Result<Vec<_>, _>>()?;
    let hash = |row: Row<'_>| {
        let mut hasher = DefaultHasher::new();
        row.hash(&mut hasher);
        hasher.finish()
    };
    Ok(keys.of_columns(&columns)?.iter().map(hash).collect())
}
