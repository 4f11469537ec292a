//! The catalog.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    commit::Generation,
    name::DatasetName,
    port::{
        Catalog, CatalogError, CatalogPartition, EntryState, PartitionKey, PartitionState, Table,
        TableColumn, Upsert,
    },
};

/// More than one of Glue's batches of 100, and more than one page of 1,000.
const MANY: usize = 1_050;

/// Every obligation but throttling. The database must hold no tables.
pub async fn suite<C: Catalog>(catalog: &C) {
    suite_but_versions(catalog).await;
    versions(catalog).await;
}

/// The same without versions of tables: for an emulator that lets any update pass.
pub async fn suite_but_versions<C: Catalog>(catalog: &C) {
    tables(catalog).await;
    partitions(catalog).await;
    per_item_errors(catalog).await;
    pages(catalog).await;
}

/// The next call was arranged to be refused as throttled: it must say so, and the one after it must work.
pub async fn throttled<C: Catalog>(catalog: &C, arrange: impl Fn()) {
    let table = table("throttled");
    arrange();
    match catalog.create_table(&table).await {
        Err(CatalogError::Unavailable { .. }) => {}
        other => panic!("expected Unavailable, got {other:?}"),
    }
    assert_eq!(catalog.table(&table.name).await.expect("read"), None, "it was created all the same");
    catalog.create_table(&table).await.expect("works again");
}

fn table(name: &str) -> Table {
    let column = |name: &str, data_type: &str, comment: Option<&str>| TableColumn {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        comment: comment.map(str::to_owned),
    };
    Table {
        name: DatasetName::new(name).expect("a valid name"),
        description: Some("Sold \"seats\", größer <als> nichts".to_owned()),
        columns: vec![column("id", "bigint", Some("the seat's")), column("name", "string", None)],
        partition_keys: vec![
            PartitionKey::string("dt"),
            // As others make them: the type is kept.
            PartitionKey { name: "hour".to_owned(), data_type: "int".to_owned() },
        ],
        location: format!("tables/{name}/"),
        schema_version: Some(1),
        parameters: BTreeMap::from([("comment".to_owned(), "another's".to_owned())]),
        version: None,
    }
}

fn partition(number: usize, generation: u64) -> CatalogPartition {
    let values = vec![
        format!("2026-{:02}-{:02}", 1 + number / 480, 1 + number / 24 % 20),
        format!("{:02}", number % 24),
    ];
    CatalogPartition {
        location: format!("tables/x/dt={}/hour={}/g{generation:010}-W/", values[0], values[1]),
        values,
        columns: table("x").columns,
        state: EntryState::Registered(state(generation)),
        others: [("numRows".to_owned(), number.to_string())].into_iter().collect(),
    }
}

/// With a time of landing where the generation is even.
fn state(generation: u64) -> PartitionState {
    let time = |text: &str| -> DateTime<Utc> { text.parse().expect("a time") };
    PartitionState {
        generation: Generation::new(generation),
        schema_version: 7,
        rows: 10 * generation,
        bytes: 1_000 * generation,
        committed_at: time("2026-11-23T10:05:00.123Z"),
        newest_landed_at: generation.is_multiple_of(2).then(|| time("2026-11-23T10:04:59.999Z")),
    }
}

async fn tables<C: Catalog>(catalog: &C) {
    let wanted = table("bookings");
    assert_eq!(catalog.table(&wanted.name).await.expect("read"), None);
    assert!(matches!(catalog.update_table(&wanted).await, Err(CatalogError::NotFound { .. })));
    catalog.create_table(&wanted).await.expect("create");
    let again = catalog.create_table(&wanted).await;
    assert!(matches!(again, Err(CatalogError::AlreadyExists { .. })), "{again:?}");

    let read = catalog.table(&wanted.name).await.expect("read").expect("there");
    assert_eq!(Table { version: None, ..read.clone() }, wanted);

    let mut wider = read.clone();
    let price = TableColumn { name: "price".into(), data_type: "decimal(12,2)".into(), comment: None };
    wider.columns.push(price);
    wider.schema_version = Some(2);
    catalog.update_table(&wider).await.expect("update of the current version");
    let now = catalog.table(&wanted.name).await.expect("read").expect("there");
    assert_eq!((now.columns.len(), now.schema_version), (3, Some(2)));
    catalog.update_table(&Table { version: None, ..wanted.clone() }).await.expect("unconditional update");

    catalog.create_table(&table("accounts")).await.expect("create");
    let names: Vec<_> = catalog.tables().await.expect("list").into_iter().map(|t| t.name).collect();
    assert_eq!(names.iter().map(DatasetName::as_str).collect::<Vec<_>>(), ["accounts", "bookings"]);

    let accounts = DatasetName::new("accounts").expect("a valid name");
    let one = partition(0, 1);
    write(catalog, &accounts, Upsert::Create, std::slice::from_ref(&one)).await;
    catalog.delete_table(&accounts).await.expect("delete");
    assert_eq!(catalog.table(&accounts).await.expect("read"), None);
    assert!(catalog.table(&wanted.name).await.expect("read").is_some(), "another table is gone");
    let gone = catalog.delete_table(&accounts).await;
    assert!(matches!(gone, Err(CatalogError::NotFound { .. })), "{gone:?}");
    catalog.create_table(&table("accounts")).await.expect("create again");
    let kept = catalog.partition(&accounts, &one.values).await.expect("read");
    assert_eq!(kept, None, "a table that is new has no partitions");
}

