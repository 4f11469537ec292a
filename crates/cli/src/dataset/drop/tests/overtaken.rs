//! A drop beside commits and registrations that come late, and one that is cut off.

use domain::port::StoreError;

use super::*;

/// A compactor that had built its generation before the drop, and commits after it.
#[tokio::test]
async fn a_late_commit_finds_its_number_taken() {
    let world = World::filled().await;
    assert_eq!(world.drop(true).await, Outcome::Dropped);
    let late = "commits/seats/dt=2026-11-23/0000000003.json";
    let answer = world.store.put(late, "{}".into(), PutMode::Create).await;
    assert!(matches!(answer, Err(StoreError::AlreadyExists { .. })), "{answer:?}");
    // What it wrote was never committed; the next purge takes it.
    let directory = "tables/seats/dt=2026-11-23/g0000000003-01JD0000000000000000000000/part-00000.parquet";
    world.put(directory, "parquet").await;
    // Of ingest, which had accepted an event before.
    world.put(LANDED, "packed").await;
    assert_eq!(world.drop(true).await, Outcome::Dropped);
    assert!(!world.store.keys().iter().any(|key| key == directory || key == LANDED));
}

/// A register that had read the request before the drop makes the table, or accepts a version, after it.
#[tokio::test]
async fn what_a_late_register_made_is_dropped_by_the_next_look() {
    let world = World::live().await;
    let table = world.catalog.table(&world.name).await.unwrap().unwrap();
    assert_eq!(world.drop(false).await, Outcome::Dropped);
    world.catalog.create_table(&table).await.unwrap();
    world.put("schemas/seats/000002.json", DEFINITION).await;
    assert_eq!(world.found().await.live_version, Some(2));
    assert_eq!(world.drop(false).await, Outcome::Dropped);
    assert_eq!(world.store.keys(), ["schemas/seats/dropped.json"]);
    assert!(!world.has_table().await);
    assert!(matches!(world.ask(OTHER).await, Acceptance::Live { version: 3, .. }));
}

#[tokio::test]
async fn a_drop_that_was_cut_off_anywhere_is_taken_up_again() {
    let mut was_whole = false;
    for calls in 0.. {
        let world = World::filled().await;
        was_whole = world.drop_by(Meddled::mortal(&world.store, calls)).await.is_ok();
        // Who asks for it now gets what may follow, or the whole name: never another definition over old rows.
        let left = world.found().await;
        if left.tables.objects > 0 && left.live_version.is_none() {
            let again = world.ask(OTHER).await;
            assert!(matches!(again, Acceptance::Rejected(_)), "after {calls} calls: {again:?}");
            world.store.delete(&["datasets/seats.json".to_owned()]).await.unwrap();
        }
        assert_eq!(world.drop(true).await, Outcome::Dropped, "after {calls} calls");
        let is_left = |key: &String| key == "schemas/seats/dropped.json" || key.starts_with("commits/seats/");
        assert!(world.store.keys().iter().all(is_left), "after {calls} calls: {:?}", world.store.keys());
        assert!(!world.has_table().await);
        assert!(matches!(world.ask(OTHER).await, Acceptance::Live { .. }), "after {calls} calls");
        if was_whole {
            break;
        }
    }
    assert!(was_whole);
}

/// It had read the request before, and accepts it in the midst of the purge.
#[tokio::test]
async fn what_a_late_register_accepts_during_a_purge_is_dropped_too() {
    let world = World::filled().await;
    let accepted = [("schemas/seats/000002.json", DEFINITION)];
    let outcome = world.drop_by(Meddled::after(&world.store, FIRST, &accepted)).await;
    assert_eq!(outcome.unwrap(), Outcome::Dropped);
    let is_left = |key: &String| key == "schemas/seats/dropped.json" || key.starts_with("commits/seats/");
    assert!(world.store.keys().iter().all(is_left), "{:?}", world.store.keys());
    assert!(matches!(world.ask(OTHER).await, Acceptance::Live { version: 3, .. }));
}
