use std::{
    collections::HashMap,
    fmt,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use domain::port::{self, StoreError};
use futures::{StreamExt, stream::BoxStream};
use object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, path::Path,
};

use crate::scan::BytesScanned;

const NAME: &str = "lake";

/// Ranges closer than this are read in one request.
const COALESCE_BYTES: u64 = 8 * 1024;

/// The lake's store as DataFusion wants it: read only.
///
/// Sizes come from the listings of the same query, so that a read is one request.
pub(crate) struct LakeStore<S> {
    store: Arc<S>,
    scanned: BytesScanned,
    listed: Mutex<HashMap<Path, ObjectMeta>>,
    trouble: Mutex<Option<Trouble>>,
}

/// A read that failed. The Parquet reader passes errors on as text, so they are kept here.
#[derive(Debug, Clone)]
pub(crate) struct Trouble {
    pub(crate) what: String,
    pub(crate) retryable: bool,
}

impl<S: port::ObjectStore> LakeStore<S> {
    pub(crate) fn new(store: Arc<S>, scanned: BytesScanned) -> Self {
        Self { store, scanned, listed: Mutex::default(), trouble: Mutex::default() }
    }

    /// What the query has read of the files.
    pub(crate) fn scanned(&self) -> &BytesScanned {
        &self.scanned
    }

    /// All objects below a prefix, all pages.
    pub(crate) async fn list_below(
        &self,
        prefix: &str,
    ) -> std::result::Result<Vec<port::ObjectMeta>, StoreError> {
        self.store.list_all(prefix).await
    }

    /// The bytes of an object.
    pub(crate) async fn whole(&self, key: &str) -> std::result::Result<Bytes, StoreError> {
        self.store.get(key).await
    }

    /// Remembers an object of a listing, and gives it as DataFusion wants it. `None` if its key is none that
    /// can be asked for by a path.
    pub(crate) fn note(&self, object: &port::ObjectMeta) -> Option<ObjectMeta> {
        let location = Path::parse(&object.key).ok().filter(|path| path.as_ref() == object.key)?;
        let meta = to_meta(location.clone(), object);
        self.listed.lock().unwrap_or_else(PoisonError::into_inner).insert(location, meta.clone());
        Some(meta)
    }

    /// The first read of this query that failed.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_trouble(&self, error: StoreError) -> Error {
        let trouble = Trouble { what: error.to_string(), retryable: is_retryable(&error) };
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
        translate(error)
    }

    async fn meta(&self, location: &Path) -> Result<ObjectMeta> {
        let known = self.listed.lock().unwrap_or_else(PoisonError::into_inner).get(location).cloned();
        match known {
            Some(meta) => Ok(meta),
            None => {
                let object =
                    self.store.head(location.as_ref()).await.map_err(|error| self.note_trouble(error))?;
                Ok(to_meta(location.clone(), &object))
            }
        }
    }

    async fn read(&self, location: &Path, range: Range<u64>) -> Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let bytes = self.store.get_range(location.as_ref(), range.clone()).await;
        let bytes = bytes.map_err(|error| self.note_trouble(error))?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if length == range.end - range.start {
            Ok(bytes)
        } else {
            Err(Error::Generic { store: NAME, source: format!("{location} is shorter than it was").into() })
        }
    }
}

fn to_meta(location: Path, object: &port::ObjectMeta) -> ObjectMeta {
    ObjectMeta {
        location,
        last_modified: object.last_modified,
        size: object.size,
        e_tag: None,
        version: None,
    }
}

/// A file that vanished belonged to a generation that is no more: the next query sees the next one.
pub(crate) fn is_retryable(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { .. } | StoreError::NotFound { .. })
}

fn translate(error: StoreError) -> Error {
    match error {
        StoreError::NotFound { ref key } => {
            let path = key.clone();
            Error::NotFound { path, source: Box::new(error) }
        }
        other => Error::Generic { store: NAME, source: Box::new(other) },
    }
}

fn read_only(operation: &str) -> Error {
    Error::NotSupported { source: format!("the engine only reads: {operation}").into() }
}

#[async_trait]
impl<S: port::ObjectStore> object_store::ObjectStore for LakeStore<S> {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let conditional = options.if_match.is_some()
            || options.if_none_match.is_some()
            || options.if_modified_since.is_some()
            || options.if_unmodified_since.is_some()
            || options.version.is_some();
        if conditional {
            return Err(read_only("a conditional read"));
        }
        let meta = self.meta(location).await?;
        let range = match &options.range {
            None => 0..meta.size,
            Some(range) => range
                .as_range(meta.size)
                .map_err(|error| Error::Generic { store: NAME, source: Box::new(error) })?,
        };
        let bytes = if options.head { Bytes::new() } else { self.read(location, range.clone()).await? };
        let payload = GetResultPayload::Stream(futures::stream::iter([Ok(bytes)]).boxed());
        Ok(GetResult { payload, meta, range, attributes: Attributes::default() })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        object_store::coalesce_ranges(ranges, |range| self.read(location, range), COALESCE_BYTES).await
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(read_only("put"))
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(read_only("put"))
    }

    fn delete_stream(&self, _: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        futures::stream::iter([Err(read_only("delete"))]).boxed()
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        // The files of a query are listed once, by the table; nobody lists behind its back.
        futures::stream::iter([Err(read_only("list"))]).boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        Err(read_only("list"))
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Err(read_only("copy"))
    }
}

impl<S> fmt::Debug for LakeStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LakeStore").finish_non_exhaustive()
    }
}

impl<S> fmt::Display for LakeStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAME)
    }
}
