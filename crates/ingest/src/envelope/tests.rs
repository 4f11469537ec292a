mod cloud_events;
mod kept;
mod traces;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// What the event's messages are, or why it has none.
fn read(event: &Value) -> Result<Vec<(String, String, String)>, String> {
    let text = event.to_string();
    let batch = Batch::read(text.as_bytes()).map_err(|unknown| unknown.to_string())?;
    let body = |message: &Message<'_>| String::from_utf8(message.body.to_vec()).unwrap();
    Ok(batch
        .messages(now())
        .unwrap()
        .iter()
        .map(|message| (message.id.to_owned(), message.topic.to_owned(), body(message)))
        .collect())
}

fn now() -> DateTime<Utc> {
    "2026-11-23T10:05:00Z".parse().unwrap()
}

fn notification(message: &str) -> Value {
    json!({
        "Type": "Notification", "MessageId": "sns-1", "TopicArn": "arn:aws:sns:us-west-2:000000000000:orders",
        "Subject": "say \"hi\"", "Message": message, "Timestamp": "2026-11-23T10:04:59.123Z", "SignatureVersion": "1",
        "Signature": "x", "SigningCertURL": "https://example.com/x.pem", "UnsubscribeURL": "https://example.com/",
        "MessageAttributes": {
            "other": {"Type": "String", "Value": "x"},
            "dataset": {"Type": "String", "Value": "book\"ings"},
            "content-encoding": {"Type": "String", "Value": "gzip"},
        },
    })
}

fn queued(body: &str) -> Value {
    json!({"Records": [{
        "messageId": "q-1", "receiptHandle": "r", "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1795428299000"},
        "messageAttributes": {"dataset": {"stringValue": "seats", "dataType": "String", "stringListValues": []}},
        "md5OfBody": "x", "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-west-2:000000000000:incoming", "awsRegion": "us-west-2",
    }]})
}

#[test]
fn a_notification_is_unwrapped_from_a_queue_and_from_a_topic() {
    let text = "{\"a\": \"line\\nbreak \\u00f1 ñ\"}";
    let notification = notification(text);
    let direct = json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": notification}]});
    let pretty = serde_json::to_string_pretty(&notification).unwrap();
    for (event, named) in
        [(direct, false), (queued(&notification.to_string()), true), (queued(&pretty), true)]
    {
        let batch = Batch::read(event.to_string().as_bytes()).unwrap();
        let [message] = &batch.messages(now()).unwrap()[..] else { panic!("{event}") };
        assert_eq!((message.id, message.topic, message.position), ("sns-1", "orders", 0));
        assert_eq!((message.dataset, message.encoding), (Some("book\"ings"), Some("gzip")));
        assert_eq!(message.sent_at.to_rfc3339(), "2026-11-23T10:04:59.123+00:00");
        assert_eq!(std::str::from_utf8(message.body), Ok(text));
        assert_eq!(batch.name(0), named.then_some("q-1"));
    }
}

#[test]
fn a_message_is_held_against_the_time_of_the_queue_and_else_of_the_clock() {
    let notification = notification("x");
    let direct = json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": notification}]});
    let wrapped = |sent: Value| {
        let mut event = queued(&notification.to_string());
        event["Records"][0]["attributes"]["SentTimestamp"] = sent;
        event
    };
    let of_queue: DateTime<Utc> = "2026-11-23T10:04:59Z".parse().unwrap();
    for (event, expected) in [
        (direct, now()),
        (queued("raw"), now()),
        (wrapped(json!("1795428299000")), of_queue),
        // No queue can say so.
        (wrapped(json!("253402300799999")), now()),
        (wrapped(json!("0")), now()),
        (wrapped(json!("-1")), now()),
        (wrapped(json!("soon")), now()),
        (wrapped(json!(1_795_428_299_000_i64)), now()),
        (wrapped(json!("99999999999999999999999")), now()),
    ] {
        let batch = Batch::read(event.to_string().as_bytes()).unwrap();
        assert_eq!(batch.messages(now()).unwrap()[0].received_at, expected, "{event}");
    }
}

#[test]
fn the_arn_is_the_topics_or_with_raw_delivery_the_queues() {
    let direct =
        json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": notification("x")}]});
    let mut nobodys = queued("raw");
    nobodys["Records"][0].as_object_mut().unwrap().remove("eventSourceARN");
    let topic = "arn:aws:sns:us-west-2:000000000000:orders";
    for (event, expected) in [
        (direct, topic),
        (queued(&notification("x").to_string()), topic),
        (queued("raw"), "arn:aws:sqs:us-west-2:000000000000:incoming"),
        (nobodys, ""),
    ] {
        let batch = Batch::read(event.to_string().as_bytes()).unwrap();
        assert_eq!(batch.messages(now()).unwrap()[0].arn, Some(expected), "{event}");
    }
}

#[test]
fn anything_else_in_a_queue_is_the_payload_itself() {
    let mut no_timestamp = notification("x");
    no_timestamp.as_object_mut().unwrap().remove("Timestamp");
    let bodies = [
        String::new(),
        "hello".to_owned(),
        "{\"id\": \"a \\\"quoted\\\" text\"}".to_owned(),
        "{\"Type\": \"Notification\", \"Message\": \"cut".to_owned(),
        "{\"Type\": \"mine\", \"Message\": {\"a\": 1}}".to_owned(),
        no_timestamp.to_string(),
        format!("{} {{}}", notification("x")),
    ];
    for body in bodies {
        let event = queued(&body);
        let batch = Batch::read(event.to_string().as_bytes()).unwrap();
        let message = &batch.messages(now()).unwrap()[0];
        assert_eq!(
            (message.id, message.topic, message.dataset),
            ("q-1", "incoming", Some("seats")),
            "{body}"
        );
        assert_eq!(message.sent_at.timestamp_millis(), 1_795_428_299_000);
        assert_eq!((std::str::from_utf8(message.body), &message.unreadable), (Ok(body.as_str()), &None));
    }
}

