//! A store that counts the calls to another one, as S3 charges for them, and how long they take.

use std::{
    future::Future,
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use bytes::Bytes;
use domain::port::{DeleteFailure, ListPage, ObjectMeta, ObjectStore, PutMode, StoreError, Version};

#[derive(Debug)]
pub(crate) struct Counting<S> {
    store: S,
    gets: AtomicU64,
    puts: AtomicU64,
    copies: AtomicU64,
    lists: AtomicU64,
    deletes: AtomicU64,
    nanoseconds: AtomicU64,
}

/// How many calls of each kind there were. A call that fails counts too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calls {
    /// `GetObject` and `HeadObject`.
    pub(crate) gets: u64,
    pub(crate) puts: u64,
    pub(crate) copies: u64,
    pub(crate) lists: u64,
    /// `DeleteObjects`, of at most 1,000 keys each.
    pub(crate) deletes: u64,
    /// How long they took, added up.
    pub(crate) seconds: f64,
}

impl<S> Counting<S> {
    pub(crate) fn new(store: S) -> Self {
        let [gets, puts, copies, lists, deletes, nanoseconds] = [0; 6].map(AtomicU64::new);
        Self { store, gets, puts, copies, lists, deletes, nanoseconds }
    }

    /// The calls so far; from here on they are counted anew.
    pub(crate) fn take(&self) -> Calls {
        let take = |count: &AtomicU64| count.swap(0, Ordering::Relaxed);
        Calls {
            gets: take(&self.gets),
            puts: take(&self.puts),
            copies: take(&self.copies),
            lists: take(&self.lists),
            deletes: take(&self.deletes),
            seconds: take(&self.nanoseconds) as f64 / 1e9,
        }
    }

    /// Makes a call, which counts as so many of these.
    async fn call<T>(&self, calls: &AtomicU64, more: usize, call: impl Future<Output = T> + Send) -> T {
        calls.fetch_add(more as u64, Ordering::Relaxed);
        let began = Instant::now();
        let answer = call.await;
        let took = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(took, Ordering::Relaxed);
        answer
    }
}

impl<S: ObjectStore> ObjectStore for Counting<S> {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        self.call(&self.gets, 1, self.store.get(key)).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.call(&self.gets, 1, self.store.get_range(key, range)).await
    }

    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        self.call(&self.gets, 1, self.store.get_versioned(key)).await
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.call(&self.gets, 1, self.store.head(key)).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        self.call(&self.copies, 1, self.store.copy(from, to)).await
    }

    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        self.call(&self.puts, 1, self.store.put(key, body, mode)).await
    }

    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        self.call(&self.deletes, keys.len().div_ceil(1_000), self.store.delete(keys)).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        self.call(&self.lists, 1, self.store.list(prefix, after)).await
    }
}
