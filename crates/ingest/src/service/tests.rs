use domain::{
    memory::{ManualClock, MemoryStore},
    port::PutMode,
    quarantine::{Original, Rejected},
    settings::Settings,
};

use super::*;

mod kinds;
mod limits;
mod partitions;
mod routing;
mod topics;
mod traces;
mod within;

const DEFINITION: &str = r#"{"name": "passengers", "identity": ["passenger_id"], "columns": [
    {"name": "passenger_id", "type": "bigint", "required": true},
    {"name": "name", "type": "string"}]}"#;

struct World {
    store: Arc<MemoryStore>,
    ingest: Ingest<MemoryStore, ManualClock>,
}

async fn world(settings: &[(&str, &str)]) -> World {
    let store = Arc::new(MemoryStore::default());
    store.put("schemas/passengers/000001.json", DEFINITION.into(), PutMode::Create).await.unwrap();
    let clock = Arc::new(ManualClock::new("2026-11-23T10:05:00Z".parse().unwrap()));
    let lookup = |name: &str| settings.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned());
    let ingest = Ingest::new(store.clone(), clock, &Settings::read(lookup).unwrap());
    World { store, ingest }
}

fn message<'a>(id: &'a str, dataset: Option<&'a str>, body: &'a str) -> Message<'a> {
    Message {
        id,
        position: 0,
        holds: domain::quarantine::Holds::Message,
        sent_at: "2026-11-23T10:04:59Z".parse().unwrap(),
        received_at: "2026-11-23T10:05:00Z".parse().unwrap(),
        arn: None,
        topic: "tributary",
        dataset,
        encoding: None,
        trace: None,
        body: body.as_bytes(),
        unreadable: None,
    }
}

/// No deadline.
const NEVER: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

impl World {
    async fn lines(&self, prefix: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for object in self.store.list_all(prefix).await.unwrap() {
            let packed = self.store.get(&object.key).await.unwrap();
            let text = String::from_utf8(zstd::decode_all(&packed[..]).unwrap()).unwrap();
            lines.extend(text.lines().map(str::to_owned));
        }
        lines
    }

