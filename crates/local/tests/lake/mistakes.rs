//! What callers write wrong in SQL: a 400 each time, so that nobody can set off an alarm on 5xx with it.

use serde_json::json;

use crate::harness::TestLake;

/// Statements, their parameters, and words of what is said.
const MISTAKES: [(&str, &str, &str); 30] = [
    // The gate's own.
    ("SELECT FROM passengers", "[]", ""),
    ("SELECT name FROM passengers WHERE", "[]", ""),
    ("SELECT (name FROM passengers", "[]", ""),
    ("SELECT 'name FROM passengers", "[]", ""),
    ("SELECT name FROM nobody", "[]", "unknown dataset"),
    ("SELECT nofunction(name) FROM passengers", "[]", "the function \"nofunction\" is not available"),
    // What the engine finds before it reads a row.
    ("SELECT prise FROM passengers", "[]", "Column 'prise' cannot be resolved"),
    ("SELECT p.prise FROM passengers p", "[]", "cannot be resolved"),
    ("SELECT a.name FROM passengers a JOIN passengers b ON true WHERE name = 'x'", "[]", ""),
    (
        "SELECT name FROM passengers WHERE passenger_id = '7'",
        "[]",
        "Cannot apply operator: bigint = varchar(1)",
    ),
    ("SELECT name FROM passengers WHERE passenger_id = ?", r#"["x"]"#, "Cannot apply operator"),
    ("SELECT name + 1 FROM passengers", "[]", "Cannot apply operator: varchar + bigint"),
    ("SELECT lower(passenger_id) FROM passengers", "[]", "Unexpected parameters for function lower"),
    ("SELECT sum(name) FROM passengers", "[]", "Unexpected parameters for function sum"),
    ("SELECT name FROM passengers UNION SELECT passenger_id FROM passengers", "[]", ""),
    ("SELECT name, count(*) FROM passengers", "[]", ""),
    ("SELECT DATE '2026-02-30' FROM passengers", "[]", ""),
    ("SELECT localtime FROM passengers", "[]", "function localtime is not supported by the local engine"),
    (
        "SELECT name FROM passengers WHERE current_time IS NOT NULL",
        "[]",
        "function current_time is not supported by the local engine",
    ),
    (
        "SELECT name FROM passengers WHERE current_date - INTERVAL '1' HOUR > DATE '2026-01-01'",
        "[]",
        "Cannot subtract hour, minutes or seconds from a date",
    ),
    ("SELECT name FROM passengers WHERE date_parse(name, '%Y-%m-%d') < now()", "[]", "Invalid format"),
    (
        "SELECT sum(passenger_id) OVER (ORDER BY name RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM passengers",
        "[]",
        "requires that sort item type be numeric, datetime or interval (actual: varchar)",
    ),
    (
        "SELECT sum(passenger_id) OVER (ORDER BY passenger_id RANGE BETWEEN 'a' PRECEDING AND CURRENT ROW) \
         FROM passengers",
        "[]",
        "",
    ),
    // What it finds in the rows.
    ("SELECT 1 / (passenger_id - passenger_id) FROM passengers", "[]", "Division by zero"),
    ("SELECT name FROM passengers WHERE passenger_id / ? = 1", "[0]", "Division by zero"),
    ("SELECT CAST(name AS bigint) FROM passengers", "[]", "Cannot cast 'Ana' to BIGINT"),
    ("SELECT passenger_id + 9223372036854775807 FROM passengers", "[]", "bigint addition overflow"),
    ("SELECT json_extract_scalar(name, 'a') FROM passengers", "[]", "Invalid JSON path: 'a'"),
    ("SELECT name FROM passengers WHERE regexp_like(name, concat('(', name))", "[]", ""),
    (
        "SELECT name FROM passengers WHERE passenger_id = (SELECT passenger_id FROM passengers)",
        "[]",
        "Scalar sub-query has returned multiple rows",
    ),
];

async fn lake() -> TestLake {
    let lake = TestLake::passengers().await;
    let events = [r#"{"passenger_id": 1, "name": "Ana"}"#, r#"{"passenger_id": 2, "name": "Ana"}"#];
    lake.publish_all("passengers", &events.map(str::to_owned)).await;
    lake.rows("/v1/datasets/passengers/rows", 2).await;
    lake
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_sql_is_a_400_that_says_what_is_wrong() {
    let lake = lake().await;
    let mut wrong = Vec::new();
    for (sql, parameters, words) in MISTAKES {
        let parameters: serde_json::Value = serde_json::from_str(parameters).unwrap();
        let body = json!({"sql": sql, "parameters": parameters});
        let reply = lake.send("POST", "/v1/queries", &[], Some(body)).await;
        let problem = reply.json();
        let detail = problem["detail"].as_str().unwrap_or_default();
        let is_right = problem["type"] == "urn:tributary:problem:invalid-sql" && detail.contains(words);
        if reply.status != 400
            || !is_right
            || detail.contains("s3://")
            || detail.chars().any(char::is_control)
        {
            wrong.push(format!("{sql}: {} {problem}", reply.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // It was the statements: the lake itself is well.
    let right = json!({"sql": "SELECT count(*) AS n FROM passengers"});
    assert_eq!(lake.send("POST", "/v1/queries", &[], Some(right)).await.json(), json!([{"n": 2}]));
    lake.stop().await;
}

/// A type that the engine has no code for is a mistake of the statement too. A window with ORDER BY has a RANGE frame.
#[tokio::test(flavor = "multi_thread")]
async fn a_range_frame_over_bytes_is_a_400_with_the_reason() {
    let definition = r#"{"name": "codes", "identity": ["id"], "columns": [
        {"name": "id", "type": "bigint", "required": true}, {"name": "code", "type": "binary"}]}"#;
    let lake = TestLake::start(&[("codes", definition)]).await;
    lake.publish("codes", r#"{"id": 1, "code": "AP8="}"#).await;
    lake.rows("/v1/datasets/codes/rows", 1).await;
    for over in [
        "ORDER BY code",
        "ORDER BY code RANGE UNBOUNDED PRECEDING",
        "ORDER BY code RANGE BETWEEN 1 PRECEDING AND CURRENT ROW",
        "ORDER BY code RANGE BETWEEN CURRENT ROW AND 1 FOLLOWING",
    ] {
        let body = json!({"sql": format!("SELECT sum(id) OVER ({over}) AS n FROM codes")});
        let reply = lake.send("POST", "/v1/queries", &[], Some(body)).await;
        let detail = reply.is_problem(400, "invalid-sql");
        assert!(detail.contains("varbinary"), "{over}: {detail}");
    }
    let body = json!({"sql": "SELECT count(*) OVER (ORDER BY code ROWS 1 PRECEDING) AS n FROM codes"});
    let reply = lake.send("POST", "/v1/queries", &[], Some(body)).await;
    assert_eq!((reply.status, reply.json()), (200, json!([{"n": 1}])));
    lake.stop().await;
}

/// Whoever comes back for the rows is told the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_sql_is_told_to_who_comes_back() {
    let lake = lake().await;
    let body = json!({"sql": "SELECT 1 / (passenger_id - passenger_id) FROM passengers"});
    let accepted = lake.send("POST", "/v1/queries", &[("prefer", "respond-async")], Some(body)).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    let location = accepted.header("location").to_owned();
    let state = lake.until(&location, |state| state["state"] == "failed").await;
    assert_eq!(state["error"]["status"], 400, "{state}");
    let rows = lake.send("GET", &format!("{location}/rows"), &[], None).await;
    assert!(rows.is_problem(400, "invalid-sql").contains("Division by zero"));
    lake.stop().await;
}

/// Athena computes with years of more than four figures, and no answer can have them.
#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_no_format_has_is_a_400() {
    let lake = lake().await;
    for format in ["json", "csv", "parquet"] {
        for value in
            ["DATE '9999-12-31' + INTERVAL '1' DAY", "TIMESTAMP '9999-12-31 23:59:59' + INTERVAL '1' SECOND"]
        {
            let sql = json!({"sql": format!("SELECT {value} AS x FROM passengers")});
            let reply = lake.send("POST", &format!("/v1/queries?format={format}"), &[], Some(sql)).await;
            assert_eq!(reply.status, 400, "{format} {value}: {}", reply.text());
            assert!(reply.text().contains("years 0000 to 9999"), "{}", reply.text());
        }
    }
    lake.stop().await;
}
