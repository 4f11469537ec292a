//! `tributary key`, and what the API answers with the keys that it makes.

use serde_json::{Value, json};

use crate::{lake::Lake, process::said};

/// Asks with a key, or with none.
async fn ask(lake: &Lake, path: &str, key: Option<&str>) -> (u16, Value) {
    let mut request = reqwest::Client::new().get(format!("{}{path}", lake.http()));
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let challenged = answer.headers().contains_key("www-authenticate");
    assert_eq!(challenged, status == 401, "{status}");
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

const BOOKINGS: &str = r#"{"name": "bookings", "columns": [{"name": "id", "type": "bigint", "required": true}],
    "identity": ["id"]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_what_it_names_until_it_is_revoked() {
    let lake = Lake::start();
    let path = lake.file("bookings.json", BOOKINGS);
    lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
    lake.publish("passengers", r#"{"passenger_id": 1}"#).await;
    lake.settled("passengers", 1).await;
    let rows = "/v1/datasets/passengers/rows?select=passenger_id";
    assert_eq!(ask(&lake, rows, None).await.0, 200, "open while there is no key");
    assert!(lake.output(0, &["key", "list"]).starts_with("No keys."));

    let made = lake.json(&[
        "key",
        "create",
        "Partner",
        "--dataset",
        "passengers",
        "--format",
        "json",
        "--max-rows",
        "5",
    ]);
    let (id, key) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    let all = lake.json(&["key", "create", "reports", "--dataset", "*"]);
    let all = all["key"].as_str().unwrap();

    assert_eq!(ask(&lake, rows, None).await.0, 401);
    let forged = format!("{}x", &key[..key.len() - 1]);
    assert_eq!(ask(&lake, rows, Some(&forged)).await.0, 401);
    assert_eq!(ask(&lake, rows, Some(key)).await, (200, json!([{"passenger_id": 1}])));
    for (path, status) in [
        ("/v1/datasets/bookings/rows", 404),
        ("/v1/datasets/bookings", 404),
        ("/v1/datasets/passengers/rows?format=csv", 403),
        ("/v1/datasets/passengers/rows?limit=6", 403),
        ("/healthz", 200),
    ] {
        assert_eq!(ask(&lake, path, Some(key)).await.0, status, "{path}");
    }
    let seen =
        async |key| ask(&lake, "/v1/datasets", Some(key)).await.1["datasets"].as_array().unwrap().len();
    assert_eq!((seen(key).await, seen(all).await), (1, 2));
    assert_eq!(ask(&lake, "/v1/datasets/bookings/rows", Some(all)).await, (200, json!([])));
    // An operator's own command needs no key, with one or without.
    assert!(lake.output(0, &["rows", "passengers"]).ends_with("(1 row)\n"));

    let listed = lake.json(&["key", "list"]);
    assert_eq!(listed["keys"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(key.rsplit_once('_').unwrap().1), "a secret is shown once");
    lake.output(0, &["key", "revoke", id]);
    assert_eq!(ask(&lake, rows, Some(key)).await.0, 401);
    assert_eq!(ask(&lake, rows, Some(all)).await.0, 200);
    assert!(lake.output(0, &["key", "list"]).contains("revoked"));

    let unknown = lake.run(&["key", "revoke", "00000000"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", said(&unknown));
    assert!(said(&unknown).contains("`tributary key list` shows them"), "{}", said(&unknown));
}
