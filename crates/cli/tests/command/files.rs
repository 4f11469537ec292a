//! Files as people have them: what `infer` proposes, `apply` makes live and `publish` fills.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use aws::SystemClock;
use domain::port::Clock;
use serde_json::{Value, json};

use crate::{lake::Lake, process::said};

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)
}

/// Infers a definition, applies it, publishes the same file with the same options and waits; answers the rows as JSON.
fn journey(lake: &Lake, file: &Path, dataset: &str, options: &[&str]) -> Vec<Value> {
    let file = file.to_str().unwrap();
    let definition = lake.output(0, &[&["dataset", "infer", file, "--name", dataset], options].concat());
    let path = lake.file(&format!("{dataset}.json"), &definition);
    lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
    let summary = lake.json(&[&["publish", file, "--dataset", dataset, "--wait=120"], options].concat());
    assert_eq!(summary["followed"]["landed"], summary["events"], "{summary:#}");
    let rows = lake.output(0, &["rows", dataset, "--format", "json"]);
    serde_json::from_str(&rows).unwrap()
}

/// Every column of every row has a value.
fn filled(rows: &[Value], columns: &[&str]) -> bool {
    rows.iter().all(|row| columns.iter().all(|column| !row[*column].is_null()))
}

#[test]
fn what_is_inferred_from_a_file_is_filled_by_it() {
    let lake = Lake::start();
    for (name, options, rows, columns) in [
        ("header_spaces.csv", &[][..], 3, &["item_id", "item_name", "unit_price"][..]),
        ("quoted_header_spaces.csv", &[], 2, &["ticket", "title", "message"]),
        ("cr_only.csv", &[], 3, &["id", "name"]),
        ("semicolon.csv", &[], 3, &["id", "has_data", "cost", "group"]),
        ("tabs.tsv", &[], 2, &["id", "name"]),
        ("codes.csv", &[], 3, &["code", "qty"]),
        ("floats.ndjson", &[], 3, &["price", "temp", "amount"]),
        ("arrays_per_line.json", &[], 3, &[]),
        ("latin1.csv", &["--encoding", "latin1"], 2, &["id", "name"]),
        ("pandas_index.csv", &[], 2, &["column_1", "workqueue_id", "user_id", "ts"]),
        ("camel.ndjson", &[], 2, &["order_id", "customer", "line_items", "created_at"]),
        ("cloudtrail.json", &[], 2, &["event_name", "event_time", "user_identity"]),
        ("gz_trailing_garbage.ndjson.gz", &[], 1, &["id"]),
        ("skipfirst.ndjson.zst", &[], 1, &["id"]),
    ] {
        let dataset = name.split('.').next().unwrap();
        let found = journey(&lake, &case(name), dataset, options);
        assert_eq!(found.len(), rows, "{name}: {found:#?}");
        assert!(filled(&found, columns), "{name}: {found:#?}");
        match name {
            "codes.csv" => assert!(found.iter().any(|row| row["code"] == "12E4"), "{found:#?}"),
            "latin1.csv" => assert!(found.iter().any(|row| row["name"] == "José"), "{found:#?}"),
            "camel.ndjson" => {
                let skus: Vec<&Value> = found.iter().map(|row| &row["line_items"][0]["sku_code"]).collect();
                assert!(skus.iter().all(|sku| sku.is_string()), "{found:#?}");
            }
            _ => {}
        }
    }
}

