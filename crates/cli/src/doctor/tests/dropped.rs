//! What is left of datasets that were dropped, and of partitions that a dataset cannot have.

use super::*;

#[tokio::test]
async fn what_is_left_of_a_dropped_dataset_is_no_difference_and_its_table_is_one() {
    let world = World::healthy().await;
    world.put(&key::landing(&world.dataset, &day(23), &batch("late")), "packed").await;
    world.clock.advance(TimeDelta::minutes(30));
    let note = domain::schemas::Dropped::without_data(1, world.clock.now()).to_bytes().unwrap();
    world.put("schemas/seats/dropped.json", std::str::from_utf8(&note).unwrap()).await;
    world.delete("datasets/seats.json").await;
    world.finds("table_of_dropped", "seats").await;
    assert_eq!(world.words().await.1, "tributary dataset drop seats --yes");
    let one = Scope { dataset: Some(world.dataset.clone()), partition: None };
    assert_eq!(world.report(&one).await.unwrap().differences.len(), 1);
    world.catalog.delete_table(&world.dataset).await.unwrap();
    assert_eq!(world.found().await, []);
    assert_eq!(world.report(&one).await.unwrap().differences, []);
}

/// As a purge leaves it where the dataset came back with other partitions.
#[tokio::test]
async fn an_empty_generation_of_a_partition_that_the_dataset_cannot_have_is_no_difference() {
    let world = World::healthy().await;
    let hour: Partition = "dt=2026-11-23/hour=10".parse().unwrap();
    let commit = world.commit(&hour, 1, CommitKind::Discard).await;
    for file in &commit.files {
        world.delete(&file.key).await;
    }
    let left = Commit { files: Vec::new(), rows: 0, ..commit };
    world.put(&left.key(), &serde_json::to_string(&left).unwrap()).await;
    world.clock.advance(TimeDelta::minutes(90));
    assert_eq!(world.found().await, []);
    world.reconcile().await;
    assert_eq!(world.found().await, []);
    world.commit(&hour, 2, CommitKind::Append).await;
    world.clock.advance(TimeDelta::minutes(90));
    world.finds("entry_missing", "seats/dt=2026-11-23/hour=10").await;
}
