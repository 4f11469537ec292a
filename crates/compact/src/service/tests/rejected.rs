//! Landing lines that do not fit: kept, and holding nothing back.

use super::*;
use crate::{
    limits::Limits,
    quarantine::{self, Refusals},
};

#[tokio::test]
async fn lines_that_do_not_fit_and_damaged_objects_are_kept_and_hold_nothing_back() {
    let world = World::new().await;
    world.land_lines(&[r#"{"seat":1}"#.into(), r#"{"seat":"two"}"#.into(), r#"{"seat":3}"#.into()]).await;
    let cut = world.land(&(100..2_000).collect::<Vec<_>>()).await;
    let body = world.store.get(&cut).await.unwrap();
    world.store.put(&cut, body.slice(..body.len() / 2), PutMode::Overwrite).await.unwrap();
    let none =
        format!("{}{}.ndjson.zst", key::landing_prefix(&world.dataset, &world.partition), "0".repeat(40));
    world.store.put(&none, "not zstd".into(), PutMode::Create).await.unwrap();

    let report = world.compact().await.unwrap();
    assert_eq!((report.committed, report.batches), (1, 3));
    let seats = world.seats().await;
    assert!(seats.contains_key(&1) && seats.contains_key(&3) && !seats.contains_key(&2));
    let kept = world.store.list_all("quarantine/seats/dt=2026-11-23/").await.unwrap();
    assert_eq!(kept.len(), 3);
    let mut reasons = Vec::new();
    for object in kept {
        let text = zstd::decode_all(&world.store.get(&object.key).await.unwrap()[..]).unwrap();
        let rejected: domain::quarantine::Rejected = serde_json::from_slice(&text).unwrap();
        assert!(rejected.message_id.starts_with("landing/seats/dt=2026-11-23/"));
        reasons.push(rejected.reason);
    }
    reasons.sort();
    assert!(reasons[0].starts_with("column seat: expected bigint"), "{reasons:?}");
    assert!(reasons[1].starts_with("the landing object cannot be unpacked"), "{reasons:?}");
    assert_eq!(world.compact().await.unwrap().committed, 0, "the partition is not stuck");
}

#[tokio::test]
async fn a_row_without_its_identity_is_kept_in_quarantine_and_is_nobodys_twin() {
    let world = World::new().await;
    world.land_lines(&[r#"{"chair":1}"#.into(), r#"{"chair":2}"#.into(), r#"{"seat":3}"#.into()]).await;
    let report = world.compact().await.unwrap();
    assert_eq!((report.rows, report.duplicates_dropped), (1, 0));
    let kept = world.store.list_all("quarantine/").await.unwrap();
    let text = zstd::decode_all(&world.store.get(&kept[0].key).await.unwrap()[..]).unwrap();
    assert_eq!(String::from_utf8(text).unwrap().lines().count(), 2);
}

#[tokio::test]
async fn lines_rejected_under_two_definitions_are_all_kept() {
    let world = World::new().await;
    world.land_lines(&[r#"{"seat":1,"who":7}"#.into(), r#"{"seat":"2"}"#.into()]).await;
    let landed = world.store.list_all("landing/").await.unwrap();
    // Another run got as far as its quarantine, under a definition that took the first line.
    let limits = Limits::new(&domain::settings::Settings::read(|_| None).unwrap());
    let mut refusals = Refusals::new(&world.dataset, &landed[0].key, world.clock.now(), &limits);
    refusals.push(1, "column seat", b"2");
    let refused = refusals.end(b"", None).unwrap();
    quarantine::store_refused(&*world.store, &world.dataset, &world.partition, refused.parts).await.unwrap();
    world.compact().await.unwrap();
    let mut lines = 0;
    for object in world.store.list_all("quarantine/").await.unwrap() {
        let text = zstd::decode_all(&world.store.get(&object.key).await.unwrap()[..]).unwrap();
        lines += String::from_utf8(text).unwrap().lines().count();
    }
    assert_eq!(lines, 3, "the other run's line, and both of this one's");
}

/// Where a partition is more than a day, the day of quarantine is that of the ingestion, if it can be.
#[tokio::test]
async fn a_forged_time_of_ingestion_makes_no_day_of_quarantine() {
    let world = World::new().await;
    let month: Partition = "dt=2026-11".parse().unwrap();
    let limits = Limits::new(&domain::settings::Settings::read(|_| None).unwrap());
    for (time, day) in [
        ("2026-11-23T10:00:00.000Z", "2026-11-23"),
        ("9999-12-31T00:00:00.000Z", "2026-11-01"),
        ("+12345-01-01T00:00:00Z", "2026-11-01"),
        ("1969-12-31T23:59:59.999Z", "2026-11-01"),
    ] {
        let (before, key) = (world.store.keys(), format!("landing/seats/dt=2026-11/{time}"));
        let mut refusals = Refusals::new(&world.dataset, &key, world.clock.now(), &limits);
        let line = format!(r#"{{"_id":null,"_ingested_at":"{time}","data":{{}}}}"#);
        refusals.push(0, "no column fits", line.as_bytes());
        let refused = refusals.end(b"", None).unwrap();
        quarantine::store_refused(&*world.store, &world.dataset, &month, refused.parts).await.unwrap();
        let new: Vec<String> = world.store.keys().into_iter().filter(|key| !before.contains(key)).collect();
        assert_eq!(new.len(), 1, "{new:?}");
        assert!(new[0].starts_with(&format!("quarantine/seats/dt={day}/")), "{time}: {new:?}");
    }
}
