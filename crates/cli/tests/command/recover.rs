//! `tributary partition recover`: a partition goes on without a data file that is lost.

use domain::port::ObjectStore;
use serde_json::{Value, json};

use crate::{lake::Lake, process::said};

const DAY: &str = "dt=2020-02-29";

/// Two bookings of one day in the table, and the keys of its data files.
async fn lake_with_bookings() -> (Lake, Vec<String>) {
    let lake = Lake::start();
    let columns = json!([
        {"name": "booking_id", "type": "string", "required": true},
        {"name": "booked_at", "type": "timestamp", "required": true},
    ]);
    let definition = json!({"name": "bookings", "columns": columns, "identity": ["booking_id"],
        "event_time": "booked_at"});
    let path = lake.file("bookings.json", &definition.to_string());
    lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
    for id in ["a", "b"] {
        let event = json!({"booking_id": id, "booked_at": "2020-02-29T10:00:00Z"});
        lake.publish("bookings", &event.to_string()).await;
    }
    lake.settled("bookings", 2).await;
    let location = log(&lake)[0]["location"].as_str().unwrap().to_owned();
    let files = lake.store().list_all(&location).await.unwrap();
    (lake, files.into_iter().map(|object| object.key).collect())
}

fn log(lake: &Lake) -> Vec<Value> {
    let log = lake.json(&["partition", "log", "bookings", DAY]);
    log.as_array().unwrap().clone()
}

async fn delete(lake: &Lake, keys: &[String]) {
    assert!(lake.store().delete(keys).await.unwrap().is_empty());
}

async fn landed(lake: &Lake) -> Vec<String> {
    let objects = lake.store().list_all("landing/bookings/").await.unwrap();
    objects.into_iter().map(|object| object.key).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_in_landing_comes_back() {
    let (lake, files) = lake_with_bookings().await;
    let text = lake.output(0, &["partition", "recover", "bookings", DAY]);
    assert_eq!(text, format!("No data file of bookings/{DAY} is lost: nothing to do.\n"));
    assert!(!landed(&lake).await.is_empty(), "the grace is not over");

    delete(&lake, &files).await;
    let stopped = lake.run(&["compact", "bookings", "--rebuild"]);
    assert_eq!(stopped.status.code(), Some(1), "{}", said(&stopped));
    let status = lake.output(1, &["dataset", "status", "bookings", "--exit-code"]);
    assert!(status.contains(&format!("data file {} is gone, with ", files[0])), "{status}");
    assert!(status.contains(&format!("tributary partition recover bookings {DAY}")), "{status}");

    let before = log(&lake).len();
    let asked = lake.run(&["partition", "recover", "bookings", DAY]);
    assert_eq!(asked.status.code(), Some(1));
    assert!(said(&asked).contains("nothing was changed: add --yes"), "{}", said(&asked));
    assert_eq!(log(&lake).len(), before);
    let report = lake.json(&["partition", "recover", "bookings", DAY, "--yes", "--reason", "a test"]);
    assert_eq!((&report["rows_lost"], &report["rows_now"]), (&json!(2), &json!(2)), "{report:#}");
    let generation = log(&lake).into_iter().find(|entry| entry["kind"] == "discard").unwrap();
    assert_eq!(generation["discarded"]["rows"], 2, "{generation:#}");
    assert_eq!(generation["discarded"]["reason"], "a test");
    lake.settled("bookings", 2).await;
    let text = lake.output(0, &["dataset", "status", "bookings", "--exit-code"]);
    assert!(text.contains("Nothing is wrong."), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nowhere_is_given_up_and_the_partition_goes_on() {
    let (lake, files) = lake_with_bookings().await;
    delete(&lake, &landed(&lake).await).await;
    delete(&lake, &files).await;
    let text = String::from_utf8(lake.run(&["partition", "recover", "bookings", DAY]).stdout).unwrap();
    assert!(text.contains("2 rows would be given up.") && text.contains("NotImplemented"), "{text}");
    let text = lake.output(0, &["partition", "recover", "bookings", DAY, "--yes"]);
    assert!(text.contains("2 rows given up.") && text.contains("has 0 rows now"), "{text}");
    let stored = lake.settled("bookings", 0).await;
    assert_eq!(stored["partitions"], 1);
    let rows = lake.output(0, &["rows", "bookings", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&rows).unwrap(), json!([]));

    let event = json!({"booking_id": "c", "booked_at": "2020-02-29T11:00:00Z"});
    lake.publish("bookings", &event.to_string()).await;
    lake.settled("bookings", 1).await;
    let refused = lake.run(&["partition", "rollback", "bookings", DAY, "--to", "1"]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
}
