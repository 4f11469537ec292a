//! What the service does when time, memory or the store is short.

use std::time::Duration;

use domain::port::{DeleteFailure, ListPage, ObjectMeta, Version};

use super::*;

#[tokio::test]
async fn a_message_with_good_and_bad_events_stores_each_once_with_its_position() {
    let world = world(&[]).await;
    let body = r#"[{"passenger_id": 1}, 7, {"passenger_id": "x"}, {"passenger_id": 4}"#;
    let messages = [message("m", Some("passengers"), body)];
    for _ in 0..2 {
        let report = world.ingest.store(&messages, NEVER).await.unwrap();
        assert_eq!((report.accepted, report.quarantined, report.objects), (2, 3, 2));
    }
    assert_eq!(world.lines("landing/").await.len(), 2);
    let rejected = world.rejected("quarantine/passengers/").await;
    let kept: Vec<(usize, Original)> =
        rejected.iter().map(|line| (line.position, line.original.clone())).collect();
    let text = |text: &str| Original::Text(text.to_owned());
    assert_eq!(kept, [(1, text("7")), (2, text(r#"{"passenger_id": "x"}"#)), (4, text(""))]);
}

#[tokio::test]
async fn what_a_replay_needs_to_know_is_kept_with_what_is_refused() {
    let world = world(&[]).await;
    let message = Message { encoding: Some("br"), ..message("m", Some("nobody"), "packed") };
    world.ingest.store(&[message], NEVER).await.unwrap();
    let kept = &world.rejected("quarantine/_unrouted/").await[0];
    assert_eq!(kept.carrier.sent_at, Some("2026-11-23T10:04:59Z".parse().unwrap()));
    assert_eq!(kept.carrier.topic, "tributary");
    assert_eq!(kept.carrier.dataset_attribute.as_deref(), Some("nobody"));
    assert_eq!(kept.carrier.content_encoding.as_deref(), Some("br"));
}

#[tokio::test]
async fn many_partitions_in_one_batch_are_an_object_each() {
    let store = Arc::new(MemoryStore::default());
    let hourly = r#"{"name": "h", "event_time": "t", "partition_by": "hour",
        "columns": [{"name": "t", "type": "timestamp", "unit": "s", "required": true}]}"#;
    store.put("schemas/h/000001.json", hourly.into(), PutMode::Create).await.unwrap();
    let clock = Arc::new(ManualClock::new("2026-11-23T10:05:00Z".parse().unwrap()));
    let ingest = Ingest::new(store.clone(), clock, &Settings::read(|_| None).unwrap());
    let first = 1_795_428_000 - 1_000 * 3_600;
    let bodies: Vec<String> = (0..1_000).map(|hour| format!("{{\"t\": {}}}", first + hour * 3_600)).collect();
    let messages: Vec<Message<'_>> = bodies.iter().map(|body| message("m", Some("h"), body)).collect();
    let report = ingest.store(&messages, NEVER).await.unwrap();
    assert_eq!((report.accepted, report.objects), (1_000, 1_000));
    assert_eq!(store.list_all("landing/h/").await.unwrap().len(), 1_000);
}

#[tokio::test]
async fn a_store_that_is_down_is_not_asked_for_each_of_many_objects() {
    let world = world(&[]).await;
    let known = [message("m", Some("passengers"), r#"{"passenger_id": 1}"#)];
    world.ingest.store(&known, NEVER).await.unwrap();
    let day = |day: i64| DateTime::from_timestamp(day * 86_400, 0).unwrap();
    let messages: Vec<Message<'_>> = (0..5_000)
        .map(|number| {
            let (sent_at, received_at) = (day(number), day(number));
            Message { sent_at, received_at, ..message("m", Some("passengers"), "bad") }
        })
        .collect();
    world.store.fail_next(1_000);
    let down = world.ingest.store(&messages, NEVER).await;
    assert!(matches!(down, Err(IngestError::Store { objects: 5_000, .. })), "{down:?}");
    assert_eq!(world.store.list_all("quarantine/").await.err().map(|_| ()), Some(()), "still down");
}

#[tokio::test]
async fn what_unpacks_to_much_and_holds_nothing_is_sliced_too() {
    let world = world(&[]).await;
    let nothing = format!("[{}]", " ".repeat(9 << 20));
    let packed = zstd::bulk::compress(nothing.as_bytes(), 1).unwrap();
    let body = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, packed);
    let messages =
        [(); 3].map(|()| Message { encoding: Some("zstd"), ..message("m", Some("passengers"), &body) });
    // The time is up when the first slice is done.
    let late = world.ingest.store(&messages, "2026-11-23T10:05:00Z".parse().unwrap()).await;
    assert!(matches!(late, Err(IngestError::Expired(_))), "{late:?}");
}

#[tokio::test]
async fn a_name_that_is_too_long_is_kept_once_and_not_with_every_event() {
    let world = world(&[]).await;
    let long = "x".repeat(150_000);
    let body = format!("[{}0]", "0,".repeat(40_000));
    let by_topic = Message { topic: &long, ..message("m", None, &body) };
    let report = world.ingest.store(&[message("m", Some(&long), &body), by_topic], NEVER).await.unwrap();
    assert_eq!((report.accepted, report.quarantined), (0, 2));
    let kept = world.rejected("quarantine/_unrouted/").await;
    assert_eq!(kept[0].reason, "the attribute \"dataset\" has 150000 bytes: at most 512 are taken");
    assert_eq!(kept[1].reason, "the topic has 150000 bytes: at most 512 are taken");
}

/// What is within an event's columns is judged, and kept as text alone: a short event of many structs takes no more memory
/// than another one, whether it is taken or not.
#[test]
fn structs_that_leave_their_fields_out_take_no_memory() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (fields, accepted) in [(30, 1), (900, 0)] {
        let world = runtime.block_on(world(&[]));
        let fields: Vec<String> = (0..fields).map(|index| format!("f{index}:bigint")).collect();
        let definition = format!(
            r#"{{"name": "s", "columns": [{{"name": "a", "type": "array<struct<{}>>"}}]}}"#,
            fields.join(",")
        );
        let put = world.store.put("schemas/s/000001.json", definition.into(), PutMode::Create);
        runtime.block_on(put).unwrap();
        let body = format!(r#"{{"a": [{}]}}"#, vec!["{}"; 100_000].join(","));
        let messages = [message("m", Some("s"), &body)];
        let mut report = None;
        let heap = allocation_counter::measure(|| {
            report = Some(runtime.block_on(world.ingest.store(&messages, NEVER)).unwrap());
        });
        let report = report.unwrap();
        assert_eq!((report.accepted, report.quarantined), (accepted, 1 - accepted));
        assert!(heap.bytes_max < 16 << 20, "{} bytes for {}", heap.bytes_max, body.len());
    }
}

/// Rows of many columns take more memory than their lines, and `compact` takes an object whole.
#[tokio::test]
async fn an_object_has_a_bound_on_the_places_that_its_events_take_in_columns() {
    let world = world(&[]).await;
    let columns: Vec<String> =
        (0..1_000).map(|index| format!(r#"{{"name": "c{index}", "type": "bigint"}}"#)).collect();
    let definition = format!(r#"{{"name": "w", "columns": [{}]}}"#, columns.join(","));
    world.store.put("schemas/w/000001.json", definition.into(), PutMode::Create).await.unwrap();
    let body: Vec<String> = (0..9_000).map(|number| format!(r#"{{"c0":{number}}}"#)).collect();
    let body = body.join("\n");
    let messages = [message("a", Some("w"), &body), message("b", Some("w"), r#"{"c0":9000}"#)];
    for _ in 0..2 {
        let report = world.ingest.store(&messages, NEVER).await.unwrap();
        assert_eq!((report.accepted, report.quarantined, report.objects), (9_001, 0, 3));
        // Its partition is one, so it counts once.
        assert_eq!(report.refused_partitions, 0);
    }
    let mut counts = Vec::new();
    for object in world.store.list_all("landing/w/").await.unwrap() {
        let packed = world.store.get(&object.key).await.unwrap();
        counts.push(String::from_utf8(zstd::decode_all(&packed[..]).unwrap()).unwrap().lines().count());
    }
    counts.sort_unstable();
    assert_eq!(counts, [1_001, 4_000, 4_000]);
    let lines = world.lines("landing/w/").await;
    let distinct: std::collections::BTreeSet<&String> = lines.iter().collect();
    assert_eq!(distinct.len(), 9_001);
}

/// A store that takes some objects at once and the others never.
struct Stuck {
    inner: MemoryStore,
    takes: &'static str,
}

impl ObjectStore for Stuck {
    async fn get(&self, key: &str) -> Result<bytes::Bytes, StoreError> {
        self.inner.get(key).await
    }
    async fn get_range(&self, key: &str, range: std::ops::Range<u64>) -> Result<bytes::Bytes, StoreError> {
        self.inner.get_range(key, range).await
    }
    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.inner.head(key).await
    }
    async fn get_versioned(&self, key: &str) -> Result<(bytes::Bytes, Version), StoreError> {
        self.inner.get_versioned(key).await
    }
    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        self.inner.copy(from, to).await
    }
    async fn put(&self, key: &str, body: bytes::Bytes, mode: PutMode) -> Result<(), StoreError> {
        if !key.starts_with(self.takes) {
            std::future::pending::<()>().await;
        }
        self.inner.put(key, body, mode).await
    }
    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        self.inner.delete(keys).await
    }
    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        self.inner.list(prefix, after).await
    }
}

/// Time that passes when somebody waits for it.
#[derive(Debug)]
struct Waiting(ManualClock);

impl Clock for Waiting {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }
    async fn sleep(&self, duration: Duration) {
        tokio::task::yield_now().await;
        self.0.advance(chrono::TimeDelta::from_std(duration).unwrap());
    }
}

async fn stuck(takes: &'static str) -> Result<Report, IngestError> {
    let store = Arc::new(Stuck { inner: MemoryStore::default(), takes });
    store.inner.put("schemas/passengers/000001.json", DEFINITION.into(), PutMode::Create).await.unwrap();
    let now: DateTime<Utc> = "2026-11-23T10:05:00Z".parse().unwrap();
    let clock = Arc::new(Waiting(ManualClock::new(now)));
    let ingest = Ingest::new(store, clock, &Settings::read(|_| None).unwrap());
    let to = Some("passengers");
    let messages = [
        message("a", to, r#"{"passenger_id": 1}"#),
        message("b", to, "bad"),
        message("c", to, r#"[{"passenger_id": 2}, 3]"#),
    ];
    ingest.store(&messages, now + chrono::TimeDelta::seconds(5)).await
}

#[tokio::test]
async fn when_time_is_up_only_what_is_stored_is_acknowledged() {
    let report = stuck("landing/").await.unwrap();
    assert_eq!((report.failed, report.accepted), (BTreeSet::from([1, 2]), 2), "c is half stored");
    let report = stuck("quarantine/").await.unwrap();
    assert_eq!((report.failed, report.quarantined), (BTreeSet::from([0, 2]), 2));
    let nothing = stuck("nothing/").await;
    assert!(matches!(nothing, Err(IngestError::Expired(Expired::Deadline))), "{nothing:?}");
}

#[tokio::test]
async fn what_unpacks_to_more_than_a_slice_is_stored_in_several() {
    let world = world(&[]).await;
    // Each of them unpacks to ten megabytes: together they are more than is held at a time.
    let event = format!("{{\"passenger_id\": 1, \"name\": \"{}\"}}\n", "x".repeat(99_960));
    let packed = zstd::bulk::compress(event.repeat(100).as_bytes(), 1).unwrap();
    let body = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, packed);
    let ids: Vec<String> = (0..3).map(|id| format!("m{id}")).collect();
    let messages: Vec<Message<'_>> = ids
        .iter()
        .map(|id| Message { encoding: Some("zstd"), ..message(id, Some("passengers"), &body) })
        .collect();
    let report = world.ingest.store(&messages, NEVER).await.unwrap();
    assert_eq!((report.accepted, report.objects), (300, 3));
}
