//! What a key's queries may scan, by keys that are made as `tributary key create` makes them.

use aws::OsEntropy;
use domain::{
    access::{NewKey, Rights, create, usage},
    port::Clock,
};
use serde_json::json;

use crate::harness::TestLake;

const ROWS: &str = "/v1/datasets/passengers/rows?select=passenger_id,name";

async fn lake() -> TestLake {
    let lake = TestLake::passengers().await;
    lake.publish("passengers", r#"{"passenger_id": 1, "name": "Ana"}"#).await;
    lake.rows(ROWS, 1).await;
    lake
}

/// The header of a new key with these rights.
async fn key(lake: &TestLake, rights: Rights) -> String {
    let new = NewKey { name: "a test".into(), expires_at: None, rights };
    let made = create(&lake.store, &OsEntropy, aws::SystemClock.now(), &new).await;
    format!("Bearer {}", made.unwrap().1.reveal())
}

fn bounded(bytes: u64) -> Rights {
    Rights { max_bytes_scanned: Some(bytes), ..Rights::default() }
}

/// The rows of a query that scanned more than its key may were answered to whoever asked with respond-async.
#[tokio::test(flavor = "multi_thread")]
async fn respond_async_gets_no_rows_beyond_the_bound() {
    let lake = lake().await;
    let key = key(&lake, bounded(1)).await;
    for prefer in ["", "respond-async", "wait=0"] {
        let reply = lake.send("GET", ROWS, &[("authorization", &key), ("prefer", prefer)], None).await;
        reply.is_problem(413, "scan-limit");
        assert!(!reply.text().contains("Ana"));
    }
    lake.stop().await;
}

/// Why a query failed may quote what it read.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_query_tells_no_rows_beyond_the_bound() {
    let lake = lake().await;
    let sql = json!({"sql": "SELECT CAST(max(name) AS bigint) AS n FROM passengers"});
    for (bytes, status) in [(1, 413), (20_000_000, 400)] {
        let key = key(&lake, Rights { free_sql: true, ..bounded(bytes) }).await;
        let headers = [("authorization", key.as_str())];
        let reply = lake.send("POST", "/v1/queries", &headers, Some(sql.clone())).await;
        assert_eq!(reply.status, status, "{}", reply.text());
        assert_eq!(reply.text().contains("Ana"), status == 400, "{}", reply.text());
    }
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounded_key_comes_back_for_rows_of_its_tier() {
    let lake = lake().await;
    let key = key(&lake, Rights { max_queries: Some(1), ..bounded(20_000_000) }).await;
    let headers = [("authorization", key.as_str()), ("prefer", "respond-async")];
    for _ in 0..3 {
        let accepted = lake.send("GET", ROWS, &headers, None).await;
        assert_eq!(accepted.status, 202, "{}", accepted.text());
        let rows = format!("{}/rows", accepted.header("location"));
        let mut reply = lake.send("GET", &rows, &headers, None).await;
        while reply.status == 409 {
            reply = lake.send("GET", &rows, &headers, None).await;
        }
        assert_eq!((reply.status, reply.json()), (200, json!([{"passenger_id": 1, "name": "Ana"}])));
    }
    assert_eq!(lake.executions_of("scan-small").await, 3);
    let keys = domain::access::load(&lake.store).await.unwrap().unwrap();
    let usage = usage::load(&lake.store, &keys.keys[0].id).await.unwrap().unwrap();
    assert_eq!((usage.open.len(), usage.charged > 0), (0, true), "each is settled when its rows are fetched");
    lake.stop().await;
}
