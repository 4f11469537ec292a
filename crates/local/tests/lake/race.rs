//! One machine is one writer: no run of `compact` overtakes another one.

use std::{collections::BTreeSet, time::Duration};

use aws::SystemClock;
use chrono::TimeDelta;
use domain::{
    memory::SeededIds,
    port::{Clock, Ids, ObjectStore, PutMode},
};
use futures::future::join_all;
use lambda_runtime::LambdaEvent;
use serde_json::{Value, json};

use crate::{
    harness::{TestLake, all_seeds},
    log::Log,
};

const READINGS: &str = r#"{"name": "readings", "identity": ["id"], "event_time": "at", "columns": [
    {"name": "id", "type": "bigint", "required": true}, {"name": "at", "type": "timestamp", "required": true},
    {"name": "note", "type": "string"}]}"#;

/// What is published, by how many at once.
#[derive(Debug)]
struct Load {
    publishers: u64,
    /// Calls of each publisher, and messages of each call.
    calls: u64,
    messages: u64,
    partitions: u64,
    /// Bytes of each event, about.
    bytes: u64,
}

impl Load {
    fn of(seed: u64) -> Self {
        let ids = SeededIds::new(seed);
        let between = |from: u64, to: u64| from + ids.random() % (to - from + 1);
        Self {
            publishers: between(2, 8),
            calls: between(10, 60),
            messages: between(1, 10),
            partitions: between(1, 3),
            bytes: between(10, 2_000),
        }
    }

    fn count(&self) -> u64 {
        self.publishers * self.calls * self.messages
    }

    fn event(&self, id: u64) -> String {
        let at = format!("2024-02-{:02}T10:00:00Z", 1 + id % self.partitions);
        let note = "n".repeat(usize::try_from(self.bytes).unwrap());
        json!({"id": id, "at": at, "note": note}).to_string()
    }
}

/// The invocations start on one thread, whose log is kept with theirs. They run on threads of their own, and so in each
/// other's midst.
#[tokio::test]
async fn under_load_no_run_is_overtaken_and_nobody_is_warned() {
    let mut meetings = 0;
    for seed in 0..(if all_seeds() { 6 } else { 2 }) {
        let load = Load::of(seed);
        // A name of its own: what an earlier lake had to break off on a busy machine may still say so.
        let name = format!("readings_{seed}");
        let lake = TestLake::start(&[(&name, &READINGS.replace("readings", &name))]).await;
        let log = Log::default();
        let logged = log.keep();
        let publishers = join_all((0..load.publishers).map(async |publisher| {
            for call in 0..load.calls {
                let first = (publisher * load.calls + call) * load.messages;
                let events: Vec<String> = (first..first + load.messages).map(|id| load.event(id)).collect();
                lake.publish_all(&name, &events).await;
            }
        }));
        let path = format!("/v1/datasets/{name}/rows?select=id&limit=10000");
        let visible = async {
            publishers.await;
            lake.rows(&path, usize::try_from(load.count()).unwrap()).await
        };
        // The schedule's sweep, as often as it can be, while the notifications' runs are under way.
        let sweeps = async {
            loop {
                lake.lake.sweep().await;
                SystemClock.sleep(Duration::from_millis(10)).await;
            }
        };
        let rows = tokio::select! {
            rows = visible => rows,
            () = sweeps => unreachable!(),
        };
        drop(logged);
        let mut found: Vec<u64> = rows.iter().map(|row| row["id"].as_u64().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, (0..load.count()).collect::<Vec<_>>(), "every event once: {load:?}");
        assert_eq!(log.with("another writer was faster"), 0, "seed {seed}: {load:?}");
        let mut troubles = log.troubles();
        troubles.retain(|line| !line.contains("dataset=readings_") || line.contains(&name));
        assert_eq!(troubles, Vec::<String>::new(), "seed {seed}: {load:?}");
        let met = log.with("another run is at this partition");
        println!("seed {seed}: {load:?}: sweeps met other runs {met} times");
        meetings += met;
        lake.stop().await;
    }
    assert!(meetings > 0, "no sweep met another run: that proves nothing");
}

/// An SQS event of notifications for landing objects of one partition.
fn notifications(dataset: &str, count: usize) -> LambdaEvent<Value> {
    let records: Vec<Value> = (0..count)
        .map(|n| {
            let key = format!("landing/{dataset}/dt%3D2024-02-01/{n:040x}.ndjson.zst");
            let body = json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "local",
                "eventTime": "2024-02-01T10:00:00.000Z", "eventName": "ObjectCreated:Put",
                "userIdentity": {}, "requestParameters": {}, "responseElements": {},
                "s3": {"bucket": {"name": "tributary"}, "object": {"key": key, "size": 1}}}]});
            json!({"messageId": format!("m{n}"), "eventSource": "aws:sqs", "body": body.to_string()})
        })
        .collect();
    let mut invocation = lambda_runtime::Context::default();
    let deadline = SystemClock.now() + TimeDelta::minutes(5);
    invocation.deadline = u64::try_from(deadline.timestamp_millis()).unwrap();
    LambdaEvent::new(json!({"Records": records}), invocation)
}

#[tokio::test]
async fn ten_messages_of_a_partition_are_one_run_and_each_is_answered() {
    let lake = TestLake::start(&[("readings", READINGS)]).await;
    let context = compact::Context::new(&lake.aws, &(&lake.settings).into());
    let log = Log::default();
    let logged = log.keep();
    let mut done = compact::Done::default();
    let answer = compact::handle(notifications("readings", 10), &context, &mut done).await.unwrap();
    assert_eq!((done.partitions, done.failed), (1, 0));
    assert!(answer.batch_item_failures.is_empty());
    assert_eq!(log.with("partition compacted"), 1);

    // Nobody has defined this one.
    let key = format!("landing/nobody/dt=2024-02-01/{:040x}.ndjson.zst", 0);
    lake.store.put(&key, "".into(), PutMode::Create).await.unwrap();
    let mut done = compact::Done::default();
    let answer = compact::handle(notifications("nobody", 10), &context, &mut done).await.unwrap();
    assert_eq!((done.partitions, done.failed), (0, 1));
    drop(logged);
    let failed: BTreeSet<_> =
        answer.batch_item_failures.iter().map(|failure| failure.item_identifier.as_str()).collect();
    assert_eq!(failed.len(), 10);
    lake.stop().await;
}
