//! A store that has the definition and keeps nothing else.

use std::ops::Range;

use bytes::Bytes;
use domain::{
    memory::MemoryStore,
    port::{DeleteFailure, ListPage, ObjectMeta, ObjectStore, PutMode, StoreError, Version},
};

/// Takes every object, and drops it.
#[derive(Debug)]
pub(crate) struct Discard(MemoryStore);

impl Discard {
    pub(crate) fn new(definitions: MemoryStore) -> Self {
        Self(definitions)
    }
}

impl ObjectStore for Discard {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        self.0.get(key).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.0.get_range(key, range).await
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.0.head(key).await
    }

    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        self.0.get_versioned(key).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        self.0.copy(from, to).await
    }

    async fn put(&self, key: &str, body: Bytes, _: PutMode) -> Result<(), StoreError> {
        assert!(!key.is_empty() && !body.is_empty(), "an object");
        Ok(())
    }

    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        self.0.delete(keys).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        self.0.list(prefix, after).await
    }
}
