//! Errors, with their words and their second code.

use aws_sdk_athena::types::QueryExecutionState;
use serde_json::{Value, json};

use super::{call, finished, token};
use crate::harness::Lake;

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
