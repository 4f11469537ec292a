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

/// Readings whose temperature is a number, and three that have it with a unit.
async fn lake_with_units() -> Lake {
    let lake = Lake::start();
    let columns = json!([
        {"name": "id", "type": "string", "required": true},
        {"name": "temp", "type": "double"},
    ]);
    let text = json!({"name": "weather", "columns": columns, "identity": ["id"]}).to_string();
    let path = lake.file("weather.json", &text);
    lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
    for event in [
        r#"{"id": "a", "temp": "21.5C", "station": 7.10}"#,
        r#"{"id": "b", "temp": "-3C"}"#,
        r#"{"id": "c", "temp": "warm"}"#,
    ] {
        lake.publish("weather", event).await;
    }
    lake
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_changes_what_it_replays_and_shows_it_first() {
    let lake = lake_with_units().await;
    let map = &["quarantine", "replay", "--dataset", "weather", "--map", r#"temp=trim_suffix("C")"#][..];
    let text = lake.output(0, &[map, &["--dry-run"]].concat());
    for words in [
        r#"  before  {"id": "a", "temp": "21.5C", "station": 7.10}"#,
        r#"  after   {"id":"a","temp":21.5,"station":7.10}"#,
        "3 lines in ",
        "2 would be accepted, 1 would stay in quarantine. Nothing was changed.",
        "Why events stay:\n        1  column temp: expected double (a finite number)",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(groups(&lake, &["--dataset", "weather"]).iter().map(|(_, events)| events).sum::<u64>(), 3);

    let outcome = lake.json(map);
    let counts = ["replayed", "accepted", "rejected", "changed"].map(|what| outcome[what].as_u64().unwrap());
    assert_eq!(counts, [3, 2, 1, 2], "{outcome:#}");
    lake.settled("weather", 2).await;
    let text = lake.output(0, &["rows", "weather", "--format", "json", "--select", "id,temp,_extra"]);
    assert!(text.contains("7.10"), "no other field is changed: {text}");
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut temperatures: Vec<f64> = rows.iter().map(|row| row["temp"].as_f64().unwrap()).collect();
    temperatures.sort_by(f64::total_cmp);
    assert_eq!(temperatures, [-3.0, 21.5]);

    let wrong = lake.run(&["quarantine", "replay", "--map", "temp=chop()"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said(&wrong).contains("there is no function \"chop\""), "{}", said(&wrong));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_discarded_is_counted_no_more() {
    let lake = lake_with_units().await;
    let everything = lake.run(&["quarantine", "discard", "--yes"]);
    assert_eq!(everything.status.code(), Some(2));
    assert!(said(&everything).contains("say which events"), "{}", said(&everything));

    let warm = &["quarantine", "discard", "--dataset", "weather", "--reason", "warm"][..];
    let asked = lake.run(warm);
    assert_eq!(asked.status.code(), Some(1));
    assert!(said(&asked).contains("nothing was discarded: add --yes"), "{}", said(&asked));
    let text = String::from_utf8(asked.stdout).unwrap();
    assert!(text.contains("1 event in "), "{text}");
    let events = || groups(&lake, &[]).iter().map(|(_, events)| events).sum::<u64>();
    assert_eq!(events(), 3);
    let outcome = lake.json(&[warm, &["--yes"]].concat());
    assert_eq!(outcome["discarded"], 1, "{outcome:#}");
    assert_eq!(events(), 2);

    let show = lake.output(0, &["quarantine", "show", "--json", "--all"]);
    let first: Value = serde_json::from_str(show.lines().next().unwrap()).unwrap();
    let id = format!("{}:{}", first["message_id"].as_str().unwrap(), first["position"]);
    lake.output(0, &["quarantine", "discard", "--id", &id, "--yes"]);
    assert_eq!(events(), 1);
    let text = lake.output(0, &["quarantine", "discard", "--all", "--yes"]);
    assert!(text.starts_with("1 event in 1 object discarded."), "{text}");
    assert_eq!(events(), 0);
    let status = lake.output(0, &["dataset", "status", "--exit-code"]);
    assert!(status.contains("Nothing is wrong."), "{status}");
}
