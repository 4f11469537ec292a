use std::{
    ops::Range,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use domain::{
    memory::{MemoryStore, SeededIds},
    port::{DeleteFailure, ListPage, ObjectMeta, Version},
};

use super::*;

static PARCELS: LazyLock<DatasetName> = LazyLock::new(|| DatasetName::new("parcels").unwrap());

fn new<'a>(columns: &'a [OutputColumn], caller: &'a Caller) -> NewRecord<'a> {
    let dataset = &*PARCELS;
    NewRecord {
        dataset: Some(dataset),
        named_query: None,
        reads: std::slice::from_ref(dataset),
        file_name: "parcels",
        columns: Some(columns),
        form: Form::from_text("columns").unwrap(),
        caller,
        statement: "digest".into(),
        generations: None,
        created_at: DateTime::UNIX_EPOCH,
    }
}

#[tokio::test]
async fn what_was_written_first_is_what_is_read() {
    let (store, ids) = (MemoryStore::default(), SeededIds::new(1));
    let name = ExecutionName::parse("a-1").unwrap();
    assert_eq!(QueryRecord::load(&store, &name).await.unwrap(), None);
    let types = ["decimal(12,2)", "struct<city:string,since:timestamp>", "map<string,array<binary>>"];
    let columns: Vec<OutputColumn> = types[..2]
        .iter()
        .map(|text| OutputColumn { name: format!("a {text}"), data_type: text.parse().unwrap() })
        .collect();
    let caller = Caller::named("k");
    store.lose_replies(1);
    let lost = QueryRecord::create(&store, &ids, &name, new(&columns, &caller)).await;
    assert!(matches!(lost, Err(RecordError::Store(StoreError::Unavailable { .. }))));
    let first = QueryRecord::create(&store, &ids, &name, new(&columns, &caller)).await.unwrap();
    let again = QueryRecord::create(&store, &ids, &name, new(&[], &Caller::default())).await.unwrap();
    assert_eq!(first, again, "cursors of the first one go on to be good");
    let loaded = QueryRecord::load(&store, &name).await.unwrap().unwrap();
    assert_eq!((loaded.columns(), loaded.form()), (Some(columns), Form::from_text("columns")));
    assert!(loaded.is_of(&caller) && !loaded.is_of(&Caller::default()));
    assert_eq!(loaded.secret.len(), 32);
}

#[tokio::test]
async fn a_record_of_a_later_version_is_not_guessed_at() {
    let store = MemoryStore::default();
    let name = ExecutionName::parse("a-1").unwrap();
    for body in ["{}", "{\"format\":2}", "x"] {
        store.put(&key::query_record(&name), body.into(), PutMode::Overwrite).await.unwrap();
        assert!(matches!(QueryRecord::load(&store, &name).await, Err(RecordError::Damaged(_))), "{body}");
    }
}

/// Refuses some puts as S3 may where two write at the same time.
struct Contended {
    inner: MemoryStore,
    refusals: AtomicU32,
}

impl ObjectStore for Contended {
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
        self.inner.copy(from, to).await
    }
    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        let left = self.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if left.is_ok() {
            return Err(StoreError::Conflict { key: key.to_owned() });
        }
        self.inner.put(key, body, mode).await
    }
    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        self.inner.delete(keys).await
    }
    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        self.inner.list(prefix, after).await
    }
}

#[tokio::test]
async fn where_two_were_refused_it_is_written_again_and_not_for_ever() {
    let (ids, name) = (SeededIds::new(1), ExecutionName::parse("a-1").unwrap());
    let caller = Caller::default();
    for (refusals, written) in [(ATTEMPTS - 1, true), (ATTEMPTS, false)] {
        let store = Contended { inner: MemoryStore::default(), refusals: refusals.into() };
        let record = QueryRecord::create(&store, &ids, &name, new(&[], &caller)).await;
        assert_eq!(record.is_ok(), written);
        assert_eq!(QueryRecord::load(&store, &name).await.unwrap(), record.ok());
    }
}
