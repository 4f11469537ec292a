use bytes::Bytes;
use domain::{
    memory::{ManualClock, MemoryStore},
    port::PutMode,
};

use super::*;

const ONE: &str = r#"{"name": "d", "columns": [{"name": "a", "type": "int"}]}"#;
const TWO: &str = r#"{"name": "d", "columns": [{"name": "a", "type": "int"}, {"name": "b", "type": "int"}]}"#;
const OTHER: &str = r#"{"name": "d", "columns": [{"name": "b", "type": "int"}]}"#;

/// A lake with these requested and accepted definitions, and what becomes of `ONE`.
async fn outcome(requested: &str, accepted: &[&str]) -> Outcome {
    let store = MemoryStore::default();
    let dataset = Dataset::from_json(ONE.as_bytes()).unwrap();
    let put = async |key: String, body: &str| {
        store.put(&key, Bytes::from(body.to_owned()), PutMode::Overwrite).await.unwrap();
    };
    put(key::definition(dataset.name()), requested).await;
    for (version, body) in (1..).zip(accepted) {
        put(key::schema(dataset.name(), version), body).await;
    }
    let clock = ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap());
    let request = Request { dataset: &dataset, body: ONE.as_bytes() };
    until_live(&store, &clock, request, Duration::from_secs(30)).await.unwrap()
}

#[tokio::test]
async fn the_wait_ends_when_it_is_live() {
    assert_eq!(outcome(ONE, &[ONE]).await, Outcome::Live { version: 1 });
}

#[tokio::test]
async fn the_wait_is_bounded() {
    assert_eq!(outcome(ONE, &[]).await, Outcome::TimedOut { seconds: 30 });
}

#[tokio::test]
async fn another_request_meanwhile_ends_the_wait() {
    assert_eq!(outcome(TWO, &[]).await, Outcome::Overtaken);
}

#[tokio::test]
async fn another_version_that_became_live_first_ends_the_wait_with_the_reason() {
    let Outcome::Refused { live_version, reasons } = outcome(ONE, &[OTHER]).await else {
        panic!("not refused")
    };
    assert_eq!(live_version, Some(1));
    assert!(reasons.concat().contains("column b was removed"), "{reasons:?}");
}
