//! Lambda's runtime API for the very binary of a function, and what holds of every function.

use std::{
    collections::VecDeque,
    process::Command,
    sync::{Arc, Mutex},
};

use chrono::TimeDelta;
use domain::port::Clock;
use serde_json::Value;

use super::server::{Request, Server, answer};
use crate::SystemClock;

/// The id of every request.
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// What a function answered to an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Whether it said that the invocation has failed.
    pub is_error: bool,
    /// The answer, or the error, as JSON text.
    pub body: String,
}

/// What became of a process.
#[derive(Debug)]
pub struct Ran {
    /// Its answers, in order.
    pub answers: Vec<Answered>,
    /// All that it wrote on standard error.
    pub log: String,
}

impl Ran {
    /// The lines of its invocations.
    pub fn invocations(&self) -> Vec<Value> {
        let lines = self.log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let is_invocation =
            |line: &Value| line["message"].as_str().is_some_and(|message| message.starts_with("invocation "));
        lines.filter(is_invocation).collect()
    }
}

/// Runs the binary on these events, one after the other, in an environment of these variables and of those that Lambda sets.
/// After the last event the runtime API goes away, which ends the process.
pub async fn run(binary: &str, variables: &[(&str, &str)], events: &[&str]) -> Ran {
    let events = Mutex::new(events.iter().map(|event| (*event).to_owned()).collect::<VecDeque<_>>());
    let answers = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&answers);
    let api = move |request: &Request| {
        if request.method() == "GET" {
            let Some(event) = events.lock().unwrap().pop_front() else { return Vec::new() };
            let deadline = (SystemClock.now() + TimeDelta::minutes(1)).timestamp_millis().to_string();
            let headers = [
                ("Lambda-Runtime-Aws-Request-Id", REQUEST_ID),
                ("Lambda-Runtime-Deadline-Ms", deadline.as_str()),
                ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-west-2:000000000000:function:f"),
            ];
            return answer(200, &headers, event);
        }
        let is_error = request.target().ends_with("/error");
        let body = String::from_utf8_lossy(&request.body).into_owned();
        kept.lock().unwrap().push(Answered { is_error, body });
        answer(202, &[], "")
    };
    let api = Server::start(api).await;
    let mut command = Command::new(binary);
    command.env_clear().env("AWS_LAMBDA_RUNTIME_API", api.endpoint().trim_start_matches("http://"));
    command.envs([
        ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_REGION", "us-west-2"),
    ]);
    command.envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let answers = answers.lock().unwrap().clone();
    Ran { answers, log: String::from_utf8_lossy(&output.stderr).into_owned() }
}

/// Checks what holds of every function: a wrong setting of its own ends it with a message that names the variable, before it
/// takes an event; wrong settings of others do not concern it; and each invocation leaves one line, whatever came of it, with
/// metrics in it where the lake has a name. Each line of an invocation is JSON and has its request's id.
/// Answers what became of these events with the wrong settings of others.
pub async fn check(
    function: &str,
    binary: &str,
    own: (&str, &str),
    others: &[(&str, &str)],
    events: &[&str],
) -> Ran {
    let (name, value) = own;
    let ran = run(binary, &[own], events).await;
    let words = format!("{function} cannot start: {name}={value:?} is not valid: ");
    assert!(ran.log.starts_with(&words), "{}", ran.log);
    assert_eq!((ran.log.lines().count(), ran.answers.len()), (1, 0), "{ran:?}");

    // Whatever is logged, metrics are written.
    let named = [("TRIBUTARY_LAKE", "tributary-test"), ("TRIBUTARY_LOG", "off")];
    let ran = run(binary, &named, events).await;
    let lines = ran.invocations();
    assert_eq!((lines.len(), ran.log.lines().count()), (events.len(), events.len()), "{ran:?}");
    for (line, answered) in lines.iter().zip(&ran.answers) {
        assert_eq!(
            (&line["lake"], &line["function"]),
            (&"tributary-test".into(), &function.into()),
            "{line}"
        );
        assert!(line["_aws"]["CloudWatchMetrics"].is_array() && line["invocations"] == 1, "{line}");
        assert_eq!(line["invocations_failed"] == 1, answered.is_error, "{line}");
    }

    // Whatever is logged, each line of an invocation says of which.
    let warnings = [others, &[("TRIBUTARY_LOG", "warn")]].concat();
    for line in run(binary, &warnings, events).await.invocations() {
        assert_eq!(line["request_id"], REQUEST_ID, "{line}");
    }
    let ran = run(binary, others, events).await;
    assert_eq!(ran.answers.len(), events.len(), "{ran:?}");
    let lines = ran.invocations();
    assert_eq!(lines.len(), events.len(), "{ran:?}");
    for (n, (line, answered)) in lines.iter().zip(&ran.answers).enumerate() {
        assert_eq!((&line["function"], &line["cold_start"]), (&function.into(), &(n == 0).into()), "{line}");
        assert_eq!(line["request_id"], REQUEST_ID, "{line}");
        let message = if answered.is_error { "invocation failed" } else { "invocation answered" };
        assert_eq!(line["message"], message, "{line}");
        assert!(line["left_ms"].as_i64().is_some_and(|left| (1..=60_000).contains(&left)), "{line}");
        assert!(line["took_ms"].is_i64() || line["took_ms"].is_u64(), "{line}");
    }
    ran
}
