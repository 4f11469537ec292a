//! When nothing may be deleted.

use domain::{
    commit::UnreadableCommit,
    key,
    port::{Catalog, Clock, ObjectStore, PutMode, StoreError},
    run::{Expired, Run},
    vacuum::UnreadableNotes,
};

use crate::testing::{HOUR, RETENTION, World, ready};
use crate::vacuum::{VacuumError, Vacuumed};

/// Three generations, the catalog at the head, and the first two garbage for the retention.
async fn due() -> World {
    let world = World::new().await;
    world.commit(1).await;
    world.commit(2).await;
    let head = world.commit(3).await;
    world.name(&head.location).await;
    world.vacuum().await.unwrap();
    world.clock.advance(RETENTION);
    world
}

#[tokio::test]
async fn a_catalog_that_cannot_be_read_deletes_nothing() {
    let world = due().await;
    world.write(&world.commit_of(7)).await;
    world.clock.advance(RETENTION);
    let before = world.bucket.inner.keys();
    world.catalog.fail_next(1);
    let error = world.vacuum().await.unwrap_err();
    assert!(matches!(error, VacuumError::Catalog(_)) && !error.stops(), "{error}");
    assert_eq!(world.bucket.inner.keys(), before);
    let done = world.vacuum().await.unwrap();
    assert_eq!((done.generations, done.uncommitted), (2, 1));
}

#[tokio::test]
async fn while_the_catalog_names_no_generation_nothing_committed_is_deleted_nor_noted() {
    let vacuumed = world_where(|world| async move {
        let values = [world.partition.values()];
        world.catalog.delete_partitions(&world.dataset, &values).await.unwrap();
        world
    });
    vacuumed.await;
    for location in ["tables/seats/dt=2026-11-23/", "s3://elsewhere/seats/", ""] {
        world_where(|world| async move {
            world.name(location).await;
            world
        })
        .await;
    }
    // Directories in the form of the lake's: without a commit, and with another writer's.
    for number in [2, 8] {
        world_where(|world| async move {
            let location = world.commit_of(number).location;
            world.name(&location).await;
            world
        })
        .await;
    }
}

/// After this change to the catalog nothing is deleted, and when it is undone the retention begins anew.
async fn world_where<F: Future<Output = World>>(change: impl FnOnce(World) -> F) {
    let world = due().await;
    let values = world.partition.values();
    let good = world.catalog.partition(&world.dataset, &values).await.unwrap().unwrap().location;
    let world = change(world).await;
    assert_eq!(world.vacuum().await.unwrap(), Vacuumed::default());
    assert_eq!((world.committed(), world.notes().await), (vec![1, 2, 3], None));
    world.name(&good).await;
    world.clock.advance(HOUR);
    assert_eq!(world.vacuum().await.unwrap().waiting, 2);
}

#[tokio::test]
async fn a_table_that_is_not_there_names_nothing() {
    let world = due().await;
    let other = domain::DatasetName::new("chairs").unwrap();
    let done = world.service().vacuum(&other, &world.partition, &world.run()).await.unwrap();
    assert_eq!(done, Vacuumed::default());
}

