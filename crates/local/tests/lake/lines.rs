//! What the functions log of an event on its way: JSON lines, each of which says of what it is, and nothing of what was sent.

use aws::testing::JsonLog;
use serde_json::{Map, Value};
use tracing::dispatcher;

use crate::harness::{PASSENGERS, TestLake, attribute};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The first line that says this and has this field.
#[track_caller]
fn line<'l>(
    lines: &'l [Map<String, Value>],
    message: &str,
    (field, value): (&str, Value),
) -> &'l Map<String, Value> {
    let found = lines.iter().find(|line| says(line, message) && line.get(field) == Some(&value));
    found.unwrap_or_else(|| panic!("no line {message:?} has {field}={value}: {lines:#?}"))
}

fn says(line: &Map<String, Value>, message: &str) -> bool {
    line.get("message").and_then(Value::as_str) == Some(message)
}

#[tokio::test]
async fn each_step_of_an_event_is_a_line_that_reads_alone() {
    let log = JsonLog::default();
    // Two subscribers: see `log::Log::keep`.
    let subscribers = [(); 2].map(|()| log.subscriber("info", Some("tributary-test")));
    let logged = dispatcher::set_default(&subscribers[0]);
    let lake = TestLake::start(&[("passengers", PASSENGERS)]).await;
    let sns = aws_sdk_sns::Client::new(lake.aws.sdk_config());
    let bodies = [
        r#"{"passenger_id": 1, "name": "a-name-that-is-nobodys-business"}"#,
        r#"{"passenger_id": "a-number-that-is-nobodys-business"}"#,
    ];
    for body in bodies {
        let call = sns.publish().topic_arn(lake.lake.config().topic_arn()).message(body);
        let call = call.message_attributes("dataset", attribute("passengers"));
        let traceparent = format!("00-{TRACE}-00f067aa0ba902b7-01");
        call.message_attributes("traceparent", attribute(&traceparent)).send().await.unwrap();
    }
    lake.rows("/v1/datasets/passengers/rows", 1).await;
    lake.stop().await;
    drop(logged);

    let lines = log.lines();
    let functions = ["ingest", "compact", "register", "query"];
    for line in &lines {
        let target = line["target"].as_str().unwrap();
        let fields: &[&str] = if functions.iter().any(|function| target.starts_with(function)) {
            &["timestamp", "level", "message", "lake"]
        } else {
            &["timestamp", "level", "lake"]
        };
        for field in fields {
            assert!(line.get(*field).is_some_and(Value::is_string), "{field}: {line:#?}");
        }
        let text = Value::Object(line.clone()).to_string();
        assert!(!text.contains("nobodys-business"), "{text}");
    }
    let stored = line(&lines, "messages stored", ("accepted", 1.into()));
    let counts = ["messages", "quarantined", "failed", "objects"].map(|field| stored[field].as_u64());
    assert_eq!((counts, &stored["trace_ids"]), ([Some(1), Some(0), Some(0), Some(1)], &TRACE.into()));
    let refused = line(&lines, "messages stored", ("quarantined", 1.into()));
    assert_eq!(refused["trace_ids"], TRACE);

    let batch = line(&lines, "batch stored", ("trace_ids", TRACE.into()));
    assert_eq!((&batch["dataset"], &batch["events"]), (&"passengers".into(), &1.into()));
    assert!(domain::batch::BatchName::parse(batch["batch"].as_str().unwrap()).is_some(), "{batch:#?}");
    assert_eq!(lines.iter().filter(|line| says(line, "batch stored")).count(), 1, "only what landed");
    let compacted = line(&lines, "partition compacted", ("generation", 1.into()));
    assert_eq!((&compacted["batches"], &compacted["rows"]), (&1.into(), &1.into()));
    let registered = line(&lines, "partition registered", ("generation", 1.into()));
    assert_eq!(registered["published_to"], "catalog");
    for step in [compacted, registered] {
        assert_eq!((&step["dataset"], &step["partition"]), (&batch["dataset"], &batch["partition"]));
    }
}
