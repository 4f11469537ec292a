use std::fmt::Write;

use domain::{key::QuarantineKey, memory::MemoryStore, port::PutMode};

use super::*;
use crate::quarantine::find;

async fn put(store: &MemoryStore, key: &str, reasons: &[(&str, &str)]) {
    let mut text = String::new();
    for (reason, at) in reasons {
        let line = serde_json::json!(
            {"message_id": "m", "position": 0, "dataset": null, "reason": reason, "at": at, "text": "{}"}
        );
        writeln!(text, "{line}").unwrap();
    }
    let body = zstd::encode_all(text.as_bytes(), 3).unwrap();
    store.put(key, body.into(), PutMode::Create).await.unwrap();
}

fn key(place: &str, batch: u32) -> String {
    format!("quarantine/{place}/dt=2026-11-23/{batch:040x}.ndjson.zst")
}

async fn summary(store: &MemoryStore, selection: &Selection) -> Summary {
    let listing = find::find(store, selection, |_| ()).await.unwrap();
    Summary::of(store, &listing, selection, || ()).await.unwrap()
}

fn everything() -> Selection {
    Selection { max_objects: 100, ..Selection::default() }
}

#[tokio::test]
async fn events_are_counted_by_place_day_and_reason() {
    let store = MemoryStore::default();
    let (early, late) = ("2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z");
    put(&store, &key("d", 1), &[("column a: expected int, found 1.5", late)]).await;
    put(&store, &key("d", 2), &[("column a: expected int, found 2.5", early), ("other", early)]).await;
    put(&store, &key("_unrouted", 3), &[("unknown dataset \"x\"", early)]).await;
    let summary = summary(&store, &everything()).await;
    let counted: Vec<_> = summary
        .groups
        .iter()
        .map(|(key, group)| (key.place.to_string(), key.reason.as_str(), group.events))
        .collect();
    assert_eq!(
        counted,
        [
            ("_unrouted".into(), "unknown dataset \"x\"", 1),
            ("d".into(), "column a: expected int", 2),
            ("d".into(), "other", 1)
        ]
    );
    let newest = summary.groups.values().find(|group| group.events == 2).unwrap();
    assert_eq!((newest.example.as_str(), newest.newest_at), (key("d", 1).as_str(), late.parse().unwrap()));
    assert_eq!((summary.events(), summary.objects), (4, 3));
}

#[tokio::test]
async fn a_reason_selects_events_as_it_is_shown_and_as_it_is_listed() {
    let store = MemoryStore::default();
    let at = "2026-11-23T10:00:00Z";
    put(&store, &key("d", 1), &[("column a[3]: expected int, found 1.5", at), ("other", at)]).await;
    for (reason, events) in
        [("found 1.5", 1), ("a[]: expected int", 1), ("expected", 1), ("o", 2), ("zzz", 0)]
    {
        let selection = Selection { reason: Some(reason.to_owned()), ..everything() };
        assert_eq!(summary(&store, &selection).await.events(), events, "{reason}");
    }
}

#[tokio::test]
async fn damage_is_named_and_holds_nothing_back() {
    let store = MemoryStore::default();
    put(&store, &key("d", 1), &[("r", "2026-11-23T10:00:00Z")]).await;
    store.put(&key("d", 2), Bytes::from_static(b"not zstd"), PutMode::Create).await.unwrap();
    let summary = summary(&store, &everything()).await;
    assert_eq!(summary.events(), 1);
    assert_eq!(summary.damaged.iter().map(|damaged| damaged.key.as_str()).collect::<Vec<_>>(), [key("d", 2)]);
}

#[tokio::test]
async fn an_object_that_is_replayed_meanwhile_is_counted_as_gone() {
    let store = MemoryStore::default();
    put(&store, &key("d", 1), &[("r", "2026-11-23T10:00:00Z")]).await;
    let listing = find::find(&store, &everything(), |_| ()).await.unwrap();
    let gone = QuarantineKey::parse(&key("d", 1)).unwrap().to_string();
    assert!(store.delete(&[gone]).await.unwrap().is_empty());
    let summary = Summary::of(&store, &listing, &everything(), || ()).await.unwrap();
    assert_eq!((summary.vanished, summary.events()), (1, 0));
}
