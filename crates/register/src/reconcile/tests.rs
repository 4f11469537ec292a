use std::sync::Arc;

use chrono::TimeDelta;
use domain::{
    Partition,
    memory::{Calls, MemoryCatalog},
    port::{
        Catalog, CatalogError, CatalogPartition, Clock, DamagedEntry, EntryState, ObjectStore, PutMode,
        Upsert,
    },
    run::{Expired, Run},
};
use futures::FutureExt;

use super::*;
use crate::world::{DEFINITION, World};

impl World {
    async fn reconcile(&self) -> Reconciled {
        self.register.reconcile(&self.run()).await.unwrap()
    }

    async fn fails(&self) -> RegisterError {
        self.register.reconcile(&self.run()).await.unwrap_err()
    }

    fn calls(&self, operation: &str) -> Calls {
        self.register.catalog.calls(operation)
    }

    async fn put(&self, mode: Upsert, entry: CatalogPartition) {
        let written = self.register.catalog.write_partitions(&self.dataset, mode, &[entry]).await.unwrap();
        assert!(written.is_empty(), "{written:?}");
    }

    /// An entry as somebody would add it in the console.
    fn by_hand(&self, values: &[&str]) -> CatalogPartition {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let others = [("numRows".to_owned(), "7".to_owned())].into_iter().collect();
        CatalogPartition { others, ..CatalogPartition::by_hand(values, "s3://elsewhere/seats/") }
    }
}

/// What is left of an entry in which somebody deleted a parameter.
fn damaged() -> EntryState {
    EntryState::Damaged(DamagedEntry { parameter: "tributary.rows" })
}

fn unavailable() -> CatalogError {
    CatalogError::Unavailable { what: "a partition".into(), source: "slow down".into() }
}

#[tokio::test]
async fn a_catalog_lost_as_a_whole_comes_back_in_few_calls() {
    let world = World::live().await;
    world.days(1_500).await;
    let world = world.with_catalog(Arc::default());
    let done = world.reconcile().await;
    assert_eq!((done.partitions, done.changed), (1_500, 1_500));
    assert_eq!(world.calls("write_partitions"), Calls { calls: 15, items: 1_500, largest: 100 });
    assert_eq!((world.calls("partition").calls, world.calls("partitions").calls), (0, 1));
    let found = world.register.catalog.partitions(&world.dataset).await.unwrap();
    assert_eq!(found.len(), 1_500);

    world.register.catalog.forget_calls();
    assert_eq!(world.reconcile().await.changed, 0);
    assert_eq!((world.calls("write_partitions").calls, world.calls("partition").calls), (0, 0));
}

#[tokio::test]
async fn what_a_hand_did_to_an_entry_is_put_right() {
    let world = World::live().await;
    let days = world.days(4).await;
    world.reconcile().await;
    let expected = world.register.catalog.partitions(&world.dataset).await.unwrap();

    let [deleted, moved, outside, altered] = &days[..] else { panic!() };
    let errors = world.register.catalog.delete_partitions(&world.dataset, &[deleted.values()]).await.unwrap();
    assert!(errors.is_empty());
    let entry = world.entry(moved).await.unwrap();
    let other = world.built(moved, 2).location;
    world.put(Upsert::Replace, CatalogPartition { location: other, ..entry }).await;
    let entry = world.entry(outside).await.unwrap();
    world.put(Upsert::Replace, CatalogPartition { location: "s3://elsewhere/".into(), ..entry }).await;
    let mut entry = world.entry(altered).await.unwrap();
    entry.state = damaged();
    world.put(Upsert::Replace, entry).await;

    assert_eq!(world.reconcile().await.changed, 4);
    assert_eq!(world.register.catalog.partitions(&world.dataset).await.unwrap(), expected);
}

