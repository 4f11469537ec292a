//! `tributary trace`: a message is followed from its publisher to the table, by each way that it may come.

use std::sync::Arc;

use aws::SystemClock;
use aws_sdk_sns::types::MessageAttributeValue;
use chrono::{SecondsFormat, TimeDelta};
use domain::{
    port::{Clock, ObjectStore, PutMode},
    settings::Settings,
};
use ingest::{Event, Ingest};
use serde_json::{Value, json};

use crate::{
    lake::Lake,
    process::{run, said},
};

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Publishes with these attributes of the message; answers its id.
async fn publish(lake: &Lake, body: &str, attributes: &[(&str, &str)]) -> String {
    let topic = "arn:aws:sns:us-west-2:000000000000:tributary";
    let mut call = aws_sdk_sns::Client::new(lake.aws().sdk_config()).publish().topic_arn(topic).message(body);
    for (name, value) in attributes {
        let value =
            MessageAttributeValue::builder().data_type("String").string_value(*value).build().unwrap();
        call = call.message_attributes(*name, value);
    }
    call.send().await.unwrap().message_id().unwrap().to_owned()
}

/// Invokes `ingest` with an event, as Lambda would: without the topic of the lake before it.
async fn invoke(lake: &Lake, event: &Value) {
    let settings = Settings::read(|_| None).unwrap();
    let ingest = Ingest::new(Arc::new(lake.store()), Arc::new(SystemClock), &settings);
    let until = SystemClock.now() + TimeDelta::minutes(1);
    ingest.store_event(&Event::read(&event.to_string()), until).await.unwrap();
}

