//! A store in which something happens meanwhile.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use domain::{
    memory::{ManualClock, MemoryStore},
    port::{DeleteFailure, ListPage, ObjectMeta, ObjectStore, PutMode, StoreError, Version},
};

type Inner = MemoryStore<ManualClock>;

/// A store that answers so many calls, then none: as a process that ends. Or others put their objects, or delete some, right
/// after one was put.
pub(super) struct Meddled {
    inner: Arc<Inner>,
    left: AtomicU64,
    after: String,
    others: Vec<(String, Bytes)>,
    gone: Vec<String>,
}

impl Meddled {
    pub(super) fn mortal(inner: &Arc<Inner>, calls: u64) -> Self {
        Self {
            inner: Arc::clone(inner),
            left: AtomicU64::new(calls),
            after: String::new(),
            others: Vec::new(),
            gone: Vec::new(),
        }
    }

    pub(super) fn after(inner: &Arc<Inner>, key: &str, others: &[(&str, &str)]) -> Self {
        let other =
            |(key, body): &(&str, &str)| (String::from(*key), Bytes::copy_from_slice(body.as_bytes()));
        let others = others.iter().map(other).collect();
        Self { after: key.to_owned(), others, ..Self::mortal(inner, u64::MAX) }
    }

    /// These are deleted too, right after.
    pub(super) fn without(self, gone: &[&str]) -> Self {
        Self { gone: gone.iter().copied().map(String::from).collect(), ..self }
    }

    fn call(&self, key: &str) -> Result<(), StoreError> {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map(|_| ()).map_err(|_| StoreError::Unavailable { key: key.to_owned(), source: "dead".into() })
    }
}

impl ObjectStore for Meddled {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        self.call(key)?;
        self.inner.get(key).await
    }
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.call(key)?;
        self.inner.get_range(key, range).await
    }
    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        self.call(key)?;
        self.inner.get_versioned(key).await
    }
    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.call(key)?;
        self.inner.head(key).await
    }
    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        self.call(to)?;
        self.inner.copy(from, to).await
    }
    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        self.call(key)?;
        self.inner.put(key, body, mode).await?;
        if key == self.after {
            for (key, body) in &self.others {
                self.inner.put(key, body.clone(), PutMode::Overwrite).await?;
            }
            self.inner.delete(&self.gone).await?;
        }
        Ok(())
    }
    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        for key in keys {
            // Each a call of its own: the end may come in the midst of one.
            self.call(key)?;
            self.inner.delete(std::slice::from_ref(key)).await?;
        }
        Ok(Vec::new())
    }
    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        self.call(prefix)?;
        self.inner.list(prefix, after).await
    }
}