async fn versions<C: Catalog>(catalog: &C) {
    let made = table("versioned");
    catalog.create_table(&made).await.expect("create");
    let read = catalog.table(&made.name).await.expect("read").expect("there");
    let one = Table { description: Some("one".to_owned()), ..read.clone() };
    catalog.update_table(&one).await.expect("update of the current version");
    let other = Table { description: Some("another".to_owned()), ..read };
    let stale = catalog.update_table(&other).await;
    assert!(matches!(stale, Err(CatalogError::Conflict { .. })), "{stale:?}");
    let now = catalog.table(&made.name).await.expect("read").expect("there");
    assert_eq!(now.description, one.description, "an update that was refused changed the table");
}

async fn partitions<C: Catalog>(catalog: &C) {
    let name = DatasetName::new("partitioned").expect("a valid name");
    let first = partition(0, 1);
    let missing = catalog.partition(&name, &first.values).await;
    assert!(matches!(missing, Err(CatalogError::NotFound { .. })), "no table: {missing:?}");
    let missing = catalog.partitions(&name).await;
    assert!(matches!(missing, Err(CatalogError::NotFound { .. })), "no table: {missing:?}");

    catalog.create_table(&table("partitioned")).await.expect("create table");
    assert_eq!(catalog.partition(&name, &first.values).await.expect("read"), None);
    assert!(catalog.partitions(&name).await.expect("list").is_empty());
    write(catalog, &name, Upsert::Create, std::slice::from_ref(&first)).await;
    assert_eq!(catalog.partition(&name, &first.values).await.expect("read"), Some(first));
    // The entry of generation 2 has a time that those of 1 and 3 do not have; the last one is somebody's hand.
    let by_hand = CatalogPartition { state: EntryState::ByHand, ..partition(0, 3) };
    for swapped in [partition(0, 2), partition(0, 3), by_hand] {
        write(catalog, &name, Upsert::Replace, std::slice::from_ref(&swapped)).await;
        assert_eq!(catalog.partition(&name, &swapped.values).await.expect("read"), Some(swapped));
    }
}

async fn per_item_errors<C: Catalog>(catalog: &C) {
    let name = DatasetName::new("items").expect("a valid name");
    catalog.create_table(&table("items")).await.expect("create table");
    write(catalog, &name, Upsert::Create, &[partition(0, 1)]).await;

    let both = [partition(0, 2), partition(1, 1)];
    let errors = catalog.write_partitions(&name, Upsert::Create, &both).await.expect("per item");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].values, both[0].values);
    assert!(matches!(errors[0].error, CatalogError::AlreadyExists { .. }), "{errors:?}");
    let kept = catalog.partition(&name, &both[0].values).await.expect("read").expect("there");
    assert_eq!(kept, partition(0, 1), "an item that failed changes nothing");
    assert!(catalog.partition(&name, &both[1].values).await.expect("read").is_some());

    let both = [partition(1, 2), partition(2, 2)];
    let errors = catalog.write_partitions(&name, Upsert::Replace, &both).await.expect("per item");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].values, both[1].values);
    assert!(matches!(errors[0].error, CatalogError::NotFound { .. }), "{errors:?}");

    let values = [both[0].values.clone(), both[1].values.clone()];
    let errors = catalog.delete_partitions(&name, &values).await.expect("per item");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(matches!(errors[0].error, CatalogError::NotFound { .. }), "{errors:?}");
    assert_eq!(catalog.partition(&name, &values[0]).await.expect("read"), None);
}

async fn pages<C: Catalog>(catalog: &C) {
    let name = DatasetName::new("paged").expect("a valid name");
    catalog.create_table(&table("paged")).await.expect("create table");
    let mut wanted: Vec<_> = (0..MANY).map(|number| partition(number, 1)).collect();
    write(catalog, &name, Upsert::Create, &wanted).await;
    let mut found = catalog.partitions(&name).await.expect("list");
    wanted.sort_by(|a, b| a.values.cmp(&b.values));
    wanted.iter_mut().for_each(|partition| partition.columns.clear());
    found.sort_by(|a, b| a.values.cmp(&b.values));
    assert_eq!(found.len(), MANY);
    assert_eq!(found, wanted, "every partition, once, without columns");
    let all: Vec<_> = found.into_iter().map(|partition| partition.values).collect();
    let errors = catalog.delete_partitions(&name, &all).await.expect("delete");
    assert!(errors.is_empty(), "{errors:?}");
    assert!(catalog.partitions(&name).await.expect("list").is_empty());
}

async fn write<C: Catalog>(catalog: &C, table: &DatasetName, mode: Upsert, partitions: &[CatalogPartition]) {
    let errors = catalog.write_partitions(table, mode, partitions).await.expect("write partitions");
    assert!(errors.is_empty(), "{errors:?}");
}
