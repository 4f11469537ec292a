//! Every type from JSON to Parquet to SQL and back to JSON, by value and by filter.

use std::time::Duration;

use aws::SystemClock;
use domain::{
    DatasetName, key,
    port::{Catalog, Clock, ObjectStore, PutMode, Query, QueryEngine, QueryState},
};
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
        ("at=gte.2026-11-24", vec![3]),
        ("at=lt.2026-11-24", vec![1, 2]),
        ("at=lte.now%2B9999w&dt=lte.today+9999w", vec![1, 2, 3]),
        ("at=gt.now%2B9999w", vec![]),
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

const PARCELS: &str = r#"{
  "name": "parcels",
  "columns": [
    {"name": "id", "type": "bigint", "required": true},
    {"name": "at", "type": "timestamp", "required": true},
    {"name": "ok", "type": "boolean"},
    {"name": "count", "type": "int"},
    {"name": "weight", "type": "float"},
    {"name": "precise", "type": "double"},
    {"name": "amount", "type": "decimal(38,0)"},
    {"name": "fee", "type": "decimal(12,2)"},
    {"name": "share", "type": "decimal(38,38)"},
    {"name": "label", "type": "string"},
    {"name": "day", "type": "date"},
    {"name": "code", "type": "binary"},
    {"name": "tags", "type": "array<string>"},
    {"name": "address", "type": "struct<city:string,geo:struct<lat:double,seen:timestamp>>"},
    {"name": "prices", "type": "map<string,array<decimal(38,18)>>"},
    {"name": "steps", "type": "array<struct<n:bigint,on:date,flags:map<string,boolean>>>"}
  ],
  "identity": ["id"],
  "event_time": "at"
}"#;

/// As its sender writes it: out of order, with decimals as numbers and as strings, and with more than is asked for.
const FULL: &str = r#"{"id": 9223372036854775807, "at": "2026-11-23T10:05:00.1239+02:00", "ok": false,
    "count": -2147483648, "weight": 0.1, "precise": 1e300,
    "amount": 99999999999999999999999999999999999999, "fee": "-9999999999.90",
    "share": "0.00000000000000000000000000000000000001", "label": "Peña, \"日本\"\n", "day": "2024-02-29",
    "code": "AP8=", "tags": ["", null, "ñ,\"x\""], "prices": {"usd": [], "eur": [1.5, null, 1e-18]},
    "address": {"geo": {"seen": "1969-12-31T23:59:59.9999Z", "lat": -0.1}, "city": "", "zip": "35001"},
    "steps": [null, {"n": 9007199254740993, "on": "2026-11-23", "flags": {"b": null, "a": true}}, {"flags": {}}]}"#;

const EMPTY: &str = r#"{"id": -9223372036854775808, "at": "2026-11-23T10:05:01Z", "label": "", "code": "", "tags": [],
    "address": {}, "prices": {}, "steps": [], "amount": 0, "share": 0}"#;

