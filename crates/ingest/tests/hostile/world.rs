//! The function over a bucket in memory, from the bytes of its event on.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Utc};
use domain::{
    landing,
    memory::{ManualClock, MemoryStore},
    port::{ObjectStore, PutMode},
    quarantine::Rejected,
    settings::Settings,
};
use ingest::{Event, Ingest, IngestError, replay};
use serde_json::Value;

/// How far behind an event may be in the tests that bound it.
pub(crate) const BEHIND: &str = "2400h";
pub(crate) const BEHIND_HOURS: i64 = 2_400;

const PLAIN: &str = r#"{"name": "plain", "partition_by": "hour", "columns": [{"name": "n", "type": "int", "required": true}]}"#;

const TIMED: &str = r#"{"name": "timed", "partition_by": "hour", "event_time": "at", "identity": ["n"], "columns": [
    {"name": "n", "type": "int", "required": true}, {"name": "at", "type": "timestamp", "required": true}]}"#;

pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-23T10:05:00Z".parse().unwrap()
}

pub(crate) struct World {
    store: Arc<MemoryStore>,
    ingest: Ingest<MemoryStore, ManualClock>,
}

impl World {
    pub(crate) async fn new(settings: &[(&str, &str)]) -> Self {
        Self::of(settings, false).await
    }

    /// `days`: events are partitioned by day.
    pub(crate) async fn of(settings: &[(&str, &str)], days: bool) -> Self {
        let store = Arc::new(MemoryStore::default());
        let timed = if days { TIMED.replace("hour", "day") } else { TIMED.to_owned() };
        for (name, definition) in [("plain", PLAIN.to_owned()), ("timed", timed)] {
            let key = format!("schemas/{name}/000001.json");
            store.put(&key, definition.into(), PutMode::Create).await.unwrap();
        }
        Self::over(store, settings)
    }

    /// Another process on the same bucket.
    pub(crate) fn sharing(other: &Self, settings: &[(&str, &str)]) -> Self {
        Self::over(other.store.clone(), settings)
    }

    fn over(store: Arc<MemoryStore>, settings: &[(&str, &str)]) -> Self {
        let lookup = |name: &str| settings.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned());
        let clock = Arc::new(ManualClock::new(now()));
        let ingest = Ingest::new(store.clone(), clock, &Settings::read(lookup).unwrap());
        Self { store, ingest }
    }

    /// One invocation, after which every message is acknowledged, or all of it is refused.
    pub(crate) async fn invoke(&self, event: &str) -> Result<(), IngestError> {
        let failed = self.ingest.store_event(&Event::read(event), DateTime::<Utc>::MAX_UTC).await?;
        assert!(failed.0.is_empty(), "{failed:?}");
        Ok(())
    }

    pub(crate) async fn replay(&self) {
        for key in self.keys("quarantine/") {
            let options = replay::Options {
                chosen: |_: &Rejected| true,
                dataset: None,
                dry_run: false,
                change: None,
                judged: None,
            };
            self.ingest.replay(&key.parse().unwrap(), options).await.unwrap();
        }
    }

    /// The keys below a prefix, but for the definitions'.
    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        let keys = self.store.keys().into_iter();
        keys.filter(|key| key.starts_with(prefix) && !key.starts_with("schemas/")).collect()
    }

    /// Partition and number of each event that landed.
    pub(crate) async fn landed(&self) -> BTreeSet<(String, i64)> {
        let mut landed = BTreeSet::new();
        for key in self.keys("landing/") {
            // landing/<dataset>/<partition>/<batch>
            let (place, _) = key.rsplit_once('/').unwrap();
            let (_, partition) = place.strip_prefix("landing/").unwrap().split_once('/').unwrap();
            for line in self.lines(&key).await.lines() {
                let line = landing::Line::parse(line).unwrap();
                let event: Value = serde_json::from_str(line.data.get()).unwrap();
                landed.insert((partition.to_owned(), event["n"].as_i64().unwrap()));
            }
        }
        landed
    }

    pub(crate) async fn rejected(&self) -> Vec<Rejected> {
        let mut rejected = Vec::new();
        for key in self.keys("quarantine/") {
            let lines = self.lines(&key).await;
            rejected.extend(lines.lines().map(|line| serde_json::from_str::<Rejected>(line).unwrap()));
        }
        rejected
    }

    async fn lines(&self, key: &str) -> String {
        let packed = self.store.get(key).await.unwrap();
        String::from_utf8(zstd::decode_all(&packed[..]).unwrap()).unwrap()
    }
}
