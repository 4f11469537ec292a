use std::ops::Range;

use bytes::Bytes;
use futures::FutureExt;

use super::*;
use crate::{
    memory::{MemoryStore, SeededIds},
    port::{DeleteFailure, ListPage, ObjectMeta, Version},
};

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

async fn make(store: &MemoryStore, seed: u64) -> Key {
    let new = NewKey { name: format!("seed {seed}"), expires_at: None, rights: Rights::default() };
    create(store, &SeededIds::new(seed), now(), &new).await.unwrap().0
}

/// Goes between the reading and the writing of a change, as often as there are seeds.
async fn renamed_while_others_write(store: &MemoryStore, seeds: &[u64]) -> Result<usize, AccessError> {
    let mut seeds = seeds.iter();
    change(store, |keys| {
        if let Some(seed) = seeds.next() {
            make(store, *seed).now_or_never().unwrap();
        }
        if let Some(first) = keys.keys.first_mut() {
            first.name = "renamed".to_owned();
        }
        Ok(Change::Write(keys.keys.len()))
    })
    .await
}

#[tokio::test]
async fn who_comes_second_begins_again_and_undoes_nothing() {
    let store = MemoryStore::default();
    // The first key of all: two create the object, and one of them is told that it exists.
    assert_eq!(renamed_while_others_write(&store, &[1]).await.unwrap(), 1);
    assert_eq!(renamed_while_others_write(&store, &[2, 3]).await.unwrap(), 3);
    let keys = load(&store).await.unwrap().unwrap().keys;
    let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["renamed", "seed 2", "seed 3"]);
}

#[tokio::test]
async fn who_never_comes_first_is_told() {
    let store = MemoryStore::default();
    let seeds: Vec<u64> = (1..=u64::from(TRIES)).collect();
    assert!(matches!(renamed_while_others_write(&store, &seeds).await, Err(AccessError::Contended)));
    assert_eq!(load(&store).await.unwrap().unwrap().keys.len(), seeds.len());
}

#[tokio::test]
async fn a_key_whose_reply_was_lost_is_made_once() {
    // The adapter sent the write twice: the second was told that the object has changed.
    let store = MemoryStore::default();
    let first = make(&store, 1).await;
    let again = make(&store, 1).await;
    assert_eq!(first, again);
    assert_eq!(load(&store).await.unwrap().unwrap().keys.len(), 1);
    store.fail_next(1);
    assert!(matches!(load(&store).await, Err(AccessError::Store(StoreError::Unavailable { .. }))));
}

/// A bucket as S3 shows it to who may list only parts of it: what is not there is forbidden.
struct Guarded(MemoryStore);

impl Guarded {
    fn guarded<T>(answer: Result<T, StoreError>) -> Result<T, StoreError> {
        answer.map_err(|error| match error {
            StoreError::NotFound { key } => StoreError::Failed { key, source: "AccessDenied".into() },
            other => other,
        })
    }
}

impl ObjectStore for Guarded {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        Self::guarded(self.0.get(key).await)
    }

    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        Self::guarded(self.0.get_versioned(key).await)
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        Self::guarded(self.0.get_range(key, range).await)
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        Self::guarded(self.0.head(key).await)
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        Self::guarded(self.0.copy(from, to).await)
    }

    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        self.0.put(key, body, mode).await
    }

    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        self.0.delete(keys).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        self.0.list(prefix, after).await
    }
}

#[tokio::test]
async fn no_keys_and_forbidden_keys_are_told_apart() {
    let store = Guarded(MemoryStore::default());
    assert_eq!(load(&store).await.unwrap(), None);
    make(&store.0, 1).await;
    assert!(load(&store).await.unwrap().is_some());
}
