//! A full disk, a bucket that refuses writes: whichever write it is, the run fails, nothing is lost, and the next one
//! goes on.

use std::{
    ops::Range,
    sync::atomic::{AtomicU32, Ordering},
};

use bytes::Bytes;
use domain::port::{DeleteFailure, ListPage, ObjectMeta, Version};

use super::*;

/// A store that takes so many writes and no more.
#[derive(Debug)]
struct Full {
    inner: Arc<MemoryStore<ManualClock>>,
    room: AtomicU32,
    refused: AtomicU32,
}

impl Full {
    fn write(&self, key: &str) -> Result<(), StoreError> {
        if self.room.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |room| room.checked_sub(1)).is_ok() {
            return Ok(());
        }
        self.refused.fetch_add(1, Ordering::SeqCst);
        Err(StoreError::Failed { key: key.to_owned(), source: "no space left on device".into() })
    }
}

impl ObjectStore for Full {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        self.inner.get(key).await
    }
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.inner.get_range(key, range).await
    }
    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        self.inner.get_versioned(key).await
    }
    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.inner.head(key).await
    }
    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        self.write(to)?;
        self.inner.copy(from, to).await
    }
    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        self.write(key)?;
        self.inner.put(key, body, mode).await
    }
    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        self.inner.delete(keys).await
    }
    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        self.inner.list(prefix, after).await
    }
}

/// A partition with files to carry over, a batch that has landed since, and in it a line that does not fit.
async fn world() -> (World, Vec<String>) {
    let world = World::new().await;
    let old = world.land(&(0..100).collect::<Vec<_>>()).await;
    world.compact().await.unwrap();
    let lines = [r#"{"seat":100}"#, r#"{"seat":"none"}"#, r#"{"seat":7}"#].map(str::to_owned);
    let new = world.land_lines(&lines).await;
    (world, vec![old, new])
}

fn keys_below(world: &World, prefix: &str) -> Vec<String> {
    world.store.keys().into_iter().filter(|key| key.starts_with(prefix)).collect()
}

#[tokio::test]
async fn whichever_write_is_refused_nothing_is_lost() {
    let mut writes = 0;
    loop {
        let (world, landed) = world().await;
        let before = world.head().await;
        let full = Full { inner: world.store.clone(), room: writes.into(), refused: 0.into() };
        let store = Arc::new(full);
        let run = Run::new(world.clock.now(), None);
        let outcome =
            compactor(&store, &world.clock, &world.ids).compact(&world.dataset, &world.partition, &run).await;
        if store.refused.load(Ordering::SeqCst) == 0 {
            assert_eq!(outcome.unwrap().committed, 1);
            break;
        }
        let error = outcome.expect_err("a run that could not write succeeded");
        assert!(domain::chain(&error).contains("no space left"), "{}", domain::chain(&error));
        assert_eq!(world.head().await, before, "write {writes}");
        assert_eq!(world.seats().await, once(0..100));
        assert!(landed.iter().all(|key| world.store.keys().contains(key)), "write {writes}");

        // There is room again.
        let report = world.compact().await.unwrap();
        assert_eq!((report.committed, report.rows), (1, 101), "write {writes}");
        assert_eq!(world.seats().await, once(0..101));
        assert_eq!(keys_below(&world, "quarantine/").len(), 1, "write {writes}");
        writes += 1;
    }
    // Quarantine, the new file, the copy of the old one, the commit: each was refused once.
    assert_eq!(writes, 4);
}
