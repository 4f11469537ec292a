//! The tables and the entries of the catalog.

use domain::port::{PartitionKey, Table};

use super::*;

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
        (Table { parameters: [].into(), ..table.clone() }, "tributary.schema_version is nothing, not 1"),
    ] {
        world.catalog.update_table(&Table { version: None, ..damaged }).await.unwrap();
        world.finds("table_differs", "seats").await;
        let (what, mend) = world.words().await;
        assert!(what.contains(words), "{what}");
        assert!(mend.starts_with("aws lambda invoke --function-name tributary-qa-register "), "{mend}");
    }
    let parameters = [("tributary.schema_version".to_owned(), "2".to_owned())].into();
    world.catalog.update_table(&Table { parameters, version: None, ..table.clone() }).await.unwrap();
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
    let altered = |name: &str, value: &str| {
        let mut entry = entry.clone();
        entry.parameters.insert(name.into(), value.into());
        entry
    };
    for damaged in [
        CatalogPartition { location: "s3://elsewhere/".into(), ..entry.clone() },
        CatalogPartition { columns: Vec::new(), ..entry.clone() },
        altered("tributary.rows", "4"),
        altered("tributary.generation", "9"),
    ] {
        world.write(Upsert::Replace, damaged).await;
        world.finds("entry_differs", "seats/dt=2026-11-23").await;
    }
    world.write(Upsert::Replace, altered("numRows", "4")).await;
    assert_eq!(world.found().await, [], "what others add is theirs");

    world.commit(&day(23), 2, CommitKind::Append).await;
    world.finds("entry_behind", "seats/dt=2026-11-23").await;
    let (what, _) = world.words().await;
    assert_eq!(what, "the catalog names generation 1, and the head is 2");
}

#[tokio::test]
async fn entries_without_commits_are_by_hand_or_lost() {
    let world = World::healthy().await;
    let by_hand = CatalogPartition {
        values: vec!["2020-01-01".into()],
        location: "s3://elsewhere/".into(),
        columns: Vec::new(),
        parameters: [].into(),
    };
    world.write(Upsert::Create, by_hand.clone()).await;
    world.finds("entry_by_hand", "seats/dt=2020-01-01").await;
    world.write(Upsert::Create, CatalogPartition { values: vec!["yesterday".into()], ..by_hand }).await;
    assert_eq!(world.found().await.len(), 2);
    world.reconcile().await;
    assert_eq!(world.found().await, []);

    world.delete(&world.head(&day(23), 1).await.key()).await;
    world.finds("commits_gone", "seats/dt=2026-11-23").await;
    let (_, mend) = world.words().await;
    assert_eq!(
        mend,
        "tributary restore --from BACKUP --dataset seats, or --at TIME --dataset seats if the bucket has versions; if the \
         data is meant to be gone: aws glue delete-partition --database-name tributary --table-name seats --partition-values 2026-11-23"
    );
}
