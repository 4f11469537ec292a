//! Named queries and free SQL.

use serde_json::{Value, json};

use crate::harness::TestLake;

const PASSENGERS: [&str; 5] = [
    r#"{"passenger_id": 1, "flight_id": 7, "name": "Ana", "seat_number": "12A"}"#,
    r#"{"passenger_id": 2, "flight_id": 7, "name": "Bea", "seat_number": "2B"}"#,
    r#"{"passenger_id": 3, "flight_id": 7, "name": "Ana Sol"}"#,
    r#"{"passenger_id": 9007199254740993, "flight_id": 8, "name": "O'Brien; --"}"#,
    r#"{"passenger_id": 5}"#,
];

async fn lake() -> TestLake {
    let lake = TestLake::passengers().await;
    lake.publish_all("passengers", &PASSENGERS.map(str::to_owned)).await;
    lake.rows("/v1/datasets/passengers/rows", 5).await;
    lake
}

#[tokio::test(flavor = "multi_thread")]
async fn named_queries_are_listed_and_run() {
    let lake = lake().await;
    let listing = lake.json("/v1/named-queries").await;
    let names: Vec<&Value> =
        listing["named_queries"].as_array().unwrap().iter().map(|query| &query["name"]).collect();
    assert_eq!(names, ["busiest-flights", "passengers-of-flight"]);

    let busiest = lake.fetch("/v1/named-queries/busiest-flights/rows").await;
    let expected = r#"[{"flight_id":7,"passengers":3,"seated":2},
{"flight_id":8,"passengers":1,"seated":0}]"#;
    assert_eq!((busiest.status, busiest.text()), (200, expected));
    let again = [("if-none-match", busiest.header("etag"))];
    assert_eq!(lake.send("GET", "/v1/named-queries/busiest-flights/rows", &again, None).await.status, 304);

    let flight = "/v1/named-queries/passengers-of-flight/rows?flight=7&format=csv";
    let csv = "seat_number,name,passenger_id\r\n2B,Bea,2\r\n12A,Ana,1\r\n,Ana Sol,3\r\n";
    assert_eq!(lake.fetch(flight).await.text(), csv);
    let named = lake.fetch(&format!("{flight}&name=Ana%20S")).await;
    assert_eq!(named.text(), "seat_number,name,passenger_id\r\n,Ana Sol,3\r\n");
    let none = lake.fetch(&format!("{flight}&name=x'%20OR%20'1'='1")).await;
    assert_eq!(none.text(), "seat_number,name,passenger_id\r\n");
    let missing = lake.fetch("/v1/named-queries/passengers-of-flight/rows").await;
    assert!(missing.is_problem(400, "missing-parameter").contains("The flight's number"));
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn free_sql_reads_the_datasets_and_nothing_else() {
    let lake = lake().await;
    let post = async |body: Value| lake.send("POST", "/v1/queries", &[], Some(body)).await;
    let answer = post(json!({
        "sql": "WITH named AS (SELECT * FROM passengers WHERE name IS NOT NULL AND passenger_id > ?) \
                SELECT name, passenger_id + 1 AS next FROM named WHERE name = ? ORDER BY 2",
        "parameters": [1, "O'Brien; --"]
    }))
    .await;
    assert_eq!((answer.status, answer.text()), (200, r#"[{"name":"O'Brien; --","next":9007199254740994}]"#));
    assert_eq!((answer.header("etag"), answer.header("tributary-rows")), ("", "1"));
    let limited = post(json!({"sql": "SELECT passenger_id FROM passengers ORDER BY 1", "limit": 2})).await;
    assert_eq!(limited.json(), json!([{"passenger_id": 1}, {"passenger_id": 2}]));

    let recent = "SELECT count(*) AS n FROM passengers WHERE _ingested_at > now() - interval '24' hour";
    let before = lake.executions().await;
    for _ in 0..2 {
        let answer = post(json!({ "sql": recent })).await;
        assert_eq!((answer.status, answer.text()), (200, r#"[{"n":5}]"#));
    }
    assert_ne!(lake.executions().await, before, "it is asked anew");
    let shown = post(json!({"sql": "SELECT TIMESTAMP '2026-11-23 10:05' AT TIME ZONE 'Asia/Tokyo' AS a, \
                                    INTERVAL '36' HOUR AS b, DATE '2026-11-23' - INTERVAL '1' MONTH AS c"}));
    assert_eq!(
        shown.await.text(),
        r#"[{"a":"2026-11-23 19:05:00.000 Asia/Tokyo","b":"1 12:00:00.000","c":"2026-10-23"}]"#
    );

    let ran = lake.executions().await;
    for sql in [
        "DROP TABLE passengers",
        "SELECT 1; SELECT 2",
        "CREATE TABLE t AS SELECT * FROM passengers",
        "UNLOAD (SELECT * FROM passengers) TO 's3://tributary/x/' WITH (format = 'JSON')",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM other.passengers",
        "SELECT * FROM \"passengers$partitions\"",
        "EXECUTE p",
        "not SQL",
    ] {
        let detail = post(json!({ "sql": sql })).await.is_problem(400, "invalid-sql");
        assert!(!detail.is_empty(), "{sql}");
    }
    assert_eq!(lake.executions().await, ran, "what is refused never reaches Athena");
    lake.stop().await;
}
