//! How many partitions a message, an invocation and an hour may have.

use domain::{facts::InWords, quarantine::Holds};
use serde_json::json;

use super::*;
use crate::{Done, Event, Failed};

const HOURLY: &str = r#"{"name": "readings", "event_time": "t", "partition_by": "hour", "identity": ["t"],
    "columns": [{"name": "t", "type": "timestamp", "unit": "s", "required": true}]}"#;

/// 2026-11-23T10:00:00Z
const HOUR: i64 = 1_795_428_000;

async fn readings(settings: &[(&str, &str)]) -> World {
    let world = world(settings).await;
    world.store.put("schemas/readings/000001.json", HOURLY.into(), PutMode::Create).await.unwrap();
    world
}

/// Events of so many hours, the first one this many hours ago, in this order.
fn hours(ago: impl IntoIterator<Item = i64>) -> String {
    let events: Vec<String> =
        ago.into_iter().map(|hours| format!("{{\"t\": {}}}", HOUR - hours * 3_600)).collect();
    format!("[{}]", events.join(","))
}

#[tokio::test]
async fn the_events_of_a_message_go_to_so_many_partitions_and_the_others_are_kept() {
    for (most, total) in [(1, 1), (1, 2), (3, 3), (3, 4), (400, 5_000)] {
        let setting = most.to_string();
        let world = readings(&[("TRIBUTARY_MESSAGE_PARTITIONS", setting.as_str())]).await;
        // Each hour twice, so that what comes again for one that is taken is taken too.
        let body = hours((0..total).chain(0..total));
        for _ in 0..2 {
            let report = world.ingest.store(&[message("m", Some("readings"), &body)], NEVER).await.unwrap();
            let (over, taken) = ((total - most) as usize, most as usize);
            assert_eq!((report.accepted, report.quarantined), (2 * taken, 2 * over), "{most} of {total}");
            assert_eq!((report.refused_partitions, report.failed.len()), (over, 0));
        }
        // The redelivery made the same objects.
        assert_eq!(world.store.list_all("landing/readings/").await.unwrap().len(), most as usize);
        let kept = world.rejected("quarantine/readings/").await;
        assert_eq!(kept.len(), 2 * (total - most) as usize);
        for line in &kept {
            assert_eq!((line.carrier.holds, line.carrier.untrusted), (Holds::Event, false));
            let words =
                format!("the events of a message may go to {most} partitions (TRIBUTARY_MESSAGE_PARTITIONS)");
            assert!(line.reason.starts_with(&words), "{}", line.reason);
        }
    }
}

#[tokio::test]
async fn partitions_are_counted_for_each_message_anew() {
    let world = readings(&[("TRIBUTARY_MESSAGE_PARTITIONS", "2")]).await;
    let bodies = [hours([0, 1, 2]), hours([2, 3]), hours([0, 1, 2, 3])];
    let ids = ["a", "b", "c"];
    let messages: Vec<Message<'_>> =
        ids.iter().zip(&bodies).map(|(id, body)| message(id, Some("readings"), body)).collect();
    let report = world.ingest.store(&messages, NEVER).await.unwrap();
    // Of a the hour 2, and of c the hours 2 and 3, though others have them.
    assert_eq!((report.accepted, report.quarantined, report.refused_partitions), (6, 3, 2));
    let kept = world.rejected("quarantine/readings/").await;
    let places: Vec<(&str, usize)> =
        kept.iter().map(|line| (line.message_id.as_str(), line.position)).collect();
    assert_eq!(places, [("a", 2), ("c", 2), ("c", 3)]);
}

#[tokio::test]
async fn what_one_message_had_too_much_of_lands_when_it_is_replayed() {
    let world = readings(&[("TRIBUTARY_MESSAGE_PARTITIONS", "2")]).await;
    let body = hours(0..10);
    world.ingest.store(&[message("m", Some("readings"), &body)], NEVER).await.unwrap();
    let key = world.store.list_all("quarantine/").await.unwrap().remove(0).key;
    let options = crate::replay::Options {
        chosen: |_: &Rejected| true,
        dataset: None,
        dry_run: false,
        change: None,
        judged: None,
    };
    let replayed = world.ingest.replay(&key.parse().unwrap(), options).await.unwrap();
    assert_eq!((replayed.accepted, replayed.rejected), (8, 0));
    assert_eq!(world.store.list_all("landing/readings/").await.unwrap().len(), 10);
    assert!(world.store.list_all("quarantine/").await.unwrap().is_empty());
}

