use std::{future::Future, ops::Range, panic::resume_unwind, sync::Arc};

use bytes::Bytes;
use domain::port::{DeleteFailure, ListPage, ObjectMeta, ObjectStore, PutMode, StoreError, Version};
use tokio::{
    runtime::Handle,
    task::{JoinError, JoinHandle},
};

/// A store whose calls run on another runtime than their callers'.
///
/// A connection belongs to the runtime on which it was opened, and all clients of the lake share connections: one that
/// the engine's threads have to drive would keep others waiting while those compute.
#[derive(Debug)]
pub(super) struct Elsewhere<S> {
    store: Arc<S>,
    runtime: Handle,
}

/// A call that ends when its caller leaves.
struct Call<T>(JoinHandle<T>);

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<S: ObjectStore> Elsewhere<S> {
    /// Calls run on `runtime`. One that panics there panics where it was made.
    pub(super) fn new(store: S, runtime: Handle) -> Self {
        Self { store: Arc::new(store), runtime }
    }

    async fn call<T, F>(&self, key: &str, call: impl FnOnce(Arc<S>, String) -> F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let mut call = Call(self.runtime.spawn(call(Arc::clone(&self.store), key.to_owned())));
        match (&mut call.0).await.map_err(JoinError::try_into_panic) {
            Ok(answer) => answer,
            // A defect, and not a store that may answer at another time.
            Err(Ok(panicked)) => resume_unwind(panicked),
            Err(Err(gone)) => Err(StoreError::Unavailable { key: key.to_owned(), source: Box::new(gone) }),
        }
    }
}

impl<S: ObjectStore> ObjectStore for Elsewhere<S> {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        self.call(key, |store, key| async move { store.get(&key).await }).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.call(key, |store, key| async move { store.get_range(&key, range).await }).await
    }

    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        self.call(key, |store, key| async move { store.get_versioned(&key).await }).await
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.call(key, |store, key| async move { store.head(&key).await }).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        let from = from.to_owned();
        self.call(to, |store, to| async move { store.copy(&from, &to).await }).await
    }

    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        self.call(key, |store, key| async move { store.put(&key, body, mode).await }).await
    }

    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        let (first, keys) = (keys.first().cloned().unwrap_or_default(), keys.to_vec());
        self.call(&first, |store, _| async move { store.delete(&keys).await }).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        let after = after.map(str::to_owned);
        self.call(prefix, |store, prefix| async move { store.list(&prefix, after.as_deref()).await }).await
    }
}

#[cfg(test)]
mod tests {
    use domain::memory::MemoryStore;

    use super::*;

    #[tokio::test]
    async fn the_calls_are_the_store_s() {
        let store = Elsewhere::new(MemoryStore::default(), Handle::current());
        let body = Bytes::from_static(b"text");
        store.put("a", body.clone(), PutMode::Create).await.unwrap();
        let again = store.put("a", body.clone(), PutMode::Create).await;
        assert!(matches!(again, Err(StoreError::AlreadyExists { key }) if key == "a"));
        store.copy("a", "b").await.unwrap();
        assert_eq!(store.get("b").await.unwrap(), body);
        assert_eq!(store.get_range("a", 1..3).await.unwrap(), "ex");
        assert_eq!(store.get_versioned("a").await.unwrap().0, body);
        assert_eq!(store.head("a").await.unwrap().size, 4);
        let keys = |page: ListPage| page.objects.into_iter().map(|object| object.key).collect::<Vec<_>>();
        assert_eq!(keys(store.list("", Some("a")).await.unwrap()), ["b"]);
        assert!(store.delete(&["a".to_owned()]).await.unwrap().is_empty());
        assert!(matches!(store.get("a").await, Err(StoreError::NotFound { key }) if key == "a"));
    }

    async fn panics() -> Result<(), StoreError> {
        panic!("a defect")
    }

    /// As a store out of reach, it would be asked again.
    #[tokio::test]
    async fn a_call_that_panics_is_a_panic() {
        let store = Elsewhere::new(MemoryStore::default(), Handle::current());
        let asked = tokio::spawn(async move { store.call("a", |_, _| panics()).await.is_ok() });
        let panicked = asked.await.unwrap_err().into_panic();
        assert_eq!(panicked.downcast_ref::<&str>(), Some(&"a defect"));
    }

    /// A call after the runtime has ended is an error, and no hang.
    #[tokio::test]
    async fn a_runtime_that_has_ended_is_a_store_out_of_reach() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let store = Elsewhere::new(MemoryStore::default(), runtime.handle().clone());
        runtime.shutdown_background();
        assert!(matches!(store.get("a").await, Err(StoreError::Unavailable { key, .. }) if key == "a"));
    }
}
