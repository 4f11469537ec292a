use std::{net::TcpListener, time::Instant};

use aws::Aws;
use chrono::{DateTime, Utc};
use domain::{
    port::Clock,
    settings::{IngestFunction, Settings},
};
use lambda_runtime::Context as Invocation;
use serde_json::{Value, json};

use super::*;

/// A context of this AWS.
fn context(endpoint: &str) -> Context {
    let settings = Settings::read(|_| None).unwrap();
    Context::new(&Aws::local(endpoint), &IngestFunction::from(&settings))
}

/// An invocation with this much time.
fn invocation(event: &Value, millis: i64) -> LambdaEvent<Event> {
    let mut invocation = Invocation::default();
    let deadline = SystemClock.now() + TimeDelta::milliseconds(millis);
    invocation.deadline = deadline.timestamp_millis().try_into().unwrap();
    LambdaEvent::new(Event::read(&event.to_string()), invocation)
}

#[tokio::test]
async fn malformed_events_are_refused_and_say_what_would_be_right() {
    for event in [
        json!(null),
        json!({}),
        json!({"Records": [{"eventSource": "aws:kinesis"}]}),
        json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": 1}}]}),
        json!({"Records": [{"eventSource": "aws:sqs", "body": {"not": "text"}}]}),
    ] {
        // Nobody is there: it is refused before anybody is asked.
        let nobody = context("http://127.0.0.1:1");
        let answer = handle(invocation(&event, 60_000), &nobody, &mut Done::default()).await;
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
        let (begun, mut done) = (Instant::now(), Done::default());
        let answer = handle(invocation(&sample("sns-through-sqs"), millis), &context, &mut done).await;
        assert!(matches!(answer, Err(IngestError::Expired(_))), "{answer:?}");
        assert!(begun.elapsed().as_millis() < millis.max(0) as u128 + 100, "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_store_out_of_reach_fails_the_invocation_and_names_no_message() {
    let (nobody, mut done) = (context("http://127.0.0.1:1"), Done::default());
    let answer = handle(invocation(&sample("sns-through-sqs"), 60_000), &nobody, &mut done).await;
    assert!(matches!(answer, Err(IngestError::Definitions(_))), "{answer:?}");
}

/// No deadline.
const NEVER: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

mod samples;
use samples::sample;
