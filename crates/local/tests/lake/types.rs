//! Every type from JSON to Parquet to SQL and back to JSON, by value and by filter.

use serde_json::json;

use crate::harness::TestLake;

const DEFINITION: &str = r#"{
  "name": "readings",
  "columns": [
    {"name": "id", "type": "int", "required": true},
    {"name": "ok", "type": "boolean"},
    {"name": "big", "type": "bigint"},
    {"name": "ratio", "type": "double"},
    {"name": "label", "type": "string", "from": "Label"},
    {"name": "day", "type": "date"},
    {"name": "at", "type": "timestamp", "required": true}
  ],
  "identity": ["id"],
  "event_time": "at",
  "partition_by": "hour"
}"#;

#[tokio::test(flavor = "multi_thread")]
async fn every_type_goes_round_and_filters() {
    let lake = TestLake::start(&[("readings", DEFINITION)]).await;
    let full = r#"{"id": 1, "ok": true, "big": 9007199254740993, "ratio": 0.1, "Label": "O'Brien \"ñ\"\n,;",
        "day": "2026-02-28", "at": "2026-11-23T10:05:00.1239+02:00"}"#;
    lake.publish("readings", full).await;
    lake.publish("readings", r#"{"id": 2, "Label": "", "at": "2026-11-23T23:59:59.999Z"}"#).await;
    lake.publish("readings", r#"{"id": 3, "Label": null, "at": "2026-11-24T00:00:00Z", "other": [1]}"#).await;
    let rows = lake.rows("/v1/datasets/readings/rows", 3).await;
    assert_eq!(
        rows[0],
        json!({"id": 1, "ok": true, "big": 9_007_199_254_740_993_i64, "ratio": 0.1,
            "label": "O'Brien \"ñ\"\n,;", "day": "2026-02-28", "at": "2026-11-23T08:05:00.123Z"})
    );
    assert_eq!(rows[1]["label"], "", "the empty string is not null");
    assert_eq!(rows[2]["label"], json!(null));

    for (filter, ids) in [
        ("ok=eq.true", vec![1]),
        ("id=neq.1", vec![2, 3]),
        ("big=gte.9007199254740993", vec![1]),
        ("big=gt.9007199254740993", vec![]),
        ("ratio=lt.0.2", vec![1]),
        ("label=eq.O'Brien%20%22%C3%B1%22%0A,;", vec![1]),
        ("label=eq.", vec![2]),
        ("day=lte.2026-02-28", vec![1]),
        ("at=gte.2026-11-23T23:59:59.999Z", vec![2, 3]),
        ("at=lt.2026-11-24T00:00:00Z&at=gt.2026-11-23T08:05:00.123Z", vec![2]),
        ("at=eq.2026-11-23T10:05:00.123%2B02:00", vec![1]),
        ("dt=eq.2026-11-24", vec![3]),
        ("hour=eq.23", vec![2]),
        ("order=id.desc&limit=2", vec![3, 2]),
        ("limit=0", vec![]),
    ] {
        let answer = lake.json(&format!("/v1/datasets/readings/rows?select=id&{filter}")).await;
        let found: Vec<i64> = answer.as_array().unwrap().iter().map(|r| r["id"].as_i64().unwrap()).collect();
        assert_eq!(found, ids, "{filter}");
    }

    let (_, csv) = lake.get("/v1/datasets/readings/rows?select=id,label,_extra&format=csv&id=gt.1").await;
    assert_eq!(csv, "id,label,_extra\r\n2,\"\",\r\n3,,\"{\"\"other\"\":[1]}\"\r\n");
    let dataset = lake.json("/v1/datasets/readings").await;
    assert_eq!(dataset["partitions"], 3, "{dataset}");
    lake.stop().await;
}
