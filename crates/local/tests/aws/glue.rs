use aws_sdk_glue::{
    error::ProvideErrorMetadata,
    types::{
        BatchUpdatePartitionRequestEntry, Column, DatabaseInput, PartitionInput, PartitionValueList,
        SerDeInfo, StorageDescriptor, TableInput,
    },
};
use domain::{
    Generation,
    name::DatasetName,
    port::{
        Catalog, CatalogError, CatalogPartition, EntryState, PartitionKey, PartitionState, Table,
        TableColumn, Upsert,
    },
};
use local::Service;

use crate::harness::Lake;

pub(crate) const DATABASE: &str = "tributary";

pub(crate) fn column(name: &str) -> Column {
    Column::builder().name(name).r#type("string").build().unwrap()
}

pub(crate) fn table(name: &str) -> TableInput {
    let descriptor = StorageDescriptor::builder()
        .columns(column("id"))
        .location("s3://tributary/tables/a/")
        .serde_info(SerDeInfo::builder().serialization_library("x.Serde").parameters("p", "1").build())
        .compressed(true)
        .build();
    TableInput::builder()
        .name(name)
        .description("d")
        .owner("me")
        .storage_descriptor(descriptor)
        .partition_keys(column("dt"))
        .build()
        .unwrap()
}

pub(crate) fn partition(value: &str, location: &str) -> PartitionInput {
    let descriptor = StorageDescriptor::builder().columns(column("id")).location(location).build();
    PartitionInput::builder().values(value).storage_descriptor(descriptor).parameters("k", "v").build()
}

pub(crate) async fn with_table() -> Lake {
    let lake = Lake::start().await;
    lake.glue().create_table().database_name(DATABASE).table_input(table("A")).send().await.unwrap();
    lake
}

#[tokio::test]
async fn definitions_come_back_as_they_were_written() {
    let lake = with_table().await;
    let found = lake.glue().get_table().database_name("TRIBUTARY").name("a").send().await.unwrap();
    let found = found.table().unwrap();
    assert_eq!((found.name(), found.version_id()), ("a", Some("0")));
    assert_eq!((found.owner(), found.description()), (Some("me"), Some("d")));
    assert_eq!(found.create_time().unwrap().secs(), 1_795_428_300);
    assert_eq!(found.storage_descriptor(), table("A").storage_descriptor());
    let twice = lake.glue().create_table().database_name(DATABASE).table_input(table("a")).send().await;
    assert!(twice.unwrap_err().into_service_error().is_already_exists_exception());
    let nowhere = lake.glue().create_table().database_name("none").table_input(table("a")).send().await;
    assert!(nowhere.unwrap_err().into_service_error().is_entity_not_found_exception());
    let missing = lake.glue().get_table().database_name(DATABASE).name("none").send().await;
    assert!(missing.unwrap_err().into_service_error().is_entity_not_found_exception());
}

#[tokio::test]
async fn of_two_updates_of_one_version_one_wins() {
    let lake = with_table().await;
    let update = |version: &str| {
        let update = lake.glue().update_table().database_name(DATABASE).table_input(table("a"));
        update.version_id(version).skip_archive(true).send()
    };
    let (one, two) = futures::join!(update("0"), update("0"));
    assert!(one.is_ok() != two.is_ok());
    let lost = one.err().or(two.err()).unwrap();
    assert!(lost.into_service_error().is_concurrent_modification_exception());
    update("1").await.unwrap();
    let found = lake.glue().get_table().database_name(DATABASE).name("a").send().await.unwrap();
    assert_eq!(found.table().unwrap().version_id(), Some("2"));
    lake.glue().delete_table().database_name(DATABASE).name("a").send().await.unwrap();
    let gone = lake.glue().delete_table().database_name(DATABASE).name("a").send().await.unwrap_err();
    assert!(gone.into_service_error().is_entity_not_found_exception());
}

