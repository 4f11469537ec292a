//! `tributary dataset drop`: a mistake is undone, with and without its rows.

use std::path::PathBuf;

use domain::port::ObjectStore;
use serde_json::{Value, json};

use crate::{lake::Lake, process::said};

/// Trips whose distance is of this type.
fn definition(lake: &Lake, distance: &str) -> PathBuf {
    let columns = json!([
        {"name": "trip_id", "type": "string", "required": true},
        {"name": "distance", "type": distance},
    ]);
    let text = json!({"name": "trips", "columns": columns, "identity": ["trip_id"]}).to_string();
    lake.file("trips.json", &text)
}

fn apply(lake: &Lake, distance: &str, status: i32) -> String {
    let path = definition(lake, distance);
    lake.output(status, &["dataset", "apply", path.to_str().unwrap()])
}

async fn keys(lake: &Lake) -> Vec<String> {
    let all = lake.store().list_all("").await.unwrap().into_iter().map(|object| object.key);
    all.filter(|key| key.contains("/trips")).collect()
}

/// Two trips in the table, and one in quarantine.
async fn lake_with_trips() -> Lake {
    let lake = Lake::start();
    assert_eq!(apply(&lake, "bigint", 0), "trips: version 1 is live\n");
    for event in [
        r#"{"trip_id": "a", "distance": 1}"#,
        r#"{"trip_id": "b", "distance": 2}"#,
        r#"{"trip_id": "c", "distance": "2.5 km"}"#,
    ] {
        lake.publish("trips", event).await;
    }
    lake.settled("trips", 2).await;
    lake
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_dropped_with_its_rows_and_the_name_is_free_at_once() {
    let lake = lake_with_trips().await;
    let before = keys(&lake).await;
    let asked = lake.run(&["dataset", "drop", "trips", "--purge"]);
    assert_eq!(asked.status.code(), Some(1));
    assert!(said(&asked).contains("trips was not dropped: add --yes"), "{}", said(&asked));
    let text = String::from_utf8(asked.stdout).unwrap();
    assert!(text.contains("2 rows in 1 partition") && text.contains("would be deleted"), "{text}");
    assert_eq!(keys(&lake).await, before, "without --yes nothing changes");

    let refused = apply(&lake, "double", 1);
    assert!(refused.contains("column distance was changed from bigint to double"), "{refused}");
    let report = lake.json(&["dataset", "drop", "trips", "--purge", "--yes"]);
    assert_eq!((&report["dropped"], &report["found"]["rows"]), (&json!(true), &json!(2)), "{report:#}");
    let left = keys(&lake).await;
    let is_left = |key: &String| key.starts_with("commits/trips/") || key == "schemas/trips/dropped.json";
    assert!(left.iter().all(is_left), "{left:?}");
    for arguments in [&["rows", "trips"][..], &["dataset", "status", "trips"], &["dataset", "show", "trips"]]
    {
        assert_ne!(lake.run(arguments).status.code(), Some(0), "{arguments:?}");
    }
    // A dropped dataset is nobody's trouble.
    let text = lake.output(0, &["doctor"]);
    assert!(text.starts_with("No difference"), "{text}");

    assert_eq!(apply(&lake, "double", 0), "trips: version 2 is live\n");
    lake.publish("trips", r#"{"trip_id": "a", "distance": 1.5}"#).await;
    lake.settled("trips", 1).await;
    let rows: Value = serde_json::from_str(&lake.output(0, &["rows", "trips", "--format", "json"])).unwrap();
    assert_eq!(rows, json!([{"trip_id": "a", "distance": 1.5}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_purge_the_same_definition_brings_the_rows_back_and_another_is_refused() {
    let lake = lake_with_trips().await;
    let text = lake.output(0, &["dataset", "drop", "trips", "--yes"]);
    assert!(text.contains("trips is dropped:") && text.contains("stays in the bucket"), "{text}");
    assert_ne!(lake.run(&["rows", "trips"]).status.code(), Some(0));
    let refused = apply(&lake, "double", 1);
    assert!(refused.contains("tributary dataset drop trips --purge --yes"), "{refused}");
    assert_eq!(apply(&lake, "bigint", 0), "trips: version 2 is live\n");
    // The reconcile of a start brings the partitions back.
    let lake = lake.restarted();
    lake.settled("trips", 2).await;
    let list = lake.json(&["quarantine", "list", "--dataset", "trips"]);
    assert_eq!(list["events"], 1, "{list:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dataset_that_is_not_there_is_named() {
    let lake = Lake::start();
    let nobody = lake.run(&["dataset", "drop", "nobody", "--yes"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(said(&nobody).contains("there is no dataset nobody"), "{}", said(&nobody));
}