#[tokio::test]
async fn commits_that_cannot_be_read_stop_the_partition() {
    for (number, body) in [(9, "{}"), (9, r#"{"format": 9, "anything": "else"}"#), (3, "not JSON")] {
        let world = due().await;
        let key = format!("commits/seats/dt=2026-11-23/{number:010}.json");
        world.put(&key, body).await;
        let before = world.bucket.inner.keys();
        let error = world.vacuum().await.unwrap_err();
        let clear = error.to_string().contains(&key);
        assert!(matches!(error, VacuumError::Commit(_)) && error.stops() && clear, "{error}");
        assert_eq!(world.bucket.inner.keys(), before);
    }
}

#[tokio::test]
async fn a_commit_that_has_to_be_known_and_cannot_be_read_stops_before_anything_is_deleted() {
    let world = due().await;
    let live = world.commit(4).await;
    world.clock.advance(RETENTION);
    world.commit(5).await;
    world.put(&live.key(), r#"{"format": 7}"#).await;
    let before = world.bucket.inner.keys();
    let error = world.vacuum().await.unwrap_err();
    assert!(matches!(error, VacuumError::Commit(UnreadableCommit::NewerFormat { found: 7, .. })), "{error}");
    assert_eq!(world.bucket.inner.keys(), before);
}

#[tokio::test]
async fn notes_that_cannot_be_read_stop_the_vacuum_and_may_be_deleted() {
    let world = due().await;
    let key = key::vacuum(&world.dataset, &world.partition);
    world.put(&key, "[]").await;
    let error = world.vacuum().await.unwrap_err();
    assert!(matches!(error, VacuumError::Notes(UnreadableNotes::Malformed { .. })), "{error}");
    assert!(error.stops());
    world.bucket.inner.delete(&[key]).await.unwrap();
    assert_eq!(world.vacuum().await.unwrap().waiting, 2, "the retention begins anew");
}

#[tokio::test]
async fn notes_that_somebody_else_changed_mean_that_another_vacuum_is_at_work() {
    let notes = "vacuum/seats/dt=2026-11-23.json";
    for gone in [false, true] {
        let world = due().await;
        world.write(&world.commit_of(8)).await;
        world.clock.advance(RETENTION);
        let before = world.bucket.inner.keys();
        world.intrude(&format!("put {notes}"), move |store| {
            let bytes = ready(store.get(notes)).unwrap();
            ready(store.delete(&[notes.to_owned()])).unwrap();
            if !gone {
                ready(store.put(notes, bytes, PutMode::Create)).unwrap();
            }
        });
        let done = world.vacuum().await.unwrap();
        assert_eq!(done, Vacuumed { yielded: true, ..Vacuumed::default() });
        let after = world.bucket.inner.keys();
        assert!(before.iter().filter(|key| *key != notes).all(|key| after.contains(key)));
    }
    // Both want to note for the first time.
    let world = World::new().await;
    world.commit(1).await;
    let head = world.commit(2).await;
    world.name(&head.location).await;
    world.intrude(&format!("put {notes}"), move |store| {
        let put = store.put(notes, r#"{"format":1,"garbage":[]}"#.into(), PutMode::Create);
        ready(put).unwrap();
    });
    assert!(world.vacuum().await.unwrap().yielded);
    assert_eq!(world.vacuum().await.unwrap().waiting, 1);
}

#[tokio::test]
async fn a_run_that_grows_too_old_deletes_no_more() {
    let world = due().await;
    let old = Run::new(world.clock.now() - HOUR, None);
    let late = world.service().vacuum(&world.dataset, &world.partition, &old).await;
    assert!(matches!(late, Err(VacuumError::Expired(Expired::TooOld))), "{late:?}");
    // Frozen for an hour, right before the notes are written.
    let clock = world.clock.clone();
    world.intrude("put vacuum/seats/dt=2026-11-23.json", move |_| clock.advance(HOUR));
    let frozen = world.vacuum().await;
    assert!(matches!(frozen, Err(VacuumError::Expired(Expired::TooOld))), "{frozen:?}");
    assert_eq!(world.committed(), [1, 2, 3]);
    assert_eq!(world.vacuum().await.unwrap().generations, 2);
}

#[tokio::test]
async fn a_file_that_cannot_be_deleted_keeps_its_commit_and_holds_back_no_other() {
    let world = due().await;
    let keys = world.bucket.inner.list_all("tables/seats/dt=2026-11-23/g0000000001-").await.unwrap();
    let stuck = keys[1].key.clone();
    world.faults(|faults| faults.stuck.insert(stuck.clone()));
    let done = world.vacuum().await.unwrap();
    assert_eq!((done.generations, done.objects, done.failed), (1, 3, 1));
    assert_eq!(world.committed(), [1, 3]);
    world.faults(|faults| faults.stuck = ["commits/seats/dt=2026-11-23/0000000001.json".into()].into());
    let done = world.vacuum().await.unwrap();
    assert_eq!((done.generations, done.objects, done.failed), (0, 1, 1));
    world.faults(|faults| faults.stuck.clear());
    assert_eq!(world.vacuum().await.unwrap().generations, 1);
    assert_eq!(world.committed(), [3]);
    assert!(matches!(world.bucket.inner.get(&stuck).await, Err(StoreError::NotFound { .. })));
}