#[tokio::test]
async fn batches_fail_item_by_item() {
    let lake = with_table().await;
    let glue = lake.glue();
    let create = |values: &[&str]| {
        let inputs = values.iter().map(|value| partition(value, "s3://tributary/x/")).collect();
        let create = glue.batch_create_partition().database_name(DATABASE).table_name("a");
        create.set_partition_input_list(Some(inputs)).send()
    };
    assert!(create(&["1", "2"]).await.unwrap().errors().is_empty());
    let errors = create(&["2", "3"]).await.unwrap();
    let error = &errors.errors()[0];
    assert_eq!(error.partition_values(), ["2"]);
    assert_eq!(error.error_detail().unwrap().error_code(), Some("AlreadyExistsException"));

    let update = |value: &str| {
        BatchUpdatePartitionRequestEntry::builder()
            .partition_value_list(value)
            .partition_input(partition(value, "s3://tributary/y/"))
            .build()
            .unwrap()
    };
    let updated = glue.batch_update_partition().database_name(DATABASE).table_name("a");
    let updated = updated.entries(update("3")).entries(update("9")).send().await.unwrap();
    assert_eq!(updated.errors()[0].partition_value_list(), ["9"]);
    let detail = updated.errors()[0].error_detail().unwrap();
    assert_eq!(detail.error_code(), Some("EntityNotFoundException"));

    let list = |value: &str| PartitionValueList::builder().values(value).build().unwrap();
    let got = glue.batch_get_partition().database_name(DATABASE).table_name("a");
    let got = got.partitions_to_get(list("3")).partitions_to_get(list("9")).send().await.unwrap();
    assert_eq!(got.partitions().len(), 1);
    assert_eq!(got.partitions()[0].storage_descriptor().unwrap().location(), Some("s3://tributary/y/"));

    let deleted = glue.batch_delete_partition().database_name(DATABASE).table_name("a");
    let deleted =
        deleted.partitions_to_delete(list("3")).partitions_to_delete(list("9")).send().await.unwrap();
    assert_eq!(deleted.errors()[0].error_detail().unwrap().error_code(), Some("EntityNotFoundException"));
    let gone =
        glue.get_partition().database_name(DATABASE).table_name("a").partition_values("3").send().await;
    assert!(gone.unwrap_err().into_service_error().is_entity_not_found_exception());
}

#[tokio::test]
async fn what_is_over_the_limits_is_refused() {
    let lake = with_table().await;
    let glue = lake.glue();
    let inputs = (0..101).map(|n| partition(&n.to_string(), "s3://tributary/x/")).collect();
    let create = glue.batch_create_partition().database_name(DATABASE).table_name("a");
    let over = create.set_partition_input_list(Some(inputs)).send().await.unwrap_err().into_service_error();
    assert_eq!(over.code(), Some("ValidationException"));
    assert!(
        over.message().unwrap().contains("at 'partitionInputList' failed to satisfy constraint"),
        "{over:?}"
    );
    let lists: Vec<_> =
        (0..26).map(|n| PartitionValueList::builder().values(n.to_string()).build().unwrap()).collect();
    let delete = glue.batch_delete_partition().database_name(DATABASE).table_name("a");
    let over = delete.set_partitions_to_delete(Some(lists)).send().await.unwrap_err();
    assert_eq!(over.into_service_error().code(), Some("ValidationException"));
    let wrong = partition("1", "s3://tributary/x/");
    let wrong = PartitionInput::builder().set_values(wrong.values).values("2").build();
    let create = glue.create_partition().database_name(DATABASE).table_name("a").partition_input(wrong);
    assert!(create.send().await.unwrap_err().into_service_error().is_invalid_input_exception());
    let list = || glue.get_partitions().database_name(DATABASE).table_name("a");
    let over = list().max_results(1_001).send().await.unwrap_err();
    assert_eq!(over.into_service_error().code(), Some("ValidationException"));
    let long = list().expression(format!("dt = '{}'", "x".repeat(2_048))).send().await.unwrap_err();
    assert_eq!(long.into_service_error().code(), Some("ValidationException"));
    let token = list().next_token("nonsense").send().await.unwrap_err();
    assert!(token.into_service_error().is_invalid_input_exception());
    let other = list().catalog_id("123456789012").send().await.unwrap_err();
    assert!(other.into_service_error().is_entity_not_found_exception());
    list().catalog_id("000000000000").send().await.unwrap();
}

