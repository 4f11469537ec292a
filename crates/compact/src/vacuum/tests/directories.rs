//! Directories that were never committed, and what is none of this lake's.

use chrono::TimeDelta;
use domain::port::{ObjectStore, PutMode};

use crate::testing::{HOUR, RETENTION, World, ready};
use crate::vacuum::Vacuumed;

#[tokio::test]
async fn a_directory_without_a_commit_goes_when_it_is_older_than_the_retention() {
    let world = World::new().await;
    let head = world.commit(1).await;
    world.name(&head.location).await;
    let crashed = world.commit_of(2);
    world.write(&crashed).await;
    world.clock.advance(RETENTION - TimeDelta::minutes(1));
    // One object younger than the others holds all of them.
    world.put(&crashed.files[1].key, "rows").await;
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(world.vacuum().await.unwrap(), Vacuumed::default());
    world.clock.advance(RETENTION);
    let done = world.vacuum().await.unwrap();
    assert_eq!((done.uncommitted, done.objects, done.bytes), (1, 2, 8));
    assert_eq!(world.locations(), [head.location].into());
}

#[tokio::test]
async fn an_overtaken_writers_directory_goes_and_the_winners_stays() {
    let world = World::new().await;
    let head = world.commit(1).await;
    world.name(&head.location).await;
    let (one, other) = (world.commit_of(1), world.commit_of(1));
    world.write(&one).await;
    world.write(&other).await;
    world.clock.advance(RETENTION);
    let done = world.vacuum().await.unwrap();
    assert_eq!((done.uncommitted, done.objects), (2, 4));
    assert_eq!((world.committed(), world.locations()), (vec![1], [head.location].into()));
}

#[tokio::test]
async fn a_loser_beside_a_head_without_files_goes() {
    let world = World::new().await;
    let mut head = world.commit_of(1);
    head.files.clear();
    world.put(&head.key(), serde_json::to_vec(&head).unwrap()).await;
    world.write(&world.commit_of(1)).await;
    world.clock.advance(RETENTION);
    assert_eq!(world.vacuum().await.unwrap().uncommitted, 1);
    assert_eq!((world.committed(), world.locations().len()), (vec![1], 0));
}

#[tokio::test]
async fn an_uncommitted_directory_that_the_catalog_names_stays() {
    let world = World::new().await;
    world.commit(1).await;
    let by_hand = world.commit_of(2);
    world.write(&by_hand).await;
    world.clock.advance(RETENTION);
    let bare = by_hand.location.trim_end_matches('/').to_owned();
    for location in [by_hand.location.clone(), format!("s3a://tributary/{bare}"), bare] {
        world.name(&location).await;
        assert_eq!(world.vacuum().await.unwrap(), Vacuumed::default(), "{location}");
    }
    assert_eq!(world.locations().len(), 2);
}

#[tokio::test]
async fn a_first_run_that_crashed_leaves_nothing_for_ever() {
    let world = World::new().await;
    world.write(&world.commit_of(1)).await;
    assert_eq!(world.vacuum().await.unwrap(), Vacuumed::default());
    world.clock.advance(RETENTION);
    assert_eq!(world.vacuum().await.unwrap().uncommitted, 1);
    assert!(world.bucket.inner.keys().is_empty());
}

#[tokio::test]
async fn what_is_not_ours_is_never_touched() {
    let world = World::new().await;
    world.commit(1).await;
    let head = world.commit(2).await;
    world.name(&head.location).await;
    let strangers = [
        "tables/seats/dt=2026-11-23/part-00000.parquet",
        "tables/seats/dt=2026-11-23/g1-nobody/part-00000.parquet",
        "tables/seats/dt=2026-11-23/_delta_log/0.json",
        "tables/seats/dt=2026-11-23/g0000000001-01JD0000000000000000000000/nested/part-00000.parquet",
        // Of another partition, below the same prefix.
        "tables/seats/dt=2026-11-23/hour=10/g0000000001-01JD0000000000000000000000/part-00000.parquet",
        "commits/seats/dt=2026-11-23/hour=10/0000000009.json",
        "commits/seats/dt=2026-11-23/notes.txt",
    ];
    for key in strangers {
        world.put(key, "somebody's").await;
    }
    for _ in 0..3 {
        world.vacuum().await.unwrap();
        world.clock.advance(RETENTION);
    }
    assert_eq!(world.committed().last(), Some(&2));
    let keys = world.bucket.inner.keys();
    for key in strangers {
        assert!(keys.iter().any(|found| found == key), "{key}");
    }
}

#[tokio::test]
async fn a_commit_between_the_two_listings_keeps_its_directory_however_old_that_is() {
    // Older than any run may be. It is the order of the listings that keeps it, not its age.
    let world = World::new().await;
    let late = world.commit_of(1);
    world.write(&late).await;
    world.clock.advance(RETENTION);
    let (key, body) = (late.key(), serde_json::to_vec(&late).unwrap());
    world.intrude("commits/seats/dt=2026-11-23/", move |store| {
        ready(store.put(&key, body.into(), PutMode::Create)).unwrap();
    });
    assert_eq!(world.vacuum().await.unwrap(), Vacuumed::default());
    assert_eq!((world.committed(), world.locations()), (vec![1], [late.location].into()));
}

#[tokio::test]
async fn a_stale_run_that_writes_under_an_expired_number_keeps_its_files_until_they_are_old() {
    let world = World::new().await;
    world.commit(1).await;
    let head = world.commit(2).await;
    world.name(&head.location).await;
    world.vacuum().await.unwrap();
    world.clock.advance(RETENTION);
    let stale = world.commit_of(1);
    world.write(&stale).await;
    assert_eq!(world.vacuum().await.unwrap().waiting, 1);
    assert_eq!(world.committed(), [1, 2], "so long as commit 1 is there, the stale run is refused");
    world.clock.advance(RETENTION + HOUR);
    assert_eq!(world.vacuum().await.unwrap().generations, 1);
    assert_eq!((world.committed(), world.locations()), (vec![2], [head.location].into()));
}
