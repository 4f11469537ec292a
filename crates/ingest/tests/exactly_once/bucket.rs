//! A bucket that fails, and what is in it.

use std::{
    collections::BTreeSet,
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use domain::{
    landing,
    memory::{MemoryStore, SeededIds},
    port::{DeleteFailure, Ids, ListPage, ObjectMeta, ObjectStore, PutMode, StoreError, Version},
    quarantine::{Original, Rejected},
};

use crate::oracle::{DEFINITIONS, ORDERS};

/// One event in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kept {
    /// Place, identity as text if there is one, and the sender's object.
    Landed(String, Option<String>, String),
    /// Place, message, position, and the text.
    Rejected(String, String, usize, String),
}

/// Place and identity: what no two rows of a table may have in common.
pub(crate) type Row = (String, String);

impl Kept {
    /// The row that this is, after twins are dropped.
    pub(crate) fn row(&self) -> Option<Row> {
        let Self::Landed(place, id, data) = self else { return None };
        let identity = || {
            let order: serde_json::Value = serde_json::from_str(data).unwrap();
            order["number"].as_str().unwrap().to_owned()
        };
        assert_eq!(id.is_none(), place.starts_with(&format!("landing/{ORDERS}/")), "{place}");
        Some((place.clone(), id.clone().unwrap_or_else(identity)))
    }
}

#[derive(Debug)]
pub(crate) struct Bucket {
    inner: MemoryStore,
    random: SeededIds,
    faults: AtomicU64,
}

enum Fault {
    /// It never happened.
    Before,
    /// It happened, and the reply was lost.
    After,
}

impl Bucket {
    pub(crate) async fn new(seed: u64, faults: u64) -> Self {
        let inner = MemoryStore::default();
        for (name, definition) in DEFINITIONS {
            let key = format!("schemas/{name}/000001.json");
            inner.put(&key, definition.into(), PutMode::Create).await.unwrap();
        }
        Self { inner, random: SeededIds::new(seed), faults: AtomicU64::new(faults) }
    }

    /// Of three calls two fail, until all faults are used up.
    fn fault(&self) -> Option<Fault> {
        let fault = match self.random.random() % 3 {
            0 => Fault::Before,
            1 => Fault::After,
            _ => return None,
        };
        let left = self.faults.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.is_ok().then_some(fault)
    }

    fn read(&self, key: &str) -> Result<(), StoreError> {
        self.fault().map_or(Ok(()), |_| Err(unavailable(key)))
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.inner.keys()
    }

    /// Every event in landing and quarantine.
    pub(crate) async fn kept(&self) -> BTreeSet<Kept> {
        let mut kept = BTreeSet::new();
        for key in self.keys().iter().filter(|key| !key.starts_with("schemas/")) {
            let body = self.inner.get(key).await.unwrap();
            let lines = String::from_utf8(zstd::decode_all(&body[..]).unwrap()).unwrap();
            assert!(lines.ends_with('\n'), "{key}");
            let place = key[..key.rfind('/').unwrap()].to_owned();
            for line in lines.lines() {
                kept.insert(if key.starts_with("landing/") {
                    let line = landing::Line::parse(line).unwrap();
                    let id = line.id.map(std::borrow::Cow::into_owned);
                    Kept::Landed(place.clone(), id, line.data.get().to_owned())
                } else {
                    let line: Rejected = serde_json::from_str(line).unwrap();
                    let Original::Text(text) = line.original else { panic!("{line:?}") };
                    Kept::Rejected(place.clone(), line.message_id, line.position, text)
                });
            }
        }
        kept
    }
}

fn unavailable(key: &str) -> StoreError {
    StoreError::Unavailable { key: key.to_owned(), source: "injected".into() }
}

impl ObjectStore for Bucket {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        self.read(key)?;
        self.inner.get(key).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.read(key)?;
        self.inner.get_range(key, range).await
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.read(key)?;
        self.inner.head(key).await
    }

    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        self.read(key)?;
        self.inner.get_versioned(key).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        match self.fault() {
            None => self.inner.copy(from, to).await,
            Some(Fault::Before) => Err(unavailable(to)),
            Some(Fault::After) => {
                self.inner.copy(from, to).await?;
                Err(unavailable(to))
            }
        }
    }

    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        match self.fault() {
            None => self.inner.put(key, body, mode).await,
            Some(Fault::Before) => Err(unavailable(key)),
            Some(Fault::After) => {
                self.inner.put(key, body, mode).await?;
                Err(unavailable(key))
            }
        }
    }

    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        self.inner.delete(keys).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        self.read(prefix)?;
        self.inner.list(prefix, after).await
    }
}