/// The batch of a message that queries see, and what it says of the message.
fn visible(lake: &Lake, id: &str) -> (Value, Value) {
    let mut found = lake.json(&["trace", id]);
    assert_eq!(found["state"], "visible", "{found:#}");
    let mut batch = found["batches"][0].take();
    let message = batch["messages"][0].take();
    (batch, message)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_followed_from_each_way_that_it_comes_to_the_table() {
    let lake = Lake::start();
    let to = ("dataset", "passengers");
    let through_sqs = publish(&lake, r#"{"passenger_id": 1}"#, &[to, ("traceparent", TRACEPARENT)]).await;
    let cloud_event = json!({
        "specversion": "1.0", "id": "7", "source": "/shop", "type": "shop.booked", "traceparent": TRACEPARENT,
        "data": {"passenger_id": 2},
    });
    let cloud_event = publish(&lake, &cloud_event.to_string(), &[to]).await;
    let hostile =
        publish(&lake, r#"{"passenger_id": 3}"#, &[to, ("traceparent", "\"},{[2J' OR 1=1 --\u{202e}")]).await;

    let (direct, raw) = ("11111111-ee98-5cb9-9903-4c221d41eb5e", "22222222-ee98-5cb9-9903-4c221d41eb5e");
    let now = SystemClock.now();
    let attribute = |value: &str| json!({"Type": "String", "Value": value});
    let record = json!({
        "EventSource": "aws:sns", "EventVersion": "1.0", "Sns": {
            "Type": "Notification", "MessageId": direct, "TopicArn": "arn:aws:sns:us-west-2:000000000000:tributary",
            "Message": r#"{"passenger_id": 4}"#, "Timestamp": now.to_rfc3339_opts(SecondsFormat::Millis, true),
            "MessageAttributes": {"dataset": attribute("passengers"), "traceparent": attribute(TRACEPARENT)},
        },
    });
    invoke(&lake, &json!({"Records": [record]})).await;
    let record = json!({
        "messageId": raw, "body": r#"{"passenger_id": 5}"#, "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-west-2:000000000000:incoming",
        "attributes": {
            "SentTimestamp": now.timestamp_millis().to_string(),
            "AWSTraceHeader": "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1",
        },
        "messageAttributes": {"dataset": {"stringValue": "passengers", "dataType": "String"}},
    });
    invoke(&lake, &json!({"Records": [record]})).await;
    lake.settled("passengers", 5).await;

    for (id, traceparents) in [
        (through_sqs.as_str(), &[TRACEPARENT][..]),
        (cloud_event.as_str(), &[TRACEPARENT]),
        (hostile.as_str(), &[]),
        (direct, &[TRACEPARENT]),
        (raw, &[TRACEPARENT]),
    ] {
        let (batch, message) = visible(&lake, id);
        assert_eq!((&message["message_id"], &message["traceparents"]), (&id.into(), &json!(traceparents)));
        let key = batch["key"].as_str().unwrap();
        assert!(lake.store().get(key).await.is_ok(), "{batch:#}");
        let commit = lake.store().get(batch["commit"]["key"].as_str().unwrap()).await.unwrap();
        let commit: Value = serde_json::from_slice(&commit).unwrap();
        let consumed: Vec<&Value> =
            commit["consumed"].as_array().unwrap().iter().map(|entry| &entry["batch"]).collect();
        assert!(consumed.contains(&&batch["batch"]), "{batch:#}");
        assert!(batch["registered_generation"].as_u64() >= commit["generation"].as_u64(), "{batch:#}");
        for step in ["published_to_accepted_ms", "accepted_to_committed_ms"] {
            assert!((0..600_000).contains(&batch[step].as_i64().unwrap()), "{step}: {batch:#}");
        }
        let text = lake.output(0, &["trace", id, "--dataset", "passengers"]);
        assert!(text.starts_with(key) && text.contains(": queries see it"), "{text}");
    }
    // And all of one trace together.
    let of_trace = lake.json(&["trace", TRACE]);
    let messages =
        of_trace["batches"].as_array().unwrap().iter().map(|batch| batch["message_count"].as_u64());
    assert_eq!(messages.sum::<Option<u64>>(), Some(4), "{of_trace:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_table_says_where_it_is_and_what_to_do() {
    let lake = Lake::start();
    // Refused.
    let refused = publish(&lake, "{}", &[("dataset", "pasengers"), ("traceparent", TRACEPARENT)]).await;
    let found = lake.json(&["trace", &refused]);
    assert_eq!(
        (&found["state"], &found["refused"][0]["traceparent"]),
        (&"refused".into(), &TRACEPARENT.into())
    );
    let text = lake.output(0, &["trace", &refused]);
    assert!(text.contains("did you mean \"passengers\"?") && text.contains("quarantine show --id"), "{text}");

    // Of nobody's dataset, so it waits.
    let waiting = "a".repeat(40);
    let key = format!("landing/nobody/dt=2026-11-23/{waiting}.ndjson.zst");
    lake.store().put(&key, "".into(), PutMode::Create).await.unwrap();
    let output = lake.run(&["trace", &waiting]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(
        said(&output).contains("tributary compact nobody --partition dt=2026-11-23"),
        "{}",
        said(&output)
    );

    // In the table, and its landing object is gone: the batch is still in the commit.
    let id = publish(&lake, r#"{"passenger_id": 1}"#, &[("dataset", "passengers")]).await;
    lake.settled("passengers", 1).await;
    let (batch, _) = visible(&lake, &id);
    let key = batch["key"].as_str().unwrap().to_owned();
    assert!(lake.store().delete(&[key]).await.unwrap().is_empty());
    let output = lake.run(&["trace", &id, "--since", "2020-01-01T00:00:00Z"]);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("no such message in "), "{}", said(&output));
    let name = batch["batch"].as_str().unwrap();
    for arguments in [&["trace", name][..], &["trace", name, "--dataset", "passengers"]] {
        let found = lake.json(arguments);
        assert_eq!(
            (&found["state"], &found["batches"][0]["is_in_landing"]),
            (&"visible".into(), &false.into())
        );
    }

    let empty = run(&["trace", ""]);
    assert_eq!(empty.status.code(), Some(2));
    assert!(said(&empty).contains("expected the id of a message, a trace or a batch"), "{}", said(&empty));
}
