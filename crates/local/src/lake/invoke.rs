//! Lambda events, and invocations with them.

use std::collections::HashSet;

use aws::SystemClock;
use aws_lambda_events::sqs::SqsBatchResponse;
use chrono::TimeDelta;
use domain::port::{Clock, Ids};
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};

/// How long a function may take: Lambda's own limit.
const TIMEOUT: TimeDelta = TimeDelta::minutes(15);

/// An invocation of the event, as the runtime would hand it over.
pub(super) fn event<T>(payload: T) -> LambdaEvent<T> {
    let mut context = Context::default();
    context.request_id = aws::RandomIds.ulid().to_string();
    let deadline = SystemClock.now() + TIMEOUT;
    context.deadline = u64::try_from(deadline.timestamp_millis()).unwrap_or_default();
    LambdaEvent::new(payload, context)
}

/// An SQS event with one message for each body. Message ids are the bodies' positions.
pub(super) fn sqs(queue: &str, bodies: &[String]) -> Value {
    let sent = SystemClock.now().timestamp_millis().to_string();
    let records: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(position, body)| {
            json!({
                "messageId": position.to_string(),
                "receiptHandle": position.to_string(),
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": sent},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": format!("arn:aws:sqs:{}:000000000000:{queue}", aws::LOCAL_REGION),
                "awsRegion": aws::LOCAL_REGION,
            })
        })
        .collect();
    json!({ "Records": records })
}

/// The positions of the messages that the function names as failed.
pub(super) fn failed(response: &SqsBatchResponse) -> HashSet<usize> {
    let failures = response.batch_item_failures.iter();
    failures.filter_map(|failure| failure.item_identifier.parse().ok()).collect()
}

/// The event of an EventBridge schedule.
pub(super) fn schedule() -> Value {
    json!({
        "version": "0",
        "id": aws::RandomIds.ulid().to_string(),
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "account": "000000000000",
        "region": aws::LOCAL_REGION,
        "time": SystemClock.now().to_rfc3339(),
        "resources": [],
        "detail": {},
    })
}

/// The constant input of the vacuum's schedule.
pub(super) fn vacuum() -> Value {
    json!({"vacuum": {}})
}