#[test]
fn what_sns_sends_that_is_no_notification_is_kept_whole() {
    let mut confirmation = notification("please confirm");
    confirmation["Type"] = json!("SubscriptionConfirmation");
    let batch = Batch::read(queued(&confirmation.to_string()).to_string().as_bytes()).unwrap();
    let message = &batch.messages(now()).unwrap()[0];
    let reason = message.unreadable.as_deref().unwrap();
    assert_eq!(
        reason,
        "expected an SNS notification, found a \"SubscriptionConfirmation\", which carries no event"
    );
    assert_eq!(serde_json::from_slice::<Value>(message.body).unwrap(), confirmation);
}

#[test]
fn half_a_surrogate_pair_in_the_envelope_does_not_stop_the_batch() {
    let event = queued(&notification("x").to_string()).to_string();
    let event = event.replace("say ", r"\\ud800").replace(r"\\\\ud800", r"\\ud800");
    assert_eq!(Batch::read(event.as_bytes()).unwrap().messages(now()).unwrap()[0].body, b"x");
}

#[test]
fn any_body_is_an_event_or_a_reason_and_no_payload_is_in_its_debug_text() {
    let event = Event::from_body(queued("secret").to_string().as_bytes());
    assert_eq!(format!("{event:?}"), "Event { messages: 1 }");
    for body in [&b"null"[..], b"[1]", b"{\"Records\": 7}", b""] {
        assert_eq!(Event::from_body(body).batch().err(), Some(&UnknownEvent::NoRecords));
    }
    assert!(Event::from_body(b"{\"Records\": [\"\xff\"]}").batch().is_err());
}

#[test]
fn what_is_kept_of_an_event_is_utf8_each_text_for_itself() {
    let read = |event: &[u8]| {
        let event = Event::from_body(event);
        let messages = event.batch().unwrap().messages(now());
        messages.map(|messages| messages.len())
    };
    let raw = queued("\u{e9}").to_string();
    let notified = queued(&notification("\u{e9}").to_string()).to_string();
    for event in [raw, notified] {
        assert_eq!(read(event.as_bytes()), Ok(1));
        let at = event.find('\u{e9}').unwrap();
        let mut event = event.into_bytes();
        // Half of the character: the other half would have to be the next text's.
        event.remove(at);
        assert_eq!(read(&event), Err(UnknownEvent::Encoding));
        event[at] = b'e';
        assert_eq!(read(&event), Ok(1));
    }
    // Two halves of a character in two texts that stand side by side are no character.
    let event = br#"{"Records":[{"messageId":"a?","body":"?b","eventSource":"aws:sqs"}]}"#;
    let halves = [0xc3, 0xa9];
    let mut halves = halves.iter();
    let event: Vec<u8> =
        event.iter().map(|byte| if *byte == b'?' { *halves.next().unwrap() } else { *byte }).collect();
    assert_eq!(read(&event), Err(UnknownEvent::Encoding));
}

#[test]
fn an_event_of_nobody_says_what_was_found() {
    for (event, words) in [
        (json!(null), "found no records"),
        (json!("x"), "found no records"),
        (json!({}), "found no records"),
        (json!({"Records": []}), "found no records"),
        (json!({"Records": "many"}), "found no records"),
        (json!({"other": 1, "Records": [{"eventSource": "aws:kinesis"}]}), "found records of aws:kinesis"),
        (json!({"Records": [{"eventSource": 7}]}), "found no records"),
        (json!({"Records": [7]}), "expected an object at byte"),
        (
            json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": 1}}]}),
            "record 0 has no \"MessageId\", ",
        ),
        (json!({"Records": [{"EventSource": "aws:sns"}]}), "record 0 has no \"Sns\""),
        (
            json!({"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": {}}]}),
            "record 0 has no \"body\"",
        ),
        (json!({"Records": [{"eventSource": "aws:sqs", "body": "x"}]}), "record 0 has no \"messageId\""),
    ] {
        let message = read(&event).unwrap_err();
        assert!(message.contains(words), "{event}: {message:?} does not say {words:?}");
    }
}

proptest! {
    #[test]
    fn every_text_comes_through_both_envelopes_unchanged(texts in proptest::collection::vec(any::<String>(), 1..5)) {
        let mut event = json!({"Records": []});
        for (index, text) in texts.iter().enumerate() {
            let body = if index % 2 == 0 { notification(text).to_string() } else { format!("raw {text}") };
            event["Records"].as_array_mut().unwrap().push(queued(&body)["Records"][0].clone());
        }
        let read = read(&event).unwrap();
        for (index, (text, (_, _, body))) in texts.iter().zip(&read).enumerate() {
            let expected = if index % 2 == 0 { text.clone() } else { format!("raw {text}") };
            prop_assert_eq!(body, &expected);
        }
        prop_assert_eq!(read.len(), texts.len());
    }

    #[test]
    fn any_bytes_are_messages_or_a_reason(text in "(\\{\"Records\":\\[)?[\\[\\]{}:,\"\\\\a-zA-Z ]{0,60}") {
        let _either_way = Batch::read(text.as_bytes());
    }
}
