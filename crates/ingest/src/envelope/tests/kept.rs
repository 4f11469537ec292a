//! What Lambda keeps of an invocation that failed, moved to the queue.

use serde_json::{Value, json};

use super::{super::Batch, now, queued};

/// As SNS hands a message to a function: other names than in a queue, in another order, and without what SNS has not.
fn handed_to_a_function() -> Value {
    json!({"Records": [{
        "EventVersion": "1.0",
        "EventSubscriptionArn": "arn:aws:sns:us-west-2:000000000000:orders:21be56ed-a058-49f5-8c98-aedd2564c486",
        "EventSource": "aws:sns",
        "Sns": {
            "SignatureVersion": "1", "Timestamp": "2026-11-23T10:04:59.123Z", "Signature": "x",
            "SigningCertUrl": "https://example.com/x.pem", "MessageId": "sns-1", "Message": "{\"a\": \"\u{f1} \\n\"}",
            "MessageAttributes": {"dataset": {"Type": "String", "Value": "bookings"}},
            "Type": "Notification", "UnsubscribeUrl": "https://example.com/",
            "TopicArn": "arn:aws:sns:us-west-2:000000000000:orders", "Subject": null,
        },
    }]})
}

/// As Lambda writes it to the queue of a failure destination.
fn kept_by_lambda(event: &Value) -> Value {
    json!({
        "version": "1.0", "timestamp": "2026-11-23T10:14:00.568Z",
        "requestContext": {
            "requestId": "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
            "functionArn": "arn:aws:lambda:us-west-2:000000000000:function:tributary-ingest:live",
            "condition": "RetriesExhausted", "approximateInvokeCount": 3,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "7", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "Error", "errorMessage": "the store is out of reach"},
    })
}

#[test]
fn what_lambda_kept_of_a_failed_invocation_is_the_message_that_it_failed_with() {
    let event = handed_to_a_function();
    let kept = kept_by_lambda(&event);
    // Never handed over, since it was too old: there is no response.
    let mut too_old = kept.clone();
    too_old["requestContext"]["condition"] = json!("EventAgeExceeded");
    too_old["responsePayload"] = Value::Null;
    too_old.as_object_mut().unwrap().remove("responseContext");
    let in_order = format!(r#"{{"version": "1.0", "requestContext": {{}}, "requestPayload": {event}}}"#);
    let pretty = serde_json::to_string_pretty(&kept).unwrap();
    // The last one is what a dead-letter queue of the function has.
    for body in [kept.to_string(), pretty, too_old.to_string(), in_order, event.to_string()] {
        let queued = queued(&body);
        let batch = Batch::read(queued.to_string().as_bytes()).unwrap();
        let [message] = &batch.messages(now()).unwrap()[..] else { panic!("{body}") };
        assert_eq!(
            (message.id, message.topic, message.dataset),
            ("sns-1", "orders", Some("bookings")),
            "{body}"
        );
        assert_eq!(message.arn, Some("arn:aws:sns:us-west-2:000000000000:orders"));
        assert_eq!(message.sent_at.to_rfc3339(), "2026-11-23T10:04:59.123+00:00");
        assert_eq!(
            (std::str::from_utf8(message.body), &message.unreadable),
            (Ok("{\"a\": \"\u{f1} \\n\"}"), &None)
        );
        assert_eq!(batch.name(0), Some("q-1"));
        // It is the same event as when SNS handed it over, so it gets the same identity.
        let direct = Batch::read(event.to_string().as_bytes()).unwrap();
        let direct = direct.messages(now()).unwrap();
        assert_eq!(
            (direct[0].id, direct[0].position, direct[0].body),
            (message.id, message.position, message.body)
        );
    }
}

#[test]
fn records_of_anything_else_are_the_payload_itself() {
    let event = handed_to_a_function();
    let mut of_s3 = event.clone();
    of_s3["Records"][0]["EventSource"] = json!("aws:s3");
    let mut two = event.clone();
    two["Records"].as_array_mut().unwrap().push(event["Records"][0].clone());
    let mut no_id = event.clone();
    no_id["Records"][0]["Sns"].as_object_mut().unwrap().remove("MessageId");
    let mut bodies: Vec<String> = [&of_s3, &two, &no_id, &json!({"Records": []}), &json!({"Records": [1]})]
        .iter()
        .flat_map(|event| [event.to_string(), kept_by_lambda(event).to_string()])
        .collect();
    bodies.push(kept_by_lambda(&json!({"ORDER_IDS": [9_001, 9_002]})).to_string());
    bodies.push(kept_by_lambda(&Value::Null).to_string());
    bodies.push(format!("{} {{}}", kept_by_lambda(&event)));
    bodies.push(json!({"version": 1, "requestPayload": event.to_string()}).to_string());
    for body in bodies {
        let queued = queued(&body);
        let batch = Batch::read(queued.to_string().as_bytes()).unwrap();
        let message = &batch.messages(now()).unwrap()[0];
        assert_eq!(
            (message.id, message.topic, message.dataset),
            ("q-1", "incoming", Some("seats")),
            "{body}"
        );
        assert_eq!((std::str::from_utf8(message.body), &message.unreadable), (Ok(body.as_str()), &None));
    }
}
