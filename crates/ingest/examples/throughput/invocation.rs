//! The function as a Lambda runs it, from the bytes of the event on.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    memory::{ManualClock, MemoryStore},
    port::{ObjectStore, PutMode},
    settings::Settings,
};
use ingest::{Event, Ingest};

/// Everything happens at this time.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_428_300, 0).expect("2026-11-23T10:05:00Z")
}

/// A bucket that has nothing but the definition.
pub(crate) async fn bucket(definition: impl Into<Bytes>) -> MemoryStore {
    let store = MemoryStore::default();
    store.put("schemas/orders/000001.json", definition.into(), PutMode::Create).await.expect("a definition");
    store
}

/// The service, with a clock that stands still: definitions are read once, as by a warm Lambda.
pub(crate) fn service<S: ObjectStore>(store: Arc<S>) -> Ingest<S, ManualClock> {
    let settings = Settings::read(|_| None).expect("settings");
    Ingest::new(store, Arc::new(ManualClock::new(now())), &settings)
}

/// One invocation: what the layer of the runtime does with the body, and then the handler.
pub(crate) async fn invoke<S: ObjectStore>(service: &Ingest<S, ManualClock>, body: impl AsRef<[u8]>) {
    let event = Event::from_body(body.as_ref());
    drop(body);
    let failed = service.store_event(&event, now() + TimeDelta::hours(1)).await.expect("an answer");
    assert!(failed.0.is_empty(), "every message is acknowledged");
}
