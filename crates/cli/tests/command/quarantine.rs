//! `tributary quarantine`: bad events are counted, shown, and replayed once their definition is mended.

use serde_json::{Value, json};

use crate::{lake::Lake, process::said};

/// Bookings whose price is required, or not.
fn bookings(required: bool) -> String {
    let columns = json!([
        {"name": "booking_id", "type": "string", "required": true},
        {"name": "price", "type": "decimal(12,2)", "required": required},
    ]);
    json!({"name": "bookings", "columns": columns, "identity": ["booking_id"]}).to_string()
}

fn apply(lake: &Lake, definition: &str) {
    let path = lake.file("bookings.json", definition);
    lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
}

/// Two bookings without a price, one with a wrong one, and one of no dataset.
async fn lake_with_bad_events() -> Lake {
    let lake = Lake::start();
    apply(&lake, &bookings(true));
    for (dataset, event) in [
        ("bookings", r#"{"booking_id": "a"}"#),
        ("bookings", r#"{"booking_id": "b"}"#),
        ("bookings", r#"{"booking_id": "c", "price": "much"}"#),
        ("bokings", r#"{"booking_id": "d", "price": 1.5}"#),
    ] {
        lake.publish(dataset, event).await;
    }
    lake
}

fn groups(lake: &Lake, arguments: &[&str]) -> Vec<(String, u64)> {
    let list = lake.json(&[&["quarantine", "list"], arguments].concat());
    let group =
        |group: &Value| (group["reason"].as_str().unwrap().to_owned(), group["events"].as_u64().unwrap());
    list["groups"].as_array().unwrap().iter().map(group).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_events_are_counted_by_reason_and_shown_as_they_came() {
    let lake = lake_with_bad_events().await;
    let missing = ("column price: required, but there is no field \"price\"".to_owned(), 2);
    let wrong = ("column price: expected decimal(12,2)".to_owned(), 1);
    let unrouted = ("unknown dataset \"bokings\": did you mean \"bookings\"?".to_owned(), 1);
    assert_eq!(groups(&lake, &[]), [unrouted.clone(), wrong.clone(), missing.clone()]);
    assert_eq!(groups(&lake, &["--dataset", "bookings"]), [wrong.clone(), missing]);
    assert_eq!(groups(&lake, &["--dataset", "_unrouted"]), [unrouted]);
    assert_eq!(groups(&lake, &["--reason", "found \"much\""]), [wrong]);
    assert_eq!(groups(&lake, &["--until", "2020-01-01"]), []);

    let text = lake.output(0, &["quarantine", "list", "--dataset", "bookings"]);
    assert!(text.contains("3 events in "), "{text}");
    let lines = lake.output(0, &["quarantine", "show", "--reason", "found \"much\"", "--json"]);
    let line: Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(line["text"], r#"{"booking_id": "c", "price": "much"}"#);
    let text = lake.output(0, &["quarantine", "show", "--key", line["key"].as_str().unwrap()]);
    assert!(text.contains("reason   column price: expected decimal(12,2), found \"much\"\n"), "{text}");

    let limited = lake.run(&["quarantine", "show", "--limit", "3"]);
    assert!(said(&limited).contains("3 events shown, and there are more"), "{}", said(&limited));
    let status = lake.output(1, &["dataset", "status", "--exit-code"]);
    assert!(status.contains("! bookings: 3 events in quarantine since yesterday"), "{status}");
    assert!(status.contains("! _unrouted: 1 event in quarantine since yesterday"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fits_a_mended_definition_is_replayed_and_the_rest_stays() {
    let lake = lake_with_bad_events().await;
    let replay = |arguments: &[&str]| {
        let outcome = lake.json(&[&["quarantine", "replay"], arguments].concat());
        ["replayed", "accepted", "rejected"].map(|what| outcome[what].as_u64().unwrap())
    };
    assert_eq!(replay(&["--dataset", "bookings"]), [3, 0, 3], "nothing was mended yet");
    apply(&lake, &bookings(false));
    assert_eq!(replay(&["--dataset", "bookings", "--dry-run"]), [3, 2, 1]);
    assert_eq!(groups(&lake, &["--dataset", "bookings"]).len(), 2, "a dry run changed something");
    assert_eq!(replay(&["--dataset", "bookings", "--reason", "required"]), [2, 2, 0]);
    assert_eq!(replay(&["--dataset", "bookings"]), [1, 0, 1]);
    assert_eq!(replay(&["--dataset", "_unrouted", "--as", "bookings"]), [1, 1, 0]);
    assert_eq!(groups(&lake, &[]), [("column price: expected decimal(12,2)".to_owned(), 1)]);
    lake.settled("bookings", 3).await;

    let nobody = lake.run(&["quarantine", "replay", "--as", "nobody"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(said(&nobody).contains("there is no dataset nobody to replay events as"), "{}", said(&nobody));
}
