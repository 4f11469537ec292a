use domain::{batch::BatchName, commit::FORMAT, port::PutMode};

use super::*;
use crate::{
    rollback::{Refused, RollbackError},
    testing::{HOUR, World, ready},
};

/// A name that is unique for this digit.
fn batch(digit: char) -> BatchName {
    BatchName::parse(&String::from(digit).repeat(40)).unwrap()
}

async fn land(world: &World, digit: char) {
    world.put(&key::landing(&world.dataset, &world.partition, &batch(digit)), "packed").await;
}

/// A head of two files with a row each, which has consumed the batch `0` that is still in landing, and `1` that is gone.
async fn head(world: &World) -> Commit {
    let at = world.clock.now();
    let consumed = ['0', '1'].map(|digit| Consumed { batch: batch(digit), at }).to_vec();
    let head = Commit { consumed, schema_version: 3, ..world.commit_of(1) };
    world.write(&head).await;
    world.put(&head.key(), serde_json::to_vec(&head).unwrap()).await;
    land(world, '0').await;
    head
}

async fn discard(world: &World, what: Discard) -> Result<Option<Commit>, CompactError> {
    world.compactor().discard(what, "a test", &world.dataset, &world.partition, &world.run()).await
}

async fn lose(world: &World, file: &DataFile) {
    assert!(world.bucket.inner.delete(std::slice::from_ref(&file.key)).await.unwrap().is_empty());
}

#[tokio::test]
async fn lost_files_are_given_up_and_what_is_in_landing_is_to_be_taken_again() {
    let world = World::new().await;
    let head = head(&world).await;
    assert_eq!(discard(&world, Discard::LostFiles).await.unwrap(), None, "nothing is lost");
    lose(&world, &head.files[0]).await;

    let lost = world.compactor().lost(&world.dataset, &world.partition).await.unwrap().unwrap();
    assert_eq!((lost.rows(), lost.still_landed), (1, 1));
    assert_eq!(lost.files, [head.files[0].clone()]);

    let commit = discard(&world, Discard::LostFiles).await.unwrap().unwrap();
    assert_eq!((commit.kind, commit.format), (CommitKind::Discard, FORMAT));
    assert_eq!((commit.generation.number(), commit.rows, commit.schema_version), (2, 1, 3));
    assert_eq!(commit.files.len(), 1);
    assert_eq!(commit.consumed, []);
    let discarded = commit.discarded.clone().unwrap();
    assert_eq!((discarded.rows, discarded.reason.as_str()), (1, "a test"));
    assert_eq!(discarded.files, [head.files[0].key.clone()]);
    let stored = world.bucket.inner.get(&commit.key()).await.unwrap();
    assert_eq!(Commit::parse(&commit.key(), &stored).unwrap(), commit);
    assert_eq!(
        world.bucket.inner.get(&commit.files[0].key).await.unwrap(),
        "rows",
        "the other file is there"
    );
    assert_eq!(discard(&world, Discard::LostFiles).await.unwrap(), None, "once is enough");
}

#[tokio::test]
async fn a_file_of_another_size_is_lost_too() {
    let world = World::new().await;
    let head = head(&world).await;
    world.put(&head.files[1].key, "longer than it was").await;
    let commit = discard(&world, Discard::LostFiles).await.unwrap().unwrap();
    assert_eq!(commit.discarded.unwrap().files, [head.files[1].key.clone()]);
}

#[tokio::test]
async fn where_all_files_are_lost_an_empty_generation_is_left() {
    let world = World::new().await;
    let head = head(&world).await;
    for file in &head.files {
        lose(&world, file).await;
    }
    let commit = discard(&world, Discard::LostFiles).await.unwrap().unwrap();
    assert_eq!((commit.rows, commit.files.len()), (0, 0));
    assert_eq!(commit.discarded.unwrap().rows, 2);
}

#[tokio::test]
async fn everything_is_given_up_with_what_has_landed() {
    let world = World::new().await;
    assert_eq!(discard(&world, Discard::Everything).await.unwrap(), None, "there is nothing");
    head(&world).await;
    land(&world, '2').await;
    let commit = discard(&world, Discard::Everything).await.unwrap().unwrap();
    assert_eq!((commit.rows, commit.files.len(), commit.schema_version), (0, 0, 1));
    let mut consumed: Vec<BatchName> = commit.consumed.into_iter().map(|entry| entry.batch).collect();
    consumed.sort();
    assert_eq!(consumed, [batch('0'), batch('2')], "and not what is gone from landing");
    assert_eq!(discard(&world, Discard::Everything).await.unwrap(), None, "once is enough");
    land(&world, '3').await;
    assert_eq!(discard(&world, Discard::Everything).await.unwrap().unwrap().generation.number(), 3);
}

#[tokio::test]
async fn what_landed_without_a_commit_is_given_up_too() {
    let world = World::new().await;
    land(&world, '0').await;
    let commit = discard(&world, Discard::Everything).await.unwrap().unwrap();
    assert_eq!((commit.generation.number(), commit.consumed.len()), (1, 1));
}

/// Whoever commits meanwhile was first; what is given up is then given up of the new head.
#[tokio::test]
async fn another_writer_that_was_faster_is_gone_on_from() {
    let world = World::new().await;
    let head = head(&world).await;
    let other = Commit { schema_version: 3, ..world.commit_of(2) };
    world.write(&other).await;
    let (key, body) = (other.key(), serde_json::to_vec(&other).unwrap());
    world.intrude(&format!("put {key}"), move |store| {
        ready(ObjectStore::put(store, &key, body.into(), PutMode::Create)).unwrap();
    });
    lose(&world, &head.files[0]).await;
    // The newer head has all its files.
    assert_eq!(discard(&world, Discard::LostFiles).await.unwrap(), None);
    assert_eq!(world.committed(), [1, 2]);
    assert!(
        world.locations().iter().all(|location| *location == head.location || *location == other.location)
    );
}

#[tokio::test]
async fn too_old_a_run_gives_nothing_up() {
    let world = World::new().await;
    let head = head(&world).await;
    lose(&world, &head.files[0]).await;
    let run = world.run();
    world.clock.advance(HOUR);
    let compactor = world.compactor();
    let answer = compactor.discard(Discard::LostFiles, "late", &world.dataset, &world.partition, &run).await;
    assert!(matches!(answer, Err(CompactError::Expired(_))), "{answer:?}");
    assert_eq!(world.committed(), [1]);
}

#[tokio::test]
async fn nobody_goes_back_to_what_was_given_up() {
    let world = World::new().await;
    let head = head(&world).await;
    lose(&world, &head.files[0]).await;
    discard(&world, Discard::LostFiles).await.unwrap().unwrap();
    let back = world
        .compactor()
        .rollback(&world.dataset, &world.partition, head.generation, &world.run())
        .await
        .unwrap_err();
    assert!(matches!(back, RollbackError::Refused(Refused::Discarded { rows: 1, .. })), "{back}");
}
