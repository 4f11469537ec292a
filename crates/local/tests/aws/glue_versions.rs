use aws_sdk_glue::{
    error::ProvideErrorMetadata,
    types::{DatabaseInput, TableAttributes},
};

use crate::{
    glue::{DATABASE, table, with_table},
    harness::Lake,
};

async fn update(lake: &Lake, description: &str, skip_archive: bool) {
    let mut input = table("a");
    input.description = Some(description.to_owned());
    let update = lake.glue().update_table().database_name(DATABASE).table_input(input);
    update.skip_archive(skip_archive).send().await.unwrap();
}

/// Version and description of each, as listed.
async fn versions(lake: &Lake) -> Vec<(String, String)> {
    let list = lake.glue().get_table_versions().database_name(DATABASE).table_name("a");
    let mut pages = list.into_paginator().page_size(2).send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        for version in page.unwrap().table_versions() {
            let table = version.table().unwrap();
            assert_eq!(version.version_id(), table.version_id());
            let texts = (table.version_id().unwrap(), table.description().unwrap());
            found.push((texts.0.to_owned(), texts.1.to_owned()));
        }
    }
    found
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(version, text)| ((*version).to_owned(), (*text).to_owned())).collect()
}

#[tokio::test]
async fn updates_archive_the_version_before_unless_told_not_to() {
    let lake = with_table().await;
    update(&lake, "one", false).await;
    update(&lake, "two", true).await;
    update(&lake, "three", false).await;
    let expected = pairs(&[("3", "three"), ("2", "two"), ("0", "d")]);
    assert_eq!(versions(&lake).await, expected);
    let lake = lake.restart().await;
    assert_eq!(versions(&lake).await, expected);

    let glue = lake.glue();
    let get = || glue.get_table_version().database_name(DATABASE).table_name("a");
    let current = get().send().await.unwrap().table_version.unwrap();
    assert_eq!(current.version_id(), Some("3"));
    let first = get().version_id("0").send().await.unwrap().table_version.unwrap();
    assert_eq!(first.table().unwrap().description(), Some("d"));
    assert!(
        get().version_id("1").send().await.unwrap_err().into_service_error().is_entity_not_found_exception()
    );
    assert!(
        get().version_id("x").send().await.unwrap_err().into_service_error().is_invalid_input_exception()
    );

    let delete = |version: &str| {
        glue.delete_table_version().database_name(DATABASE).table_name("a").version_id(version).send()
    };
    delete("0").await.unwrap();
    assert!(delete("0").await.unwrap_err().into_service_error().is_entity_not_found_exception());
    assert!(delete("3").await.unwrap_err().into_service_error().is_invalid_input_exception());
    let batch = glue.batch_delete_table_version().database_name(DATABASE).table_name("a");
    let batch = batch.version_ids("2").version_ids("9").version_ids("3").send().await.unwrap();
    let errors: Vec<_> = batch
        .errors()
        .iter()
        .map(|error| (error.version_id().unwrap(), error.error_detail().unwrap().error_code().unwrap()))
        .collect();
    assert_eq!(errors, [("9", "EntityNotFoundException"), ("3", "InvalidInputException")]);
    let lake = lake.restart().await;
    assert_eq!(versions(&lake).await, pairs(&[("3", "three")]));
}

#[tokio::test]
async fn a_table_made_anew_has_no_versions_of_the_old_one() {
    let lake = with_table().await;
    update(&lake, "one", false).await;
    lake.glue().delete_table().database_name(DATABASE).name("a").send().await.unwrap();
    lake.glue().create_table().database_name(DATABASE).table_input(table("a")).send().await.unwrap();
    assert_eq!(versions(&lake).await, pairs(&[("0", "d")]));
    let lake = lake.restart().await;
    assert_eq!(versions(&lake).await, pairs(&[("0", "d")]));
}

