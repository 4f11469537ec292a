//! The tables and the entries of the catalog.

use domain::port::{DamagedEntry, EntryState, PartitionKey, PartitionState, Table};

use super::*;

/// What is left of an entry in which somebody deleted a parameter.
fn unreadable() -> EntryState {
    EntryState::Damaged(DamagedEntry { parameter: "tributary.rows" })
}

#[tokio::test]
async fn tables_are_held_against_their_definitions() {
    let world = World::healthy().await;
    let table = world.catalog.table(&world.dataset).await.unwrap().unwrap();
    for (damaged, words) in [
        (Table { columns: Vec::new(), ..table.clone() }, "it has 0 columns, not 4"),
        (
            Table { location: "s3://elsewhere/".into(), ..table.clone() },
            "its location is s3://elsewhere/, not",
        ),
        (
            Table { partition_keys: Vec::new(), ..table.clone() },
            "it has no partition keys, and should have the partition key dt",
        ),
        (
            Table { partition_keys: ["day", "hour"].map(PartitionKey::string).to_vec(), ..table.clone() },
            "it has the partition keys day, hour, and should have the partition key dt",
        ),
        (
            Table {
                partition_keys: vec![PartitionKey { name: "dt".into(), data_type: "date".into() }],
                ..table.clone()
            },
            "it has the partition key dt of the type date, and should have the partition key dt",
        ),
        (Table { location: String::new(), ..table.clone() }, "its location is empty, not"),
        (Table { schema_version: None, ..table.clone() }, "the version of its definition is nothing, not 1"),
    ] {
        world.catalog.update_table(&Table { version: None, ..damaged }).await.unwrap();
        world.finds("table_differs", "seats").await;
        let (what, mend) = world.words().await;
        assert!(what.contains(words), "{what}");
        assert!(mend.starts_with("aws lambda invoke --function-name tributary-qa-register "), "{mend}");
    }
    let newer = Table { schema_version: Some(2), version: None, ..table.clone() };
    world.catalog.update_table(&newer).await.unwrap();
    world.finds("definition_damaged", "seats").await;
    let (what, mend) = world.words().await;
    assert_eq!(what, "the table follows version 2, and the newest accepted one is 1");
    assert_eq!(
        mend,
        "delete what is damaged below s3://lake/schemas/seats/, if it is there, then tributary restore --from BACKUP \
         --dataset seats, or --at TIME --dataset seats if the bucket has versions"
    );
    world.catalog.update_table(&Table { version: None, ..table }).await.unwrap();
    assert_eq!(world.found().await, []);
    let world = World { catalog: Arc::default(), ..world };
    world.finds("table_missing", "seats").await;
    assert_eq!(world.catalog.calls("partitions").calls, 0, "of a table that is not there, nothing is asked");
}

#[tokio::test]
async fn entries_of_the_catalog_are_held_against_the_heads() {
    let world = World::healthy().await;
    assert!(world.catalog.delete_partitions(&world.dataset, &[day(22).values()]).await.unwrap().is_empty());
    world.finds("entry_missing", "seats/dt=2026-11-22").await;
    world.reconcile().await;

    let entry = world.entry(&day(23)).await;
    let state = entry.registered().unwrap().clone();
    let altered = |change: fn(&mut PartitionState)| {
        let mut state = state.clone();
        change(&mut state);
        CatalogPartition { state: EntryState::Registered(state), ..entry.clone() }
    };
    for (damaged, words) in [
        (CatalogPartition { location: "s3://elsewhere/".into(), ..entry.clone() }, "its location is s3:"),
        (CatalogPartition { columns: Vec::new(), ..entry.clone() }, "it has 0 columns, not 4"),
        (altered(|state| state.rows = 4), "its number of rows is 4, not 3"),
        (altered(|state| state.bytes = 4), "its number of bytes is 4, not 7"),
        (altered(|state| state.generation = Generation::new(9)), "its generation is 9, not 1"),
        (altered(|state| state.schema_version = 2), "the version of its definition is 2, not 1"),
        (
            altered(|state| state.committed_at += TimeDelta::seconds(1)),
            "the time of its commit is 2026-11-23T10:00:01.000Z, not 2026-11-23T10:00:00.000Z",
        ),
        (
            altered(|state| state.newest_landed_at = Some(state.committed_at)),
            "the time at which its newest batch landed is 2026-11-23T10:00:00.000Z, not unknown",
        ),
        (CatalogPartition { state: EntryState::ByHand, ..entry.clone() }, "it names no generation"),
        (
            CatalogPartition { state: unreadable(), ..entry.clone() },
            "its parameter tributary.rows is missing, or is not as register writes it",
        ),
    ] {
        world.write(Upsert::Replace, damaged).await;
        world.finds("entry_differs", "seats/dt=2026-11-23").await;
        let (what, _) = world.words().await;
        assert!(what.contains(words), "{what}");
    }
    let others = [("numRows".to_owned(), "4".to_owned())].into_iter().collect();
    world.write(Upsert::Replace, CatalogPartition { others, ..entry.clone() }).await;
    assert_eq!(world.found().await, [], "what others add is theirs");

    world.commit(&day(23), 2, CommitKind::Append).await;
    world.finds("entry_behind", "seats/dt=2026-11-23").await;
    let (what, _) = world.words().await;
    assert_eq!(what, "the catalog names generation 1, and the head is 2");
}

#[tokio::test]
async fn entries_without_commits_are_by_hand_or_lost() {
    let world = World::healthy().await;
    let by_hand = CatalogPartition::by_hand(vec!["2020-01-01".into()], "s3://elsewhere/");
    world.write(Upsert::Create, by_hand.clone()).await;
    world.finds("entry_by_hand", "seats/dt=2020-01-01").await;
    world.write(Upsert::Create, CatalogPartition { values: vec!["yesterday".into()], ..by_hand }).await;
    assert_eq!(world.found().await.len(), 2);
    world.reconcile().await;
    assert_eq!(world.found().await, []);

    world.delete(&world.head(&day(23), 1).await.key()).await;
    world.finds("commits_gone", "seats/dt=2026-11-23").await;
    let entry = world.entry(&day(23)).await;
    world.write(Upsert::Replace, CatalogPartition { state: unreadable(), ..entry }).await;
    world.finds("commits_gone", "seats/dt=2026-11-23").await;
    let (_, mend) = world.words().await;
    assert_eq!(
        mend,
        "tributary restore --from BACKUP --dataset seats, or --at TIME --dataset seats if the bucket has versions; if the \
         data is meant to be gone: aws glue delete-partition --database-name tributary --table-name seats --partition-values 2026-11-23"
    );
}
