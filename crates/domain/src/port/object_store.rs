use std::{future::Future, ops::Range, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::Source;

/// A bucket with S3's guarantees: strong read-after-write and listing, atomic whole-object writes,
/// create-if-absent.
///
/// Adapters retry what is transient within their own bounds; an error that leaves here is for the caller.
pub trait ObjectStore: Send + Sync + 'static {
    /// The whole object. `NotFound` if it does not exist.
    fn get(&self, key: &str) -> impl Future<Output = Result<Bytes, StoreError>> + Send;

    /// The bytes of `range`, cut at the object's end. `NotFound` if the object does not exist; `Failed` if
    /// the range begins at or beyond its end, or is empty.
    fn get_range(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> impl Future<Output = Result<Bytes, StoreError>> + Send;

    /// The whole object, with the version that a later [`PutMode::Update`] can demand. `NotFound` if it does not
    /// exist.
    fn get_versioned(&self, key: &str) -> impl Future<Output = Result<(Bytes, Version), StoreError>> + Send;

    /// Size and age of one object. `NotFound` if it does not exist.
    fn head(&self, key: &str) -> impl Future<Output = Result<ObjectMeta, StoreError>> + Send;

    /// Copies the object `from`, of at most 5 GB, to the key `to`, replacing what is there, without its bytes
    /// passing through the caller. `NotFound`, with the key of the source, if there is none.
    fn copy(&self, from: &str, to: &str) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Writes the whole object; no reader ever sees a part of it.
    ///
    /// With [`PutMode::Create`], of any number of concurrent writers at most one succeeds, and the others
    /// get `AlreadyExists` or `Conflict`. An adapter that retries a lost reply may report its own success as
    /// `AlreadyExists`: a caller who must know compares what is stored.
    ///
    /// With [`PutMode::Update`] the object must be there in that version: else `Conflict`, or `NotFound` if it is
    /// gone. Here too an adapter that retries a lost reply may report its own success as `Conflict`.
    fn put(
        &self,
        key: &str,
        body: Bytes,
        mode: PutMode,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes the objects, in any number. A key that does not exist counts as deleted. What could not be
    /// deleted is in the answer, item by item; an error means that nothing is known.
    fn delete(&self, keys: &[String]) -> impl Future<Output = Result<Vec<DeleteFailure>, StoreError>> + Send;

    /// One page, at most 1,000, of the keys that begin with `prefix` and sort after `after`, in the order of
    /// their UTF-8 bytes.
    fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
    ) -> impl Future<Output = Result<ListPage, StoreError>> + Send;

    /// The whole object, or `None` if it does not exist. To who may list only a part of the bucket, S3 says of a
    /// missing object that it is forbidden; a listing, which has to be allowed for the key, tells the two apart.
    fn find(&self, key: &str) -> impl Future<Output = Result<Option<Bytes>, StoreError>> + Send {
        async move {
            match self.get(key).await {
                Ok(bytes) => Ok(Some(bytes)),
                Err(StoreError::NotFound { .. }) => Ok(None),
                Err(refused @ StoreError::Failed { .. }) if self.exists(key).await? => Err(refused),
                Err(StoreError::Failed { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        }
    }

    /// [`ObjectStore::find`] with the version that a later [`PutMode::Update`] can demand.
    fn find_versioned(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Option<(Bytes, Version)>, StoreError>> + Send {
        async move {
            match self.get_versioned(key).await {
                Ok(found) => Ok(Some(found)),
                Err(StoreError::NotFound { .. }) => Ok(None),
                Err(refused @ StoreError::Failed { .. }) if self.exists(key).await? => Err(refused),
                Err(StoreError::Failed { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        }
    }

    /// Whether the object exists, by a listing.
    fn exists(&self, key: &str) -> impl Future<Output = Result<bool, StoreError>> + Send {
        async move { Ok(self.list(key, None).await?.objects.first().is_some_and(|object| object.key == key)) }
    }

    /// All pages of [`ObjectStore::list`].
    fn list_all(&self, prefix: &str) -> impl Future<Output = Result<Vec<ObjectMeta>, StoreError>> + Send {
        async move {
            let mut page = self.list(prefix, None).await?;
            let mut objects = page.objects;
            while let Some(after) = page.next_after {
                page = self.list(prefix, Some(&after)).await?;
                objects.append(&mut page.objects);
            }
            Ok(objects)
        }
    }
}

/// A store whose objects can be handed to somebody without rights of their own.
pub trait PresignedUrls: ObjectStore {
    /// An address from which anybody can get the object for as long as the download says, and no longer than
    /// the credentials that sign it are valid. Whether there is an object is not looked at.
    fn presigned_url(
        &self,
        key: &str,
        download: &Download<'_>,
    ) -> impl Future<Output = Result<String, StoreError>> + Send;
}

/// How an object is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Download<'a> {
    /// For how long; a week at most.
    pub valid: Duration,
    /// The `Content-Type` of the answer.
    pub content_type: &'a str,
    /// The name under which a browser stores it: no quotes, no controls.
    pub file_name: &'a str,
}

/// What a put does where an object exists already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutMode {
    /// Replace it.
    Overwrite,
    /// Leave it and answer `AlreadyExists`: `If-None-Match: *`.
    Create,
    /// Replace it if it is this version, else answer `Conflict`: `If-Match`.
    Update(Version),
}

/// Which content an object had when it was read: S3's ETag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(String);

impl Version {
    /// What the store calls it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What the store calls it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectMeta {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written.
    pub last_modified: DateTime<Utc>,
}

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage {
    /// In key order.
    pub objects: Vec<ObjectMeta>,
    /// Where the next page begins; `None` on the last one.
    pub next_after: Option<String>,
}

/// An object that is still there.
#[derive(Debug)]
pub struct DeleteFailure {
    /// Its key.
    pub key: String,
    /// Why.
    pub error: StoreError,
}

/// Why a call did not do what it should; the kinds are what a caller would do differently.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such object.
    #[error("object {key} does not exist")]
    NotFound {
        /// The object's key.
        key: String,
    },
    /// Create-if-absent found one.
    #[error("object {key} exists already")]
    AlreadyExists {
        /// The object's key.
        key: String,
    },
    /// Another conditional write was under way, S3's 409, and whether it succeeds is open; or the object is another
    /// version than the update demands. Look again.
    #[error("another write to object {key} came first or is under way")]
    Conflict {
        /// The object's key.
        key: String,
    },
    /// Throttled, timed out or out of reach: the same call may succeed later.
    #[error("the object store is unavailable for {key}")]
    Unavailable {
        /// The object's key, or the prefix of a listing.
        key: String,
        /// What the adapter got.
        #[source]
        source: Source,
    },
    /// Anything else: refused, misconfigured, malformed. Trying again does not help.
    #[error("the object store refused {key}")]
    Failed {
        /// The object's key, or the prefix of a listing.
        key: String,
        /// What the adapter got.
        #[source]
        source: Source,
    },
}

impl StoreError {
    /// Whether the same call fails again until a person changes something: a right, a key, a setting.
    pub fn needs_a_person(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }
}
