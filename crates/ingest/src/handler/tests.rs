use std::{net::TcpListener, sync::Arc, time::Instant};

use aws::Aws;
use chrono::TimeDelta;
use domain::settings::Settings;
use lambda_runtime::Context as Invocation;
use serde_json::json;

use super::*;

/// A context of this AWS.
fn context(endpoint: &str) -> Context {
    Context::new(&Aws::local(endpoint), &Settings::read(|_| None).unwrap())
}

/// An invocation with this much time.
fn invocation(event: Value, millis: i64) -> LambdaEvent<Value> {
    let mut invocation = Invocation::default();
    let deadline = SystemClock.now() + TimeDelta::milliseconds(millis);
    invocation.deadline = deadline.timestamp_millis().try_into().unwrap();
    LambdaEvent::new(event, invocation)
}

#[tokio::test]
async fn malformed_events_are_refused_and_say_what_would_be_right() {
    for event in [
        json!(null),
        json!("x"),
        json!({}),
        json!({"Records": []}),
        json!({"Records": "many"}),
        json!({"Records": [{"eventSource": "aws:kinesis"}]}),
        json!({"Records": [{"eventSource": 7}]}),
        json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": 1}}]}),
        json!({"Records": [{"eventSource": "aws:sqs", "body": {"not": "text"}}]}),
    ] {
        // Nobody is there: it is refused before anybody is asked.
        let nobody = context("http://127.0.0.1:1");
        let answer = handle(invocation(event.clone(), 60_000), &nobody).await;
        let Err(error @ IngestError::UnknownEvent(_)) = answer else { panic!("{event}: {answer:?}") };
        assert!(error.to_string().contains("expected records of SNS or SQS"), "{error}");
    }
}

#[tokio::test]
async fn a_store_that_never_answers_fails_the_invocation_before_its_deadline() {
    // It takes connections and says nothing, for longer than the SDK's own timeouts would bear.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let context = context(&format!("http://{}", silent.local_addr().unwrap()));
    for millis in [1_500, 400, -5_000] {
        let begun = Instant::now();
        let answer = handle(invocation(sample("sns-through-sqs"), millis), &context).await;
        assert!(matches!(answer, Err(IngestError::Expired(_))), "{answer:?}");
        assert!(begun.elapsed().as_millis() < millis.max(0) as u128 + 100, "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_store_out_of_reach_fails_the_invocation_and_names_no_message() {
    let answer = handle(invocation(sample("sns-through-sqs"), 60_000), &context("http://127.0.0.1:1")).await;
    assert!(matches!(answer, Err(IngestError::Definitions(_))), "{answer:?}");
}

fn queued(body: &str) -> Message {
    let record = json!({"messageId": "q-1", "body": body, "attributes": {"SentTimestamp": "1795428299000"}});
    from_queue(&serde_json::from_value(record).unwrap())
}

#[test]
fn a_notification_in_a_queue_is_unwrapped() {
    let notification = json!({
        "Type": "Notification", "MessageId": "sns-1", "TopicArn": "arn:aws:sns:us-west-2:000000000000:orders",
        "Message": "{\"id\": 1}", "Timestamp": "2026-11-23T10:04:59.000Z", "SignatureVersion": "1",
        "Signature": "x", "SigningCertURL": "https://example.com/x.pem", "UnsubscribeURL": "https://example.com/",
        "MessageAttributes": {"dataset": {"Type": "String", "Value": "bookings"}},
    });
    let message = queued(&notification.to_string());
    assert_eq!((message.id.as_str(), message.topic.as_str()), ("sns-1", "orders"));
    assert_eq!(message.dataset.as_deref(), Some("bookings"));
    assert_eq!(message.sent_at.to_rfc3339(), "2026-11-23T10:04:59+00:00");
    assert_eq!(message.body.unwrap(), "{\"id\": 1}");
}

#[test]
fn anything_else_in_a_queue_is_kept_whole_with_what_would_be_right() {
    for body in ["", "hello", r#"{"id": 1}"#, r#"{"Type": "SubscriptionConfirmation"}"#] {
        let message = queued(body);
        assert_eq!(message.id, "q-1");
        assert_eq!(message.sent_at.timestamp_millis(), 1_795_428_299_000);
        let unreadable = message.body.unwrap_err();
        assert_eq!(unreadable.text, body);
        assert!(
            unreadable.reason.contains("raw message delivery is not supported yet"),
            "{}",
            unreadable.reason
        );
    }
}

mod samples;
use samples::sample;
