//! What is lost: a reply, a data file, a definition.

use super::*;

/// The commit as another attempt has it, at this number.
fn at(world: &World, generation: domain::Generation, commit: Commit) -> Commit {
    let writer = WriterId::from(world.ids.ulid());
    let location = key::generation_prefix(&commit.dataset, &commit.partition, generation, &writer);
    Commit { generation, writer, location, ..commit }
}

#[tokio::test]
async fn a_reply_that_was_lost_is_recognised_as_ones_own_success() {
    let world = World::new().await;
    world.land(&[1]).await;
    world.compact().await.unwrap();
    let ours = world.head().await;
    assert_eq!(log::append(&*world.store, &*world.clock, &ours).await.unwrap(), Attempt::Committed);
    let theirs = at(&world, ours.generation, ours);
    assert_eq!(log::append(&*world.store, &*world.clock, &theirs).await.unwrap(), Attempt::Overtaken);
}

#[tokio::test]
async fn a_commit_whose_reply_is_lost_is_a_commit() {
    let world = World::new().await;
    world.land(&[1]).await;
    world.compact().await.unwrap();
    let head = world.head().await;
    let next = at(&world, head.generation.next().unwrap(), head);
    world.store.lose_replies(1);
    assert_eq!(log::append(&*world.store, &*world.clock, &next).await.unwrap(), Attempt::Committed);
    let after = at(&world, next.generation.next().unwrap(), next);
    world.store.fail_next(1);
    let never = log::append(&*world.store, &*world.clock, &after).await;
    assert!(matches!(never, Err(CompactError::Store(StoreError::Unavailable { .. }))), "{never:?}");
}

#[tokio::test]
async fn a_data_file_that_is_lost_is_named_and_not_taken_for_a_race() {
    let world = World::new().await;
    world.land(&[1]).await;
    world.compact().await.unwrap();
    let key = world.head().await.files[0].key.clone();
    world.store.delete(std::slice::from_ref(&key)).await.unwrap();
    world.land(&[2]).await;
    match world.compact().await {
        Err(CompactError::DataFile { key: named, .. }) => assert_eq!(named, key),
        other => panic!("{other:?}"),
    }
    // Nothing has landed that a merge would have to consume: it is no less lost for that.
    let world = World::new().await;
    for seat in 0..3 {
        world.land(&[seat]).await;
        world.compact().await.unwrap();
    }
    world.clock.advance(TimeDelta::minutes(10));
    let key = world.head().await.files[0].key.clone();
    world.store.delete(&[key]).await.unwrap();
    let merge = world.compact().await;
    assert!(matches!(merge, Err(CompactError::DataFile { .. })), "{merge:?}");
}

#[tokio::test]
async fn a_lost_definition_stops_its_partition_before_its_columns_are_dropped() {
    let world = World::new().await;
    let wider = DEFINITION
        .replace(r#""type": "string"}"#, r#""type": "string"}, {"name": "fare", "type": "double"}"#);
    let key = "schemas/seats/000002.json".to_owned();
    world.store.put(&key, wider.into(), PutMode::Create).await.unwrap();
    world.land_lines(&[r#"{"seat":2,"fare":9.5}"#.into()]).await;
    world.compact().await.unwrap();
    world.store.delete(&[key]).await.unwrap();
    world.land(&[3]).await;
    let error = world.compact().await.unwrap_err();
    assert!(matches!(error, CompactError::DefinitionBehind { found: 1, needed: 2, .. }), "{error}");
}
