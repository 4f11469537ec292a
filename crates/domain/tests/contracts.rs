//! The in-memory adapters keep the ports' contracts.

#![allow(clippy::unwrap_used, reason = "all of it is tests; clippy sees that only in #[test] functions")]

use std::sync::Arc;

use domain::{
    contract,
    memory::{ManualClock, MemoryCatalog, MemoryEngine, MemoryStore, MemoryTarget, Outcome, Rows, SeededIds},
    port::{Query, ResultColumn},
    target::CatalogTarget,
};

fn clock() -> ManualClock {
    ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap())
}

#[tokio::test]
async fn memory_store() {
    contract::object_store::suite(&MemoryStore::default()).await;
    let store = MemoryStore::default();
    contract::object_store::throttled(&store, || store.fail_next(1)).await;
}

#[tokio::test]
async fn memory_catalog() {
    contract::catalog::suite(&MemoryCatalog::default()).await;
    let catalog = MemoryCatalog::default();
    contract::catalog::throttled(&catalog, || catalog.fail_next(1)).await;
}

#[tokio::test]
async fn targets() {
    contract::target::suite(&MemoryTarget::default()).await;
    contract::target::suite(&CatalogTarget::new(Arc::new(MemoryCatalog::default()))).await;
}

#[tokio::test]
async fn memory_engine() {
    let query = |sql: &str, parameters: &[&str]| Query {
        sql: sql.to_owned(),
        parameters: parameters.iter().map(|p| (*p).to_owned()).collect(),
        token: "t".repeat(32),
        reuse: None,
        workgroup: None,
    };
    let result = Rows {
        columns: vec![ResultColumn { name: "n".into(), data_type: "bigint".into() }],
        csv: "\"n\"\n\"7\"\n".into(),
    };
    let known = contract::query_engine::Known {
        good: query("SELECT n FROM t WHERE n = ?", &["7"]),
        columns: result.columns.clone(),
        csv: result.csv.clone(),
        bad: query("SELEC", &[]),
        slow: query("SELECT pg_sleep(9)", &[]),
    };
    let engine = MemoryEngine::default();
    engine.script("SELECT n FROM t WHERE n = ?", &["7"], Outcome::Rows(result));
    engine.script("SELECT pg_sleep(9)", &[], Outcome::Hangs);
    contract::query_engine::suite(&engine, &clock(), &known).await;
    contract::query_engine::throttled(&engine, &known, || engine.fail_next(1)).await;
}

#[tokio::test]
async fn manual_clock_and_seeded_ids() {
    contract::clock::clock(&clock()).await;
    contract::clock::ids(&SeededIds::new(7));
    let draw = |seed| domain::port::Ids::ulid(&SeededIds::new(seed));
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
}
