use std::collections::BTreeMap;

use bytes::Bytes;
use domain::{
    Commit, CommitKind, Consumed, DataFile, Generation,
    batch::BatchName,
    commit::{FORMAT, WriterId},
    key,
    memory::{MemoryCatalog, MemoryStore},
    port::{CatalogPartition, EntryState, PartitionState, PutMode, Upsert},
};

use super::*;
use crate::survey;

const DEFINITION: &str = r#"{"name": "d", "columns": [{"name": "a", "type": "int"}]}"#;
const NOW: &str = "2026-11-23T10:00:00Z";

struct World {
    store: MemoryStore,
    catalog: MemoryCatalog,
    name: DatasetName,
}

impl World {
    /// A dataset that is live and has its table.
    async fn new() -> Self {
        let (store, catalog) = (MemoryStore::default(), MemoryCatalog::default());
        let world = Self { store, catalog, name: DatasetName::new("d").unwrap() };
        world.put("datasets/d.json", DEFINITION.as_bytes()).await;
        world.put("schemas/d/000001.json", DEFINITION.as_bytes()).await;
        let table = domain::port::Table {
            name: world.name.clone(),
            description: None,
            columns: Vec::new(),
            partition_keys: vec![domain::port::PartitionKey::string("dt")],
            location: key::table_prefix(&world.name),
            schema_version: None,
            parameters: BTreeMap::new(),
            version: None,
        };
        world.catalog.create_table(&table).await.unwrap();
        world
    }

    async fn put(&self, key: &str, body: &[u8]) {
        self.store.put(key, Bytes::copy_from_slice(body), PutMode::Create).await.unwrap();
    }

    async fn land(&self, day: &str, batch: &BatchName) {
        let partition = day.parse().unwrap();
        self.put(&key::landing(&self.name, &partition, batch), b"packed").await;
    }

    /// A head of ten rows.
    async fn commit(&self, day: &str, generation: u64, consumed: &[&BatchName]) {
        let (partition, generation) = (day.parse().unwrap(), Generation::new(generation));
        let writer = WriterId::new("01JD0000000000000000000000").unwrap();
        let committed_at = NOW.parse().unwrap();
        let commit = Commit {
            format: FORMAT,
            kind: CommitKind::Append,
            dataset: self.name.clone(),
            location: key::generation_prefix(&self.name, &partition, generation, &writer),
            partition,
            generation,
            schema_version: 1,
            files: vec![DataFile { key: "f".into(), rows: 10, bytes: 100, sealed: false }],
            consumed: consumed
                .iter()
                .map(|batch| Consumed { batch: (*batch).clone(), at: committed_at })
                .collect(),
            rows: 10,
            duplicates_dropped: 0,
            conflicting: 0,
            discarded: None,
            writer,
            committed_at,
            newest_landed_at: None,
        };
        self.put(&commit.key(), &serde_json::to_vec(&commit).unwrap()).await;
    }

    async fn register(&self, day: &str, generation: u64) {
        let partition = entry(day, generation, NOW, None);
        let errors = self.catalog.write_partitions(&self.name, Upsert::Create, &[partition]).await.unwrap();
        assert!(errors.is_empty(), "{errors:?}");
    }

    async fn facts(&self) -> Facts {
        let surveyed = survey::one(&self.store, &self.name).await.unwrap().unwrap();
        gather(&self.store, &self.catalog, surveyed, NOW.parse().unwrap()).await.unwrap()
    }
}

/// An entry as `register` writes it, with the times of its commit and of the newest batch.
fn entry(day: &str, generation: u64, committed_at: &str, newest_landed_at: Option<&str>) -> CatalogPartition {
    let state = EntryState::Registered(PartitionState {
        generation: Generation::new(generation),
        schema_version: 1,
        rows: 10,
        bytes: 100,
        committed_at: committed_at.parse().unwrap(),
        newest_landed_at: newest_landed_at.map(|at| at.parse().unwrap()),
    });
    CatalogPartition { state, ..CatalogPartition::by_hand(vec![day.to_owned()], "somewhere/") }
}

fn batch(id: &str) -> BatchName {
    BatchName::of("d", "p", [(id, b"".as_slice())])
}

#[tokio::test]
async fn what_is_stored_is_what_the_heads_say() {
    let world = World::new().await;
    world.commit("dt=2026-11-22", 1, &[]).await;
    world.commit("dt=2026-11-23", 1, &[]).await;
    world.commit("dt=2026-11-23", 2, &[]).await;
    let stored = world.facts().await.stored;
    assert_eq!((stored.partitions, stored.rows, stored.bytes), (2, 20, 200));
    assert_eq!(stored.newest_partition.unwrap().to_string(), "dt=2026-11-23");
    // Queries see nothing of it yet.
    assert_eq!((stored.newest_generation, stored.freshness), (Some(2), None));
}

