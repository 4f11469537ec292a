//! A colleague has nothing but a key.

use serde_json::{Value, json};

use super::{get, rows};
use crate::{lake::Lake, process::said};

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_with_nothing_but_a_key_gets_what_the_key_names_and_no_more() {
    let lake = Lake::start();
    let columns = json!([
        {"name": "booking_id", "type": "string", "required": true},
        {"name": "price", "type": "decimal(12,2)"},
        {"name": "booked_at", "type": "timestamp", "required": true, "from": "bookedAt"},
    ]);
    let bookings = json!({"name": "bookings", "identity": ["booking_id"], "event_time": "booked_at",
        "partition_by": "hour", "columns": columns});
    let path = lake.file("bookings.json", &bookings.to_string());
    lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
    let events: String = (0..30)
        .map(|id| {
            format!(
                "{{\"booking_id\": \"b{id:02}\", \"price\": {id}, \"bookedAt\": \"2020-02-29T10:00:00Z\"}}\n"
            )
        })
        .collect();
    let file = lake.file("bookings.ndjson", &events);
    lake.output(0, &["publish", file.to_str().unwrap(), "--dataset", "bookings", "--pack", "--wait"]);
    lake.publish("passengers", r#"{"passenger_id": 1}"#).await;
    lake.settled("passengers", 1).await;
    for (name, sql) in [
        ("dearest", "SELECT booking_id, price FROM bookings ORDER BY price DESC LIMIT 2"),
        ("crew", "SELECT passenger_id FROM passengers ORDER BY 1"),
    ] {
        let definition = lake.file(&format!("{name}.json"), &json!({"name": name}).to_string());
        lake.file(&format!("{name}.sql"), sql);
        lake.output(0, &["named-query", "apply", definition.to_str().unwrap()]);
    }

    let made = lake.run(&[
        "key",
        "create",
        "colleague",
        "--dataset",
        "bookings",
        "--format",
        "csv",
        "--max-rows",
        "20",
        "--json",
    ]);
    assert!(said(&made).contains("answers 401 to every request without a key"), "{}", said(&made));
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    let key = made["key"].as_str();

    // What there is: the list, and a description of the API with what this key may see.
    let (code, listing) = get(&lake, "/v1/datasets", key).await;
    let listing: Value = serde_json::from_str(&listing).unwrap();
    let datasets = listing["datasets"].as_array().unwrap();
    assert_eq!((code, datasets.len(), &datasets[0]["name"]), (200, 1, &json!("bookings")));
    assert_eq!(datasets[0]["rows"], 30);
    assert!(datasets[0]["freshness"].is_string());
    let (code, answer) =
        get(&lake, "/v1/datasets/bookings/rows?price=gte.10&order=price.desc&limit=20&format=csv", key).await;
    assert_eq!(code, 200, "{answer}");
    let found = rows(&answer);
    assert_eq!((found.len(), found[0][0], found[19][0]), (20, "b29", "b10"), "{answer}");
    let (code, answer) = get(&lake, "/v1/named-queries/dearest/rows?format=csv", key).await;
    assert_eq!(code, 200, "{answer}");
    assert_eq!(rows(&answer).iter().map(|row| row[0]).collect::<Vec<_>>(), ["b29", "b28"]);

    for (path, code) in [
        ("/v1/datasets/bookings/rows?format=json", 403),
        ("/v1/datasets/bookings/rows?format=csv&limit=21", 403),
        ("/v1/datasets/passengers/rows?format=csv", 404),
        ("/v1/named-queries/crew/rows?format=csv", 404),
    ] {
        let (found, answer) = get(&lake, path, key).await;
        assert_eq!(found, code, "{path}: {answer}");
        let problem: Value = serde_json::from_str(&answer).unwrap();
        assert!(problem["detail"].is_string(), "{path}: {answer}");
        assert_eq!(get(&lake, path, None).await.0, 401, "{path}");
    }

    lake.output(0, &["key", "revoke", made["id"].as_str().unwrap()]);
    assert_eq!(get(&lake, "/v1/datasets", key).await.0, 401);
    // The operator's own command goes on.
    assert!(lake.output(0, &["rows", "bookings", "--limit", "1"]).ends_with("(1 row)\n"));
}
