//! What a query reads of the lake's files: counted as it is asked for, and stopped at a limit.
//!
//! Counted are the ranges of column chunks, in the compressed form in which they are in the file, exactly as the
//! Parquet reader asks for them. Not counted is what says where they are (footers, page indexes, bloom filters),
//! nor the gaps that the store reads over to join two requests: Athena's `DataScannedInBytes` of a `count(*)` on
//! Parquet is 0 in the same way.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    ops::Range,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use datafusion::{
    datasource::{
        listing::PartitionedFile,
        physical_plan::parquet::{DefaultParquetFileReaderFactory, ParquetFileReaderFactory},
    },
    error::Result,
    parquet::{
        arrow::{arrow_reader::ArrowReaderOptions, async_reader::AsyncFileReader},
        errors::{ParquetError, Result as ParquetResult},
        file::metadata::ParquetMetaData,
    },
    physical_plan::metrics::ExecutionPlanMetricsSet,
};
use futures::{FutureExt, future::BoxFuture};

use crate::{
    footer,
    pages::{self, Chunks},
};

/// How many bytes of the lake's files a query has read so far, and how many it may read. Clones see the same
/// number.
#[derive(Clone)]
pub struct BytesScanned(Arc<Counter>);

struct Counter {
    bytes: AtomicU64,
    limit: u64,
    is_exceeded: AtomicBool,
}

/// More would have been read than was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Bytes scanned limit was exceeded")]
pub struct ScanLimitExceeded;

impl BytesScanned {
    /// Counts, and refuses the read that would be beyond `limit` bytes.
    pub fn up_to(limit: u64) -> Self {
        let (bytes, is_exceeded) = (AtomicU64::new(0), AtomicBool::new(false));
        Self(Arc::new(Counter { bytes, limit, is_exceeded }))
    }

    /// The number at this moment. Once the limit is exceeded it is the limit, as in Athena's statistics.
    pub fn get(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Whether a read was refused.
    pub fn is_exceeded(&self) -> bool {
        self.0.is_exceeded.load(Ordering::Relaxed)
    }

    /// Counts a read that is about to happen, or refuses it.
    pub fn add(&self, bytes: u64) -> std::result::Result<(), ScanLimitExceeded> {
        let Counter { bytes: count, limit, is_exceeded } = &*self.0;
        let before = count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |so_far| {
            Some(so_far.saturating_add(bytes).min(*limit))
        });
        let so_far = before.unwrap_or_else(|unchanged| unchanged);
        if so_far.saturating_add(bytes) > *limit {
            is_exceeded.store(true, Ordering::Relaxed);
            return Err(ScanLimitExceeded);
        }
        Ok(())
    }
}

impl Default for BytesScanned {
    /// Without a limit.
    fn default() -> Self {
        Self::up_to(u64::MAX)
    }
}

impl fmt::Debug for BytesScanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BytesScanned").field(&self.get()).finish()
    }
}

/// The metadata of one file, once it was read. Whoever opens a file with one of these as an extension finds it here, and does
/// not read it again. Clones are of the same file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Footer(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    metadata: OnceLock<Arc<ParquetMetaData>>,
    /// Where its column chunks are, once one is read.
    chunks: OnceLock<Chunks>,
    /// Where its pages begin, as far as its page indexes were read. DataFusion reads the indexes with one reader, and the
    /// pages with another.
    pages: Mutex<BTreeSet<u64>>,
}

impl Footer {
    pub(crate) fn get(&self) -> Option<Arc<ParquetMetaData>> {
        self.0.metadata.get().cloned()
    }

    fn keep(&self, metadata: ParquetMetaData) -> Arc<ParquetMetaData> {
        Arc::clone(self.0.metadata.get_or_init(|| Arc::new(metadata)))
    }

    fn keep_places(&self, places: Vec<u64>) {
        self.0.pages.lock().unwrap_or_else(PoisonError::into_inner).extend(places);
    }

    /// Fails if what was read of column chunks has pages that say what cannot be.
    fn check_pages(
        &self,
        file: &str,
        metadata: &ParquetMetaData,
        read: &[(Range<u64>, Bytes)],
    ) -> ParquetResult<()> {
        let chunks = match self.0.chunks.get() {
            Some(chunks) => chunks,
            None => {
                let chunks = Chunks::of(file, metadata)?;
                self.0.chunks.get_or_init(|| chunks)
            }
        };
        for (range, bytes) in read {
            let places: Vec<u64> = {
                let known = self.0.pages.lock().unwrap_or_else(PoisonError::into_inner);
                known.range(pages::in_order(range)).copied().collect()
            };
            chunks.check(file, metadata, range, bytes, &places)?;
        }
        Ok(())
    }
}

/// Opens the files of one query, and counts what is read of them.
#[derive(Debug)]
pub(crate) struct CountedFiles {
    files: DefaultParquetFileReaderFactory,
    scanned: BytesScanned,
}

