//! `TRIBUTARY_RECORD_CALLS`: what is in the file afterwards is what was asked of AWS.

use std::{collections::BTreeSet, path::Path};

use aws::testing::{Misbehaviour, Server, impatient};
use serde_json::Value;

use crate::calls::{CALLS, Call, Outcome, answers};

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_is_in_the_record_with_what_it_was_answered() {
    let directory = tempfile::tempdir().unwrap();
    let (file, server) = (directory.path().join("calls"), Server::start(answers).await);
    let aws = impatient(&server).recording_calls(&file, "register");
    for call in CALLS {
        assert_eq!(call.make(&aws).await, Ok(()), "{call:?}");
    }
    let lines = lines(&file);
    assert!(lines.iter().all(|line| line["function"] == "register" && line["status"] == 200), "{lines:?}");
    let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    let operations: BTreeSet<String> =
        lines.iter().map(|line| format!("{}:{}", text(line, "service"), text(line, "operation"))).collect();
    let expected = [
        "Athena:GetQueryExecution",
        "Athena:StartQueryExecution",
        "Glue:BatchUpdatePartition",
        "Glue:GetTable",
        "S3:CopyObject",
        "S3:DeleteObjects",
        "S3:GetObject",
        "S3:HeadObject",
        "S3:ListObjectsV2",
        "S3:PutObject",
    ];
    assert_eq!(operations, expected.map(str::to_owned).into());
    let put = lines.iter().find(|line| line["operation"] == "PutObject").unwrap();
    assert!(put["method"] == "PUT" && text(put, "uri").contains("/tributary/a"), "{put}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_in_the_record_and_each_attempt_is_a_line() {
    let directory = tempfile::tempdir().unwrap();
    let (file, server) = (directory.path().join("calls"), Server::start(answers).await);
    let aws = impatient(&server).recording_calls(&file, "ingest");
    server.plan([Some(Misbehaviour::Error(503, "SlowDown")), None]);
    assert_eq!(Call::Put.make(&aws).await, Ok(()));
    server.plan([Some(Misbehaviour::Error(403, "AccessDenied"))]);
    assert!(matches!(Call::Get.make(&aws).await, Err(Outcome::Final(_))));
    // Nobody answers: nobody has judged it.
    server.plan([Some(Misbehaviour::CloseAfterRequest), None]);
    assert_eq!(Call::Status.make(&aws).await, Ok(()));
    let seen: Vec<(Value, Value)> =
        lines(&file).into_iter().map(|mut line| (line["operation"].take(), line["status"].take())).collect();
    let expected = [("PutObject", 503), ("PutObject", 200), ("GetObject", 403), ("GetQueryExecution", 200)];
    assert_eq!(seen, expected.map(|(operation, status)| (Value::from(operation), Value::from(status))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_written_fails_the_calls() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(answers).await;
    // A directory is no file.
    let aws = impatient(&server).recording_calls(directory.path(), "ingest");
    for call in [Call::Put, Call::Table, Call::Start] {
        assert!(call.make(&aws).await.is_err(), "{call:?}");
    }
}
