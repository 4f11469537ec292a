use std::sync::Arc;

use compact::Compactor;
use domain::{
    Partition,
    memory::{ManualClock, MemoryCatalog, MemoryStore, SeededIds},
    port::{ObjectStore, PutMode},
    quarantine::Holds,
    run::Run,
    settings::Settings,
    trace::TraceContext,
};
use indicatif::ProgressBar;
use ingest::{Ingest, Message};

use super::*;

const DEFINITION: &str = r#"{"name": "seats", "identity": ["seat"], "columns": [
    {"name": "seat", "type": "bigint", "required": true}]}"#;

const FIRST: &str = "95df01b4-ee98-5cb9-9903-4c221d41eb5e";
const SECOND: &str = "95df01b4-ee98-5cb9-9903-4c221d41eb5f";
const BAD: &str = "95df01b4-ee98-5cb9-9903-4c221d41eb60";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

struct World {
    store: Arc<MemoryStore<ManualClock>>,
    clock: Arc<ManualClock>,
    since: DateTime<Utc>,
    dataset: Option<DatasetName>,
}

impl World {
    /// Two messages of which one is traced, and a refused one of the same trace, at five past ten.
    async fn new() -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T10:05:00.250Z".parse().unwrap()));
        let store = Arc::new(MemoryStore::with_clock(clock.clone()));
        store.put("schemas/seats/000001.json", DEFINITION.into(), PutMode::Create).await.unwrap();
        let world = Self { store, since: clock.now() - BACK, clock, dataset: None };
        let traced = TraceContext::parse(format!("00-{TRACE}-00f067aa0ba902b7-01").as_bytes());
        world.send(FIRST, "seats", r#"{"seat": 1}"#, traced).await;
        world.send(SECOND, "seats", r#"{"seat": 2}"#, None).await;
        world.send(BAD, "seets", r#"{"seat": 3}"#, traced).await;
        world
    }

    async fn send(&self, id: &str, dataset: &str, body: &str, trace: Option<TraceContext>) {
        let settings = Settings::read(|_| None).unwrap();
        let ingest = Ingest::new(self.store.clone(), self.clock.clone(), &settings);
        let sent_at = self.clock.now() - TimeDelta::milliseconds(1_250);
        let message = Message {
            id,
            position: 0,
            holds: Holds::Message,
            sent_at,
            received_at: sent_at,
            arn: None,
            topic: "tributary",
            dataset: Some(dataset),
            encoding: None,
            trace,
            body: body.as_bytes(),
            unreadable: None,
        };
        ingest.store(&[message], DateTime::<Utc>::MAX_UTC).await.unwrap();
    }

    fn compactor(&self) -> Compactor<MemoryStore<ManualClock>, ManualClock, SeededIds> {
        let settings = Settings::read(|_| None).unwrap();
        Compactor::new(self.store.clone(), self.clock.clone(), Arc::new(SeededIds::new(1)), &settings)
    }

    async fn compact(&self) {
        let partition: Partition = "dt=2026-11-23".parse().unwrap();
        let run = Run::new(self.clock.now(), None);
        self.compactor().compact(&DatasetName::new("seats").unwrap(), &partition, &run).await.unwrap();
    }

    /// What is said of it: the machine's document, the person's text, and how the command ends.
    async fn trace(&self, id: &str) -> (serde_json::Value, String, Result<(), Failure>) {
        let wanted: Wanted = id.parse().unwrap();
        let search = Search { wanted: &wanted, dataset: self.dataset.as_ref(), since: self.since };
        let bar = ProgressBar::hidden();
        let refused = refused::find(&*self.store, &search, &bar).await.unwrap();
        let mut landing = landing::find(&*self.store, &search, &bar).await.unwrap();
        if let (Wanted::Batch(batch), true) = (&wanted, landing.found.is_empty()) {
            let place = commits::place(&*self.store, batch, &search, &bar).await.unwrap();
            landing
                .found
                .extend(place.map(|(dataset, partition)| Landed::cleaned(dataset, partition, batch)));
        }
        let catalog = MemoryCatalog::default();
        let (mut follower, mut journeys) = (Follower::new(&catalog), Vec::new());
        for landed in std::mem::take(&mut landing.found) {
            journeys.push(follower.follow(&self.compactor(), landed).await.unwrap());
        }
        let report = Report { search: &search, journeys, left_out: 0, landing: &landing, refused: &refused };
        (report.machine(), report.person(self.clock.now()), report.outcome())
    }
}

#[tokio::test]
async fn a_message_is_found_in_landing_by_its_id() {
    let world = World::new().await;
    let (machine, person, outcome) = world.trace(FIRST).await;
    let batch = &machine["batches"][0];
    assert_eq!((&machine["state"], machine["batches"].as_array().unwrap().len()), (&"landed".into(), 1));
    assert_eq!(batch["messages"][0]["message_id"], FIRST);
    assert_eq!(batch["messages"][0]["traceparents"][0], format!("00-{TRACE}-00f067aa0ba902b7-01"));
    assert_eq!(batch["published_to_accepted_ms"], 1_250, "{batch:#}");
    assert_eq!(batch["is_visible"], false);
    let key = batch["key"].as_str().unwrap();
    assert!(world.store.get(key).await.is_ok() && person.starts_with(key), "{person}");
    assert!(
        person.contains("  accepted    2026-11-23T10:05:00.250Z, 1.250 s after the publish\n"),
        "{person}"
    );
    assert!(person.contains("  committed   not yet, for 0 s\n"), "{person}");
    let Err(Failure::OnItsWay(next)) = outcome else { panic!("{outcome:?}") };
    assert!(next.contains("tributary compact seats --partition dt=2026-11-23"), "{next}");
}

#[tokio::test]
async fn a_trace_has_its_messages_and_what_was_refused_of_them() {
    let world = World::new().await;
    let (machine, person, _) = world.trace(TRACE).await;
    assert_eq!(machine["batches"].as_array().unwrap().len(), 1, "{machine:#}");
    assert_eq!(machine["batches"][0]["messages"][0]["message_id"], FIRST);
    assert_eq!((&machine["refused_events"], &machine["refused"][0]["message_id"]), (&1.into(), &BAD.into()));
    assert!(person.contains("unknown dataset \"seets\": did you mean \"seats\"?"), "{person}");
}

#[tokio::test]
async fn what_was_refused_is_found_with_its_reason() {
    let mut world = World::new().await;
    // It is of no dataset, so it is found whichever is asked for.
    for dataset in [None, DatasetName::new("seats").ok()] {
        world.dataset = dataset;
        let (machine, person, outcome) = world.trace(BAD).await;
        assert_eq!((&machine["state"], &machine["batches"]), (&"refused".into(), &serde_json::json!([])));
        assert!(person.contains(&format!("tributary quarantine show --id '{BAD}'")), "{person}");
        assert!(outcome.is_ok(), "{outcome:?}");
    }
}

#[tokio::test]
async fn what_is_not_within_the_bounds_is_not_found() {
    let mut world = World::new().await;
    world.dataset = DatasetName::new("planes").ok();
    assert!(matches!(world.trace(FIRST).await.2, Err(Failure::NotFound(_))));
    world.dataset = None;
    let Err(Failure::NotFound(why)) = world.trace("95df01b4").await.2 else { panic!("it was found") };
    assert!(why.contains("`tributary rows DATASET --where '_id=like.95df01b4:*'`"), "{why}");
    world.since = world.clock.now() + TimeDelta::days(1);
    for id in [FIRST, BAD, TRACE] {
        let (machine, person, outcome) = world.trace(id).await;
        assert_eq!((&machine["state"], person), (&"not_found".into(), String::new()));
        let Err(Failure::NotFound(why)) = outcome else { panic!("{outcome:?}") };
        assert!(why.contains("since 2026-11-24T10:05:00Z") && why.contains("--since"), "{why}");
    }
}

#[tokio::test]
async fn a_batch_is_found_in_the_commits_once_its_object_is_gone() {
    let world = World::new().await;
    let batch = world.trace(FIRST).await.0["batches"][0]["batch"].as_str().unwrap().to_owned();
    world.clock.advance(TimeDelta::seconds(20));
    world.compact().await;
    let (machine, person, outcome) = world.trace(FIRST).await;
    let commit = &machine["batches"][0]["commit"];
    assert_eq!((&machine["state"], &commit["generation"]), (&"committed".into(), &1.into()), "{machine:#}");
    assert_eq!(machine["batches"][0]["accepted_to_committed_ms"], 20_000, "{machine:#}");
    assert!(
        person.contains("20.000 s after that: generation 1 (commits/seats/dt=2026-11-23/0000000001.json)"),
        "{person}"
    );
    let Err(Failure::OnItsWay(next)) = outcome else { panic!("{outcome:?}") };
    assert!(next.contains("tributary doctor --dataset seats --partition dt=2026-11-23"), "{next}");

    // After the grace the object goes. The message is then in the table alone, and the batch in the commit.
    world.clock.advance(TimeDelta::minutes(11));
    world.compact().await;
    assert_eq!(world.store.list_all("landing/").await.unwrap(), []);
    assert!(matches!(world.trace(FIRST).await.2, Err(Failure::NotFound(_))));
    let (machine, person, _) = world.trace(&batch).await;
    let found = &machine["batches"][0];
    assert_eq!((&found["batch"], &found["is_in_landing"]), (&batch.into(), &false.into()), "{machine:#}");
    assert_eq!(
        (&found["commit"]["generation"], &found["accepted_at"]),
        (&1.into(), &serde_json::Value::Null)
    );
    assert!(person.contains("  committed   2026-11-23T10:05:20.250Z: generation 1 ("), "{person}");
}

#[tokio::test]
async fn an_object_without_a_trailer_is_counted_and_is_no_failure() {
    let world = World::new().await;
    let key = format!("landing/seats/dt=2026-11-23/{}.ndjson.zst", "a".repeat(40));
    for body in [&b"not zstd"[..], b"", b"\x01\0\0\0\0\0\0\0TRL1"] {
        world.store.put(&key, body.to_vec().into(), PutMode::Overwrite).await.unwrap();
        let (machine, _, _) = world.trace(FIRST).await;
        let searched = &machine["searched"];
        assert_eq!(searched["landing_objects"], 3, "{machine:#}");
        assert_eq!(searched["landing_objects_that_name_no_messages"], 1, "{machine:#}");
        assert_eq!(machine["batches"].as_array().unwrap().len(), 1);
    }
    // Its name is enough to find it as a batch.
    assert_eq!(world.trace(&"a".repeat(40)).await.0["state"], "landed");
}
