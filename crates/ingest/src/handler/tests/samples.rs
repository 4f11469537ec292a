//! The sample events of `events/ingest`, each with what becomes of it.

use std::{fs, path::PathBuf, sync::Arc};

use domain::{
    memory::{ManualClock, MemoryStore},
    port::{ObjectStore, PutMode},
    quarantine::{Original, Rejected},
};

use super::*;
use crate::{Failed, Ingest};

const DEFINITION: &str = include_str!("../../../../../infra/datasets/passengers.json");

fn directory() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/ingest"))
}

/// The sample of this name.
pub(super) fn sample(name: &str) -> Value {
    let text = fs::read(directory().join(format!("{name}.json"))).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// A bucket, and what the service left in it.
struct Bucket(Arc<MemoryStore>);

impl Bucket {
    /// Stores what is in the sample, as the Lambda would, and expects every message to be acknowledged.
    async fn after(name: &str) -> Self {
        let store = Arc::new(MemoryStore::default());
        store.put("schemas/passengers/000001.json", DEFINITION.into(), PutMode::Create).await.unwrap();
        let clock = Arc::new(ManualClock::new("2026-11-23T10:05:00Z".parse().unwrap()));
        let ingest = Ingest::new(store.clone(), clock, &Settings::read(|_| None).unwrap());
        let event = Event::read(&sample(name).to_string());
        assert_eq!(ingest.store_event(&event, NEVER).await.unwrap(), Failed::default(), "{name}");
        Self(store)
    }

    async fn keys(&self, prefix: &str) -> Vec<String> {
        self.0.list_all(prefix).await.unwrap().into_iter().map(|object| object.key).collect()
    }

    async fn lines<T: serde::de::DeserializeOwned>(&self, prefix: &str) -> Vec<T> {
        let mut lines = Vec::new();
        for key in self.keys(prefix).await {
            let text = zstd::decode_all(&self.0.get(&key).await.unwrap()[..]).unwrap();
            let text = String::from_utf8(text).unwrap();
            lines.extend(text.lines().map(|line| serde_json::from_str::<T>(line).unwrap()));
        }
        lines
    }

    /// The passengers that landed.
    async fn landed(&self) -> Vec<i64> {
        let lines: Vec<Value> = self.lines("landing/passengers/dt=2026-11-23/").await;
        assert_eq!(
            self.keys("landing/").await.len(),
            usize::from(!lines.is_empty()),
            "one object, one partition"
        );
        // A CloudEvent lands as it was sent, its data within.
        let id =
            |data: &Value| data["passenger_id"].as_i64().or_else(|| data["data"]["passenger_id"].as_i64());
        lines.iter().map(|line| id(&line["data"]).unwrap()).collect()
    }

    /// What was refused, each with its message, reason and text.
    async fn refused(&self, place: &str) -> Vec<(String, String, String)> {
        let lines: Vec<Rejected> = self.lines(&format!("quarantine/{place}/dt=2026-11-23/")).await;
        assert_eq!(
            self.keys("quarantine/").await.len(),
            usize::from(!lines.is_empty()),
            "one object, one place"
        );
        let text = |original| match original {
            Original::Text(text) => text,
            Original::Base64(text) => panic!("{text}"),
        };
        lines.into_iter().map(|line| (line.message_id, line.reason, text(line.original))).collect()
    }
}

/// What becomes of a sample.
enum Outcome {
    /// These passengers land, and nothing is refused.
    Lands(&'static [i64]),
    /// These land; one message is refused, and kept in this place for this reason.
    Refused(&'static [i64], &'static str, &'static str),
    /// The invocation fails with these words.
    Fails(&'static str),
}

/// To be extended with every new file.
fn expected(name: &str) -> Outcome {
    use Outcome::{Fails, Lands, Refused};
    match name {
        "sns" => Lands(&[21]),
        "sns-several" => Lands(&[22, 23, 24]),
        "sns-through-sqs" => Lands(&[25, 26]),
        "raw-delivery" => Lands(&[27]),
        "sqs-plain" => Refused(&[], "_unrouted", "no dataset: set the message attribute \"dataset\""),
        "truncated-envelope" => Refused(&[], "_unrouted", "the text ends too early"),
        "bad-json" => Refused(&[28], "passengers", "the text ends too early"),
        "bad-value" => Refused(
            &[],
            "passengers",
            "column passenger_id: expected bigint (a whole number of 64 bits), found \"thirty\"",
        ),
        "unknown-dataset" => {
            Refused(&[], "_unrouted", "unknown dataset \"passenger\": did you mean \"passengers\"?")
        }
        "array" => Refused(&[33, 35], "passengers", "column passenger_id: expected bigint"),
        "ndjson" => Refused(&[36, 37], "passengers", "the text ends too early"),
        "cloudevent" => Lands(&[39]),
        "cloudevents-batch" => Lands(&[40, 41]),
        "gzip" => Lands(&[42, 43, 44]),
        "unknown-encoding" => Refused(&[], "passengers", "content-encoding \"br\" is not supported"),
        "no-records" => Fails("expected records of SNS or SQS; found no records"),
        _ => panic!("events/ingest/{name}.json: say here what becomes of it"),
    }
}

#[tokio::test]
async fn every_sample_becomes_what_it_should_and_nothing_is_lost() {
    let mut names: Vec<String> = fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 10, "{names:?}");
    for name in &names {
        match expected(name) {
            Outcome::Lands(passengers) => {
                let bucket = Bucket::after(name).await;
                assert_eq!(bucket.landed().await, passengers, "{name}");
                assert_eq!(bucket.keys("quarantine/").await, [""; 0], "{name}");
            }
            Outcome::Refused(passengers, place, words) => {
                let bucket = Bucket::after(name).await;
                assert_eq!(bucket.landed().await, passengers, "{name}");
                let refused = bucket.refused(place).await;
                let [(id, reason, text)] = &refused[..] else { panic!("{name}: {refused:?}") };
                assert!(reason.contains(words), "{name}: {reason}");
                // Named by the notification if there is a whole one, else by the queue.
                let record = &sample(name)["Records"][0];
                let body = record["body"].as_str().unwrap_or_default();
                let sns = serde_json::from_str(body).unwrap_or_else(|_| record["Sns"].clone());
                let (named, sent) = match (&sns["MessageId"], &sns["Message"]) {
                    (Value::String(id), Value::String(message)) => (id.as_str(), message.as_str()),
                    _ => (record["messageId"].as_str().unwrap(), body),
                };
                assert_eq!(id, named, "{name}");
                assert!(!text.is_empty() && sent.contains(text), "{name}: {text}");
                assert!(!passengers.is_empty() || text == sent, "{name}: kept whole");
            }
            Outcome::Fails(words) => {
                let nobody = context("http://127.0.0.1:1");
                let error = handle(invocation(&sample(name), 60_000), &nobody, &mut Done::default())
                    .await
                    .unwrap_err();
                assert!(matches!(error, IngestError::UnknownEvent(_)), "{name}: {error}");
                assert!(error.to_string().contains(words), "{name}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn the_samples_for_compact_name_what_the_samples_for_ingest_leave() {
    for (ours, theirs) in [("sns", "s3-through-sqs"), ("sns-several", "s3")] {
        let left = Bucket::after(ours).await.keys("landing/").await;
        let path = directory().join(format!("../compact/{theirs}.json"));
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains(&left[0].replace('=', "%3D")), "{theirs} should name {}", left[0]);
    }
}
