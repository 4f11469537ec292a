use std::{
    collections::BTreeMap,
    ops::{Bound, Range},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::lock;
use crate::port::{
    Clock, DeleteFailure, Download, ListPage, ObjectMeta, ObjectStore, PresignedUrls, PutMode, StoreError,
    Version,
};

/// S3's page size.
const PAGE: usize = 1_000;

/// A bucket in memory.
#[derive(Debug)]
pub struct MemoryStore<K = NoClock> {
    objects: Mutex<BTreeMap<String, Object>>,
    writes: AtomicU64,
    unavailable: AtomicU64,
    lost: AtomicU64,
    contended: AtomicU64,
    hangs: AtomicBool,
    clock: Arc<K>,
}

#[derive(Debug, Clone)]
struct Object {
    body: Bytes,
    last_modified: DateTime<Utc>,
    /// No two writes have the same: S3's ETag is that of the content, which is weaker.
    write: u64,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::with_clock(Arc::new(NoClock))
    }
}

/// No clock: every object is of 1970.
#[derive(Debug, Default)]
pub struct NoClock;

impl Clock for NoClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    async fn sleep(&self, _: std::time::Duration) {}
}

impl<K: Clock> MemoryStore<K> {
    /// A bucket whose objects are dated by this clock.
    pub fn with_clock(clock: Arc<K>) -> Self {
        Self {
            objects: Mutex::default(),
            writes: AtomicU64::new(0),
            unavailable: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            contended: AtomicU64::new(0),
            hangs: AtomicBool::new(false),
            clock,
        }
    }

    /// The next `calls` calls answer `Unavailable` and do nothing.
    pub fn fail_next(&self, calls: u64) {
        self.unavailable.store(calls, Ordering::SeqCst);
    }

    /// The next `puts` writes are done, and their replies are lost: they answer `Unavailable`.
    pub fn lose_replies(&self, puts: u64) {
        self.lost.store(puts, Ordering::SeqCst);
    }

    /// The next `puts` writes are not done and answer `Conflict`, as where two write at the same time.
    pub fn contend_next(&self, puts: u64) {
        self.contended.store(puts, Ordering::SeqCst);
    }

    /// From now on, no write is done or answered.
    pub fn hang_puts(&self) {
        self.hangs.store(true, Ordering::SeqCst);
    }

    /// Every key there is.
    pub fn keys(&self) -> Vec<String> {
        lock(&self.objects).keys().cloned().collect()
    }

    fn check(&self, key: &str) -> Result<(), StoreError> {
        if spend(&self.unavailable) {
            return Err(StoreError::Unavailable { key: key.to_owned(), source: "injected".into() });
        }
        Ok(())
    }

    fn find(&self, key: &str) -> Result<Object, StoreError> {
        self.check(key)?;
        lock(&self.objects).get(key).cloned().ok_or_else(|| not_found(key))
    }

    fn object(&self, body: Bytes) -> Object {
        Object { body, last_modified: self.clock.now(), write: self.writes.fetch_add(1, Ordering::SeqCst) }
    }

    /// The reply to a write that was done; or none.
    fn reply(&self, key: &str) -> Result<(), StoreError> {
        if spend(&self.lost) {
            return Err(StoreError::Unavailable { key: key.to_owned(), source: "the reply was lost".into() });
        }
        Ok(())
    }
}

impl Object {
    fn version(&self) -> Version {
        Version::new(self.write.to_string())
    }

    fn meta(&self, key: &str) -> ObjectMeta {
        ObjectMeta { key: key.to_owned(), size: self.body.len() as u64, last_modified: self.last_modified }
    }
}

/// Takes one of what is left, if there is some.
fn spend(left: &AtomicU64) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

fn not_found(key: &str) -> StoreError {
    StoreError::NotFound { key: key.to_owned() }
}

impl<K: Clock> ObjectStore for MemoryStore<K> {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        Ok(self.find(key)?.body)
    }

    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        self.find(key).map(|object| (object.body.clone(), object.version()))
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        let body = self.get(key).await?;
        let start = usize::try_from(range.start).unwrap_or(usize::MAX);
        let end = usize::try_from(range.end).unwrap_or(usize::MAX).min(body.len());
        if start >= end {
            let source = format!("range {}..{} of {} bytes", range.start, range.end, body.len()).into();
            return Err(StoreError::Failed { key: key.to_owned(), source });
        }
        Ok(body.slice(start..end))
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.find(key).map(|object| object.meta(key))
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        let copy = self.object(self.find(from)?.body);
        lock(&self.objects).insert(to.to_owned(), copy);
        self.reply(to)
    }

    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        self.check(key)?;
        if spend(&self.contended) {
            return Err(StoreError::Conflict { key: key.to_owned() });
        }
        let object = self.object(body);
        let mut objects = lock(&self.objects);
        match (mode, objects.get(key)) {
            (PutMode::Create, Some(_)) => return Err(StoreError::AlreadyExists { key: key.to_owned() }),
            (PutMode::Update(_), None) => return Err(not_found(key)),
            (PutMode::Update(version), Some(found)) if found.version() != version => {
                return Err(StoreError::Conflict { key: key.to_owned() });
            }
            (PutMode::Overwrite | PutMode::Create | PutMode::Update(_), _) => {}
        }
        objects.insert(key.to_owned(), object);
        drop(objects);
        self.reply(key)
    }

    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        self.check(keys.first().map_or("", String::as_str))?;
        let mut objects = lock(&self.objects);
        for key in keys {
            objects.remove(key);
        }
        Ok(Vec::new())
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        self.check(prefix)?;
        let objects = lock(&self.objects);
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let mut listed: Vec<ObjectMeta> = objects
            .range::<str, _>((start, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .take(PAGE + 1)
            .map(|(key, object)| object.meta(key))
            .collect();
        let more = listed.len() > PAGE;
        listed.truncate(PAGE);
        let next_after = listed.last().filter(|_| more).map(|object| object.key.clone());
        Ok(ListPage { objects: listed, next_after })
    }
}

impl<K: Clock> PresignedUrls for MemoryStore<K> {
    async fn presigned_url(&self, key: &str, download: &Download<'_>) -> Result<String, StoreError> {
        self.check(key)?;
        let Download { valid, content_type, file_name } = download;
        Ok(format!("memory:///{key}?seconds={}&type={content_type}&name={file_name}", valid.as_secs()))
    }
}
