mod bucket;
mod catalog;
mod dropped;

use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use domain::{
    Commit, CommitKind, Consumed, DataFile, Generation,
    batch::BatchName,
    commit::{FORMAT, WriterId},
    key,
    memory::{ManualClock, MemoryCatalog, MemoryStore, SeededIds},
    port::{Catalog, CatalogPartition, Clock, Ids, ObjectStore, PutMode, Upsert},
    run::Run,
};
use register::Register;

use super::*;

const DEFINITION: &str = r#"{"name": "seats", "columns": [{"name": "seat", "type": "bigint"}]}"#;

struct World {
    store: Arc<MemoryStore<ManualClock>>,
    catalog: Arc<MemoryCatalog>,
    clock: Arc<ManualClock>,
    ids: Arc<SeededIds>,
    dataset: DatasetName,
}

impl World {
    /// A lake of two days with nothing wrong, an hour and a half after everything was done.
    async fn healthy() -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
        let store = Arc::new(MemoryStore::with_clock(Arc::clone(&clock)));
        let dataset = DatasetName::new("seats").unwrap();
        let world = Self { store, catalog: Arc::default(), clock, ids: Arc::new(SeededIds::new(1)), dataset };
        world.put("datasets/seats.json", DEFINITION).await;
        world.put("schemas/seats/000001.json", DEFINITION).await;
        world.commit(&day(22), 1, CommitKind::Append).await;
        world.commit(&day(22), 2, CommitKind::Merge).await;
        world.commit(&day(23), 1, CommitKind::Append).await;
        world.reconcile().await;
        world.clock.advance(TimeDelta::minutes(90));
        assert_eq!(world.found().await, []);
        world
    }

    async fn reconcile(&self) {
        let (store, catalog) = (Arc::clone(&self.store), Arc::clone(&self.catalog));
        let register = Register::new(store, catalog, Arc::clone(&self.clock), Arc::clone(&self.ids));
        register.reconcile(&Run::new(self.clock.now(), None)).await.unwrap();
    }

    async fn put(&self, key: &str, body: &str) {
        let body = Bytes::copy_from_slice(body.as_bytes());
        self.store.put(key, body, PutMode::Overwrite).await.unwrap();
    }

    async fn delete(&self, key: &str) {
        assert!(self.store.delete(&[key.to_owned()]).await.unwrap().is_empty());
    }

    /// A generation of one file, which consumed one batch.
    async fn commit(&self, partition: &Partition, number: u64, kind: CommitKind) -> Commit {
        let (generation, writer) = (Generation::new(number), WriterId::from(self.ids.ulid()));
        let location = key::generation_prefix(&self.dataset, partition, generation, &writer);
        let file = DataFile { key: key::data_file(&location, 0), rows: 3, bytes: 7, sealed: false };
        self.put(&file.key, "parquet").await;
        let commit = Commit {
            format: FORMAT,
            kind,
            dataset: self.dataset.clone(),
            partition: partition.clone(),
            generation,
            schema_version: 1,
            location,
            files: vec![file],
            consumed: vec![Consumed { batch: batch("consumed"), at: self.clock.now() }],
            rows: 3,
            duplicates_dropped: 0,
            conflicting: 0,
            discarded: None,
            writer,
            committed_at: self.clock.now(),
            newest_landed_at: None,
        };
        self.put(&commit.key(), &serde_json::to_string(&commit).unwrap()).await;
        commit
    }

    async fn head(&self, partition: &Partition, number: u64) -> Commit {
        let key = key::commit(&self.dataset, partition, Generation::new(number));
        Commit::parse(&key, &self.store.get(&key).await.unwrap()).unwrap()
    }

    async fn entry(&self, partition: &Partition) -> CatalogPartition {
        self.catalog.partition(&self.dataset, &partition.values()).await.unwrap().unwrap()
    }

    async fn write(&self, mode: Upsert, entry: CatalogPartition) {
        assert!(self.catalog.write_partitions(&self.dataset, mode, &[entry]).await.unwrap().is_empty());
    }

    async fn report(&self, scope: &Scope) -> Option<examine::Report> {
        let examiner = Examiner {
            store: &*self.store,
            catalog: &*self.catalog,
            clock: &*self.clock,
            retention: TimeDelta::hours(6),
            scope,
        };
        examiner.examine(&|_| ()).await.unwrap()
    }

    /// What differs: its kind, and of what.
    async fn found(&self) -> Vec<(&'static str, String)> {
        let found = self.report(&Scope::default()).await.unwrap().differences;
        let place = |found: &difference::Difference| {
            let partition =
                found.partition.as_ref().map(|partition| format!("/{partition}")).unwrap_or_default();
            format!("{}{partition}", found.dataset.as_ref().map_or("-", DatasetName::as_str))
        };
        found.iter().map(|found| (found.kind.code(), place(found))).collect()
    }

    /// Exactly this differs.
    async fn finds(&self, kind: &str, place: &str) {
        assert_eq!(self.found().await, [(kind, place.to_owned())]);
    }

    /// In whose words, and with which command.
    async fn words(&self) -> (String, String) {
        let found = self.report(&Scope::default()).await.unwrap().differences;
        let deployment =
            Deployment { bucket: "lake", database: "tributary", lake: "tributary-qa", is_local: false };
        (found[0].what.clone(), deployment.mend(&found[0]))
    }
}

