//! The sample events: every file of `events/` is what AWS would send as far as `aws_lambda_events` knows it, and
//! the triggers of `compact` and `register` read from it what they should. What `ingest` and `query` make of
//! theirs is in the tests of their handlers.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is tests; clippy sees that only in #[test] functions"
)]

use std::{
    collections::BTreeSet,
    fmt::Debug,
    fs,
    path::{Path, PathBuf},
};

use aws::trigger::{Notification, Trigger, Unusable};
use aws_lambda_events::{
    apigw::ApiGatewayV2httpRequest,
    eventbridge::EventBridgeEvent,
    s3::S3Event,
    sns::{SnsEvent, SnsMessage},
    sqs::SqsEvent,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn events() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events"))
}

/// `FUNCTION/NAME` of every sample.
fn samples() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for function in ["compact", "ingest", "query", "register"] {
        for entry in fs::read_dir(events().join(function)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let name = name.strip_suffix(".json").unwrap_or_else(|| panic!("{function}/{name} is no sample"));
            found.insert(format!("{function}/{name}"));
        }
    }
    found
}

fn read(sample: &str) -> Value {
    let text = fs::read(events().join(format!("{sample}.json"))).unwrap();
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{sample}: {error}"))
}

/// Reads the event as this type, writes it again, and expects everything that the file says in what was written.
#[track_caller]
fn is<T: DeserializeOwned + Serialize + PartialEq + Debug>(sample: &str, event: &Value) -> T {
    let parsed: T = serde_json::from_value(event.clone()).unwrap_or_else(|error| panic!("{sample}: {error}"));
    let written = serde_json::to_value(&parsed).unwrap();
    assert_covers(sample, event, &written);
    assert_eq!(serde_json::from_value::<T>(written).unwrap(), parsed, "{sample}");
    parsed
}

/// What SNS writes in the body of an HTTP or SQS message, and the type, going by Lambda's events, writes otherwise.
const RENAMED: [(&str, &str); 2] =
    [("SigningCertURL", "SigningCertUrl"), ("UnsubscribeURL", "UnsubscribeUrl")];

#[track_caller]
fn assert_covers(place: &str, file: &Value, written: &Value) {
    match (file, written) {
        (Value::Object(file), Value::Object(written)) => {
            for (name, value) in file {
                let renamed =
                    RENAMED.iter().find(|(theirs, _)| theirs == name).map_or(name.as_str(), |(_, ours)| ours);
                let known =
                    written.get(renamed).unwrap_or_else(|| panic!("{place}: the type knows no {name}"));
                assert_covers(&format!("{place}/{name}"), value, known);
            }
        }
        (Value::Array(file), Value::Array(written)) => {
            assert_eq!(file.len(), written.len(), "{place}");
            for (n, (file, written)) in file.iter().zip(written).enumerate() {
                assert_covers(&format!("{place}/{n}"), file, written);
            }
        }
        _ => assert_eq!(file, written, "{place}"),
    }
}

/// The bodies of an SQS event's messages.
fn bodies(event: SqsEvent) -> Vec<String> {
    event.records.into_iter().map(|message| message.body.unwrap()).collect()
}

#[track_caller]
fn through_sqs<T: DeserializeOwned + Serialize + PartialEq + Debug>(sample: &str, event: &Value) -> Vec<T> {
    let bodies = bodies(is(sample, event));
    bodies.iter().map(|body| is(&format!("{sample}, body"), &serde_json::from_str(body).unwrap())).collect()
}

/// To be extended with every new file.
fn check_form(sample: &str, event: &Value) {
    match sample {
        "ingest/sns" | "ingest/sns-several" | "ingest/bad-value" | "ingest/unknown-dataset" => {
            drop(is::<SnsEvent>(sample, event));
        }
        "ingest/sns-through-sqs"
        | "ingest/bad-json"
        | "ingest/array"
        | "ingest/ndjson"
        | "ingest/cloudevent"
        | "ingest/cloudevents-batch"
        | "ingest/gzip"
        | "ingest/unknown-encoding" => drop(through_sqs::<SnsMessage>(sample, event)),
        "ingest/raw-delivery" | "ingest/sqs-plain" => drop(is::<SqsEvent>(sample, event)),
        "ingest/truncated-envelope" => {
            for body in bodies(is(sample, event)) {
                assert!(serde_json::from_str::<Value>(&body).unwrap_err().is_eof(), "{body}");
            }
        }
        "compact/s3" => drop(is::<S3Event>(sample, event)),
        "compact/s3-through-sqs" | "register/commit-through-sqs" | "register/definition-through-sqs" => {
            drop(through_sqs::<S3Event>(sample, event));
        }
        "compact/s3-test-event" | "compact/bad-messages" | "register/bad-messages" => {
            drop(is::<SqsEvent>(sample, event));
        }
        "compact/schedule" | "compact/scheduler" | "register/schedule" | "register/scheduler" => {
            drop(is::<EventBridgeEvent>(sample, event));
        }
        "query/rows"
        | "query/rows-filtered"
        | "query/datasets"
        | "query/unknown-dataset"
        | "query/bad-parameter"
        | "query/options"
        | "query/post" => {
            drop(is::<ApiGatewayV2httpRequest>(sample, event));
        }
        "query/rest-api" => {
            drop(serde_json::from_value::<ApiGatewayV2httpRequest>(event.clone()).unwrap_err());
        }
        // Ours, or of a service that none of the functions listens to.
        "ingest/no-records" => assert_eq!(*event, json!({"Records": []})),
        "compact/partition" | "register/partition" => {
            assert_eq!(*event, json!({"dataset": "passengers", "partition": "dt=2026-11-23"}));
        }
        "compact/vacuum" => assert_eq!(*event, json!({"vacuum": {}})),
        "compact/vacuum-partition" => {
            let partition = json!({"dataset": "passengers", "partition": "dt=2026-11-23"});
            assert_eq!(*event, json!({ "vacuum": partition }));
        }
        "register/bad-partition" => {
            assert_eq!(*event, json!({"dataset": "passengers", "partition": "yesterday"}));
        }
        "compact/another-service" => assert_eq!(event["Records"][0]["eventSource"], "aws:kinesis"),
        _ => panic!("events/{sample}.json: say here what it is"),
    }
}

