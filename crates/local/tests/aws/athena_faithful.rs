//! What Athena leaves in S3, what it says when it refuses, and what its workgroups decide.

use std::time::Duration;

use aws_sdk_athena::{
    error::ProvideErrorMetadata,
    types::{
        QueryExecution, QueryExecutionState, ResultConfiguration, ResultConfigurationUpdates,
        WorkGroupConfiguration, WorkGroupConfigurationUpdates, WorkGroupState,
    },
};
use domain::settings::{ScanTier, ScanTiers};
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
async fn errors_have_athenas_words_and_its_second_code() {
    let lake = Lake::start().await;
    let id = lake.start_query("SELECT").await;
    lake.until(&id, &QueryExecutionState::Succeeded).await;
    let failed = lake.start_query("fail").await;
    lake.until(&failed, &QueryExecutionState::Failed).await;
    let waiting = lake.start_query("wait").await;
    lake.until(&waiting, &QueryExecutionState::Running).await;
    let stopped = lake.start_query("wait").await;
    lake.athena().stop_query_execution().query_execution_id(&stopped).send().await.unwrap();
    let start = |more: Value| {
        let mut body = json!({"QueryString": "SELECT 1", "ClientRequestToken": token("x")});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (operation, body, code, message) in [
        (
            "StartQueryExecution",
            start(json!({"QueryString": "SELEC 1"})),
            "MALFORMED_QUERY",
            "line 1:1: mismatched input 'SELEC 1'",
        ),
        (
            "StartQueryExecution",
            json!({"QueryString": "SELECT 1"}),
            "INVALID_INPUT",
            "clientRequestToken is null or empty",
        ),
        (
            "StartQueryExecution",
            start(json!({"ClientRequestToken": "short"})),
            "INVALID_INPUT",
            "1 validation error detected: Value at 'clientRequestToken' failed to satisfy constraint: Member must have length greater than or equal to 32",
        ),
        (
            "StartQueryExecution",
            start(json!({"WorkGroup": "none"})),
            "INVALID_INPUT",
            "WorkGroup is not found.",
        ),
        (
            "StartQueryExecution",
            start(json!({"ResultConfiguration": {"OutputLocation": "file:///x"}})),
            "INVALID_INPUT",
            "outputLocation is not a valid S3 path.",
        ),
        (
            "GetQueryExecution",
            json!({}),
            "INVALID_INPUT",
            "1 validation error detected: Value null at 'queryExecutionId' failed to satisfy constraint: Member must not be null",
        ),
        (
            "GetQueryExecution",
            json!({"QueryExecutionId": "no"}),
            "QUERY_EXECUTION_NOT_FOUND",
            "QueryExecution no was not found",
        ),
        (
            "GetQueryResults",
            json!({"QueryExecutionId": id, "MaxResults": 0, "NextToken": ""}),
            "INVALID_INPUT",
            "2 validation errors detected: Value at 'nextToken' failed to satisfy constraint: Member must have length greater than or equal to 1; Value at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            "GetQueryResults",
            json!({"QueryExecutionId": id, "MaxResults": 1001}),
            "INVALID_INPUT",
            "MaxResults is more than maximum allowed length 1000",
        ),
        (
            "GetQueryResults",
            json!({"QueryExecutionId": id, "NextToken": "x"}),
            "INVALID_INPUT",
            "Malformed nextPageToken x",
        ),
        (
            "GetQueryResults",
            json!({"QueryExecutionId": failed}),
            "INVALID_QUERY_EXECUTION_STATE",
            "Query did not finish successfully. Final query state: FAILED",
        ),
        (
            "GetQueryResults",
            json!({"QueryExecutionId": waiting}),
            "INVALID_QUERY_EXECUTION_STATE",
            "Query has not yet finished. Current state: RUNNING",
        ),
        (
            "GetQueryResults",
            json!({"QueryExecutionId": stopped}),
            "RESULT_NOT_FOUND",
            "Could not find results",
        ),
        (
            "ListWorkGroups",
            json!({"MaxResults": 51}),
            "INVALID_INPUT",
            "1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 50",
        ),
        ("ListWorkGroups", json!({"NextToken": "?"}), "INVALID_INPUT", "The nextPageToken is malformed: ?"),
    ] {
        let (status, answer) = call(&lake, operation, body.clone()).await;
        assert_eq!((status, answer["Message"].as_str()), (400, Some(message)), "{operation} {body}");
        let codes = (&answer["__type"], &answer["AthenaErrorCode"], &answer["ErrorCode"]);
        assert_eq!(
            codes,
            (&json!("InvalidRequestException"), &json!(code), &json!(code)),
            "{operation} {body}"
        );
    }
    let (status, answer) = call(&lake, "GetQueryExecution", json!({"QueryExecutionId": 1})).await;
    assert_eq!((status, &answer["__type"]), (400, &json!("SerializationException")));
}

#[tokio::test]
async fn a_token_is_held_against_what_athena_compares() {
    let lake = Lake::start().await;
    let start = |more: Value| {
        let mut body = json!({"QueryString": "SELECT ?", "ClientRequestToken": token("t"), "ExecutionParameters": ["1"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let refused = call(&lake, "StartQueryExecution", start(json!({"QueryString": "SELEC 1"}))).await;
    assert_eq!(refused.0, 400, "what is refused does not use up the token");
    let (status, first) = call(&lake, "StartQueryExecution", start(json!({}))).await;
    assert_eq!(status, 200, "{first}");
    // Athena compares neither of these.
    for more in [json!({"ExecutionParameters": ["2"]}), json!({"WorkGroup": "tributary"})] {
        assert_eq!(
            call(&lake, "StartQueryExecution", start(more.clone())).await,
            (200, first.clone()),
            "{more}"
        );
    }
    for more in [
        json!({"QueryString": "SELECT 2"}),
        json!({"QueryExecutionContext": {"Catalog": "AwsDataCatalog"}}),
        json!({"QueryExecutionContext": {"Database": "tributary"}}),
        json!({"ResultConfiguration": {"OutputLocation": "s3://tributary/other/"}}),
    ] {
        let (status, answer) = call(&lake, "StartQueryExecution", start(more.clone())).await;
        let found = (status, answer["AthenaErrorCode"].as_str(), answer["Message"].as_str());
        let expected =
            (400, Some("IDEMPOTENT_PARAMETER_MISMATCH"), Some("Idempotent parameters do not match"));
        assert_eq!(found, expected, "{more}");
    }
    assert_eq!(lake.runner.ran.lock().unwrap().len(), 1);
    // Executions and tokens are forgotten with the process: the same start is a new query.
    let lake = lake.restart().await;
    let (status, again) = call(&lake, "StartQueryExecution", start(json!({}))).await;
    assert_eq!(status, 200);
    finished(&lake, again["QueryExecutionId"].as_str().unwrap()).await;
}

#[tokio::test]
async fn workgroups_are_kept_and_decide_where_results_go() {
    let lake = Lake::start().await;
    let athena = lake.athena();
    let output = |prefix: &str| {
        ResultConfiguration::builder().output_location(format!("s3://tributary/{prefix}")).build()
    };
    let configuration = |location: Option<ResultConfiguration>, enforced: bool| {
        WorkGroupConfiguration::builder()
            .set_result_configuration(location)
            .enforce_work_group_configuration(enforced)
            .build()
    };
    for (name, location, enforced) in [
        ("Strict", Some(output("strict/")), true),
        ("free", Some(output("free")), false),
        ("nowhere", None, false),
    ] {
        let create = athena.create_work_group().name(name).configuration(configuration(location, enforced));
        create.send().await.unwrap();
    }
    let again = athena.create_work_group().name("free").send().await.unwrap_err();
    assert_eq!(again.into_service_error().message(), Some("WorkGroup is already created"));
    let low = WorkGroupConfiguration::builder().bytes_scanned_cutoff_per_query(9_999_999).build();
    let low = athena.create_work_group().name("low").configuration(low).send().await.unwrap_err();
    assert!(low.into_service_error().message().unwrap().contains("greater than or equal to 10000000"));
    assert!(athena.create_work_group().name("a b").send().await.is_err());

    let lake = lake.restart().await;
    let athena = lake.athena();
    let first = athena.list_work_groups().max_results(2).send().await.unwrap();
    let second = athena.list_work_groups().next_token(first.next_token().unwrap()).send().await.unwrap();
    let names = |page: &[aws_sdk_athena::types::WorkGroupSummary]| {
        page.iter().map(|group| group.name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(first.work_groups()), ["Strict", "free"]);
    assert_eq!(names(second.work_groups()), ["nowhere", "primary", "tributary"]);
    for (group, asked, expected) in [
        ("Strict", Some("mine/"), "strict/"),
        ("free", Some("mine/"), "mine/"),
        ("free", None, "free/"),
        ("nowhere", Some("mine"), "mine/"),
    ] {
        let start = athena.start_query_execution().query_string("SELECT").work_group(group);
        let id = start.set_result_configuration(asked.map(output)).send().await.unwrap();
        let id = id.query_execution_id().unwrap();
        let execution = finished(&lake, id).await;
        let location = execution.result_configuration().unwrap().output_location().unwrap();
        assert_eq!(location, format!("s3://tributary/{expected}{id}.csv"), "{group} {asked:?}");
        assert!(!object(&lake, &format!("{expected}{id}.csv")).await.is_empty());
    }
    let none = athena.start_query_execution().query_string("SELECT").work_group("nowhere").send().await;
    let none = none.unwrap_err().into_service_error();
    assert!(none.message().unwrap().starts_with("No output location provided."), "{none:?}");

    let remove = ResultConfigurationUpdates::builder().remove_output_location(true).build();
    let updates = WorkGroupConfigurationUpdates::builder().result_configuration_updates(remove).build();
    let update = athena.update_work_group().work_group("free").configuration_updates(updates);
    update.description("said").state(WorkGroupState::Disabled).send().await.unwrap();
    assert!(athena.start_query_execution().query_string("SELECT").work_group("free").send().await.is_err());
    let full = athena.delete_work_group().work_group("free").send().await.unwrap_err();
    assert_eq!(full.into_service_error().message(), Some("WorkGroup free is not empty"));

    let lake = lake.restart().await;
    let group = lake.athena().get_work_group().work_group("free").send().await.unwrap();
    let group = group.work_group().unwrap();
    assert_eq!((group.description(), group.state()), (Some("said"), Some(&WorkGroupState::Disabled)));
    let results = group.configuration().unwrap().result_configuration().unwrap();
    assert_eq!(results.output_location(), None);
    lake.athena().delete_work_group().work_group("free").recursive_delete_option(true).send().await.unwrap();
    assert!(lake.athena().delete_work_group().work_group("primary").send().await.is_err());
    let lake = lake.restart().await;
    let gone = lake.athena().get_work_group().work_group("free").send().await.unwrap_err();
    assert_eq!(gone.into_service_error().message(), Some("WorkGroup is not found."));
}

#[tokio::test]
async fn a_scan_beyond_the_workgroups_cutoff_is_cancelled() {
    let lake = Lake::start().await;
    let updates = WorkGroupConfigurationUpdates::builder().bytes_scanned_cutoff_per_query(10_000_000).build();
    let update = lake.athena().update_work_group().work_group("tributary").configuration_updates(updates);
    update.send().await.unwrap();
    let id = lake.start_query("scan").await;
    let execution = lake.until(&id, &QueryExecutionState::Cancelled).await;
    let status = execution.status().unwrap();
    assert_eq!(status.state_change_reason(), Some("Bytes scanned limit was exceeded"));
    assert_eq!(execution.statistics().unwrap().data_scanned_in_bytes(), Some(10_000_000));
    assert!(lake.keys("results/").await.is_empty());
}

/// Two tiers, of which one may read what the query reads.
#[tokio::test]
async fn a_scan_tier_is_there_from_the_start_and_stops_a_query_at_its_bytes() {
    let tier = |workgroup: &str, cutoff| ScanTier { workgroup: workgroup.to_owned(), cutoff };
    let lake = Lake::start_in(tempfile::tempdir().unwrap(), |config| {
        config.scan_tiers = ScanTiers::new(vec![tier("low", 10_000_000), tier("high", 30_000_000)]);
    })
    .await;
    for (workgroup, state, scanned, reason) in [
        ("low", QueryExecutionState::Cancelled, 10_000_000, Some("Bytes scanned limit was exceeded")),
        ("high", QueryExecutionState::Succeeded, 20_004_711, None),
        ("tributary", QueryExecutionState::Succeeded, 20_004_711, None),
    ] {
        let start = lake.athena().start_query_execution().query_string("scan").work_group(workgroup);
        let id = start.send().await.unwrap().query_execution_id().unwrap().to_owned();
        let execution = lake.until(&id, &state).await;
        assert_eq!(execution.work_group(), Some(workgroup));
        assert_eq!(execution.status().unwrap().state_change_reason(), reason, "{workgroup}");
        assert_eq!(execution.statistics().unwrap().data_scanned_in_bytes(), Some(scanned), "{workgroup}");
    }
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