/// `publish` reads files, and `ingest` reads messages: of one text both make the same events.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_read_as_a_file_is() {
    let lake = Lake::start();
    for name in ["files", "messages"] {
        let columns = json!([{"name": "form", "type": "string", "required": true},
            {"name": "id", "type": "bigint", "required": true}]);
        let text = json!({"name": name, "columns": columns, "identity": ["form", "id"]}).to_string();
        let path = lake.file(&format!("{name}.json"), &text);
        lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
    }
    let mut expected = Vec::new();
    for (form, text, events) in [
        ("lines", "A\n\nB\n", 2),
        ("crlf", "A\r\n  \r\nB\r\n", 2),
        ("cr", "A\rB\r", 2),
        ("marked", "\u{feff}A\nB", 2),
        ("array", " [A,\n B]\n", 2),
        ("arrays", "[A]\n[]\n[B]\n", 2),
        ("spread", "{\n \"form\": \"spread\",\r\n \"id\": 1\n}\n", 1),
    ] {
        let event = |id: u32| format!(r#"{{"form": "{form}", "id": {id}}}"#);
        let text = text.replace('A', &event(1)).replace('B', &event(2));
        // Its name tells nothing.
        let path = lake.file(form, &text);
        lake.output(0, &["publish", path.to_str().unwrap(), "--dataset", "files"]);
        lake.publish("messages", &text).await;
        expected.extend((1..=events).map(|id| json!({"form": form, "id": id})));
    }
    expected.sort_by_key(ToString::to_string);
    for name in ["files", "messages"] {
        lake.settled(name, expected.len() as u64).await;
        let rows = lake.output(0, &["rows", name, "--order", "form,id", "--format", "json"]);
        let mut rows: Vec<Value> = serde_json::from_str(&rows).unwrap();
        rows.sort_by_key(ToString::to_string);
        assert_eq!(rows, expected, "{name}");
    }
}

#[test]
fn a_file_that_does_not_match_is_named_before_anything_is_sent() {
    let lake = Lake::start();
    let airports = lake.file("airports.csv", "faa,lat\nJFK,40.6\n");
    let airports = airports.to_str().unwrap();
    let output = lake.run(&["publish", airports, "--dataset", "passengers", "--json"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        said(&output).contains("it has no field of dataset passengers: it has faa, lat"),
        "{}",
        said(&output)
    );
    assert!(output.stdout.is_empty());

    // Case makes no difference, and what is unknown is said.
    let path = lake.file("a.csv", "Passenger_ID,Name,hat\n1,Ann,red\n");
    let output =
        lake.run(&["publish", path.to_str().unwrap(), "--dataset", "passengers", "--wait", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).contains("has no column for hat: such values are kept in _extra"),
        "{}",
        said(&output)
    );
    let path = lake.file("b.csv", "Passenger_ID,Name,hat\n2,Bob,blue\n");
    let arguments =
        ["publish", path.to_str().unwrap(), "--dataset", "passengers", "--allow-unknown", "--wait"];
    let silent = lake.run(&arguments);
    assert_eq!((silent.status.code(), said(&silent).as_str()), (Some(0), ""));

    let people = r#"{"name": "people", "columns": [{"name": "id", "type": "bigint"}, {"name": "name", "type": "string"}]}"#;
    let path = lake.file("people.json", people);
    lake.output(0, &["dataset", "apply", path.to_str().unwrap()]);
    let file = case("case.csv");
    lake.json(&["publish", file.to_str().unwrap(), "--dataset", "people", "--wait=120"]);
    let rows = lake.output(0, &["rows", "people", "--order", "id", "--format", "json"]);
    let rows: Value = serde_json::from_str(&rows).unwrap();
    assert_eq!(rows, json!([{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}]));

    // What the lake refuses is a failure, for whoever waits.
    let output = lake.run(&["publish", airports, "--dataset", "passengers", "--allow-unknown", "--wait=120"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("1 event went to quarantine"), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("refused by the lake 1, most of them since: "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_waiting_is_told_what_was_published() {
    let lake = Lake::start();
    let path = lake.file("a.ndjson", "{\"passenger_id\": 1}\n");
    let position = path.with_file_name("position");
    let arguments = [path.to_str().unwrap(), "--position", position.to_str().unwrap()];
    // The lake keeps the event where no dataset is waited for.
    let options = ["--dataset", "nowhere", "--no-definition", "--wait", "--json"];
    let child = lake.spawn(&[&["publish"][..], &arguments, &options].concat());
    let began = Instant::now();
    while !std::fs::read_to_string(&position).is_ok_and(|text| text.contains(r#""events":1"#)) {
        assert!(began.elapsed() < Duration::from_secs(120), "nothing is published");
        SystemClock.sleep(Duration::from_millis(50)).await;
    }
    // From now on it waits.
    SystemClock.sleep(Duration::from_secs(2)).await;
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["events"], &summary["outcome"]), (&json!(1), &json!("done")), "{summary}");
    assert!(summary.get("followed").is_none(), "{summary}");
}
