//! The service over a bucket in memory, and what it leaves there.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    landing,
    memory::{ManualClock, MemoryStore},
    port::{ObjectStore, PutMode},
    quarantine::{Original, Rejected},
    settings::Settings,
};
use ingest::{Event, Ingest};
use tokio::runtime::Runtime;

/// The message of [`super::payload`].
pub(super) const MESSAGE: &str = "m";

const DEFINITIONS: [(&str, &str); 3] = [
    (
        "nested",
        r#"{"name": "nested", "columns": [
            {"name": "b", "type": "boolean"}, {"name": "i", "type": "int"}, {"name": "l", "type": "bigint"},
            {"name": "f", "type": "float"}, {"name": "d", "type": "double"}, {"name": "p", "type": "decimal(9,2)"},
            {"name": "s", "type": "string"}, {"name": "day", "type": "date"}, {"name": "t", "type": "timestamp"},
            {"name": "e", "type": "timestamp", "unit": "ms"}, {"name": "x", "type": "binary"},
            {"name": "a", "type": "array<struct<n:int,m:map<string,array<decimal(4,1)>>>>"},
            {"name": "r", "type": "struct<city:string,at:struct<lat:double,lon:double>>"}]}"#,
    ),
    (
        "orders",
        r#"{"name": "orders", "event_time": "at", "partition_by": "hour", "columns": [
            {"name": "number", "type": "string", "required": true, "from": "orderNumber"},
            {"name": "at", "type": "timestamp", "unit": "s", "required": true}]}"#,
    ),
    (
        "passengers",
        r#"{"name": "passengers", "identity": ["passenger_id"], "cloudevents_type": "com.example.checked-in",
            "columns": [{"name": "passenger_id", "type": "bigint", "required": true}]}"#,
    ),
];

/// What an invocation left.
pub(super) struct Stored {
    pub(super) failed: Vec<String>,
    pub(super) kept: Vec<Kept>,
}

/// One event in landing or quarantine.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) landed: bool,
    /// Its place in the message, where that is known.
    pub(super) position: Option<usize>,
    pub(super) text: String,
}

thread_local! {
    /// Definitions are read once, as by a warm Lambda: a run then costs a hundredth.
    static WORLD: World = World::new();
}

struct World {
    runtime: Runtime,
    store: Arc<MemoryStore>,
    ingest: Ingest<MemoryStore, ManualClock>,
}

/// Stores the Lambda event; `None` if it is refused, which must leave nothing.
pub(super) fn after(event: &str) -> Option<Stored> {
    WORLD.with(|world| world.runtime.block_on(world.after(event)))
}

impl World {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let store = Arc::new(MemoryStore::default());
        for (name, definition) in DEFINITIONS {
            let key = format!("schemas/{name}/000001.json");
            runtime.block_on(store.put(&key, definition.into(), PutMode::Create)).expect("a definition");
        }
        let clock = Arc::new(ManualClock::new("2026-11-23T10:05:00Z".parse().expect("a time")));
        let ingest = Ingest::new(store.clone(), clock, &Settings::read(|_| None).expect("settings"));
        Self { runtime, store, ingest }
    }

    async fn after(&self, event: &str) -> Option<Stored> {
        let until = "2026-11-23T10:06:00Z".parse().expect("a time");
        let stored = self.ingest.store_event(&Event::read(event), until).await;
        let mut keys = self.store.keys();
        keys.retain(|key| !key.starts_with("schemas/"));
        let mut kept = Vec::new();
        for key in &keys {
            let body = zstd::decode_all(&self.store.get(key).await.expect("an object")[..]).expect("zstd");
            let lines = String::from_utf8(body).expect("UTF-8");
            assert!(lines.ends_with('\n'), "{key}");
            kept.extend(lines[..lines.len() - 1].split('\n').map(|line| read(key, line)));
        }
        self.store.delete(&keys).await.expect("an answer");
        let Ok(failed) = stored else {
            assert!(kept.is_empty(), "refused, and stored: {kept:?}");
            return None;
        };
        Some(Stored { failed: failed.0, kept })
    }
}

fn read(key: &str, line: &str) -> Kept {
    if key.starts_with("landing/") {
        let line = landing::Line::parse(line).expect("a landing line");
        let position =
            line.id.as_deref().and_then(|id| id.strip_prefix(MESSAGE)?.strip_prefix(':')?.parse().ok());
        return Kept { landed: true, position, text: line.data.get().to_owned() };
    }
    let line: Rejected = serde_json::from_str(line).expect("a quarantine line");
    assert!(!line.reason.is_empty());
    let text = match line.original {
        Original::Text(text) => text,
        Original::Base64(text) => {
            let bytes = STANDARD.decode(text).expect("base64");
            assert!(std::str::from_utf8(&bytes).is_err(), "text is kept as text");
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    Kept { landed: false, position: Some(line.position), text }
}
