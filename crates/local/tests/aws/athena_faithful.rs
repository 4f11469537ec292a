//! What Athena leaves in S3, what it says when it refuses, and what its workgroups decide.

mod errors;
mod workgroups;

use std::time::Duration;

use aws_sdk_athena::{
    error::ProvideErrorMetadata,
    types::{QueryExecution, QueryExecutionState},
};
use serde_json::{Value, json};

use crate::{harness::Lake, raw::send};

/// An answer's status and body.
async fn call(lake: &Lake, operation: &str, body: Value) -> (u16, Value) {
    let target = format!("AmazonAthena.{operation}");
    let headers = [("x-amz-target", target.as_str()), ("content-type", "application/x-amz-json-1.1")];
    let answer = send("POST", &format!("{}/", lake.address), &headers, body.to_string().as_bytes()).await;
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}

fn token(name: &str) -> String {
    format!("{name:-<40}")
}

async fn finished(lake: &Lake, id: &str) -> QueryExecution {
    for _ in 0..10_000 {
        let execution = lake.execution(id).await;
        let state = execution.status().unwrap().state().unwrap().clone();
        if !matches!(state, QueryExecutionState::Queued | QueryExecutionState::Running) {
            return execution;
        }
        tokio::task::yield_now().await;
    }
    panic!("{id} does not end");
}

async fn object(lake: &Lake, key: &str) -> Vec<u8> {
    let object = lake.s3().get_object().bucket("tributary").key(key).send().await.unwrap();
    object.body.collect().await.unwrap().to_vec()
}

#[tokio::test]
async fn the_result_and_its_metadata_have_athenas_form() {
    let lake = Lake::start().await;
    let id = lake.start_query("SELECT").await;
    lake.until(&id, &QueryExecutionState::Succeeded).await;
    let csv = String::from_utf8(object(&lake, &format!("results/{id}.csv")).await).unwrap();
    assert!(csv.starts_with("\"n\",\"price\"\n\"0\",\"\"\n\"1\",\n\"2\",\"\"\n"), "{csv}");
    let column = |name: &str, data_type: &str, numbers: &[u8]| {
        let mut column = b"\x0a\x04hive".to_vec();
        for (tag, text) in [(0x22, name), (0x2a, name), (0x32, data_type)] {
            column.extend([tag, u8::try_from(text.len()).unwrap()]);
            column.extend(text.as_bytes());
        }
        column.extend(numbers);
        [&[0x22, u8::try_from(column.len()).unwrap()], &column[..]].concat()
    };
    let expected = [
        &[0x0a, 36],
        id.as_bytes(),
        &column("n", "bigint", &[0x38, 19, 0x40, 0, 0x48, 3, 0x50, 0]),
        &column("price", "decimal", &[0x38, 12, 0x40, 2, 0x48, 3, 0x50, 0]),
    ];
    assert_eq!(object(&lake, &format!("results/{id}.csv.metadata")).await, expected.concat());
    let head = lake.s3().head_object().bucket("tributary").key(format!("results/{id}.csv"));
    assert_eq!(head.send().await.unwrap().content_type(), Some("application/octet-stream"));
}

#[tokio::test]
async fn a_full_page_has_a_token_also_when_nothing_is_left() {
    let lake = Lake::start().await;
    let id = lake.start_query("SELECT").await;
    lake.until(&id, &QueryExecutionState::Succeeded).await;
    let page = lake.athena().get_query_results().query_execution_id(&id).max_results(26);
    let page = page.send().await.unwrap();
    assert_eq!((page.result_set().unwrap().rows().len(), page.update_count()), (26, Some(0)));
    let next = lake.athena().get_query_results().query_execution_id(&id);
    let next = next.next_token(page.next_token().unwrap()).send().await.unwrap();
    assert_eq!((next.result_set().unwrap().rows().len(), next.next_token()), (0, None));
}

#[tokio::test]
async fn results_end_when_they_are_old() {
    let lake = Lake::start().await;
    let old = lake.start_query("SELECT").await;
    lake.until(&old, &QueryExecutionState::Succeeded).await;
    lake.s3().put_object().bucket("tributary").key("results.txt").send().await.unwrap();
    lake.clock.advance(Duration::from_secs(24 * 60 * 60 - 1));
    let new = lake.start_query("SELECT").await;
    lake.until(&new, &QueryExecutionState::Succeeded).await;
    assert_eq!(lake.aws.expiry().run().await.unwrap(), 0);
    lake.clock.advance(Duration::from_secs(2));
    assert_eq!(lake.aws.expiry().run().await.unwrap(), 2);
    assert_eq!(lake.keys("results").await.len(), 3, "the newer result and what is no result");
    let gone = lake.athena().get_query_results().query_execution_id(&old).send().await.unwrap_err();
    assert_eq!(gone.into_service_error().message(), Some("Could not find results"));
    assert!(lake.athena().get_query_results().query_execution_id(&new).send().await.is_ok());
}

#[tokio::test]
async fn executions_are_listed_newest_first_and_say_what_they_did() {
    let lake = Lake::start().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.insert(0, lake.start_query("SELECT").await);
    }
    let (mut listed, mut token) = (Vec::new(), None);
    loop {
        let page = lake.athena().list_query_executions().work_group("tributary").max_results(2);
        let page = page.set_next_token(token).send().await.unwrap();
        listed.extend(page.query_execution_ids().iter().cloned());
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(listed, ids);
    assert!(lake.athena().list_query_executions().send().await.unwrap().query_execution_ids().is_empty());
    lake.until(&ids[0], &QueryExecutionState::Succeeded).await;
    let statistics = lake.athena().get_query_runtime_statistics().query_execution_id(&ids[0]);
    let statistics = statistics.send().await.unwrap();
    let rows = statistics.query_runtime_statistics().unwrap().rows().unwrap();
    assert_eq!((rows.output_rows(), rows.input_bytes()), (Some(25), Some(4_711)));
    let execution = lake.execution(&ids[0]).await;
    assert_eq!(execution.substatement_type(), Some("SELECT"));
    let statistics = execution.statistics().unwrap();
    assert!(
        statistics.query_planning_time_in_millis().is_some() && statistics.data_manifest_location().is_none()
    );
}