#[test]
fn every_sample_is_what_aws_would_send() {
    let samples = samples();
    assert!(samples.len() >= 35, "{samples:?}");
    for sample in &samples {
        check_form(sample, &read(sample));
    }
}

#[test]
fn the_table_of_the_readme_has_every_sample_and_no_other() {
    let readme = fs::read_to_string(events().join("README.md")).unwrap();
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(".json`"));
    let listed: Vec<String> = rows.map(|(sample, _)| sample.to_owned()).collect();
    let unique: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!((listed.len(), unique), (samples().len(), samples()));
    assert!(Path::new(&events()).join("seed/passengers.ndjson").is_file());
}

/// What a message of a notification says: the keys, or why it cannot be used.
fn meaning(notification: &Notification) -> Result<Vec<String>, &'static str> {
    match &notification.keys {
        Ok(keys) => Ok(keys.iter().map(ToString::to_string).collect()),
        Err(Unusable::NotANotification(_)) => Err("no notification"),
        Err(Unusable::Encoding(_)) => Err("encoding"),
        Err(Unusable::Key(_)) => Err("key"),
    }
}

/// Every message of the sample, and whether a failure of it can be named.
fn notifications(sample: &str) -> (Vec<Result<Vec<String>, &'static str>>, bool) {
    let Ok(Trigger::Notifications(found)) = Trigger::parse(read(sample)) else { panic!("{sample}") };
    (found.iter().map(meaning).collect(), found.iter().all(|message| message.message_id.is_some()))
}

const BATCH: &str = "landing/passengers/dt=2026-11-23/2a6e1b54248545db030c3d5d09ad8243fc36c53f.ndjson.zst";
const ANOTHER: &str = "landing/passengers/dt=2026-11-23/13fb06ca0a79781812c416435e7b115a77aae6ae.ndjson.zst";
const COMMIT: &str = "commits/passengers/dt=2026-11-23/0000000001.json";

/// To be extended with every new file for `compact` or `register`.
fn check_trigger(sample: &str) {
    let keys = |keys: &[&str]| Ok(keys.iter().map(|key| (*key).to_owned()).collect());
    let nameable = |messages: Vec<_>| (messages, true);
    match sample {
        "compact/s3-through-sqs" => assert_eq!(notifications(sample), nameable(vec![keys(&[BATCH])])),
        "compact/s3" => assert_eq!(notifications(sample), (vec![keys(&[ANOTHER])], false)),
        "compact/s3-test-event" => assert_eq!(notifications(sample), nameable(vec![keys(&[])])),
        "compact/bad-messages" => {
            let messages = vec![keys(&[BATCH]), Err("no notification"), Err("key"), Err("encoding")];
            assert_eq!(notifications(sample), nameable(messages));
        }
        "register/commit-through-sqs" => {
            assert_eq!(notifications(sample), nameable(vec![keys(&[COMMIT])]));
        }
        "register/definition-through-sqs" => {
            assert_eq!(notifications(sample), nameable(vec![keys(&["datasets/passengers.json"])]));
        }
        "register/bad-messages" => {
            assert_eq!(notifications(sample), nameable(vec![keys(&[COMMIT]), Err("no notification")]));
        }
        "compact/schedule" | "compact/scheduler" | "register/schedule" | "register/scheduler" => {
            assert_eq!(Trigger::parse(read(sample)).unwrap(), Trigger::Schedule);
        }
        "compact/partition" | "register/partition" => {
            let trigger = Trigger::parse(read(sample)).unwrap();
            let Trigger::Direct(dataset, partition) = trigger else { panic!("{trigger:?}") };
            assert_eq!((dataset.as_str(), partition.to_string().as_str()), ("passengers", "dt=2026-11-23"));
        }
        "compact/vacuum" => assert_eq!(Trigger::parse(read(sample)).unwrap(), Trigger::Vacuum(None)),
        "compact/vacuum-partition" => {
            let trigger = Trigger::parse(read(sample)).unwrap();
            let Trigger::Vacuum(Some((dataset, partition))) = trigger else { panic!("{trigger:?}") };
            assert_eq!((dataset.as_str(), partition.to_string().as_str()), ("passengers", "dt=2026-11-23"));
        }
        "compact/another-service" => is_refused(sample, "found records of aws:kinesis"),
        "register/bad-partition" => is_refused(sample, "yesterday"),
        _ => panic!("events/{sample}.json: say here what it sets off"),
    }
}

fn is_refused(sample: &str, words: &str) {
    let message = Trigger::parse(read(sample)).unwrap_err().to_string();
    assert!(message.contains(words), "{message}");
    assert!(message.contains("expected S3 notifications"), "{message}");
}

#[test]
fn every_sample_sets_off_what_it_should() {
    let samples = samples();
    for sample in samples.iter().filter(|name| name.starts_with("compact/") || name.starts_with("register/"))
    {
        check_trigger(sample);
    }
}
