use aws::Aws;
use domain::settings::Settings;
use serde_json::json;

use super::*;

/// A context whose AWS is not there: what is refused here is refused before anybody is asked.
fn context() -> Context {
    Context::new(&Aws::local("http://127.0.0.1:1"), &Settings::read(|_| None).unwrap())
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
        let answer = handle(LambdaEvent::new(event.clone(), Default::default()), &context()).await;
        let Err(error @ IngestError::UnknownEvent(_)) = answer else { panic!("{event}: {answer:?}") };
        assert!(error.to_string().contains("expected records of SNS or SQS"), "{error}");
    }
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