#[tokio::test]
async fn the_catalog_is_glues() {
    let lake = Lake::start().await;
    let column =
        |name: &str| aws_sdk_glue::types::Column::builder().name(name).r#type("string").build().unwrap();
    for name in ["a", "b", "c"] {
        let descriptor = aws_sdk_glue::types::StorageDescriptor::builder()
            .columns(column("s"))
            .location(format!("s3://tributary/tables/{name}/"))
            .build();
        let table = aws_sdk_glue::types::TableInput::builder()
            .name(name)
            .table_type("EXTERNAL_TABLE")
            .storage_descriptor(descriptor)
            .partition_keys(column("dt"))
            .build()
            .unwrap();
        lake.glue().create_table().database_name("tributary").table_input(table).send().await.unwrap();
    }
    let athena = lake.athena();
    let catalogs = athena.list_data_catalogs().send().await.unwrap();
    assert_eq!(catalogs.data_catalogs_summary()[0].catalog_name(), Some("AwsDataCatalog"));
    assert!(athena.get_data_catalog().name("awsdatacatalog").send().await.is_ok());
    let databases = athena.list_databases().catalog_name("AwsDataCatalog").send().await.unwrap();
    assert_eq!(databases.database_list()[0].name(), "tributary");
    let tables = |token: Option<String>| {
        let list = athena.list_table_metadata().catalog_name("AwsDataCatalog").database_name("tributary");
        list.max_results(2).set_next_token(token).send()
    };
    let first = tables(None).await.unwrap();
    let second = tables(first.next_token().map(str::to_owned)).await.unwrap();
    assert_eq!((first.table_metadata_list().len(), second.table_metadata_list().len()), (2, 1));
    let get = |name: &str| {
        let get = athena.get_table_metadata().catalog_name("AwsDataCatalog").database_name("tributary");
        get.table_name(name).send()
    };
    let table = get("a").await.unwrap();
    let table = table.table_metadata().unwrap();
    assert_eq!((table.columns()[0].name(), table.partition_keys()[0].name()), ("s", "dt"));
    assert_eq!(table.parameters().unwrap()["location"], "s3://tributary/tables/a/");
    // PyAthena takes a table for missing only if the message ends so.
    let envelope =
        "(Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; Request ID: ";
    let missing = get("none").await.unwrap_err().into_service_error();
    assert!(missing.is_metadata_exception());
    let message = missing.message().unwrap();
    assert!(message.starts_with(&format!("Entity Not Found {envelope}")), "{message}");
    assert!(message.ends_with("; Proxy: null)"), "{message}");
    let tables = athena.list_table_metadata().catalog_name("AwsDataCatalog").database_name("none");
    let missing = tables.send().await.unwrap_err().into_service_error();
    let message = missing.message().unwrap();
    assert!(message.starts_with(&format!("Database none not found. {envelope}")), "{message}");
    let other = athena.get_database().catalog_name("other").database_name("x").send().await.unwrap_err();
    assert!(other.into_service_error().is_invalid_request_exception());
}

#[tokio::test]
async fn nothing_has_tags() {
    let lake = Lake::start().await;
    let athena = lake.athena();
    let tags = |arn: &str| athena.list_tags_for_resource().resource_arn(arn).send();
    let of = |resource: &str| format!("arn:aws:athena:us-west-2:000000000000:{resource}");
    for resource in ["workgroup/primary", "workgroup/tributary", "datacatalog/AwsDataCatalog"] {
        assert!(tags(&of(resource)).await.unwrap().tags().is_empty(), "{resource}");
    }
    let elsewhere = "arn:aws:athena:us-west-2:111111111111:workgroup/primary".to_owned();
    for arn in [of("workgroup/none"), of("datacatalog/other"), of("capacity-reservation/x"), elsewhere] {
        let error = tags(&arn).await.unwrap_err().into_service_error();
        assert!(error.is_resource_not_found_exception(), "{arn}: {error:?}");
    }
    for arn in ["primary", "arn:aws:glue:us-west-2:000000000000:database/tributary"] {
        let error = tags(arn).await.unwrap_err().into_service_error();
        assert!(error.is_invalid_request_exception(), "{arn}: {error:?}");
    }
    let mut group = json!({"Name": "tagged", "Tags": [{"Key": "a", "Value": "b"}]});
    let (status, answer) = call(&lake, "CreateWorkGroup", group.clone()).await;
    assert_eq!((status, answer["__type"].as_str()), (501, Some("NotImplemented")));
    assert!(answer["message"].as_str().unwrap().contains("tags"), "{answer}");
    for none in [json!(null), json!([])] {
        group["Tags"] = none;
        group["Name"] = json!(format!("untagged-{}", group["Tags"].is_null()));
        assert_eq!(call(&lake, "CreateWorkGroup", group.clone()).await.0, 200, "{group}");
    }
    assert!(tags(&of("workgroup/tagged")).await.is_err());
    assert!(tags(&of("workgroup/untagged-true")).await.unwrap().tags().is_empty());
}