impl CountedFiles {
    pub(crate) fn new(store: Arc<dyn object_store::ObjectStore>, scanned: BytesScanned) -> Self {
        Self { files: DefaultParquetFileReaderFactory::new(store), scanned }
    }
}

impl ParquetFileReaderFactory for CountedFiles {
    fn create_reader(
        &self,
        partition_index: usize,
        file: PartitionedFile,
        metadata_size_hint: Option<usize>,
        metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Box<dyn AsyncFileReader + Send>> {
        let (name, bytes) = (file.object_meta.location.to_string(), file.object_meta.size);
        let kept = file.extension::<Footer>().cloned().unwrap_or_default();
        let inner = self.files.create_reader(partition_index, file, metadata_size_hint, metrics)?;
        let at_once = metadata_size_hint.map_or(0, |hint| hint as u64);
        let (scanned, indexes, filters) = (self.scanned.clone(), Vec::new(), HashMap::new());
        Ok(Box::new(Counted { inner, scanned, name, bytes, at_once, kept, indexes, filters }))
    }
}

struct Counted {
    inner: Box<dyn AsyncFileReader + Send>,
    scanned: BytesScanned,
    /// Of the file, and how large it is.
    name: String,
    bytes: u64,
    /// How much of its end is read first.
    at_once: u64,
    kept: Footer,
    /// Where its offset indexes are, once its footer was read.
    indexes: Vec<Range<u64>>,
    /// Where its bloom filters begin, and whether it says how long they are, then too.
    filters: HashMap<u64, bool>,
}

impl AsyncFileReader for Counted {
    /// Indexes and bloom filters: column chunks are read by `get_byte_ranges`.
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        async move {
            footer::check_range(&self.name, &range, &self.indexes)?;
            let start = range.start;
            let bytes = self.inner.get_bytes(range).await?;
            self.kept.keep_places(footer::page_places(&self.name, start, &bytes, &self.indexes)?);
            footer::check_filter(&self.name, start, &bytes, &self.filters)?;
            Ok(bytes)
        }
        .boxed()
    }

    /// Column chunks, or pages of them: each is looked at before anybody decodes it.
    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, ParquetResult<Vec<Bytes>>> {
        let lengths = ranges.iter().map(|range| range.end.saturating_sub(range.start));
        let bytes = lengths.fold(0, u64::saturating_add);
        if let Err(error) = self.scanned.add(bytes) {
            return async move { Err(ParquetError::External(Box::new(error))) }.boxed();
        }
        async move {
            // It is known, but where another reader has read it and nobody has kept it.
            let metadata = match self.kept.get() {
                Some(metadata) => metadata,
                None => self.get_metadata(None).await?,
            };
            let found = self.inner.get_byte_ranges(ranges.clone()).await?;
            if found.len() != ranges.len() {
                return Err(ParquetError::General(format!(
                    "{} has other ranges than were asked for",
                    self.name
                )));
            }
            let read: Vec<(Range<u64>, Bytes)> = ranges.into_iter().zip(found.iter().cloned()).collect();
            self.kept.check_pages(&self.name, &metadata, &read)?;
            Ok(found)
        }
        .boxed()
    }

    /// A footer that cannot be is an error that names the file: who reads by it would panic. It has no page indexes: whoever
    /// wants them reads them by `get_bytes`.
    fn get_metadata<'a>(
        &'a mut self,
        _: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, ParquetResult<Arc<ParquetMetaData>>> {
        let (name, bytes, at_once) = (self.name.clone(), self.bytes, self.at_once);
        async move {
            let metadata = match self.kept.get() {
                Some(metadata) => metadata,
                None => {
                    let read = footer::read(&name, bytes, at_once, &mut *self.inner);
                    let read = AssertUnwindSafe(read).catch_unwind().await;
                    let metadata = read.map_err(|_panic| footer::broken(&name, "it cannot be read"))??;
                    footer::check(&name, bytes, &metadata)?;
                    self.kept.keep(metadata)
                }
            };
            self.indexes = footer::offset_indexes(&metadata);
            self.filters = footer::bloom_filters(&metadata);
            Ok(metadata)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::{BytesScanned, ScanLimitExceeded};

    #[test]
    fn the_read_that_would_be_beyond_the_limit_is_refused_and_counts_up_to_it() {
        let scanned = BytesScanned::up_to(10);
        assert_eq!(scanned.add(10), Ok(()));
        assert!(!scanned.is_exceeded());
        assert_eq!(scanned.add(0), Ok(()));
        assert_eq!(scanned.clone().add(1), Err(ScanLimitExceeded));
        assert_eq!((scanned.get(), scanned.is_exceeded()), (10, true));
        assert_eq!(BytesScanned::default().add(u64::MAX), Ok(()));
    }
}
