//! Whatever an event is refused for is counted by its dataset, as far as that is known, and by the kind of the reason.

use domain::facts::Facts;

use super::*;
use crate::Done;

const HOURLY: &str = r#"{"name": "readings", "event_time": "t", "partition_by": "hour",
    "columns": [{"name": "t", "type": "timestamp", "unit": "s", "required": true}]}"#;

/// 2026-11-23T10:00:00Z
const HOUR: i64 = 1_795_428_000;

#[tokio::test]
async fn each_refused_event_is_counted_by_the_kind_of_its_reason() {
    let world = world(&[
        ("TRIBUTARY_TOPICS", "arn:aws:sns:us-west-2:123456789012:shop"),
        ("TRIBUTARY_MESSAGE_PARTITIONS", "1"),
    ])
    .await;
    world.store.put("schemas/readings/000001.json", HOURLY.into(), PutMode::Create).await.unwrap();
    let good = || message("m", Some("passengers"), r#"{"passenger_id": 1}"#);
    let (late, two) = (
        format!("{{\"t\": {}}}", HOUR + 10 * 86_400),
        format!("[{{\"t\": {HOUR}}}, {{\"t\": {}}}]", HOUR - 3_600),
    );
    let passengers = Some("passengers");
    for (message, dataset, kind) in [
        (Message { unreadable: Some("no".into()), ..good() }, None, Kind::Envelope),
        (Message { arn: Some("arn:aws:sns:us-west-2:123456789012:other"), ..good() }, None, Kind::Topic),
        (Message { sent_at: "2000-01-01T00:00:00Z".parse().unwrap(), ..good() }, None, Kind::MessageTime),
        (Message { encoding: Some("gzip"), ..good() }, passengers, Kind::Encoding),
        (message("m", passengers, "no"), passengers, Kind::Payload),
        (message("m", Some("nobody"), r#"{"passenger_id": 1}"#), None, Kind::Dataset),
        (message("m", passengers, r#"{"passenger_id": "one"}"#), passengers, Kind::Type),
        (message("m", passengers, r#"{"name": "Ada"}"#), passengers, Kind::Missing),
        (message("m", Some("readings"), &late), Some("readings"), Kind::EventTime),
        (message("m", Some("readings"), &two), Some("readings"), Kind::Partitions),
    ] {
        let report = world.ingest.store(&[message], NEVER).await.unwrap();
        assert_eq!(report.quarantined, 1, "{kind:?}");
        let refused: Vec<_> = report.by_dataset.iter().filter(|(_, of)| !of.quarantined.is_empty()).collect();
        let [(of, counted)] = refused[..] else { panic!("{kind:?}: {refused:?}") };
        assert_eq!(of.as_ref().map(DatasetName::as_str), dataset, "{kind:?}");
        assert_eq!(counted.quarantined, BTreeMap::from([(kind, 1)]));

        // What is told apart by dataset adds up to what is not.
        let done = Done { messages: 1, report };
        let mut parts = BTreeMap::new();
        done.each_of(&mut |family, labels, value| {
            assert_eq!(labels.len(), family.labels.len(), "{family:?}");
            *parts.entry(family.name).or_insert(0) += value;
        });
        let sum = |name: &str| parts.get(name).copied().unwrap_or_default();
        assert_eq!(sum("tributary_dataset_events_accepted_total"), done.report.accepted as u64, "{kind:?}");
        assert_eq!(sum("tributary_dataset_events_quarantined_total"), 1, "{kind:?}");
    }
}
