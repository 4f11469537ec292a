//! Which dataset an event goes to.

use super::*;

const BOOKED: &str = r#"{"specversion": "1.0", "id": "7", "source": "/shop", "type": "shop.booked",
    "data": {"passenger_id": 1}}"#;

async fn with_cloud_events() -> World {
    let world = world(&[]).await;
    let bookings = r#"{"name": "bookings", "cloudevents_type": "shop.booked",
        "columns": [{"name": "passenger_id", "type": "bigint", "required": true}]}"#;
    world.store.put("schemas/bookings/000001.json", bookings.into(), PutMode::Create).await.unwrap();
    world
}

#[tokio::test]
async fn a_cloud_event_goes_where_its_type_says_unless_the_message_says_otherwise() {
    let world = with_cloud_events().await;
    let unknown = BOOKED.replace("shop.booked", "shop.sold");
    let batch = format!("[{BOOKED}, {unknown}, {{\"passenger_id\": 2}}]");
    let by_topic = Message { topic: "passengers", ..message("t", None, &batch) };
    let messages = [
        message("a", None, BOOKED),
        message("b", Some("passengers"), BOOKED),
        by_topic,
        message("d", None, &unknown),
    ];
    let report = world.ingest.store(&messages, NEVER).await.unwrap();
    assert_eq!((report.accepted, report.quarantined), (5, 1));
    let bookings = world.lines("landing/bookings/").await;
    assert_eq!(bookings.len(), 2);
    assert!(bookings.iter().all(|line| line.starts_with(r#"{"_id":"/shop 7","#)), "{bookings:?}");
    assert_eq!(world.lines("landing/passengers/").await.len(), 3, "b, and what the topic has no type for");
    let reason = &world.rejected("quarantine/_unrouted/").await[0].reason;
    assert!(reason.starts_with("no dataset has the cloudevents_type \"shop.sold\""), "{reason}");
}

#[tokio::test]
async fn of_two_datasets_with_one_type_the_first_by_name_has_it() {
    let world = with_cloud_events().await;
    let other =
        r#"{"name": "zz", "cloudevents_type": "shop.booked", "columns": [{"name": "a", "type": "int"}]}"#;
    world.store.put("schemas/zz/000001.json", other.into(), PutMode::Create).await.unwrap();
    world.ingest.store(&[message("a", None, BOOKED)], NEVER).await.unwrap();
    assert_eq!(world.lines("landing/bookings/").await.len(), 1);
}

#[tokio::test]
async fn a_type_accepted_a_moment_ago_is_found() {
    let world = world(&[]).await;
    let clock = Arc::new(ManualClock::new("2026-11-23T10:05:00Z".parse().unwrap()));
    let ingest = Ingest::new(world.store.clone(), clock.clone(), &Settings::read(|_| None).unwrap());
    ingest.store(&[message("a", Some("passengers"), "{}")], NEVER).await.unwrap();
    let bookings = r#"{"name": "bookings", "cloudevents_type": "shop.booked", "columns": [{"name": "a", "type": "int"}]}"#;
    world.store.put("schemas/bookings/000001.json", bookings.into(), PutMode::Create).await.unwrap();
    clock.advance(chrono::TimeDelta::seconds(2));
    let report = ingest.store(&[message("b", None, BOOKED)], NEVER).await.unwrap();
    assert_eq!((report.accepted, report.quarantined), (1, 0));
}

#[tokio::test]
async fn a_cloud_event_that_may_be_of_a_damaged_dataset_waits() {
    let world = with_cloud_events().await;
    world.store.put("schemas/bookings/000002.json", "damaged".into(), PutMode::Create).await.unwrap();
    let by_topic = Message { topic: "passengers", ..message("t", None, BOOKED) };
    let report =
        world.ingest.store(&[by_topic, message("p", Some("passengers"), BOOKED)], NEVER).await.unwrap();
    assert_eq!((report.failed, report.accepted), (BTreeSet::from([0]), 1));
}

#[tokio::test]
async fn a_dataset_accepted_a_moment_ago_goes_before_the_default() {
    let world = world(&[]).await;
    let clock = Arc::new(ManualClock::new("2026-11-23T10:05:00Z".parse().unwrap()));
    let default = |name: &str| (name == "TRIBUTARY_DEFAULT_DATASET").then(|| "passengers".to_owned());
    let ingest = Ingest::new(world.store.clone(), clock.clone(), &Settings::read(default).unwrap());
    let by_topic = Message { topic: "planes", ..message("a", None, r#"{"passenger_id": 1}"#) };
    ingest.store(std::slice::from_ref(&by_topic), NEVER).await.unwrap();
    let planes = DEFINITION.replace("passengers", "planes");
    world.store.put("schemas/planes/000001.json", planes.into(), PutMode::Create).await.unwrap();
    clock.advance(chrono::TimeDelta::seconds(2));
    ingest.store(&[by_topic], NEVER).await.unwrap();
    assert_eq!(world.lines("landing/planes/").await.len(), 1);
}
