//! A data file, read in pieces: its metadata first, then what is asked for.

mod long;
mod pages;

use std::{ops::Range, sync::Arc};

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use bytes::Bytes;
use domain::{
    DataFile, Dataset,
    port::{ObjectStore, Source as Cause, StoreError},
};
use futures::future::try_join_all;
use parquet::{
    DecodeResult,
    arrow::{
        ProjectionMask,
        arrow_reader::{ParquetRecordBatchReader, RowSelection},
        push_decoder::{ParquetPushDecoder, ParquetPushDecoderBuilder},
    },
    errors::ParquetError,
    file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder},
};

use super::{conform::conform, footer};
use crate::{error::CompactError, workers::Workers};

/// A file of up to this size is read whole, with one request.
const WHOLE: u64 = 1 << 20;

/// What of a larger file is read first: its metadata is at the end, and most often fits in here.
const TAIL: u64 = 64 << 10;

/// Ranges that are so near to each other are read with one request.
const GAP: u64 = 64 << 10;

/// A data file whose metadata has been read.
#[derive(Debug)]
pub(crate) struct Source<'a, S> {
    store: &'a S,
    file: &'a DataFile,
    metadata: Arc<ParquetMetaData>,
    /// The end of the file, or all of it.
    kept: (u64, Bytes),
}

impl<'a, S: ObjectStore> Source<'a, S> {
    /// `NotFound` means that the file was vacuumed: the run is stale.
    pub(crate) async fn open(store: &'a S, file: &'a DataFile) -> Result<Self, CompactError> {
        let start = if file.bytes <= WHOLE { 0 } else { file.bytes - TAIL };
        let end = store.get_range(&file.key, start..file.bytes.max(1)).await?;
        let damaged = |cause: Cause| damaged(file, cause);
        if end.len() as u64 != file.bytes - start {
            let found = start + end.len() as u64;
            let cause = format!("the commit says {} bytes, the object has {found}", file.bytes);
            return Err(damaged(cause.into()));
        }
        let mut decoder = ParquetMetaDataPushDecoder::try_new(file.bytes)
            .map_err(|error| damaged(error.into()))?
            .with_page_index_policy(PageIndexPolicy::Skip);
        decoder.push_range(start..file.bytes, end.clone()).map_err(|error| damaged(error.into()))?;
        if let Some(range) = footer::range(file.bytes, &end).map_err(damaged)? {
            let known = (start, end.clone());
            let metadata = bytes(store, file, &known, range.clone()).await?;
            if metadata.len() as u64 != range.end - range.start {
                return Err(damaged("its metadata ends early".into()));
            }
            domain::footer::check(&metadata).map_err(|broken| damaged(broken.into()))?;
            decoder.push_range(range, metadata).map_err(|error| damaged(error.into()))?;
        }
        let metadata = loop {
            match footer::parsed(|| decoder.try_decode()).map_err(damaged)? {
                DecodeResult::Data(metadata) => break Arc::new(metadata),
                DecodeResult::NeedsData(ranges) => {
                    for range in ranges {
                        let bytes = store.get_range(&file.key, range.clone()).await?;
                        decoder.push_range(range, bytes).map_err(|error| damaged(error.into()))?;
                    }
                }
                DecodeResult::Finished => return Err(damaged("its metadata ends early".into())),
            }
        };
        footer::check(file.bytes, &metadata).map_err(damaged)?;
        let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or_default();
        if rows != file.rows {
            let cause = format!("the commit says {} rows, the file has {rows}", file.rows);
            return Err(damaged(cause.into()));
        }
        Ok(Self { store, file, metadata, kept: (start, end) })
    }

    pub(crate) fn file(&self) -> &'a DataFile {
        self.file
    }

    /// Whether its rows are in the order that the definition has now.
    pub(crate) fn is_in_order_of(&self, dataset: &Dataset) -> bool {
        let wanted = dataset.sort_order();
        self.metadata.row_groups().iter().all(|group| {
            let sorted = group.sorting_columns().map_or(&[][..], Vec::as_slice);
            let leaf = |index: i32| usize::try_from(index).ok().and_then(|index| group.columns().get(index));
            sorted.len() == wanted.len()
                && sorted.iter().zip(&wanted).all(|(sorted, wanted)| {
                    leaf(sorted.column_idx).is_some_and(|leaf| leaf.column_path().string() == *wanted)
                })
        })
    }

    pub(crate) fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }

    /// All rows in order, in the schema of the table as it is now.
    pub(crate) fn rows(&self, schema: &SchemaRef, batch_rows: usize) -> Result<Batches<'a, S>, CompactError> {
        self.batches(schema, |builder| builder.with_batch_size(batch_rows))
    }

    /// Some columns of all rows, in order.
    pub(crate) fn columns(
        &self,
        schema: &SchemaRef,
        batch_rows: usize,
    ) -> Result<Batches<'a, S>, CompactError> {
        let mask = self.mask(schema);
        self.batches(schema, |builder| builder.with_batch_size(batch_rows).with_projection(mask))
    }

    fn mask(&self, schema: &SchemaRef) -> ProjectionMask {
        let descriptor = self.metadata.file_metadata().schema_descr();
        ProjectionMask::columns(descriptor, schema.fields().iter().map(|field| field.name().as_str()))
    }

    /// Some columns of one row group, and if so only some of its rows.
    pub(crate) fn part(
        &self,
        row_group: usize,
        schema: &SchemaRef,
        rows: Option<RowSelection>,
    ) -> Result<Batches<'a, S>, CompactError> {
        let mask = self.mask(schema);
        self.batches(schema, |builder| {
            let builder = builder.with_row_groups(vec![row_group]).with_projection(mask);
            match rows {
                Some(rows) => builder.with_row_selection(rows),
                None => builder,
            }
        })
    }

    fn batches(
        &self,
        schema: &SchemaRef,
        configure: impl FnOnce(ParquetPushDecoderBuilder) -> ParquetPushDecoderBuilder,
    ) -> Result<Batches<'a, S>, CompactError> {
        let builder = ParquetPushDecoderBuilder::try_new_decoder(self.metadata.clone());
        let decoder = builder.and_then(|builder| configure(builder).build());
        let decoder = decoder.map_err(|error| damaged(self.file, error.into()))?;
        let (store, file, kept) = (self.store, self.file, self.kept.clone());
        let (metadata, schema) = (self.metadata.clone(), schema.clone());
        Ok(Batches { store, file, metadata, kept, decoder, reader: None, schema })
    }

    /// The bytes of a range.
    pub(crate) async fn bytes(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        bytes(self.store, self.file, &self.kept, range).await
    }

    /// An error in what the file says.
    pub(crate) fn damaged(&self, error: ParquetError) -> CompactError {
        damaged(self.file, error.into())
    }
}