#[tokio::test]
async fn tables_are_listed_by_pattern_and_in_part() {
    let lake = with_table().await;
    let glue = lake.glue();
    for name in ["bookings", "booking_days", "passengers"] {
        glue.create_table().database_name(DATABASE).table_input(table(name)).send().await.unwrap();
    }
    let list = |pattern: &str| glue.get_tables().database_name(DATABASE).expression(pattern);
    for (pattern, expected) in [
        ("book*", &["booking_days", "bookings"][..]),
        ("*ings", &["bookings"]),
        ("^pass.*|a$", &["a", "passengers"]),
        ("none", &[]),
    ] {
        let found = list(pattern).send().await.unwrap();
        let names: Vec<_> = found.table_list().iter().map(aws_sdk_glue::types::Table::name).collect();
        assert_eq!(names, expected, "{pattern}");
    }
    assert!(list("(").send().await.unwrap_err().into_service_error().is_invalid_input_exception());

    let names = list("a").attributes_to_get(TableAttributes::Name).send().await.unwrap();
    assert_eq!(names.table_list()[0].name(), "a");
    assert_eq!(names.table_list()[0].storage_descriptor(), None);
    let wrong = list("a").attributes_to_get(TableAttributes::TableType).send().await.unwrap_err();
    assert!(wrong.into_service_error().is_invalid_input_exception());

    let batch = glue.batch_delete_table().database_name(DATABASE);
    let batch = batch.tables_to_delete("a").tables_to_delete("none").send().await.unwrap();
    assert_eq!(batch.errors().len(), 1);
    assert_eq!(batch.errors()[0].table_name(), Some("none"));
    assert_eq!(list("a").send().await.unwrap().table_list().len(), 0);
}

#[tokio::test]
async fn databases_are_updated_and_deleted_with_what_is_in_them() {
    let lake = Lake::start().await;
    let glue = lake.glue();
    let input = |description: &str| {
        DatabaseInput::builder()
            .name("Other")
            .description(description)
            .location_uri("s3://b/x/")
            .build()
            .unwrap()
    };
    glue.create_database().database_input(input("first")).send().await.unwrap();
    glue.create_table().database_name("other").table_input(table("a")).send().await.unwrap();
    let created = glue.get_database().name("other").send().await.unwrap().database.unwrap();
    lake.clock.advance(std::time::Duration::from_secs(60));
    glue.update_database().name("OTHER").database_input(input("second")).send().await.unwrap();
    let found = glue.get_database().name("other").send().await.unwrap().database.unwrap();
    assert_eq!((found.description(), found.create_time()), (Some("second"), created.create_time()));
    assert_eq!(found.create_table_default_permissions().len(), 1);
    glue.get_table().database_name("other").name("a").send().await.unwrap();

    let long = DatabaseInput::builder().name("x".repeat(256)).build().unwrap();
    let long = glue.create_database().database_input(long).send().await.unwrap_err().into_service_error();
    assert_eq!(long.code(), Some("ValidationException"));
    assert!(long.message().unwrap().ends_with(
        "at 'databaseInput.name' failed to satisfy constraint: Member must have length less than or equal to 255"
    ));

    glue.delete_database().name("other").send().await.unwrap();
    let lake = lake.restart().await;
    let gone = lake.glue().get_table().database_name("other").name("a").send().await.unwrap_err();
    assert!(gone.into_service_error().is_entity_not_found_exception());
    let twice = lake.glue().delete_database().name("other").send().await.unwrap_err();
    assert!(twice.into_service_error().is_entity_not_found_exception());
}

#[tokio::test]
async fn what_other_formats_need_is_not_there() {
    let lake = with_table().await;
    let update = lake.glue().update_table().database_name(DATABASE).table_input(table("a"));
    let error = update.transaction_id("t").send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("NotImplemented"));
    let search = lake.glue().search_tables().search_text("a").send().await.unwrap_err().into_service_error();
    assert_eq!(search.code(), Some("NotImplemented"));
    assert!(search.message().unwrap().contains("Glue SearchTables"), "{search:?}");
}
