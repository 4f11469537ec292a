//! `EXPLAIN (TYPE IO)` of what one can have beside the lake's tables: views, and statements that write tables.

use serde_json::{Value, json};

use super::{fails, lake, read, rows, succeeds};
use crate::harness::TestLake;

/// The answer, which is the only line of the result.
async fn explained(lake: &TestLake, sql: &str) -> Value {
    let execution = succeeds(lake, &format!("EXPLAIN (TYPE IO, FORMAT JSON) {sql}")).await;
    let text = read(lake, execution.result_configuration().unwrap().output_location().unwrap()).await;
    let text = String::from_utf8(text.to_vec()).unwrap();
    assert_eq!(text.lines().count(), 1, "{sql}: {text}");
    let results = lake.athena().get_query_results();
    let results = results.query_execution_id(execution.query_execution_id().unwrap()).send().await.unwrap();
    let shown: Vec<_> = results
        .result_set()
        .unwrap()
        .rows()
        .iter()
        .map(|row| row.data()[0].var_char_value().unwrap().to_owned())
        .collect();
    assert_eq!(shown, [text.trim_end()], "{sql}");
    let mut plan: Value = serde_json::from_str(&text).unwrap();
    let unknown = json!({
        "outputRowCount": "NaN", "outputSizeInBytes": "NaN", "cpuCost": "NaN", "maxMemory": "NaN", "networkCost": "NaN",
    });
    assert_eq!(plan.as_object_mut().unwrap().remove("estimate"), Some(unknown), "{sql}");
    plan
}

fn table(name: &str, constraints: &[Value]) -> Value {
    json!({
        "table": {"catalog": "awsdatacatalog", "schemaTable": {"schema": "tributary", "table": name}},
        "constraint": {"none": false, "columnConstraints": constraints},
        "estimate": {
            "outputRowCount": "NaN", "outputSizeInBytes": "NaN", "cpuCost": "NaN", "maxMemory": 0.0, "networkCost": 0.0,
        },
    })
}

fn column(name: &str, data_type: &str, ranges: &Value) -> Value {
    json!({"columnName": name, "type": data_type, "domain": {"nullsAllowed": false, "ranges": ranges}})
}

/// The ranges of these values.
fn values(values: &[&str]) -> Value {
    let end = |value: &str| json!({"value": value, "bound": "EXACTLY"});
    values.iter().map(|value| json!({"low": end(value), "high": end(value)})).collect()
}

fn output(name: &str) -> Value {
    json!({"catalog": "awsdatacatalog", "schemaTable": {"schema": "tributary", "table": name}})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_statements_read_and_write_is_shown() {
    let lake = lake().await;
    let days = rows(&lake, "SELECT DISTINCT dt FROM passengers ORDER BY dt").await;
    let days: Vec<&str> = days.lines().map(|day| day.trim_matches('"')).collect();
    let dt = column("dt", "varchar", &values(&days));

    // A view is read as its query is.
    succeeds(
        &lake,
        "CREATE VIEW seated AS SELECT passenger_id AS id, name FROM passengers WHERE seat_number IS NOT NULL",
    )
    .await;
    let not_null = json!([{"low": {"bound": "ABOVE"}, "high": {"bound": "BELOW"}}]);
    let above_one = json!([{"low": {"value": "1", "bound": "ABOVE"}, "high": {"bound": "BELOW"}}]);
    let of_view = [
        dt.clone(),
        column("passenger_id", "bigint", &above_one),
        column("seat_number", "varchar", &not_null),
    ];
    assert_eq!(
        explained(&lake, "SELECT name FROM seated WHERE id > 1").await,
        json!({"inputTableColumnInfos": [table("passengers", &of_view)]})
    );

    // A table that would be made, and is not.
    let flight = column("flight_id", "bigint", &values(&["7"]));
    let make = "CREATE TABLE mine WITH (partitioned_by = ARRAY['flight']) AS SELECT passenger_id AS id, flight_id AS flight \
                FROM passengers WHERE flight_id = 7";
    assert_eq!(
        explained(&lake, make).await,
        json!({"inputTableColumnInfos": [table("passengers", &[dt, flight])], "outputTable": output("mine")})
    );
    fails(&lake, "SELECT * FROM mine", "TABLE_NOT_FOUND: ").await;

    // As in Trino's `testIoExplain`: a table that is filled of itself.
    succeeds(&lake, &make.replace(" WHERE flight_id = 7", "")).await;
    let flights = column("flight", "bigint", &values(&["7", "8"]));
    let up_to = json!([{"low": {"bound": "ABOVE"}, "high": {"value": "10", "bound": "EXACTLY"}}]);
    let fill = "INSERT INTO mine SELECT id, flight FROM mine WHERE id <= 10";
    assert_eq!(
        explained(&lake, fill).await,
        json!({
            "inputTableColumnInfos": [table("mine", &[flights, column("id", "bigint", &up_to)])],
            "outputTable": output("mine"),
        })
    );
    assert_eq!(rows(&lake, "SELECT count(*) FROM mine").await, "\"3\"\n");
    let seven = column("flight", "bigint", &values(&["7"]));
    assert_eq!(
        explained(&lake, "SELECT * FROM mine WHERE flight < 8").await,
        json!({"inputTableColumnInfos": [table("mine", &[seven])]})
    );

    for write in ["CREATE TABLE other AS SELECT name FROM passengers", fill] {
        succeeds(&lake, &format!("EXPLAIN {write}")).await;
        succeeds(&lake, &format!("EXPLAIN (TYPE VALIDATE) {write}")).await;
    }
    assert_eq!(rows(&lake, "SELECT count(*) FROM mine").await, "\"3\"\n");
    fails(&lake, "SELECT * FROM other", "TABLE_NOT_FOUND: ").await;

    // What the statement refuses, its EXPLAIN refuses.
    for (sql, expected) in [
        (make, "TABLE_ALREADY_EXISTS: "),
        ("INSERT INTO passengers SELECT * FROM passengers", "NOT_SUPPORTED: INSERT INTO of 'passengers'"),
        ("INSERT INTO seated VALUES (1, 'x')", "NOT_SUPPORTED: Inserting into views"),
        ("INSERT INTO mine (id) SELECT name FROM passengers", "TYPE_MISMATCH: "),
        ("CREATE TABLE other AS SELECT 1, 2", "COLUMN_NAME_NOT_SPECIFIED: "),
        ("SELECT nothing FROM passengers", "COLUMN_NOT_FOUND: "),
    ] {
        for explain in ["EXPLAIN (TYPE IO)", "EXPLAIN (TYPE VALIDATE)", "EXPLAIN"] {
            fails(&lake, &format!("{explain} {sql}"), expected).await;
        }
    }
    lake.stop().await;
}