fn damaged(file: &DataFile, source: Cause) -> CompactError {
    CompactError::DataFile { key: file.key.clone(), source }
}

async fn bytes<S: ObjectStore>(
    store: &S,
    file: &DataFile,
    (start, kept): &(u64, Bytes),
    range: Range<u64>,
) -> Result<Bytes, StoreError> {
    if range.start >= *start {
        // Of a range that the file does not have, the decoder says so itself.
        let at = |position: u64| usize::try_from(position - start).unwrap_or(usize::MAX).min(kept.len());
        return Ok(kept.slice(at(range.start)..at(range.end)));
    }
    store.get_range(&file.key, range).await
}

/// Rows on their way out of a file: no more of it is in memory than one row group.
#[derive(Debug)]
pub(crate) struct Batches<'a, S> {
    store: &'a S,
    file: &'a DataFile,
    metadata: Arc<ParquetMetaData>,
    kept: (u64, Bytes),
    decoder: ParquetPushDecoder,
    /// Of the row group that is being read.
    reader: Option<ParquetRecordBatchReader>,
    schema: SchemaRef,
}

impl<S: ObjectStore> Batches<'_, S> {
    /// The next rows; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<RecordBatch>, CompactError> {
        while let Some(reader) = self.reader().await? {
            let (reader, next) = decode(reader, &self.schema);
            if let Some(batch) = next {
                self.reader = Some(reader);
                return batch.map(Some).map_err(|cause| damaged(self.file, cause));
            }
        }
        Ok(None)
    }

    /// As [`Self::next`], decoded by the workers, who do this with it at once.
    pub(crate) async fn next_on<R: Send + 'static>(
        &mut self,
        workers: &Workers,
        with: impl FnOnce(RecordBatch) -> R + Clone + Send + 'static,
    ) -> Result<Option<R>, CompactError> {
        while let Some(reader) = self.reader().await? {
            let (schema, with) = (self.schema.clone(), with.clone());
            let work = move || {
                let (reader, next) = decode(reader, &schema);
                (reader, next.map(|batch| batch.map(with)))
            };
            let (reader, next) = workers.run(work).await;
            if let Some(done) = next {
                self.reader = Some(reader);
                return done.map(Some).map_err(|cause| damaged(self.file, cause));
            }
        }
        Ok(None)
    }

    /// The reader of the row group that is being read, or else of the next one; `None` after the last.
    async fn reader(&mut self) -> Result<Option<ParquetRecordBatchReader>, CompactError> {
        if let Some(reader) = self.reader.take() {
            return Ok(Some(reader));
        }
        loop {
            match self.decoder.try_next_reader().map_err(|error| damaged(self.file, error.into()))? {
                DecodeResult::Data(reader) => return Ok(Some(reader)),
                DecodeResult::Finished => return Ok(None),
                DecodeResult::NeedsData(ranges) => {
                    let wide = together(&ranges);
                    let reads =
                        wide.iter().map(|range| bytes(self.store, self.file, &self.kept, range.clone()));
                    let read = try_join_all(reads).await?;
                    for (range, bytes) in wide.iter().zip(&read) {
                        pages::check(&self.metadata, range, bytes)
                            .map_err(|cause| damaged(self.file, cause))?;
                    }
                    self.decoder.push_ranges(wide, read).map_err(|error| damaged(self.file, error.into()))?;
                }
            }
        }
    }
}

/// The next rows in the schema of the table; `None` after the last of the row group.
fn decode(
    mut reader: ParquetRecordBatchReader,
    schema: &SchemaRef,
) -> (ParquetRecordBatchReader, Option<Result<RecordBatch, Cause>>) {
    let next = reader.next().map(|batch| conform(&batch?, schema));
    (reader, next)
}

/// The ranges, with what is near to each other put together.
fn together(ranges: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut sorted = ranges.to_vec();
    sorted.sort_by_key(|range| range.start);
    let mut wide: Vec<Range<u64>> = Vec::with_capacity(sorted.len());
    for range in sorted {
        match wide.last_mut() {
            Some(last) if range.start <= last.end + GAP => last.end = last.end.max(range.end),
            _ => wide.push(range),
        }
    }
    wide
}

#[cfg(test)]
mod tests {
    #[test]
    fn near_ranges_are_read_together() {
        let far = 1 << 20;
        assert_eq!(super::together(&[200..300, 0..100, far..far + 1]), [0..300, far..far + 1]);
    }
}