    async fn rejected(&self, prefix: &str) -> Vec<Rejected> {
        let lines = self.lines(prefix).await;
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

#[tokio::test]
async fn good_events_land_and_each_bad_one_is_kept_with_its_reason() {
    let world = world(&[]).await;
    let to = Some("passengers");
    let messages = [
        message("a", to, "{\"passenger_id\": 1,\n \"name\": \"Peña\", \"new\": 1.10}"),
        message("b", to, r#"{"passenger_id": "one"}"#),
        message("c", to, r#"{"passenger_id": "#),
        message("d", Some("pasengers"), r#"{"passenger_id": 4}"#),
        message("e", None, r#"{"passenger_id": 5}"#),
        message("f", to, r#"{"passenger_id": 6}"#),
    ];
    let report = world.ingest.store(&messages, NEVER).await.unwrap();
    let of_passengers =
        OfDataset { accepted: 2, quarantined: BTreeMap::from([(Kind::Type, 1), (Kind::Payload, 1)]) };
    let of_none = OfDataset { accepted: 0, quarantined: BTreeMap::from([(Kind::Dataset, 2)]) };
    let by_dataset = BTreeMap::from([(DatasetName::new("passengers").ok(), of_passengers), (None, of_none)]);
    assert_eq!(report, Report { accepted: 2, quarantined: 4, objects: 3, by_dataset, ..Report::default() });

    let landed = world.lines("landing/passengers/dt=2026-11-23/").await;
    assert_eq!(
        landed,
        [
            r#"{"_id":null,"_ingested_at":"2026-11-23T10:05:00.000Z","data":{"passenger_id": 1,  "name": "Peña", "new": 1.10}}"#,
            r#"{"_id":null,"_ingested_at":"2026-11-23T10:05:00.000Z","data":{"passenger_id": 6}}"#,
        ]
    );
    let known = world.rejected("quarantine/passengers/dt=2026-11-23/").await;
    assert_eq!(known[0].message_id, "b");
    assert!(known[0].reason.starts_with("column passenger_id: expected bigint"), "{}", known[0].reason);
    assert_eq!(known[0].original, Original::Text(r#"{"passenger_id": "one"}"#.into()));
    assert!(known[1].reason.starts_with("expected one JSON object"), "{}", known[1].reason);
    let unrouted = world.rejected("quarantine/_unrouted/").await;
    assert_eq!(unrouted[0].reason, r#"unknown dataset "pasengers": did you mean "passengers"?"#);
    assert_eq!(unrouted[1].reason, r#"no dataset: set the message attribute "dataset""#);
}

#[tokio::test]
async fn the_same_messages_make_the_same_objects() {
    let world = world(&[]).await;
    let messages =
        [message("a", Some("passengers"), r#"{"passenger_id": 1}"#), message("b", Some("passengers"), "no")];
    for _ in 0..5 {
        assert!(world.ingest.store(&messages, NEVER).await.unwrap().failed.is_empty());
    }
    assert_eq!(world.store.list_all("landing/").await.unwrap().len(), 1);
    assert_eq!(world.store.list_all("quarantine/").await.unwrap().len(), 1);
}

/// After a purge the head may list the batch of before as consumed, until the next commit.
#[tokio::test]
async fn the_same_message_is_another_batch_once_its_dataset_was_dropped_and_asked_for_again() {
    let mut names = Vec::new();
    for dropped in [None, Some(1), Some(2)] {
        let world = world(&[]).await;
        let (note, version) = ("schemas/passengers/dropped.json", "schemas/passengers/000003.json");
        if let Some(dropped) = dropped {
            let body = format!(r#"{{"format": 1, "version": {dropped}, "at": "2026-11-23T10:00:00Z"}}"#);
            world.store.put(note, body.into(), PutMode::Create).await.unwrap();
            world.store.put(version, DEFINITION.into(), PutMode::Create).await.unwrap();
        }
        for _ in 0..2 {
            let again = [message("a", Some("passengers"), r#"{"passenger_id": 1}"#)];
            assert_eq!(world.ingest.store(&again, NEVER).await.unwrap().accepted, 1);
        }
        let landed = world.store.list_all("landing/passengers/").await.unwrap();
        names.extend(landed.into_iter().map(|object| object.key));
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 3, "each its own, and a redelivery no other: {names:?}");
}

#[tokio::test]
async fn routing_falls_back_to_the_topic_and_then_to_the_default() {
    let world = world(&[("TRIBUTARY_DEFAULT_DATASET", "passengers")]).await;
    let by_topic = Message { topic: "passengers", ..message("a", None, r#"{"passenger_id": 1}"#) };
    let by_default = message("b", None, r#"{"passenger_id": 2}"#);
    let report = world.ingest.store(&[by_topic, by_default], NEVER).await.unwrap();
    assert_eq!(report.accepted, 2);
}

#[tokio::test]
async fn a_dataset_accepted_a_moment_ago_is_found() {
    let world = world(&[]).await;
    world.ingest.store(&[message("a", Some("passengers"), "{}")], NEVER).await.unwrap();
    let other = DEFINITION.replace("passengers", "crews");
    world.store.put("schemas/crews/000001.json", other.into(), PutMode::Create).await.unwrap();
    // Soon after the last look it may be missed; a second later it must not be.
    let clock = Arc::new(ManualClock::new("2026-11-23T10:05:00Z".parse().unwrap()));
    let settings = Settings::read(|_| None).unwrap();
    let ingest = Ingest::new(world.store.clone(), clock.clone(), &settings);
    ingest.store(&[message("a", Some("passengers"), "{}")], NEVER).await.unwrap();
    let third = DEFINITION.replace("passengers", "planes");
    world.store.put("schemas/planes/000001.json", third.into(), PutMode::Create).await.unwrap();
    clock.advance(chrono::TimeDelta::seconds(2));
    let report =
        ingest.store(&[message("b", Some("planes"), r#"{"passenger_id": 1}"#)], NEVER).await.unwrap();
    assert_eq!((report.accepted, report.quarantined), (1, 0));
}

#[tokio::test]
async fn a_store_that_is_down_fails_the_invocation_and_a_single_refusal_fails_its_messages() {
    let world = world(&[]).await;
    let messages =
        [message("a", Some("passengers"), r#"{"passenger_id": 1}"#), message("b", Some("nobody"), "{}")];
    world.store.fail_next(100);
    assert!(matches!(world.ingest.store(&messages, NEVER).await, Err(IngestError::Definitions(_))));
    world.store.fail_next(0);
    let fresh = [message("c", Some("passengers"), r#"{"passenger_id": 3}"#)];
    world.ingest.store(&fresh, NEVER).await.unwrap();
    world.store.fail_next(100);
    let one = [message("d", Some("passengers"), r#"{"passenger_id": 4}"#)];
    assert!(matches!(world.ingest.store(&one, NEVER).await, Err(IngestError::Store { objects: 1, .. })));
    world.store.fail_next(1);
    let two = [one[0].clone(), message("e", Some("passengers"), "broken")];
    let report = world.ingest.store(&two, NEVER).await.unwrap();
    assert_eq!((report.failed.len(), report.objects), (1, 1));
    assert!(world.ingest.store(&two, NEVER).await.unwrap().failed.is_empty());
    let landed: usize = world.lines("landing/").await.len();
    assert_eq!(landed, 2, "3 and 4, each once");
}

#[tokio::test]
async fn a_body_of_any_bytes_is_stored_somewhere() {
    let world = world(&[]).await;
    let text = "\u{0} \"quoted\" \\ \n line";
    let bytes = Message { body: b"\xff\x00", ..message("b", Some("passengers"), "") };
    world.ingest.store(&[message("a", Some("passengers"), text), bytes], NEVER).await.unwrap();
    let kept = world.rejected("quarantine/").await;
    assert_eq!(kept[0].original, Original::Text(text.to_owned()));
    assert_eq!(kept[1].original, Original::Base64("/wA=".to_owned()));
}

#[tokio::test]
async fn a_damaged_definition_makes_its_own_messages_wait_and_no_others() {
    let world = world(&[]).await;
    world
        .store
        .put("schemas/crews/000001.json", r#"{"name": "crews"}"#.into(), PutMode::Create)
        .await
        .unwrap();
    let messages =
        [message("a", Some("passengers"), r#"{"passenger_id": 1}"#), message("b", Some("crews"), "{}")];
    let report = world.ingest.store(&messages, NEVER).await.unwrap();
    assert_eq!((report.failed, report.accepted, report.quarantined), (BTreeSet::from([1]), 1, 0));
}