fn day(day: u32) -> Partition {
    format!("dt=2026-11-{day}").parse().unwrap()
}

fn batch(text: &str) -> BatchName {
    BatchName::of("seats", "dt", [("id", text.as_bytes())])
}

#[tokio::test]
async fn definitions_are_held_against_what_is_live() {
    let world = World::healthy().await;
    world.put("datasets/seats.json", &DEFINITION.replace("bigint", "string")).await;
    world.finds("definition_refused", "seats").await;
    let (what, mend) = world.words().await;
    assert!(
        what.starts_with("what is asked for is refused, and version 1 stays live: column seat"),
        "{what}"
    );
    assert_eq!(mend, "tributary dataset apply FILE");

    let world = World::healthy().await;
    world
        .put(
            "datasets/seats.json",
            &DEFINITION.replace("{\"name\": \"seats\"", "{\"description\": \"x\", \"name\": \"seats\""),
        )
        .await;
    assert_eq!(world.found().await, [], "register may take some minutes");
    world.clock.advance(TimeDelta::minutes(6));
    world.finds("definition_waits", "seats").await;

    let world = World::healthy().await;
    world.put("schemas/seats/000001.json", "{").await;
    world.finds("definition_damaged", "seats").await;
    world.delete("schemas/seats/000001.json").await;
    world.delete("datasets/seats.json").await;
    world.finds("dataset_unknown", "seats").await;
}

/// A clock during whose sleep somebody else registers.
struct Meanwhile {
    clock: Arc<ManualClock>,
    catalog: Arc<MemoryCatalog>,
    dataset: DatasetName,
    entry: CatalogPartition,
}

impl Clock for Meanwhile {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.clock.now()
    }

    async fn sleep(&self, duration: std::time::Duration) {
        let entry = std::slice::from_ref(&self.entry);
        let errors = self.catalog.write_partitions(&self.dataset, Upsert::Replace, entry).await.unwrap();
        assert!(errors.is_empty(), "{errors:?}");
        self.clock.sleep(duration).await;
    }
}

#[tokio::test]
async fn what_is_on_its_way_is_no_difference() {
    let world = World::healthy().await;
    let newer = world.commit(&day(23), 2, CommitKind::Append).await;
    world.finds("entry_behind", "seats/dt=2026-11-23").await;
    let accepted = domain::schemas::load(&*world.store, &world.dataset).await.unwrap().unwrap();
    let clock = Meanwhile {
        clock: Arc::clone(&world.clock),
        catalog: Arc::clone(&world.catalog),
        dataset: world.dataset.clone(),
        entry: register::entry(&newer, &accepted),
    };
    let scope = Scope::default();
    let (store, catalog) = (&*world.store, &*world.catalog);
    let examiner = Examiner { store, catalog, clock: &clock, retention: TimeDelta::hours(6), scope: &scope };
    let before = world.clock.now();
    assert_eq!(examiner.examine(&|_| ()).await.unwrap().unwrap().differences, []);
    assert!(world.clock.now() > before, "it looked a second time");
}

#[tokio::test]
async fn a_scope_sees_nothing_else() {
    let world = World::healthy().await;
    assert!(world.catalog.delete_partitions(&world.dataset, &[day(22).values()]).await.unwrap().is_empty());
    let scope = |dataset: &str, partition| Scope { dataset: DatasetName::new(dataset).ok(), partition };
    for (scope, differences, partitions) in [
        (scope("seats", None), 1, 2),
        (scope("seats", Some(day(22))), 1, 1),
        (scope("seats", Some(day(23))), 0, 1),
    ] {
        let report = world.report(&scope).await.unwrap();
        assert_eq!((report.differences.len(), report.partitions), (differences, partitions), "{scope:?}");
    }
    assert!(world.report(&scope("nobody", None)).await.is_none());
}

#[tokio::test]
async fn a_person_sees_each_command_once() {
    let world = World::healthy().await;
    let values = [day(22).values(), day(23).values()];
    assert!(world.catalog.delete_partitions(&world.dataset, &values).await.unwrap().is_empty());
    let report = world.report(&Scope::default()).await.unwrap();
    let deployment =
        Deployment { bucket: "lake", database: "tributary", lake: "tributary-qa", is_local: true };
    assert_eq!(
        text::person(&report, &deployment),
        "DATASET  PARTITION      MEND  DIFFERENCE\n\
         seats    dt=2026-11-22   [1]  the catalog has no such partition; the head is generation 2\n\
         seats    dt=2026-11-23   [1]  the catalog has no such partition; the head is generation 1\n\n\
         To mend them:\n\
         [1] wait a minute: `tributary dev` reconciles by itself\n\n\
         2 differences in 1 dataset and 2 partitions looked at."
    );
    let machine = text::machine(&report, &deployment);
    assert_eq!(machine["differences"][1]["kind"], "entry_missing");
    assert_eq!(machine["differences"][1]["partition"], "dt=2026-11-23");
}
