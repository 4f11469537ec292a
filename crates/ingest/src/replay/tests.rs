use std::sync::Arc;

use domain::{
    memory::{ManualClock, MemoryStore},
    port::PutMode,
    quarantine::Original,
    settings::Settings,
};

use super::*;
use crate::message::Message;

mod arrays;
mod changed;
mod meanwhile;
mod slices;

const NARROW: &str = r#"{"name": "seats", "columns": [{"name": "n", "type": "int"}]}"#;
const WIDE: &str =
    r#"{"name": "seats", "columns": [{"name": "n", "type": "int"}, {"name": "later", "type": "string"}]}"#;

struct World {
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    event_ahead: &'static str,
}

impl World {
    async fn with(definition: Option<&str>) -> Self {
        let world = Self {
            store: Arc::new(MemoryStore::default()),
            clock: Arc::new(ManualClock::new("2026-11-23T10:05:00Z".parse().unwrap())),
            event_ahead: "24h",
        };
        if let Some(definition) = definition {
            world.accept(definition, 1).await;
        }
        world
    }

    async fn accept(&self, definition: &str, version: u32) {
        let key = format!("schemas/seats/{version:06}.json");
        self.store.put(&key, definition.to_owned().into(), PutMode::Create).await.unwrap();
    }

    /// As a new process would be: it knows nothing of before.
    fn ingest(&self) -> Ingest<MemoryStore, ManualClock> {
        let ahead = |name: &str| (name == "TRIBUTARY_EVENT_AHEAD").then(|| self.event_ahead.to_owned());
        Ingest::new(self.store.clone(), self.clock.clone(), &Settings::read(ahead).unwrap())
    }

