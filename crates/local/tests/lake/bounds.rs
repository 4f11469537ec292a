//! What one sender can make the lake do, end to end.

use std::sync::Arc;

use aws::SystemClock;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{SecondsFormat, TimeDelta};
use domain::{
    port::{Clock, ObjectStore},
    quarantine::Rejected,
};
use ingest::{
    Ingest,
    replay::{Options, Replayed},
};
use tempfile::TempDir;

use crate::harness::{PASSENGERS, TestLake, settings_with};

const READINGS: &str = r#"{"name": "readings", "identity": ["id"], "event_time": "at", "partition_by": "hour",
    "columns": [{"name": "id", "type": "int", "required": true},
    {"name": "at", "type": "timestamp", "required": true}]}"#;

/// Replays all that is in quarantine, by these settings.
async fn replay(lake: &TestLake, settings: &[(&str, &str)]) -> Replayed {
    let ingest = Ingest::new(Arc::new(lake.store.clone()), Arc::new(SystemClock), &settings_with(settings));
    let mut sum = Replayed::default();
    for object in lake.store.list_all("quarantine/").await.unwrap() {
        let options = Options {
            chosen: |_: &Rejected| true,
            dataset: None,
            dry_run: false,
            change: None,
            judged: None,
        };
        let one = ingest.replay(&object.key.parse().unwrap(), options).await.unwrap();
        sum.accepted += one.accepted;
        sum.rejected += one.rejected;
        sum.kept += one.kept;
    }
    sum
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_message_makes_no_more_partitions_than_it_may_and_what_it_has_beyond_is_kept() {
    let settings = settings_with(&[("TRIBUTARY_MESSAGE_PARTITIONS", "3")]);
    let lake = TestLake::start_with(TempDir::new().unwrap(), &[("readings", READINGS)], settings).await;
    let now = SystemClock.now();
    let event = |id: i64| {
        // The last one is of twenty years ago.
        let at = if id == 9 { now - TimeDelta::days(20 * 365) } else { now - TimeDelta::hours(id) };
        format!(r#"{{"id": {id}, "at": "{}"}}"#, at.to_rfc3339_opts(SecondsFormat::Millis, true))
    };
    let lines: Vec<String> = (0..10).map(event).collect();
    let packed = zstd::bulk::compress(lines.join("\n").as_bytes(), 19).unwrap();
    lake.publish_packed("readings", "zstd", &STANDARD.encode(packed)).await;

    let rows = lake.rows("/v1/datasets/readings/rows?order=id", 3).await;
    assert_eq!(rows.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(lake.json("/v1/datasets/readings").await["partitions"], 3);
    let kept = lake.quarantine("readings/").await;
    assert_eq!(kept.len(), 7, "{kept:?}");
    let many = kept.iter().filter(|line| line.reason.contains("(TRIBUTARY_MESSAGE_PARTITIONS)")).count();
    let old = kept.iter().filter(|line| line.reason.contains("TRIBUTARY_EVENT_BEHIND")).count();
    assert_eq!((many, old), (6, 1), "{kept:?}");

    // What is kept lands when somebody says so: the last one by a setting of its own.
    assert_eq!(replay(&lake, &[]).await, Replayed { accepted: 6, rejected: 1, ..Replayed::default() });
    lake.rows("/v1/datasets/readings/rows", 9).await;
    assert_eq!(replay(&lake, &[("TRIBUTARY_EVENT_BEHIND", "876000h")]).await.accepted, 1);
    let rows = lake.rows("/v1/datasets/readings/rows?order=id", 10).await;
    assert_eq!(rows.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert!(lake.quarantine("").await.is_empty());
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_publishes_to_the_datasets_that_it_may_publish_to() {
    // The local lake's own topic.
    let topics = "arn:aws:sns:us-west-2:000000000000:tributary=passengers";
    let settings = settings_with(&[("TRIBUTARY_TOPICS", topics)]);
    let definitions = [("passengers", PASSENGERS), ("readings", READINGS)];
    let lake = TestLake::start_with(TempDir::new().unwrap(), &definitions, settings).await;
    lake.publish("readings", r#"{"id": 1, "at": "2026-11-23T10:05:00Z"}"#).await;
    lake.publish("passengers", r#"{"passenger_id": 1}"#).await;
    lake.rows("/v1/datasets/passengers/rows", 1).await;
    let kept = lake.quarantine("").await;
    let words = "the topic may not publish to the dataset (TRIBUTARY_TOPICS), found \"arn:aws:sns:us-west-2:\
                 000000000000:tributary\" and readings";
    assert_eq!(kept.iter().map(|line| line.reason.as_str()).collect::<Vec<_>>(), [words]);
    // An environment that says nothing of topics is no permission.
    assert_eq!(replay(&lake, &[]).await, Replayed { kept: 1, ..Replayed::default() });
    lake.stop().await;
}
