//! The stages of the way, watched from outside, with their times.

use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    time::{Duration, Instant},
};

use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use domain::{
    Commit, DatasetName,
    key::{self, ParsedKey},
    port::{Catalog, CatalogPartition, Clock, ObjectStore},
};

use super::lake::DemoLake;
use crate::failure::Failure;

/// SNS's limit of entries in one request.
const ENTRIES: usize = 10;

const POLL: Duration = Duration::from_millis(10);

/// How long a stage may take before the demo gives up.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Stages<'a> {
    demo: &'a DemoLake,
    started: Instant,
    done: Vec<Stage>,
}

struct Stage {
    name: &'static str,
    what: String,
    took: Duration,
}

fn failed(error: impl Display) -> Failure {
    Failure::Demo(error.to_string())
}

fn caused(error: impl std::error::Error) -> Failure {
    Failure::Demo(domain::chain(&error))
}

fn passengers() -> Result<DatasetName, Failure> {
    DatasetName::new("passengers").map_err(failed)
}

impl<'a> Stages<'a> {
    pub(super) fn start(demo: &'a DemoLake) -> Self {
        Self { demo, started: Instant::now(), done: Vec::new() }
    }

    fn done(&mut self, name: &'static str, what: String) {
        self.done.push(Stage { name, what, took: self.started.elapsed() });
        self.started = Instant::now();
    }

    /// Comes back when every event is acknowledged, and so is stored.
    pub(super) async fn publish(&mut self, events: &[&str]) -> Result<(), Failure> {
        let dataset = MessageAttributeValue::builder()
            .data_type("String")
            .string_value("passengers")
            .build()
            .map_err(caused)?;
        let mut requests = 0;
        for entries in events.chunks(ENTRIES) {
            let mut call = self.demo.sns.publish_batch().topic_arn(self.demo.topic());
            for (position, event) in entries.iter().enumerate() {
                let entry = PublishBatchRequestEntry::builder()
                    .id(position.to_string())
                    .message(*event)
                    .message_attributes("dataset", dataset.clone());
                call = call.publish_batch_request_entries(entry.build().map_err(caused)?);
            }
            let answer = call.send().await.map_err(caused)?;
            if let Some(refused) = answer.failed().first() {
                return Err(failed(format_args!("an event was not published: {}", refused.code())));
            }
            requests += 1;
        }
        let landed = self.demo.store.list_all(key::LANDING).await.map_err(caused)?;
        let what = format!("events {}, requests {requests}, landing objects {}", events.len(), landed.len());
        self.done("publish", what);
        Ok(())
    }

    /// Comes back when the heads of the commit logs hold all events.
    pub(super) async fn compacted(&mut self, events: usize) -> Result<(), Failure> {
        let what = self.wait(async |demo: &DemoLake| {
            let objects = demo.store.list_all(key::COMMITS).await.map_err(caused)?;
            let mut heads = BTreeMap::new();
            for object in &objects {
                // A listing is in order of the generations.
                if let Ok(ParsedKey::Commit(dataset, partition, _)) = ParsedKey::parse(&object.key) {
                    heads.insert((dataset, partition), &object.key);
                }
            }
            let (mut rows, mut bytes) = (0, 0);
            for key in heads.values() {
                let body = demo.store.get(key).await.map_err(caused)?;
                let head = Commit::parse(key, &body).map_err(caused)?;
                rows += head.rows;
                bytes += head.bytes();
            }
            let what = format!("generations {}, rows {rows}, bytes of Parquet {bytes}", objects.len());
            Ok((rows >= events as u64).then_some(what))
        });
        let what = what.await?;
        self.done("compact", what);
        Ok(())
    }

    /// Comes back when the catalog's partitions have all events.
    pub(super) async fn registered(&mut self, events: usize) -> Result<(), Failure> {
        let dataset = passengers()?;
        let what = self.wait(async |demo: &DemoLake| {
            let partitions = demo.catalog.partitions(&dataset).await.map_err(caused)?;
            let states = partitions.iter().filter_map(CatalogPartition::registered);
            let rows: u64 = states.map(|state| state.rows).sum();
            let what = format!("partitions in the catalog {}", partitions.len());
            Ok((rows >= events as u64).then_some(what))
        });
        let what = what.await?;
        self.done("register", what);
        Ok(())
    }

    /// The answer of the HTTP API.
    pub(super) async fn query(&mut self, path: &str) -> Result<String, Failure> {
        let answer = self.demo.http.get(self.demo.url(path)).send().await.map_err(caused)?;
        let status = answer.status();
        let scanned = answer.headers().get("tributary-bytes-scanned").and_then(|value| value.to_str().ok());
        let what = format!("bytes scanned {}", scanned.unwrap_or("unknown"));
        let body = answer.text().await.map_err(caused)?;
        if !status.is_success() {
            return Err(failed(format_args!("GET {path} answered {status}: {body}")));
        }
        self.done("query", what);
        Ok(body)
    }

    async fn wait(
        &self,
        look: impl AsyncFn(&DemoLake) -> Result<Option<String>, Failure>,
    ) -> Result<String, Failure> {
        let since = Instant::now();
        loop {
            if let Some(found) = look(self.demo).await? {
                return Ok(found);
            }
            if since.elapsed() > PATIENCE {
                let seconds = PATIENCE.as_secs();
                return Err(failed(format_args!(
                    "nothing came within {seconds} s; run again with TRIBUTARY_LOG=info to see why"
                )));
            }
            aws::SystemClock.sleep(POLL).await;
        }
    }
}

impl Display for Stages<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<10} {:>8}  what", "stage", "ms")?;
        for Stage { name, what, took } in &self.done {
            writeln!(f, "{name:<10} {:>8.1}  {what}", took.as_secs_f64() * 1_000.0)?;
        }
        let total: Duration = self.done.iter().map(|stage| stage.took).sum();
        writeln!(
            f,
            "{:<10} {:>8.1}  from the first publish to the answer",
            "total",
            total.as_secs_f64() * 1_000.0
        )
    }
}
