//! A query's rows as Parquet files, one for each partition, piece by piece.

use std::{collections::BTreeMap, mem};

use engine::{Execution, PartitionRows};
use futures::StreamExt;
use parquet::{arrow::ArrowWriter, errors::ParquetError};
use tokio::sync::mpsc;

use super::{
    file::{MEMORY, Pieces, ROW, ROW_GROUP, SLICE, properties},
    internal, run_error,
    running::Chunk,
};
use crate::{ErrorCategory, ParquetCompression, PartitionValues, RunChunk, RunError};

/// The most partitions that one statement writes, as in Athena.
const MOST: usize = 100;

/// A file that is being written.
struct Open {
    writer: ArrowWriter<Pieces>,
    pieces: Pieces,
    /// Those that were written and not told.
    rows: u64,
}

impl Open {
    fn begin(rows: &PartitionRows, compression: ParquetCompression) -> Result<Self, ParquetError> {
        let pieces = Pieces::default();
        let properties = Some(properties(compression));
        let writer = ArrowWriter::try_new(pieces.clone(), rows.rows.schema(), properties)?;
        Ok(Self { writer, pieces, rows: 0 })
    }

    /// How much of the file is not handed on yet.
    fn size(&self) -> usize {
        self.writer.in_progress_size() + self.pieces.len()
    }

    /// How much memory that takes.
    fn memory(&self) -> usize {
        self.writer.memory_size() + self.pieces.len()
    }

    /// What was written since it was last asked.
    fn chunk(&mut self, values: &PartitionValues) -> RunChunk {
        let (bytes, rows) = (self.pieces.take().into(), mem::take(&mut self.rows));
        RunChunk { bytes, rows, partition: Some(PartitionValues::clone(values)) }
    }
}

/// The files of the partitions that have rows so far.
struct Files {
    compression: ParquetCompression,
    open: BTreeMap<PartitionValues, Open>,
}

impl Files {
    fn write(&mut self, rows: &PartitionRows) -> Result<(), RunError> {
        if !self.open.contains_key(&rows.values[..]) {
            if self.open.len() == MOST {
                return Err(too_many());
            }
            let open = Open::begin(rows, self.compression).map_err(|error| internal(&error))?;
            self.open.insert(rows.values.clone().into(), open);
        }
        if let Some(open) = self.open.get_mut(&rows.values[..]) {
            open.writer.write(&rows.rows).map_err(|error| internal(&error))?;
            open.rows += rows.rows.num_rows() as u64;
        }
        Ok(())
    }

    /// Ends the row groups of all files once they take much memory together, and answers what that has written.
    fn flush(&mut self) -> Result<Vec<RunChunk>, RunError> {
        let size: usize = self.open.values().map(Open::size).sum();
        let memory: usize = self.open.values().map(Open::memory).sum();
        if size < ROW_GROUP && memory < MEMORY {
            return Ok(Vec::new());
        }
        let flushed = self.open.iter_mut().map(|(values, open)| {
            open.writer.flush().map_err(|error| internal(&error))?;
            Ok(open.chunk(values))
        });
        flushed.collect()
    }
}

/// Writes the rows, whose last columns are the keys. The chunks are the bytes of the files.
pub(super) async fn write(
    execution: Execution,
    compression: ParquetCompression,
    keys: usize,
    chunks: mpsc::Sender<Chunk>,
) {
    let mut batches = execution.in_lower_case().in_slices(SLICE, ROW).partitioned(keys);
    let mut files = Files { compression, open: BTreeMap::new() };
    while let Some(batch) = batches.next().await {
        // The query was stopped: no row waits for anybody until a row group ends.
        if chunks.is_closed() {
            return;
        }
        let written = batch.map_err(run_error).and_then(|parts| {
            parts.iter().try_for_each(|rows| files.write(rows))?;
            files.flush()
        });
        match written {
            Ok(written) => {
                for chunk in written {
                    if chunks.send(Ok(chunk)).await.is_err() {
                        return;
                    }
                }
            }
            Err(error) => {
                // Nobody may be left to hear it.
                let _gone = chunks.send(Err(error)).await;
                return;
            }
        }
    }
    for (values, mut open) in files.open {
        let ended = open.writer.finish().map(|_| open.chunk(&values)).map_err(|error| internal(&error));
        let failed = ended.is_err();
        if chunks.send(ended).await.is_err() || failed {
            return;
        }
    }
}

/// In Athena's words.
fn too_many() -> RunError {
    let message = format!(
        "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of {MOST} open writers for partitions/buckets"
    );
    RunError { message, category: ErrorCategory::User, error_type: None, retryable: false }
}