    /// As `compact` puts a line aside that had landed in this partition as the sixth event of the message `m`.
    async fn put_aside(&self, partition: &str, data: &str) {
        self.put_line_aside(partition, r#""_id":"m:5","#, data).await;
    }

    /// The same; `id` is what the line says of its identity.
    async fn put_line_aside(&self, partition: &str, id: &str, data: &str) {
        let batch = "0123456789abcdef0123456789abcdef01234567";
        let line = format!(r#"{{{id}"_ingested_at":"2026-11-20T10:05:00.000Z","data":{data}}}"#);
        let rejected = Rejected {
            message_id: format!("landing/seats/{partition}/{batch}.ndjson.zst"),
            position: 17,
            dataset: DatasetName::new("seats").ok(),
            reason: "it did not fit".into(),
            at: "2026-11-23T10:05:00Z".parse().unwrap(),
            carrier: domain::quarantine::Carrier::default(),
            original: Original::Text(line),
        };
        let mut text = Vec::new();
        rejected.write(&mut text);
        let key = format!("quarantine/seats/dt=2026-11-20/{batch}.ndjson.zst");
        let packed = zstd::bulk::compress(&text, 1).unwrap();
        self.store.put(&key, packed.into(), PutMode::Create).await.unwrap();
    }

    async fn send(&self, dataset: Option<&str>, body: &str) {
        let message = Message {
            id: "m",
            position: 0,
            holds: Holds::Message,
            sent_at: "2026-11-22T23:59:59Z".parse().unwrap(),
            received_at: "2026-11-23T00:00:01Z".parse().unwrap(),
            arn: Some("arn:aws:sns:us-west-2:000000000000:tributary"),
            topic: "tributary",
            dataset,
            encoding: None,
            trace: None,
            body: body.as_bytes(),
            unreadable: None,
        };
        self.ingest().store(&[message], DateTime::<Utc>::MAX_UTC).await.unwrap();
    }

    async fn keys(&self, prefix: &str) -> Vec<String> {
        self.store.list_all(prefix).await.unwrap().into_iter().map(|object| object.key).collect()
    }

    async fn lines(&self, prefix: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for key in self.keys(prefix).await {
            let text = zstd::decode_all(&self.store.get(&key).await.unwrap()[..]).unwrap();
            lines.extend(String::from_utf8(text).unwrap().lines().map(str::to_owned));
        }
        lines
    }

    /// Replays every object that is in quarantine.
    async fn replay(&self, chosen: fn(&Rejected) -> bool, dataset: Option<&str>) -> Replayed {
        let dataset = dataset.map(|name| DatasetName::new(name).unwrap());
        let mut sum = Replayed::default();
        for key in self.keys("quarantine/").await {
            let options =
                Options { chosen, dataset: dataset.as_ref(), dry_run: false, change: None, judged: None };
            let one = self.ingest().replay(&QuarantineKey::parse(&key).unwrap(), options).await.unwrap();
            sum.replayed += one.replayed;
            sum.accepted += one.accepted;
            sum.rejected += one.rejected;
            sum.kept += one.kept;
        }
        sum
    }
}

#[tokio::test]
async fn what_fits_now_lands_as_its_message_would_have_and_what_does_not_stays() {
    let world = World::with(Some(&NARROW.replace("int", "date"))).await;
    world.send(Some("seats"), r#"[{"n": "2026-01-01"}, {"n": 1}, {"n": 2}, {"n": "x"}]"#).await;
    assert_eq!((world.lines("landing/").await.len(), world.lines("quarantine/").await.len()), (1, 3));
    // Nobody could change a column so; the test can.
    world.accept(NARROW, 2).await;
    let first = world.replay(|_| true, None).await;
    assert_eq!(first, Replayed { replayed: 3, accepted: 2, rejected: 1, kept: 0 });
    let landed = world.lines("landing/seats/dt=2026-11-22/").await;
    assert!(landed.iter().any(|line| line.starts_with(r#"{"_id":"m:1","#) && line.ends_with("{\"n\": 1}}")));
    assert!(landed.iter().any(|line| line.starts_with(r#"{"_id":"m:2","#)), "{landed:?}");
    let left = world.lines("quarantine/seats/dt=2026-11-22/").await;
    assert!(left.len() == 1 && left[0].contains(r#""position":3"#), "{left:?}");
    // Once more: nothing changes.
    let before = world.keys("").await;
    let again = world.replay(|_| true, None).await;
    assert_eq!(again, Replayed { replayed: 1, accepted: 0, rejected: 1, kept: 0 });
    assert_eq!(world.keys("").await, before);
}

#[tokio::test]
async fn a_replay_that_broke_off_before_it_deleted_the_object_is_repeated_without_harm() {
    let world = World::with(None).await;
    world.send(Some("seats"), r#"[{"n": 1}, {"n": "x"}]"#).await;
    let old = world.keys("quarantine/").await;
    let packed = world.store.get(&old[0]).await.unwrap();
    world.accept(NARROW, 1).await;
    world.replay(|_| true, None).await;
    let (after, left) = (world.keys("").await, world.lines("quarantine/").await);
    assert!(left.len() == 1 && left[0].contains(r#""position":1"#), "{left:?}");
    world.store.put(&old[0], packed, PutMode::Overwrite).await.unwrap();
    world.replay(|_| true, None).await;
    assert_eq!(world.keys("").await, after, "the same objects, by the same names");
    assert_eq!(world.lines("quarantine/").await, left);
}

#[tokio::test]
async fn lines_that_are_not_chosen_stay_and_unrouted_ones_can_be_sent_elsewhere() {
    let world = World::with(Some(WIDE)).await;
    world.send(Some("seat"), r#"[{"n": 1}, {"n": 2, "later": "x"}]"#).await;
    assert_eq!(world.replay(|_| true, None).await.accepted, 0, "there is still no dataset \"seat\"");
    let some = world.replay(|line| line.position == 1, Some("seats")).await;
    assert_eq!(some, Replayed { replayed: 1, accepted: 1, rejected: 0, kept: 1 });
    let left = world.lines("quarantine/_unrouted/").await;
    assert!(left.len() == 1 && left[0].contains(r#""position":0"#), "{left:?}");
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_changes_nothing() {
    let world = World::with(None).await;
    world.send(Some("seats"), r#"[{"n": 1}, {"n": "x"}]"#).await;
    world.accept(NARROW, 1).await;
    let before = world.keys("").await;
    let key = QuarantineKey::parse(&world.keys("quarantine/").await[0]).unwrap();
    let options =
        Options { chosen: |_: &Rejected| true, dataset: None, dry_run: true, change: None, judged: None };
    let said = world.ingest().replay(&key, options).await.unwrap();
    assert_eq!(said, Replayed { replayed: 2, accepted: 1, rejected: 1, kept: 0 });
    assert_eq!(world.keys("").await, before);
}

#[tokio::test]
async fn what_compact_put_aside_keeps_its_identity_and_its_partition() {
    let world = World::with(Some(NARROW)).await;
    world.put_aside("dt=2026-11-20", r#"{"n": 1}"#).await;
    assert_eq!(world.replay(|_| true, None).await.accepted, 1);
    let landed = world.lines("landing/seats/dt=2026-11-20/").await;
    assert!(landed[0].starts_with(r#"{"_id":"m:5","#), "{landed:?}");
}

#[tokio::test]
async fn what_compact_put_aside_was_sent_by_the_end_of_its_partition() {
    const HOUR: &str = "dt=2026-11-20/hour=10";
    let timed = r#"{"name": "seats", "partition_by": "hour", "event_time": "at",
        "columns": [{"name": "at", "type": "timestamp", "required": true}]}"#;
    let world = World { event_ahead: "0s", ..World::with(Some(timed)).await };
    // No event may be ahead of its message, and none that landed there is.
    world.put_aside(HOUR, r#"{"at": "2026-11-20T10:59:59.999Z"}"#).await;
    assert_eq!(world.replay(|_| true, None).await.accepted, 1);
    world.put_aside(HOUR, r#"{"at": "2026-11-20T11:00:00Z"}"#).await;
    assert_eq!(world.replay(|_| true, None).await.accepted, 0);

    // Without a time of its own an event goes back to where it was.
    let untimed = r#"{"name": "seats", "partition_by": "hour", "columns": [{"name": "n", "type": "int"}]}"#;
    let world = World::with(Some(untimed)).await;
    world.put_aside(HOUR, r#"{"n": 1}"#).await;
    assert_eq!(world.replay(|_| true, None).await.accepted, 1);
    assert_eq!(world.lines(&format!("landing/seats/{HOUR}/")).await.len(), 1);
    for (by, partition) in [("month", "dt=2020-02"), ("month", "dt=2031-05"), ("none", "dt=all")] {
        let world = World::with(Some(&untimed.replace("hour", by))).await;
        world.put_aside(partition, r#"{"n": 1}"#).await;
        assert_eq!(world.replay(|_| true, None).await.accepted, 1, "{partition}");
        assert_eq!(world.lines(&format!("landing/seats/{partition}/")).await.len(), 1, "{partition}");
    }
}

#[tokio::test]
async fn a_damaged_object_or_definition_leaves_everything_as_it_is() {
    let world = World::with(Some(NARROW)).await;
    let key = "quarantine/seats/dt=2026-11-20/0123456789abcdef0123456789abcdef01234567.ndjson.zst";
    let packed = zstd::bulk::compress(b"{\"not\": \"a line\"}\n", 1).unwrap();
    world.store.put(key, packed.into(), PutMode::Create).await.unwrap();
    let replay = || async {
        let options = Options {
            chosen: |_: &Rejected| true,
            dataset: None,
            dry_run: false,
            change: None,
            judged: None,
        };
        world.ingest().replay(&QuarantineKey::parse(key).unwrap(), options).await.unwrap_err().to_string()
    };
    assert!(replay().await.contains("line 1 is no line of a quarantine object: missing field"));
    world.store.delete(&[key.to_owned()]).await.unwrap();
    world.send(Some("seats"), r#"{"n": "x"}"#).await;
    world.accept(r#"{"name": "seats"}"#, 2).await;
    let key = world.keys("quarantine/").await[0].clone();
    let options =
        Options { chosen: |_: &Rejected| true, dataset: None, dry_run: false, change: None, judged: None };
    let refused = world.ingest().replay(&QuarantineKey::parse(&key).unwrap(), options).await;
    assert!(matches!(refused, Err(ReplayError::DamagedDefinition { .. })), "{refused:?}");
    assert!(world.keys("quarantine/").await.contains(&key));
}
