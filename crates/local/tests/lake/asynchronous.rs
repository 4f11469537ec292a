//! Queries that outlast their request, or are stopped.

use aws_sdk_athena::types::QueryExecutionState;
use serde_json::json;

use crate::{contracts::slow_table, harness::TestLake};

const ROWS: &str = "/v1/datasets/passengers/rows?select=passenger_id,name";

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_asked_for_now_and_fetched_later() {
    let lake = TestLake::passengers().await;
    lake.publish("passengers", r#"{"passenger_id": 9007199254740993, "name": "Javier \"Peña\""}"#).await;
    lake.rows(ROWS, 1).await;

    let accepted = lake.send("GET", ROWS, &[("prefer", "respond-async")], None).await;
    assert_eq!((accepted.status, accepted.header("preference-applied")), (202, "respond-async"));
    assert_eq!(accepted.header("retry-after"), "1");
    let location = accepted.header("location");
    assert!(["queued", "running"].contains(&accepted.json()["state"].as_str().unwrap()));

    let query = lake.over(location).await;
    assert_eq!((&query["state"], &query["dataset"]), (&json!("succeeded"), &json!("passengers")));
    assert!(query["bytes_scanned"].as_u64().unwrap() > 0, "{query}");
    let rows = lake.fetch(query["links"]["rows"].as_str().unwrap()).await;
    let expected = r#"[{"passenger_id":9007199254740993,"name":"Javier \"Peña\""}]"#;
    assert_eq!((rows.status, rows.text(), rows.header("tributary-cache")), (200, expected, "hit"));
    let csv = lake.fetch(&format!("{location}/rows?format=csv&_numbers=string")).await;
    assert_eq!(csv.text(), "passenger_id,name\r\n9007199254740993,\"Javier \"\"Peña\"\"\"\r\n");
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_stopped_by_who_asked_and_by_who_leaves() {
    let lake = TestLake::passengers().await;
    let slow = slow_table(&lake).await;
    let joined = |name: &str| {
        format!("SELECT count(*) AS {name} FROM {slow} a, {slow} b, {slow} c, {slow} d, {slow} e")
    };

    let accepted = lake.sql(&joined("deleted"), "respond-async").await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    let location = accepted.header("location").to_owned();
    lake.until_athena("deleted", &QueryExecutionState::Running).await;
    lake.fetch(&format!("{location}/rows")).await.is_problem(409, "not-finished");
    let deleted = lake.send("DELETE", &location, &[], None).await;
    assert_eq!((deleted.status, &deleted.json()["state"]), (200, &json!("cancelled")));
    lake.until_athena("deleted", &QueryExecutionState::Cancelled).await;
    lake.fetch(&format!("{location}/rows")).await.is_problem(409, "query-cancelled");

    // What outlasts the wait goes on without its request.
    let waited = lake.sql(&joined("waited"), "wait=1").await;
    assert_eq!((waited.status, waited.header("preference-applied")), (202, "wait=1"));
    lake.until_athena("waited", &QueryExecutionState::Running).await;
    lake.send("DELETE", waited.header("location"), &[], None).await;
    lake.until_athena("waited", &QueryExecutionState::Cancelled).await;

    let sql = joined("left_alone");
    tokio::select! {
        reply = lake.sql(&sql, "wait=20") => panic!("{}", reply.status),
        () = lake.until_athena("left_alone", &QueryExecutionState::Running) => {}
    }
    // The connection is closed with the request that was dropped.
    lake.until_athena("left_alone", &QueryExecutionState::Cancelled).await;
    lake.stop().await;
}
