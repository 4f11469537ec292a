//! Commits that say what cannot be, and the last one that can be.

use domain::{
    CommitKind, DataFile, Generation,
    commit::{BrokenClaim, UnreadableCommit},
};
use serde_json::{Value, json};

use super::*;
use crate::round::in_numbers;

const LAST: u64 = 9_999_999_999;

/// The head's object with other values in these places.
async fn overwrite(world: &World, changes: &[(&str, Value)]) {
    let key = world.head().await.key();
    let mut head: Value = serde_json::from_slice(&world.store.get(&key).await.unwrap()).unwrap();
    for (pointer, value) in changes {
        *head.pointer_mut(pointer).unwrap() = value.clone();
    }
    let body = serde_json::to_vec(&head).unwrap();
    world.store.put(&key, body.into(), PutMode::Overwrite).await.unwrap();
}

#[tokio::test]
async fn a_commit_that_says_what_cannot_be_stops_its_partition_and_no_other() {
    let most = json!(u64::MAX);
    for changes in [
        vec![("/rows", most.clone())],
        vec![("/duplicates_dropped", most.clone())],
        vec![("/files/0/rows", most.clone())],
        vec![("/files/0/bytes", most.clone())],
        vec![("/rows", most.clone()), ("/files/0/rows", most)],
        vec![("/location", json!("tables/others/dt=2026-11-23/g0000000001-01JD0000000000000000000000/"))],
    ] {
        let mut world = World::new().await;
        world.land(&[1, 2]).await;
        world.compact().await.unwrap();
        overwrite(&world, &changes).await;
        world.land(&[3]).await;
        let error = world.compact().await.unwrap_err();
        let is_broken = matches!(&error, CompactError::Commit(UnreadableCommit::Broken { .. }));
        assert!(is_broken && error.stops(), "{changes:?}: {error}");
        assert!(error.to_string().contains("commits/seats/dt=2026-11-23/0000000001.json"), "{error}");
        world.partition = "dt=2026-11-24".parse().unwrap();
        world.land(&[4]).await;
        assert_eq!(world.compact().await.unwrap().rows, 1, "{changes:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_listed_twice_is_not_read_twice() {
    let world = World::new().await;
    world.land(&[1]).await;
    world.compact().await.unwrap();
    let file: DataFile = world.head().await.files[0].clone();
    let twice = json!([file, file]);
    overwrite(&world, &[("/files", twice), ("/rows", json!(2))]).await;
    world.land(&[2]).await;
    match world.compact().await {
        Err(CompactError::Commit(UnreadableCommit::Broken { reason, .. })) => {
            assert_eq!(reason, BrokenClaim::Twice(file.key));
        }
        other => panic!("{other:?}"),
    }
}

/// A commit of the number after it would have a key that nobody reads.
#[tokio::test]
async fn nothing_is_committed_after_the_last_generation() {
    for (number, is_last) in [(LAST - 1, false), (LAST, true)] {
        let world = World::new().await;
        world.land(&[1]).await;
        world.compact().await.unwrap();
        let head = world.head().await;
        let generation = Generation::new(number);
        let location = key::generation_prefix(&head.dataset, &head.partition, generation, &head.writer);
        let late = Commit { generation, location, ..head };
        let body = serde_json::to_vec(&late).unwrap();
        world.store.put(&late.key(), body.into(), PutMode::Create).await.unwrap();
        world.land(&[2]).await;
        let compacted = world.compact().await;
        if is_last {
            let error = compacted.unwrap_err();
            assert!(matches!(error, CompactError::LastGeneration(_)) && error.stops(), "{error}");
            assert!(error.to_string().contains("generation 9999999999"), "{error}");
        } else {
            assert_eq!(compacted.unwrap().rows, 2);
        }
        assert_eq!(world.head().await.generation.number(), LAST);
        for object in world.store.list_all("commits/").await.unwrap() {
            assert!(key::ParsedKey::parse(&object.key).is_ok(), "{}", object.key);
        }
    }
}

#[tokio::test]
async fn rows_that_do_not_add_up_are_an_error_whatever_their_numbers() {
    let world = World::new().await;
    world.land(&[1]).await;
    world.compact().await.unwrap();
    let head = world.head().await;
    for (kind, rows, dropped, added) in [
        (CommitKind::Append, 0, 0, u64::MAX),
        (CommitKind::Append, u64::MAX, 0, u64::MAX),
        (CommitKind::Repair, u64::MAX, 2, 0),
        (CommitKind::Repair, 2, u64::MAX, 0),
        (CommitKind::Merge, 2, 0, 0),
    ] {
        let commit = Commit { kind, rows, duplicates_dropped: dropped, ..head.clone() };
        assert!(in_numbers(&commit, Some(&head), added).is_err(), "{kind:?} {rows} {dropped} {added}");
    }
    let commit = Commit { rows: 3, ..head.clone() };
    in_numbers(&commit, Some(&head), 2).unwrap();
}
