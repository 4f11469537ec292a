//! A name that is asked for again, before its drop is over or after.

use domain::schemas;

use super::*;

#[tokio::test]
async fn a_purged_name_is_free_at_once_and_sees_no_old_row() {
    let world = World::filled().await;
    assert_eq!(world.drop(true).await, Outcome::Dropped);
    assert!(matches!(world.ask(OTHER).await, Acceptance::Live { version: 2, new: true }));
    world.register().reconcile(&world.run()).await.unwrap();
    let entries = world.catalog.partitions(&world.name).await.unwrap();
    assert!(
        entries.iter().all(|entry| entry.registered().is_some_and(|state| state.rows == 0)),
        "{entries:?}"
    );
    let found = world.found().await;
    assert_eq!((found.rows, found.live_version), (0, Some(2)));
}

#[tokio::test]
async fn what_lands_for_a_dataset_that_was_asked_for_again_meanwhile_stays() {
    let world = World::filled().await;
    let landed = "landing/seats/dt=2026-11-23/fedcba9876543210fedcba9876543210fedcba98.ndjson.zst";
    let others =
        [("datasets/seats.json", DEFINITION), ("schemas/seats/000002.json", DEFINITION), (landed, "new")];
    let outcome = world.drop_by(Meddled::after(&world.store, FIRST, &others)).await;
    assert_eq!(outcome.unwrap(), Outcome::AskedForAgain);
    let keys = world.store.keys();
    assert!(keys.iter().any(|key| key == landed), "{keys:?}");
    assert!(keys.iter().any(|key| key == LATER), "what was not purged yet stays too: {keys:?}");
    assert_eq!(world.found().await.live_version, Some(2));
}

#[tokio::test]
async fn a_purged_name_may_come_back_with_other_partitions() {
    let world = World::filled().await;
    assert_eq!(world.drop(true).await, Outcome::Dropped);
    let hourly = DEFINITION.replacen('{', r#"{"partition_by": "hour", "#, 1);
    assert!(matches!(world.ask(&hourly).await, Acceptance::Live { version: 2, .. }));
    world.register().reconcile(&world.run()).await.unwrap();
    let day: Partition = "dt=2026-11-23".parse().unwrap();
    assert!(!world.register().project(&world.name, &day, &world.run()).await.unwrap());
    let entries = world.catalog.partitions(&world.name).await.unwrap();
    assert!(entries.is_empty(), "Glue takes no day of an hourly table: {entries:?}");
}

/// A `register` that had read the request and the version, and was frozen until the drop was over.
#[tokio::test]
async fn a_version_that_follows_one_that_was_dropped_meanwhile_is_dropped_too() {
    const WIDER: &str = r#"{"name": "seats", "columns": [{"name": "seat", "type": "bigint"},
        {"name": "row", "type": "int"}]}"#;
    const NEXT: &str = "schemas/seats/000002.json";
    let request = ["datasets/seats.json"];
    // Who only stops asking keeps the dataset, in its newest version. A drop of that version has nothing left to take.
    for (dropped, live_afterwards, version_afterwards) in
        [(Some(1), None, 3), (None, Some(2), 2), (Some(2), None, 3)]
    {
        let world = World::live().await;
        let live = schemas::load(&*world.store, &world.name).await.unwrap().unwrap();
        let note = dropped.map(|version| {
            let mut note = Dropped::keeping_data(&live, world.clock.now()).unwrap();
            note.version = version;
            String::from_utf8(note.to_bytes().unwrap()).unwrap()
        });
        let others: Vec<(&str, &str)> =
            note.iter().map(|note| ("schemas/seats/dropped.json", note.as_str())).collect();
        world.put(request[0], WIDER).await;
        let store = Arc::new(Meddled::after(&world.store, NEXT, &others).without(&request));
        let register = Register::new(
            store,
            Arc::clone(&world.catalog),
            Arc::clone(&world.clock),
            Arc::clone(&world.ids),
        );
        let answer = register.accept(&world.name, &world.run()).await.unwrap();
        assert!(matches!(answer, Acceptance::NotRequested), "{dropped:?}: {answer:?}");
        let live = schemas::load(&*world.store, &world.name).await.unwrap();
        assert_eq!(live.map(|live| live.version), live_afterwards, "{dropped:?}");
        let Acceptance::Live { version, .. } = world.ask(WIDER).await else { panic!("{dropped:?}") };
        assert_eq!(version, version_afterwards, "{dropped:?}");
    }
}