#[tokio::test]
async fn after_a_definition_evolves_partitions_get_its_columns() {
    let world = World::live().await;
    world.days(2).await;
    world.reconcile().await;
    world.request(&DEFINITION.replace("}]}", r#"}, {"name": "fare", "type": "double"}]}"#)).await;
    assert_eq!(world.reconcile().await.changed, 2);
    assert_eq!(world.entry(&world.partition).await.unwrap().columns.len(), 5);
    assert_eq!(world.reconcile().await.changed, 0);
}

#[tokio::test]
async fn what_was_added_by_hand_is_removed_and_what_was_lost_is_reported() {
    let world = World::live().await;
    let [kept, lost] = &world.days(2).await[..] else { panic!() };
    world.reconcile().await;
    for values in [["2020-01-01"], ["yesterday"]] {
        world.put(Upsert::Create, world.by_hand(&values)).await;
    }
    let entry = CatalogPartition { state: damaged(), ..world.by_hand(&["2020-01-02"]) };
    world.put(Upsert::Create, entry).await;
    let commits = world.register.store.list_all(&key::commits_prefix(&world.dataset, lost)).await.unwrap();
    let keys: Vec<_> = commits.into_iter().map(|object| object.key).collect();
    world.register.store.delete(&keys).await.unwrap();

    let done = world.reconcile().await;
    assert_eq!((done.removed, done.lost, done.changed, done.partitions), (2, 2, 0, 1));
    let found = world.register.catalog.partitions(&world.dataset).await.unwrap();
    let values: Vec<_> = found.into_iter().map(|entry| entry.values).collect();
    let damaged = vec!["2020-01-02".to_owned()];
    assert_eq!(values, [damaged, lost.values(), kept.values()], "what was lost stays");
}

#[tokio::test]
async fn items_that_fail_are_done_one_by_one_or_later_and_hold_back_nobody() {
    let world = World::live().await;
    let days = world.days(5).await;
    let catalog = &world.register.catalog;
    let what = || "a partition".to_owned();
    catalog.refuse_item(&days[0].values(), CatalogError::Conflict { what: what() });
    catalog.refuse_item(&days[1].values(), CatalogError::AlreadyExists { what: what() });
    catalog.refuse_item(&days[2].values(), unavailable());
    catalog.refuse_item(&days[2].values(), unavailable());
    let refused = CatalogError::Failed { what: what(), source: "no".into() };
    catalog.refuse_item(&days[3].values(), refused);
    let before = world.register.clock.now();
    assert!(matches!(world.fails().await, RegisterError::Catalog(CatalogError::Failed { .. })));
    assert!(world.register.clock.now() > before, "it waited before it tried again");
    let found = catalog.partitions(&world.dataset).await.unwrap().len();
    assert_eq!(found, 4, "all but the one that was refused");
    assert_eq!(world.reconcile().await.changed, 1);
}

#[tokio::test]
async fn a_throttled_catalog_is_waited_for_within_bounds() {
    let world = World::live().await;
    world.days(3).await;
    world.register.catalog.fail_next(5);
    assert_eq!(world.reconcile().await.changed, 3);

    let world = world.with_catalog(Arc::default());
    world.register.catalog.fail_next(u64::MAX);
    let began = world.register.clock.now();
    assert!(matches!(world.fails().await, RegisterError::Catalog(CatalogError::Unavailable { .. })));
    assert!(world.register.clock.now() - began < TimeDelta::minutes(2), "it gave up");

    // With a deadline, no pause goes beyond it.
    let deadline = world.register.clock.now() + TimeDelta::milliseconds(1_500);
    let run = Run::new(world.register.clock.now(), Some(deadline));
    let error = world.register.project(&world.dataset, &world.partition, &run).await.unwrap_err();
    assert!(matches!(error, RegisterError::Catalog(CatalogError::Unavailable { .. })), "{error}");
    assert!(world.register.clock.now() <= deadline);
}

#[tokio::test]
async fn a_head_that_moves_while_a_batch_is_written_is_followed() {
    let world = World::live().await;
    let days = world.days(3).await;
    let moved = &days[1];
    let newer = world.built(moved, 2);
    let (store, key) = (Arc::clone(&world.register.store), newer.key());
    let body = serde_json::to_vec(&newer).unwrap();
    world.register.catalog.before_next_write(move || {
        store.put(&key, body.into(), PutMode::Create).now_or_never().unwrap().unwrap();
    });
    assert_eq!(world.reconcile().await.changed, 3);
    let entry = world.entry(moved).await.unwrap();
    assert_eq!((entry.generation(), entry.location), (Some(newer.generation), newer.location));
}

/// Commits this and registers it, as another process would in between.
fn overtake(world: &World, newer: &domain::Commit, accepted: &Accepted, mode: Upsert) {
    let (store, catalog) = (Arc::clone(&world.register.store), Arc::clone(&world.register.catalog));
    let (dataset, key, wanted) = (world.dataset.clone(), newer.key(), crate::entry(newer, accepted));
    let body = serde_json::to_vec(newer).unwrap();
    world.register.catalog.before_next_write(move || {
        store.put(&key, body.into(), PutMode::Create).now_or_never().unwrap().unwrap();
        let written = catalog.write_partitions(&dataset, mode, std::slice::from_ref(&wanted));
        assert!(written.now_or_never().unwrap().unwrap().is_empty());
    });
}

#[tokio::test]
async fn an_older_generation_written_over_a_newer_one_does_not_stay() {
    let world = World::live().await;
    let accepted = schemas::load(&*world.register.store, &world.dataset).await.unwrap().unwrap();
    let [created, replaced] = &world.days(2).await[..] else { panic!() };
    world.put(Upsert::Create, world.by_hand(&[&replaced.values()[0]])).await;
    // The batch has two calls, and another register comes before each of them.
    overtake(&world, &world.built(created, 2), &accepted, Upsert::Create);
    overtake(&world, &world.built(replaced, 2), &accepted, Upsert::Replace);
    world.reconcile().await;
    for partition in [created, replaced] {
        let entry = world.entry(partition).await.unwrap();
        assert_eq!(entry.generation(), Some(domain::Generation::new(2)), "{partition}");
    }
}

#[tokio::test]
async fn a_damaged_commit_stops_its_partition_and_no_other() {
    let world = World::live().await;
    world.days(3).await;
    for (day, body) in [("2020-01-01", "{"), ("2020-01-02", r#"{"format": 9}"#)] {
        let key = format!("commits/seats/dt={day}/0000000001.json");
        world.register.store.put(&key, body.into(), PutMode::Create).await.unwrap();
    }
    let error = world.fails().await;
    assert!(matches!(error, RegisterError::Commit(_)) && error.stops(), "{error}");
    assert_eq!(world.register.catalog.partitions(&world.dataset).await.unwrap().len(), 3);
}

#[tokio::test]
async fn commits_of_an_unknown_dataset_are_named_once() {
    let world = World::live().await;
    world.days(1).await;
    for number in 1..1_200 {
        let key = format!("commits/nobody/dt=2026-11-23/{number:010}.json");
        world.register.store.put(&key, "{}".into(), PutMode::Create).await.unwrap();
    }
    let error = world.fails().await;
    assert_eq!(error.to_string(), "dataset nobody has no accepted definition");
    assert_eq!(world.register.catalog.partitions(&world.dataset).await.unwrap().len(), 1);
}

/// A catalog whose every write takes a while: with little time, a run does one batch.
fn slow(world: &World) {
    let clock = Arc::clone(&world.register.clock);
    world.register.catalog.before_next_write(move || clock.advance(TimeDelta::seconds(11)));
}

#[tokio::test]
async fn a_run_that_has_no_time_for_all_begins_elsewhere_each_time() {
    let world = World::live().await;
    world.days(1_000).await;
    let mut firsts = std::collections::BTreeSet::new();
    for _ in 0..5 {
        let world = World {
            register: Register::new(
                Arc::clone(&world.register.store),
                Arc::new(MemoryCatalog::default()),
                Arc::clone(&world.register.clock),
                Arc::clone(&world.register.ids),
            ),
            dataset: world.dataset.clone(),
            partition: world.partition.clone(),
        };
        slow(&world);
        let now = world.register.clock.now();
        let run = Run::new(now, Some(now + TimeDelta::seconds(20)));
        let mut done = Reconciled::default();
        let error = world.register.reconcile_reporting(&run, &mut done).await.unwrap_err();
        assert!(matches!(error, RegisterError::Expired(Expired::Deadline)), "{error}");
        // What was done until then is reported all the same.
        assert_eq!((done.partitions, done.changed), (1_000, 100), "{done:?}");
        let found = world.register.catalog.partitions(&world.dataset).await.unwrap();
        assert_eq!(found.len(), 100);
        firsts.insert(found[0].values.clone());
    }
    assert!(firsts.len() >= 4, "{firsts:?}");
}

#[tokio::test]
async fn a_run_that_grows_too_old_between_two_batches_writes_no_more() {
    let world = World::live().await;
    world.days(150).await;
    let clock = Arc::clone(&world.register.clock);
    world.register.catalog.before_next_write(move || clock.advance(domain::run::MAX_AGE));
    let run = world.run();
    let error = world.register.reconcile(&run).await.unwrap_err();
    assert!(matches!(error, RegisterError::Expired(Expired::TooOld)), "{error}");
    assert_eq!(world.register.catalog.partitions(&world.dataset).await.unwrap().len(), 100);
}

#[tokio::test]
async fn what_became_ours_before_it_is_removed_stays_or_comes_back() {
    let world = World::live().await;
    let accepted = schemas::load(&*world.register.store, &world.dataset).await.unwrap().unwrap();
    for (day, late) in [("2020-01-01", false), ("2020-01-02", true)] {
        let partition: Partition = format!("dt={day}").parse().unwrap();
        world.put(Upsert::Create, world.by_hand(&[day])).await;
        let strays = world.register.catalog.partitions(&world.dataset).await.unwrap();
        let first = world.built(&partition, 1);
        overtake(&world, &first, &accepted, Upsert::Replace);
        if !late {
            // Before it is looked at again; else between that and its deletion.
            world.register.catalog.write_partitions(&world.dataset, Upsert::Create, &[]).await.unwrap();
        }
        world.register.catalog.forget_calls();
        let mut outcome = Outcome::default();
        let strays = strays.into_iter().filter(|stray| stray.values == [day]).collect();
        world.register.tidy(&world.dataset, strays, &world.run(), &mut outcome).await.unwrap();
        assert_eq!(world.calls("delete_partitions").calls, usize::from(late));
        assert_eq!(world.entry(&partition).await.unwrap().location, first.location);
    }
}

/// The heads of its second batch are read when it has no definition any more.
#[tokio::test]
async fn a_dataset_that_is_dropped_during_a_run_is_no_error() {
    let world = World::live().await;
    world.days(150).await;
    let store = Arc::clone(&world.register.store);
    let note = schemas::Dropped::without_data(1, world.register.clock.now()).to_bytes().unwrap();
    world.register.catalog.before_next_write(move || {
        let put = store.put("schemas/seats/dropped.json", note.into(), PutMode::Create);
        put.now_or_never().unwrap().unwrap();
    });
    assert_eq!(world.reconcile().await.changed, 100);
}
