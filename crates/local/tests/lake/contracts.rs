//! The AWS adapters, through the real SDK against the local lake, keep the ports' contracts.

use std::sync::Arc;

use aws::SystemClock;
use domain::{
    contract::{self, query_engine::Known},
    port::{EngineError, Query, QueryEngine, ResultColumn},
    target::CatalogTarget,
};
use local::Service;

use crate::harness::TestLake;

/// As many refusals as the adapter makes attempts: together they are one refused call of the port.
const ATTEMPTS: u32 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn s3() {
    let lake = TestLake::start(&[]).await;
    contract::object_store::suite(&lake.store).await;
    let faults = lake.lake.faults();
    let attempts = || faults.throttle(Service::S3, Some("PutObject"), ATTEMPTS);
    contract::object_store::throttled(&lake.store, attempts).await;
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn glue() {
    let lake = TestLake::start(&[]).await;
    contract::catalog::suite(&lake.catalog).await;
    contract::target::suite(&CatalogTarget::new(Arc::new(lake.catalog.clone()))).await;
    let faults = lake.lake.faults();
    let attempts = || faults.throttle(Service::Glue, Some("CreateTable"), ATTEMPTS);
    contract::catalog::throttled(&lake.catalog, attempts).await;
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn athena() {
    let lake = TestLake::passengers().await;
    lake.publish("passengers", r#"{"passenger_id": 13, "name": "Javier \"Peña\"", "seat_number": ""}"#).await;
    lake.rows("/v1/datasets/passengers/rows", 1).await;

    let query = |sql: &str, parameters: &[&str]| Query {
        sql: sql.to_owned(),
        parameters: parameters.iter().map(|parameter| (*parameter).to_owned()).collect(),
        token: "t".repeat(32),
        reuse: None,
        workgroup: None,
    };
    let column =
        |name: &str, data_type: &str| ResultColumn { name: name.to_owned(), data_type: data_type.to_owned() };
    let sql = r#"SELECT passenger_id, "name", flight_id, seat_number FROM "tributary"."passengers"
        WHERE "name" = ? AND passenger_id > ?"#;
    let good = query(sql, &[r#"'Javier "Peña"'"#, "12"]);
    let columns = vec![
        column("passenger_id", "bigint"),
        column("name", "varchar"),
        column("flight_id", "bigint"),
        column("seat_number", "varchar"),
    ];
    let csv =
        "\"passenger_id\",\"name\",\"flight_id\",\"seat_number\"\n\"13\",\"Javier \"\"Peña\"\"\",,\"\"\n"
            .into();
    let slow = slow_table(&lake).await;
    let known = Known {
        good,
        columns,
        csv,
        bad: query("SELECT nobody FROM passengers", &[]),
        slow: query(&format!("SELECT count(*) FROM {slow} a, {slow} b, {slow} c, {slow} d, {slow} e"), &[]),
    };
    let engine = lake.aws.engine(&lake.settings);
    contract::query_engine::suite(&engine, &SystemClock, &known).await;
    // What the parser does not take is told from other requests that Athena refuses.
    for (sql, is_malformed) in [("SELEC 1", true), ("SELECT 1 FROM", true), ("", false)] {
        let refused = engine.start(&query(sql, &[])).await.unwrap_err();
        assert_eq!(matches!(refused, EngineError::Malformed { .. }), is_malformed, "{sql}: {refused:?}");
    }
    let faults = lake.lake.faults();
    let attempts = || faults.throttle(Service::Athena, Some("StartQueryExecution"), ATTEMPTS);
    contract::query_engine::throttled(&engine, &known, attempts).await;
    lake.stop().await;
}

/// A table that takes long to join with itself.
pub(crate) async fn slow_table(lake: &TestLake) -> String {
    let bodies: Vec<String> = (1_000..1_200).map(|id| format!(r#"{{"passenger_id": {id}}}"#)).collect();
    lake.publish_all("passengers", &bodies).await;
    lake.rows("/v1/datasets/passengers/rows?limit=1000", 200).await;
    "passengers".to_owned()
}
