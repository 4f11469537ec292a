//! The page for Prometheus, of a lake that has taken events.

use std::time::Duration;

use aws::SystemClock;
use domain::{
    metric::{
        self,
        prometheus::{self, FAMILIES},
    },
    port::Clock,
};

use crate::harness::TestLake;

/// How long the page may take to show what has happened.
const PATIENCE: Duration = Duration::from_secs(30);

/// The page, once it has this line.
async fn page_with(lake: &TestLake, line: &str) -> String {
    let deadline = SystemClock.now() + PATIENCE;
    loop {
        let (status, page) = lake.get("/metrics").await;
        assert_eq!(status, 200, "{page}");
        if page.lines().any(|of| of == line) {
            return page;
        }
        assert!(SystemClock.now() < deadline, "{line}\nis not in\n{page}");
        SystemClock.sleep(Duration::from_millis(100)).await;
    }
}

/// One line of the page.
fn line(name: &str, labels: &str, value: u64) -> String {
    format!("tributary_{name}{{system=\"tributary\",environment=\"default\",{labels}}} {value}")
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_counted_from_the_topic_to_the_answer() {
    let lake = TestLake::passengers().await;
    let (status, before) = lake.get("/metrics").await;
    assert_eq!(status, 200);
    for (name, kind) in metric::ALL
        .into_iter()
        .map(|metric| (prometheus::exposed(metric).0, prometheus::exposed(metric).1))
        .chain(FAMILIES.into_iter().map(|family| (family.name.to_owned(), family.kind)))
    {
        let typed = format!("# TYPE {name} {}", kind.as_str());
        assert_eq!(before.lines().filter(|of| **of == typed).count(), 1, "{typed}");
    }
    let of = |function: &str| format!("function=\"{function}\"");
    assert!(before.contains(&line("events_accepted_total", &of("ingest"), 0)), "{before}");

    lake.publish("passengers", r#"{"passenger_id": 1}"#).await;
    lake.publish("passengers", r#"[{"passenger_id": 2}, {"passenger_id": "two"}, {}]"#).await;
    lake.publish("nobody", r#"{"passenger_id": 3}"#).await;
    lake.rows("/v1/datasets/passengers/rows", 2).await;
    let dataset = r#"dataset="passengers""#;
    // Two batches of one dataset, or one, if both messages were in one invocation.
    let deadline = SystemClock.now() + PATIENCE;
    let page = loop {
        let page = page_with(&lake, &line("dataset_events_accepted_total", dataset, 2)).await;
        let fresh = |batches| line("freshness_seconds_count", dataset, batches);
        if [1, 2].into_iter().any(|batches| page.contains(&format!("{}\n", fresh(batches)))) {
            break page;
        }
        assert!(SystemClock.now() < deadline, "{page}");
        SystemClock.sleep(Duration::from_millis(100)).await;
    };
    let has =
        |expected: String| assert!(page.lines().any(|of| of == expected), "{expected}\nis not in\n{page}");
    has(line("events_accepted_total", &of("ingest"), 2));
    has(line("events_quarantined_total", &of("ingest"), 3));
    has(line("messages_total", &of("ingest"), 3));
    has(line("dataset_events_quarantined_total", r#"dataset="passengers",reason="type""#, 1));
    has(line("dataset_events_quarantined_total", r#"dataset="passengers",reason="missing""#, 1));
    has(line("dataset_events_quarantined_total", r#"dataset="_unrouted",reason="dataset""#, 1));
    has(line("invocations_failed_total", &of("compact"), 0));
    has(line("dead_letters_total", &of("register"), 0));
    // Looked at when nothing waits any more; a look is kept for some seconds.
    for (name, value) in [
        ("oldest_landing_seconds", 0),
        ("landing_objects", 0),
        ("partitions", 1),
        ("unregistered_partitions", 0),
        ("register_lag_seconds", 0),
    ] {
        page_with(&lake, &line(name, dataset, value)).await;
    }
    page_with(&lake, &line("queue_messages", &of("compact"), 0)).await;
    lake.stop().await;
}