#[tokio::test]
async fn partitions_come_in_pages_and_survive_a_restart() {
    let lake = with_table().await;
    let glue = lake.glue();
    for first in (0..300).step_by(100) {
        let inputs =
            (first..first + 100).map(|n| partition(&format!("{n:03}"), "s3://tributary/x/")).collect();
        let create = glue.batch_create_partition().database_name(DATABASE).table_name("a");
        create.set_partition_input_list(Some(inputs)).send().await.unwrap();
    }
    let lake = lake.restart().await;
    let glue = lake.glue();
    let (mut values, mut pages, mut token) = (Vec::new(), 0, None);
    loop {
        let page = glue.get_partitions().database_name(DATABASE).table_name("a").max_results(128);
        let page = page.exclude_column_schema(true).set_next_token(token).send().await.unwrap();
        for partition in page.partitions() {
            assert!(partition.storage_descriptor().unwrap().columns().is_empty());
            values.push(partition.values()[0].clone());
        }
        pages += 1;
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(pages, 3);
    assert_eq!(values, (0..300).map(|n| format!("{n:03}")).collect::<Vec<_>>());
    let moved = glue.update_partition().database_name(DATABASE).table_name("a").partition_value_list("000");
    moved.partition_input(partition("999", "s3://tributary/z/")).send().await.unwrap();
    let lake = lake.restart().await;
    let get = |value: &str| {
        lake.glue().get_partition().database_name(DATABASE).table_name("a").partition_values(value).send()
    };
    assert!(get("000").await.is_err());
    let found = get("999").await.unwrap();
    assert_eq!(found.partition().unwrap().parameters().unwrap()["k"], "v");
}

#[tokio::test]
async fn databases_and_tables_are_listed() {
    let lake = with_table().await;
    let glue = lake.glue();
    for name in ["b", "c"] {
        glue.create_table().database_name(DATABASE).table_input(table(name)).send().await.unwrap();
    }
    let page = glue.get_tables().database_name(DATABASE).max_results(2).send().await.unwrap();
    assert_eq!(page.table_list().len(), 2);
    let rest = glue.get_tables().database_name(DATABASE).set_next_token(page.next_token().map(str::to_owned));
    assert_eq!(rest.send().await.unwrap().table_list()[0].name(), "c");
    let input = || DatabaseInput::builder().name("Other").build().unwrap();
    glue.create_database().database_input(input()).send().await.unwrap();
    let twice = glue.create_database().database_input(input()).send().await.unwrap_err();
    assert!(twice.into_service_error().is_already_exists_exception());
    let all = glue.get_databases().send().await.unwrap();
    assert_eq!(
        all.database_list().iter().map(aws_sdk_glue::types::Database::name).collect::<Vec<_>>(),
        ["other", "tributary"]
    );
    assert!(glue.get_database().name("none").send().await.is_err());
}

#[tokio::test]
async fn nothing_has_indexes_or_tags() {
    let lake = with_table().await;
    let glue = lake.glue();
    let listed = glue.get_tables().database_name(DATABASE).send().await.unwrap();
    let name = listed.table_list()[0].name().to_owned();
    let indexes = |table: &str| glue.get_partition_indexes().database_name(DATABASE).table_name(table).send();
    let found = indexes(&name).await.unwrap();
    assert_eq!((found.partition_index_descriptor_list().len(), found.next_token()), (0, None));
    assert!(indexes("none").await.unwrap_err().into_service_error().is_entity_not_found_exception());

    let tags = |arn: &str| glue.get_tags().resource_arn(arn).send();
    let of = |resource: &str| format!("arn:aws:glue:us-west-2:000000000000:{resource}");
    let table = format!("table/{DATABASE}/{name}");
    for resource in ["catalog", "database/tributary", "database/Tributary", &table] {
        let found = tags(&of(resource)).await.unwrap();
        assert!(found.tags().is_none_or(std::collections::HashMap::is_empty), "{resource}");
    }
    let elsewhere = "arn:aws:glue:us-west-2:111111111111:catalog".to_owned();
    for arn in [of("database/none"), of("table/tributary/none"), of("crawler/x"), of("database"), elsewhere] {
        let error = tags(&arn).await.unwrap_err().into_service_error();
        assert!(error.is_entity_not_found_exception(), "{arn}: {error:?}");
    }
    assert!(tags("tributary").await.unwrap_err().into_service_error().is_invalid_input_exception());
}

#[tokio::test]
async fn throttled_calls_do_nothing() {
    let lake = with_table().await;
    lake.aws.faults().throttle(Service::Glue, Some("GetTable"), 1);
    let get = || lake.glue().get_table().database_name(DATABASE).name("a").send();
    assert_eq!(get().await.unwrap_err().into_service_error().code(), Some("ThrottlingException"));
    get().await.unwrap();
}

#[tokio::test]
async fn the_catalog_handle_sees_what_clients_see() {
    let lake = with_table().await;
    let catalog = lake.aws.catalog();
    let name = DatasetName::new("a").unwrap();
    let seen = catalog.table(&name).await.unwrap().unwrap();
    assert_eq!(
        (seen.location.as_str(), seen.partition_keys.as_slice()),
        ("tables/a/", &[PartitionKey::string("dt")][..])
    );

    let own = Table {
        name: DatasetName::new("own").unwrap(),
        description: Some("ours".into()),
        columns: vec![TableColumn { name: "x".into(), data_type: "decimal(12,2)".into(), comment: None }],
        partition_keys: vec![PartitionKey { name: "dt".into(), data_type: "decimal(5,2)".into() }],
        location: "tables/own/".into(),
        schema_version: Some(3),
        parameters: [("tributary.k".to_owned(), "v".to_owned())].into(),
        version: None,
    };
    catalog.create_table(&own).await.unwrap();
    assert!(matches!(catalog.create_table(&own).await, Err(CatalogError::AlreadyExists { .. })));
    assert_eq!(catalog.tables().await.unwrap()[1], Table { version: Some("0".into()), ..own.clone() });
    let stale = Table { version: Some("7".into()), ..own.clone() };
    assert!(matches!(catalog.update_table(&stale).await, Err(CatalogError::Conflict { .. })));
    let found = lake.glue().get_table().database_name(DATABASE).name("own").send().await.unwrap();
    let table = found.table().unwrap();
    assert_eq!(table.storage_descriptor().unwrap().location(), Some("s3://tributary/tables/own/"));
    assert_eq!(table.parameters().unwrap()["tributary.schema_version"], "3");

    let partition = CatalogPartition {
        values: vec!["1".into()],
        location: "tables/own/dt=1/g1/".into(),
        columns: own.columns.clone(),
        state: EntryState::Registered(PartitionState {
            generation: Generation::new(1),
            schema_version: 3,
            rows: 20,
            bytes: 300,
            committed_at: "2026-11-23T10:05:00Z".parse().unwrap(),
            newest_landed_at: None,
        }),
        others: [("numRows".to_owned(), "20".to_owned())].into_iter().collect(),
    };
    let items = [partition.clone()];
    let written = async || {
        let call =
            lake.glue().get_partition().database_name(DATABASE).table_name("own").partition_values("1");
        call.send().await.unwrap().partition.unwrap().parameters.unwrap()
    };
    let missing = catalog.write_partitions(&own.name, Upsert::Replace, &items).await.unwrap();
    assert!(matches!(missing[0].error, CatalogError::NotFound { .. }));
    assert!(catalog.write_partitions(&own.name, Upsert::Create, &items).await.unwrap().is_empty());
    // What other readers of the catalog see, as it is documented.
    let parameters = written().await;
    let text = |name: &str| parameters.get(name).map(String::as_str);
    for (name, value) in [
        ("tributary.generation", Some("1")),
        ("tributary.rows", Some("20")),
        ("tributary.bytes", Some("300")),
        ("tributary.committed_at", Some("2026-11-23T10:05:00.000Z")),
        ("tributary.newest_landed_at", None),
        ("tributary.schema_version", Some("3")),
        ("numRows", Some("20")),
    ] {
        assert_eq!(text(name), value, "{name}");
    }
    let twice = catalog.write_partitions(&own.name, Upsert::Create, &items).await.unwrap();
    assert!(matches!(twice[0].error, CatalogError::AlreadyExists { .. }));
    assert_eq!(catalog.partition(&own.name, &partition.values).await.unwrap(), Some(partition.clone()));
    let listed = CatalogPartition { columns: vec![], ..partition.clone() };
    assert_eq!(catalog.partitions(&own.name).await.unwrap(), [listed]);
    assert!(
        catalog
            .delete_partitions(&own.name, std::slice::from_ref(&partition.values))
            .await
            .unwrap()
            .is_empty()
    );
    let none = DatasetName::new("none").unwrap();
    assert!(matches!(catalog.partition(&none, &partition.values).await, Err(CatalogError::NotFound { .. })));
    assert_eq!(catalog.table(&none).await.unwrap(), None);
}

#[tokio::test]
async fn the_catalog_handle_keeps_the_contract() {
    let lake = Lake::start().await;
    domain::contract::catalog::suite(&lake.aws.catalog()).await;
    let target = domain::target::CatalogTarget::new(std::sync::Arc::new(lake.aws.catalog()));
    domain::contract::target::suite(&target).await;
}
