//! A query's rows as a Parquet file, piece by piece.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use engine::Execution;
use futures::StreamExt;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, GzipLevel, ZstdLevel},
    file::properties::WriterProperties,
};
use tokio::sync::mpsc;

use super::{internal, run_error, running::Chunk};
use crate::{ParquetCompression, RunChunk};

/// The bytes of rows at which a row group ends: it is kept in memory until then.
pub(super) const ROW_GROUP: usize = 32 << 20;

/// The bytes that row groups may take in memory before they end: what is in them may be much smaller in the file.
pub(super) const MEMORY: usize = 4 * ROW_GROUP;

/// The most bytes of rows that the writer is given at once, unless it is one row.
pub(super) const SLICE: usize = 8 << 20;

/// The most bytes of one row, which the writer has in memory at once.
pub(super) const ROW: usize = 64 << 20;

/// What the writer has written, and nobody has taken yet.
#[derive(Clone, Default)]
pub(super) struct Pieces(Arc<Mutex<Vec<u8>>>);

impl Pieces {
    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes the rows, if there are any. The chunks are the bytes of the file.
pub(super) async fn write(
    execution: Execution,
    compression: ParquetCompression,
    chunks: mpsc::Sender<Chunk>,
) {
    let mut batches = execution.in_lower_case().in_slices(SLICE, ROW).batches;
    let pieces = Pieces::default();
    let mut writer = None;
    // What is computed next is computed when there is room for it.
    while let Ok(room) = chunks.reserve().await {
        let (written, rows) = match batches.next().await {
            Some(Ok(batch)) => {
                let open = match writer.take() {
                    Some(open) => Ok(open),
                    None if batch.num_rows() == 0 => continue,
                    None => {
                        ArrowWriter::try_new(pieces.clone(), batch.schema(), Some(properties(compression)))
                    }
                };
                let written = open.and_then(|mut open| {
                    open.write(&batch)?;
                    if open.in_progress_size() >= ROW_GROUP || open.memory_size() >= MEMORY {
                        open.flush()?;
                    }
                    Ok(Some(open))
                });
                (written, batch.num_rows() as u64)
            }
            Some(Err(error)) => return room.send(Err(run_error(error))),
            None => match writer.take() {
                Some(open) => (open.close().map(|_| None), 0),
                None => return,
            },
        };
        match written {
            Ok(open) => {
                room.send(Ok(RunChunk { bytes: pieces.take().into(), rows, partition: None }));
                // Without one, the file is complete.
                if open.is_none() {
                    return;
                }
                writer = open;
            }
            Err(error) => return room.send(Err(internal(&error))),
        }
    }
}

/// How files are written.
pub(super) fn properties(compression: ParquetCompression) -> WriterProperties {
    let compression = match compression {
        ParquetCompression::None => Compression::UNCOMPRESSED,
        ParquetCompression::Gzip => Compression::GZIP(GzipLevel::default()),
        ParquetCompression::Snappy => Compression::SNAPPY,
        ParquetCompression::Zstd => Compression::ZSTD(ZstdLevel::default()),
    };
    WriterProperties::builder().set_compression(compression).build()
}