const ABSENT: &str = r#"{"id": 0, "at": "2026-11-23T10:05:02Z", "tags": null, "new": {"a": [1.10]}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn nested_types_decimals_and_bytes_go_round_exactly() {
    let lake = TestLake::start(&[("parcels", PARCELS)]).await;
    for event in [FULL, EMPTY, ABSENT] {
        lake.publish("parcels", event).await;
    }
    lake.rows("/v1/datasets/parcels/rows", 3).await;
    let (_, rows) = lake.get("/v1/datasets/parcels/rows").await;
    let full = concat!(
        r#"{"id":9223372036854775807,"at":"2026-11-23T08:05:00.123Z","ok":false,"count":-2147483648,"weight":0.1,"#,
        r#""precise":1.0E300,"amount":99999999999999999999999999999999999999,"fee":-9999999999.90,"#,
        r#""share":0.00000000000000000000000000000000000001,"label":"Peña, \"日本\"\n","day":"2024-02-29","#,
        r#""code":"AP8=","tags":["",null,"ñ,\"x\""],"#,
        r#""address":{"city":"","geo":{"lat":-0.1,"seen":"1969-12-31T23:59:59.999Z"}},"#,
        r#""prices":{"eur":[1.500000000000000000,null,1E-18],"usd":[]},"#,
        r#""steps":[null,{"n":9007199254740993,"on":"2026-11-23","flags":{"a":true,"b":null}},"#,
        r#"{"n":null,"on":null,"flags":{}}]}"#
    );
    let empty = concat!(
        r#"{"id":-9223372036854775808,"at":"2026-11-23T10:05:01.000Z","ok":null,"count":null,"weight":null,"#,
        r#""precise":null,"amount":0,"fee":null,"share":0.00000000000000000000000000000000000000,"label":"","#,
        r#""day":null,"code":"","tags":[],"address":{"city":null,"geo":null},"prices":{},"steps":[]}"#
    );
    let absent = concat!(
        r#"{"id":0,"at":"2026-11-23T10:05:02.000Z","ok":null,"count":null,"weight":null,"precise":null,"#,
        r#""amount":null,"fee":null,"share":null,"label":null,"day":null,"code":null,"tags":null,"address":null,"#,
        r#""prices":null,"steps":null}"#
    );
    assert_eq!(rows, format!("[{full},\n{empty},\n{absent}]"));

    let select = "/v1/datasets/parcels/rows?select=code,tags,address,fee";
    let (_, columns) = lake.get(&format!("{select}&format=columns")).await;
    assert_eq!(
        columns,
        concat!(
            r#"{"code":{"0":"AP8=","1":"","2":null},"tags":{"0":["",null,"ñ,\"x\""],"1":[],"2":null},"#,
            r#""address":{"0":{"city":"","geo":{"lat":-0.1,"seen":"1969-12-31T23:59:59.999Z"}},"#,
            r#""1":{"city":null,"geo":null},"2":null},"fee":{"0":-9999999999.90,"1":null,"2":null}}"#
        )
    );
    let (_, csv) = lake.get(&format!("{select}&format=csv")).await;
    assert_eq!(
        csv,
        concat!(
            "code,tags,address,fee\r\n",
            r#"AP8=,"["""",null,""ñ,\""x\""""]","{""city"":"""",""geo"":{""lat"":-0.1,""seen"":""1969-12-31T23:59:59.999Z""}}",-9999999999.90"#,
            "\r\n",
            r#""",[],"{""city"":null,""geo"":null}","#,
            "\r\n,,,\r\n"
        )
    );
    // A struct says what it names; where there was more, the sender's whole value is kept.
    let extra = lake.json("/v1/datasets/parcels/rows?select=_extra").await;
    let kept: serde_json::Value = serde_json::from_str(extra[0]["_extra"].as_str().unwrap()).unwrap();
    assert_eq!(kept["address"]["zip"], "35001");
    assert_eq!(
        (&extra[1]["_extra"], &extra[2]["_extra"]),
        (&json!(null), &json!(r#"{"new":{"a": [1.10]}}"#))
    );
    filters(&lake).await;
    types_elsewhere(&lake).await;
    lake.stop().await;
}

/// The catalog has the definition's own text, and Athena says what its columns are.
async fn types_elsewhere(lake: &TestLake) {
    let table = lake.catalog.table(&DatasetName::new("parcels").unwrap()).await.unwrap().unwrap();
    let definition: serde_json::Value = serde_json::from_str(PARCELS).unwrap();
    for (column, defined) in table.columns.iter().zip(definition["columns"].as_array().unwrap()) {
        assert_eq!(
            (json!(column.name), json!(column.data_type)),
            (defined["name"].clone(), defined["type"].clone())
        );
    }

    let engine = lake.aws.engine(&lake.settings);
    let token = "every-type-of-a-column-of-the-lake".to_owned();
    let sql = "SELECT * FROM parcels".to_owned();
    let query = Query { sql, parameters: Vec::new(), token, reuse: None, workgroup: None };
    let id = engine.start(&query).await.unwrap();
    while engine.status(&id).await.unwrap().state != QueryState::Succeeded {
        SystemClock.sleep(Duration::from_millis(20)).await;
    }
    let result = engine.result(&id).await.unwrap();
    let types: Vec<&str> = result.columns.iter().map(|column| column.data_type.as_str()).collect();
    let expected = [
        "bigint",
        "timestamp",
        "boolean",
        "integer",
        "float",
        "double",
        "decimal(38,0)",
        "decimal(12,2)",
        "decimal(38,38)",
        "varchar",
        "date",
        "varbinary",
        "array",
        "row",
        "map",
        "array",
    ];
    assert_eq!(types[..expected.len()], expected);
}

async fn filters(lake: &TestLake) {
    let (full, empty) = (i64::MAX, i64::MIN);
    for (filter, ids) in [
        ("amount=eq.99999999999999999999999999999999999999", vec![full]),
        ("amount=lt.99999999999999999999999999999999999999", vec![empty]),
        ("fee=eq.-9999999999.9", vec![full]),
        ("share=gt.0", vec![full]),
        ("share=gte.1e-38", vec![full]),
        ("weight=eq.0.1", vec![full]),
        ("weight=gt.0.1", vec![]),
        ("order=amount.desc.nullslast&limit=1", vec![full]),
        ("order=code.desc.nullslast&limit=2", vec![full, empty]),
    ] {
        let answer = lake.json(&format!("/v1/datasets/parcels/rows?select=id&{filter}")).await;
        let found: Vec<i64> =
            answer.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
        assert_eq!(found, ids, "{filter}");
    }
    // Selected as base64, ordered by the bytes.
    let ordered = lake.json("/v1/datasets/parcels/rows?select=code&order=code.nullsfirst").await;
    assert_eq!(ordered, json!([{"code": null}, {"code": ""}, {"code": "AP8="}]));
    for refused in ["tags=eq.x", "order=steps", "code=eq.AP8%3D", "fee=eq.1.234", "amount=eq.1e38"] {
        let (status, body) = lake.get(&format!("/v1/datasets/parcels/rows?{refused}")).await;
        assert_eq!(status, 400, "{refused}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_struct_grows_at_its_end_and_old_and_new_rows_are_read() {
    let lake = TestLake::start(&[("parcels", PARCELS)]).await;
    lake.publish("parcels", FULL).await;
    lake.rows("/v1/datasets/parcels/rows", 1).await;

    let grown = PARCELS
        .replace("seen:timestamp>>", "seen:timestamp,tz:string>,zip:string>")
        .replace("flags:map<string,boolean>>>", "flags:map<string,boolean>,price:decimal(4,2)>>");
    let dataset = DatasetName::new("parcels").unwrap();
    lake.store.put(&key::definition(&dataset), grown.into(), PutMode::Overwrite).await.unwrap();
    lake.until("/v1/datasets/parcels", |dataset| dataset["schema_version"] == 2).await;
    assert_eq!(
        lake.json("/v1/datasets/parcels").await["columns"][13]["type"],
        "struct<city:string,geo:struct<lat:double,seen:timestamp,tz:string>,zip:string>"
    );
    let old = json!({"city": "", "geo": {"lat": -0.1, "seen": "1969-12-31T23:59:59.999Z", "tz": null}, "zip": null});
    let select = "/v1/datasets/parcels/rows?select=address,steps";
    assert_eq!(lake.json(select).await[0]["address"], old, "read from the file that lacks the fields");

    let new = r#"{"id": 2, "at": "2026-11-23T10:06:00Z", "address": {"city": "A", "zip": "1", "geo": {"tz": "UTC"}},
        "steps": [{"n": 1, "price": 1.5}]}"#;
    lake.publish("parcels", new).await;
    let rows = lake.rows(select, 2).await;
    assert_eq!(rows[0]["address"], old, "and from the one that compaction wrote with them");
    assert_eq!(rows[0]["steps"][2], json!({"n": null, "on": null, "flags": {}, "price": null}));
    assert_eq!(
        rows[1]["address"],
        json!({"city": "A", "geo": {"lat": null, "seen": null, "tz": "UTC"}, "zip": "1"})
    );
    assert_eq!(rows[1]["steps"], json!([{"n": 1, "on": null, "flags": null, "price": 1.5}]));

    // What would break stored rows never goes live.
    let shrunk = PARCELS.replace("struct<city:string,", "struct<town:string,");
    lake.store.put(&key::definition(&dataset), shrunk.into(), PutMode::Overwrite).await.unwrap();
    lake.publish("parcels", ABSENT).await;
    lake.rows(select, 3).await;
    assert_eq!(lake.json("/v1/datasets/parcels").await["schema_version"], 2);
    lake.stop().await;
}