#[tokio::test]
async fn freshness_is_that_of_the_newest_event_that_queries_see() {
    let world = World::new().await;
    let by_hand = CatalogPartition::by_hand(vec!["2026-11-22".to_owned()], "somewhere/");
    for (entries, expected) in [
        (vec![], None),
        // Of an older version, which did not say when its events landed.
        (vec![entry("2026-11-20", 1, "2026-11-20T08:00:00Z", None)], Some("2026-11-20T08:00:00Z")),
        // Merged hours after its events landed.
        (
            vec![entry("2026-11-21", 1, "2026-11-22T09:00:00Z", Some("2026-11-21T08:00:00Z"))],
            Some("2026-11-21T08:00:00Z"),
        ),
        // Nobody knows of this one what is in it.
        (vec![by_hand], Some("2026-11-21T08:00:00Z")),
    ] {
        let errors = world.catalog.write_partitions(&world.name, Upsert::Create, &entries).await.unwrap();
        assert!(errors.is_empty(), "{errors:?}");
        let expected: Option<DateTime<Utc>> = expected.map(|text| text.parse().unwrap());
        assert_eq!(world.facts().await.stored.freshness, expected);
    }
}

#[tokio::test]
async fn what_a_head_consumed_does_not_wait_although_its_object_is_there() {
    let world = World::new().await;
    let (consumed, fresh, lonely) = (batch("1"), batch("2"), batch("3"));
    world.land("dt=2026-11-22", &consumed).await;
    world.land("dt=2026-11-22", &fresh).await;
    world.land("dt=2026-11-23", &lonely).await;
    world.commit("dt=2026-11-22", 1, &[&consumed]).await;
    let waiting = world.facts().await.landing;
    assert_eq!((waiting.objects, waiting.bytes, waiting.partitions, waiting.cut), (2, 12, 2, false));
}

/// As a purge leaves them where the dataset came back with other partitions.
#[tokio::test]
async fn partitions_that_the_dataset_cannot_have_are_not_behind() {
    let world = World::new().await;
    world.commit("dt=2026-11-21", 1, &[]).await;
    world.commit("dt=2026-11-21/hour=10", 1, &[]).await;
    let facts = world.facts().await;
    let Table::Registered { behind, .. } = facts.table else { panic!("{:?}", facts.table) };
    assert_eq!(behind.iter().map(ToString::to_string).collect::<Vec<_>>(), ["dt=2026-11-21"]);
    assert_eq!(facts.stored.partitions, 1);
}

#[tokio::test]
async fn a_partition_whose_head_the_catalog_does_not_have_is_behind() {
    let world = World::new().await;
    for (day, head, registered) in
        [("2026-11-21", 2, Some(2)), ("2026-11-22", 2, Some(1)), ("2026-11-23", 1, None)]
    {
        world.commit(&format!("dt={day}"), head, &[]).await;
        if let Some(generation) = registered {
            world.register(day, generation).await;
        }
    }
    let facts = world.facts().await;
    let Table::Registered { partitions: 2, behind, .. } = facts.table else { panic!("{:?}", facts.table) };
    let behind: Vec<String> = behind.iter().map(ToString::to_string).collect();
    assert_eq!(behind, ["dt=2026-11-22", "dt=2026-11-23"]);
    assert_eq!(facts.stored.behind_since, Some(NOW.parse().unwrap()));
}

#[tokio::test]
async fn a_head_that_cannot_be_read_is_named_and_its_backlog_is_not_guessed() {
    let world = World::new().await;
    world.put("commits/d/dt=2026-11-23/0000000001.json", br#"{"format": 9}"#).await;
    world.land("dt=2026-11-23", &batch("1")).await;
    let facts = world.facts().await;
    assert!(facts.stored.unreadable.concat().contains("has format 9"), "{:?}", facts.stored.unreadable);
    assert_eq!((facts.landing.objects, facts.landing.cut), (0, true));
}

#[tokio::test]
async fn refused_events_are_counted_by_day_within_the_week() {
    let world = World::new().await;
    let line = r#"{"message_id":"m","position":0,"dataset":null,"reason":"r, found 1","at":"2026-11-23T10:05:00Z","text":""}"#;
    let body = zstd::encode_all(format!("{line}\n{line}\n").as_bytes(), 3).unwrap();
    for day in ["2026-11-16", "2026-11-17", "2026-11-23"] {
        let key = key::quarantine(Some(&world.name), day.parse().unwrap(), &batch("1"));
        world.put(&key, &body).await;
    }
    let quarantined = world.facts().await.quarantine;
    let days: Vec<String> = quarantined.events_by_day.keys().map(ToString::to_string).collect();
    assert_eq!(days, ["2026-11-17", "2026-11-23"]);
    assert_eq!((quarantined.events(), quarantined.recent(NOW.parse().unwrap())), (4, 2));
    assert_eq!(quarantined.most_frequent_reason.as_deref(), Some("r"));
}
