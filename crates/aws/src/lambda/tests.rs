use std::{cell::RefCell, future::pending, panic::AssertUnwindSafe, pin::pin, task::Poll};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    memory::{ManualClock, SeededIds},
    metric::{self, Metric},
    port::{Clock, Ids},
    settings::IngestFunction,
};
use lambda_runtime::Context;
use serde_json::{Value, json};

use super::*;
use crate::telemetry::logged;

/// A report of a handler that counts.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Steps(u64);

impl Facts for Steps {
    fn each(&self, number: &mut dyn FnMut(&'static Metric, u64)) {
        number(&metric::COMMITS, self.0);
        number(&metric::ENCODED_BYTES, self.0 * 100);
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the step failed")]
struct Failure(#[source] std::fmt::Error);

/// How a handler ends, and what it gets to do before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Answer,
    Error,
    Panic,
    /// Never.
    Hang,
}

struct World {
    clock: ManualClock,
    end: End,
    steps: u64,
    step: TimeDelta,
}

fn midnight() -> DateTime<Utc> {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

async fn work(event: LambdaEvent<Value>, world: &World, done: &mut Steps) -> Result<Value, Failure> {
    for _ in 0..world.steps {
        done.0 += 1;
        world.clock.advance(world.step);
    }
    match world.end {
        End::Answer => Ok(event.payload),
        End::Error => Err(Failure(std::fmt::Error)),
        End::Panic => panic!("a defect"),
        End::Hang => pending().await,
    }
}

/// What is told of an invocation, without the references.
type Told = (bool, Outcome, TimeDelta, Option<TimeDelta>, Steps);

/// One invocation of `work` in this world, with the deadline so long after midnight, and everything that is told of it.
async fn told(world: &World, cold: bool, deadline: Option<TimeDelta>) -> Vec<Told> {
    let mut context = Context::default();
    context.request_id = "8476a536".to_owned();
    context.deadline = deadline
        .map_or(u64::MAX, |deadline| u64::try_from((midnight() + deadline).timestamp_millis()).unwrap());
    let told = RefCell::new(Vec::new());
    let tell = |of: &Invocation<'_, Steps>| {
        assert_eq!((of.function, of.request_id), ("compact", "8476a536"));
        assert_eq!(of.ended, midnight() + of.took);
        told.borrow_mut().push((of.cold, of.outcome.clone(), of.took, of.left, of.report.clone()));
    };
    let event = (|| json!({"n": 1}), context);
    {
        let invocation = invoke("compact", cold, event, world, &work, &world.clock, &tell);
        let mut invocation = pin!(invocation);
        // What is not ready at once hangs: it is given up where it stands, as at a deadline.
        let polled = std::future::poll_fn(|poller| {
            let poll = std::panic::catch_unwind(AssertUnwindSafe(|| invocation.as_mut().poll(poller)));
            Poll::Ready(poll)
        });
        match polled.await {
            Ok(Poll::Ready(answer)) => {
                assert_eq!(answer.is_ok(), world.end == End::Answer);
                assert!(answer.is_err() || answer.unwrap() == json!({"n": 1}));
            }
            Ok(Poll::Pending) => assert_eq!(world.end, End::Hang),
            Err(_panic) => assert_eq!(world.end, End::Panic),
        }
    }
    told.into_inner()
}

/// However an invocation ends, and whatever it had done until then: one measurement, with all of that.
#[tokio::test]
async fn each_invocation_is_told_of_once_however_it_ends() {
    let random = SeededIds::new(20);
    for round in 0..200 {
        let end =
            [End::Answer, End::Error, End::Panic, End::Hang][usize::try_from(random.random() % 4).unwrap()];
        let steps = random.random() % 5;
        let step = TimeDelta::milliseconds(i64::try_from(random.random() % 1_000).unwrap());
        let cold = random.random().is_multiple_of(2);
        let deadline = (!random.random().is_multiple_of(3)).then(|| TimeDelta::seconds(2));
        let world = World { clock: ManualClock::new(midnight()), end, steps, step };
        let took = world.step * i32::try_from(steps).unwrap();
        let outcome = match end {
            End::Answer => Outcome::Answered,
            End::Error => {
                Outcome::Failed("the step failed: an error occurred when formatting an argument".to_owned())
            }
            End::Panic | End::Hang => Outcome::BrokenOff,
        };
        let left = deadline.map(|deadline| deadline - took);
        let expected = vec![(cold, outcome, took, left, Steps(steps))];
        assert_eq!(told(&world, cold, deadline).await, expected, "round {round}: {end:?}");
        assert_eq!(world.clock.now(), midnight() + took);
    }
}

#[test]
fn a_line_reads_alone_and_has_the_report_in_it() {
    let report = Steps(3);
    for (outcome, level, message) in [
        (Outcome::Answered, "INFO", "invocation answered"),
        (Outcome::Failed("no store".to_owned()), "WARN", "invocation failed"),
        (Outcome::BrokenOff, "ERROR", "invocation broken off"),
    ] {
        for left in [None, Some(TimeDelta::milliseconds(-5))] {
            let took = TimeDelta::milliseconds(1_234);
            let of = Invocation {
                function: "register",
                request_id: "8476a536",
                cold: true,
                outcome: &outcome,
                ended: midnight(),
                took,
                left,
                report: &report,
            };
            let text = logged("info", || log(&of));
            assert_eq!(text.lines().count(), 1, "{text}");
            let line: Value = serde_json::from_str(&text).unwrap();
            assert_eq!((&line["level"], &line["message"]), (&level.into(), &message.into()), "{line}");
            assert_eq!(
                (&line["function"], &line["cold_start"]),
                (&"register".into(), &true.into()),
                "{line}"
            );
            assert_eq!(
                (&line["took_ms"], &line["report"]),
                (&1_234.into(), &"commits=3 encoded_bytes=300".into()),
                "{line}"
            );
            assert_eq!(line.get("left_ms"), left.map(|_| Value::from(-5)).as_ref(), "{line}");
            let is_failed = matches!(outcome, Outcome::Failed(_));
            let error: Option<Value> = is_failed.then(|| "no store".into());
            assert_eq!(line.get("error"), error.as_ref(), "{line}");
        }
    }
}

#[test]
fn what_is_no_json_is_an_event_that_no_function_takes() {
    assert_eq!(Value::from_body(br#"{"dataset": "seats"}"#), json!({"dataset": "seats"}));
    for body in [&b""[..], b"{", b"\xff", b"{} {}"] {
        assert_eq!(Value::from_body(body), Value::Null);
        assert!(crate::trigger::Trigger::parse(Value::from_body(body)).is_err());
    }
}

#[test]
fn a_wrong_setting_of_the_function_or_of_the_log_is_named() {
    let with = |name: &'static str, value: &'static str| {
        move |asked: &str| (asked == name).then(|| value.to_owned())
    };
    for (name, value, words) in [
        ("TRIBUTARY_BUCKET", "My_Bucket", "expected 3 to 63 of"),
        ("TRIBUTARY_TOPICS", "shop", "expected ARNs of topics"),
        ("TRIBUTARY_LAKE", "my lake", "for example tributary-prod"),
        ("TRIBUTARY_LOG", "compact=loud", "expected a level"),
    ] {
        let message = prepare::<IngestFunction>(with(name, value)).unwrap_err().to_string();
        assert!(message.starts_with(&format!("{name}={value:?} is not valid: ")), "{message}");
        assert!(message.contains(words), "{message}");
    }
}