#[tokio::test]
async fn an_hour_has_so_many_partitions_of_the_past_and_what_is_current_goes_on() {
    let world = readings(&[("TRIBUTARY_HOURLY_PARTITIONS", "3")]).await;
    let old = hours(100..110);
    let report = world.ingest.store(&[message("a", Some("readings"), &old)], NEVER).await.unwrap();
    assert_eq!((report.accepted, report.quarantined, report.refused_partitions), (3, 7, 7));
    let reason = &world.rejected("quarantine/readings/").await[0].reason;
    let words = "within an hour one process writes to 3 partitions that ended more than two days ago \
                 (TRIBUTARY_HOURLY_PARTITIONS), found one more: dt=2026-11-19/hour=03";
    assert_eq!(reason, words);
    // Hours of today and yesterday, and other datasets, do not have to suffer for it.
    let current = hours(0..48);
    let other = message("c", Some("passengers"), r#"{"passenger_id": 1}"#);
    let report = world.ingest.store(&[message("b", Some("readings"), &current), other], NEVER).await.unwrap();
    assert_eq!((report.accepted, report.quarantined), (49, 0));
    // Another process, or the same one an hour later, takes what this one refused.
    let settings =
        Settings::read(|name| (name == "TRIBUTARY_HOURLY_PARTITIONS").then(|| "7".to_owned())).unwrap();
    let clock = Arc::new(ManualClock::new("2026-11-23T10:05:00Z".parse().unwrap()));
    let ingest = Ingest::new(world.store.clone(), clock.clone(), &settings);
    let key: domain::key::QuarantineKey =
        world.store.list_all("quarantine/").await.unwrap().remove(0).key.parse().unwrap();
    let options = crate::replay::Options {
        chosen: |_: &Rejected| true,
        dataset: None,
        dry_run: false,
        change: None,
        judged: None,
    };
    assert_eq!(ingest.replay(&key, options).await.unwrap().accepted, 7);
    clock.advance(chrono::TimeDelta::hours(1));
    let report = ingest.store(&[message("a", Some("readings"), &old)], NEVER).await.unwrap();
    assert_eq!((report.accepted, report.quarantined), (7, 3), "a redelivery of all ten");
    assert_eq!(world.store.list_all("landing/readings/").await.unwrap().len(), 10 + 48);
}

/// An event of SQS with a message for each body.
fn queued(bodies: &[String]) -> Event {
    let records: Vec<_> = bodies
        .iter()
        .enumerate()
        .map(|(index, body)| {
            json!({
                "messageId": format!("q{index}"), "body": body, "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-west-2:000000000000:tributary-ingest",
                "attributes": {"SentTimestamp": "1795428299000"},
                "messageAttributes": {"dataset": {"stringValue": "readings", "dataType": "String"}},
            })
        })
        .collect();
    Event::read(&json!({ "Records": records }).to_string())
}

#[tokio::test]
async fn an_invocation_stops_after_so_many_partitions_and_the_other_messages_come_again() {
    let world = readings(&[("TRIBUTARY_INVOCATION_PARTITIONS", "5")]).await;
    // Three hours each; the second one has those of the first.
    let bodies = [hours(0..3), hours(0..3), hours(3..6), hours(6..9), hours(0..1)];
    let mut done = Done::default();
    let failed = world.ingest.store_reporting(&queued(&bodies), NEVER, &mut done).await.unwrap();
    let counted = InWords(&done).to_string();
    assert!(
        counted.starts_with(
            "messages=5 messages_failed=2 events_accepted=9 events_quarantined=0 objects_written="
        ),
        "{counted}"
    );
    // After the third one it has six: those that are begun are never cut off.
    assert_eq!(failed, Failed(vec!["q3".to_owned(), "q4".to_owned()]));
    assert_eq!(world.store.list_all("landing/readings/").await.unwrap().len(), 6);
    assert!(
        world.store.list_all("quarantine/").await.unwrap().is_empty(),
        "they come again, and are not refused"
    );
    let again: Vec<String> = bodies[3..].to_vec();
    assert_eq!(world.ingest.store_event(&queued(&again), NEVER).await.unwrap(), Failed::default());
}

#[tokio::test]
async fn each_invocation_gets_something_done_whatever_one_message_has() {
    let world = readings(&[("TRIBUTARY_INVOCATION_PARTITIONS", "1")]).await;
    let mut left: Vec<String> = (0..6).map(|n| hours(n * 10..n * 10 + 10)).collect();
    for invocation in 1..=6 {
        let failed = world.ingest.store_event(&queued(&left), NEVER).await.unwrap();
        assert_eq!(failed.0.len(), left.len() - 1, "{invocation}");
        left.remove(0);
    }
    assert!(left.is_empty());
    assert_eq!(world.store.list_all("landing/readings/").await.unwrap().len(), 60);
}

#[tokio::test]
async fn what_sns_hands_over_by_itself_is_taken_whole() {
    let world = readings(&[("TRIBUTARY_INVOCATION_PARTITIONS", "1")]).await;
    // SNS could not be told which of them to send again.
    let record = |index: i64| {
        let notification = json!({
            "Type": "Notification", "MessageId": format!("m{index}"), "Timestamp": "2026-11-23T10:04:59.000Z",
            "TopicArn": "arn:aws:sns:us-west-2:000000000000:tributary", "Message": hours(index * 3..index * 3 + 3),
            "MessageAttributes": {"dataset": {"Type": "String", "Value": "readings"}},
        });
        json!({"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": notification})
    };
    let event = json!({"Records": [record(0), record(1), record(2)]});
    let failed = world.ingest.store_event(&Event::read(&event.to_string()), NEVER).await.unwrap();
    assert_eq!(failed, Failed::default());
    assert_eq!(world.store.list_all("landing/readings/").await.unwrap().len(), 9);
}
