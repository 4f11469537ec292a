//! `kill -9` at any moment: what a publish acknowledged is in its table once, whatever was under way.

use std::{collections::BTreeSet, env, path::Path, time::Duration};

use aws::{Aws, SystemClock};
use aws_sdk_sns::{
    config::retry::RetryConfig,
    types::{MessageAttributeValue, PublishBatchRequestEntry},
};
use domain::{
    memory::SeededIds,
    port::{Clock, Ids},
};
use tempfile::TempDir;

use crate::process::{Dev, spawn};

const KILLS: u64 = 50;
/// Every so many kills the process dies before it says that it is ready.
const EARLY: u64 = 5;
const PUBLISHERS: u64 = 3;
const BATCH: u64 = 10;
/// Milliseconds: from an idle process to one whose compaction is busy.
const LATEST_KILL: u64 = 400;
/// Milliseconds: within a start.
const LATEST_EARLY_KILL: u64 = 120;
/// How long the last start may take to bring everything into the table.
const PATIENCE: Duration = Duration::from_secs(120);
/// Longer than a generation takes to follow another.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_fifty_kills() {
    let seed = env::var("KILL_SEED").map_or(20_261_123, |seed| seed.parse().unwrap());
    println!("KILL_SEED={seed} replays the moments of the kills");
    let moments = SeededIds::new(seed);
    let within = |millis: u64| Duration::from_millis(moments.random() % millis);

    let data = TempDir::new().unwrap();
    let mut told = Told::default();
    for kill in 0..KILLS {
        if kill % EARLY == EARLY - 1 {
            let mut child = spawn(data.path());
            SystemClock.sleep(within(LATEST_EARLY_KILL)).await;
            child.kill().unwrap();
            child.wait().unwrap();
        } else {
            told.extend(publish_until_killed(data.path(), kill, within(LATEST_KILL)).await);
        }
    }
    assert!(
        told.acknowledged.len() as u64 > KILLS * BATCH,
        "too few to mean anything: {}",
        told.acknowledged.len()
    );

    let dev = Dev::start(data.path());
    let rows = settled(&dev, &told.acknowledged).await;
    let once: BTreeSet<u64> = rows.iter().copied().collect();
    let lost: Vec<_> = told.acknowledged.difference(&once).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert_eq!(rows.len(), once.len(), "events came twice into the table");
    let invented: Vec<_> = once.difference(&told.asked).collect();
    assert!(invented.is_empty(), "never published: {invented:?}");
    println!("{} asked, {} acknowledged, {} rows", told.asked.len(), told.acknowledged.len(), rows.len());
}

/// What the publishers know of their events.
#[derive(Default)]
struct Told {
    asked: BTreeSet<u64>,
    acknowledged: BTreeSet<u64>,
}

impl Told {
    fn extend(&mut self, other: Self) {
        self.asked.extend(other.asked);
        self.acknowledged.extend(other.acknowledged);
    }
}

async fn publish_until_killed(data: &Path, kill: u64, after: Duration) -> Told {
    let dev = Dev::start(data);
    let publishers: Vec<_> = (0..PUBLISHERS)
        .map(|publisher| {
            let first = (kill * PUBLISHERS + publisher) * 1_000_000;
            tokio::spawn(publish(client(&dev), dev.address("topic").to_owned(), first))
        })
        .collect();
    SystemClock.sleep(after).await;
    let (code, _) = dev.signal("-KILL");
    assert_eq!(code, None, "it had ended before it was killed");
    let mut told = Told::default();
    for publisher in publishers {
        told.extend(publisher.await.unwrap());
    }
    told
}

/// Publishes batch after batch until there is no answer any more.
async fn publish(sns: aws_sdk_sns::Client, topic: String, first: u64) -> Told {
    let mut told = Told::default();
    for batch in 0.. {
        let ids = first + batch * BATCH..first + (batch + 1) * BATCH;
        told.asked.extend(ids.clone());
        let entries = ids.map(entry).collect();
        let call = sns.publish_batch().topic_arn(&topic).set_publish_batch_request_entries(Some(entries));
        let Ok(answer) = call.send().await else { break };
        let successful = answer.successful().iter().map(|entry| entry.id().unwrap().parse::<u64>().unwrap());
        told.acknowledged.extend(successful);
    }
    told
}

fn entry(id: u64) -> PublishBatchRequestEntry {
    let dataset = MessageAttributeValue::builder().data_type("String").string_value("passengers");
    PublishBatchRequestEntry::builder()
        .id(id.to_string())
        .message(format!(r#"{{"passenger_id": {id}}}"#))
        .message_attributes("dataset", dataset.build().unwrap())
        .build()
        .unwrap()
}

/// Without retries: after the kill there is nobody to answer.
fn client(dev: &Dev) -> aws_sdk_sns::Client {
    let aws = Aws::local(dev.address("aws"));
    let config = aws_sdk_sns::config::Builder::from(aws.sdk_config()).retry_config(RetryConfig::disabled());
    aws_sdk_sns::Client::from_conf(config.build())
}

/// The table's rows once all that was acknowledged is there and nothing more comes, or at the end of the patience.
async fn settled(dev: &Dev, acknowledged: &BTreeSet<u64>) -> Vec<u64> {
    let rows = "/v1/datasets/passengers/rows?select=passenger_id&limit=1000000&format=csv";
    let url = format!("{}{rows}", dev.address("http"));
    let began = SystemClock.now();
    let mut before = Vec::new();
    loop {
        let body = reqwest::get(&url).await.unwrap().text().await.unwrap();
        let rows: Vec<u64> =
            body.lines().skip(1).map(|line| line.trim_matches('"').parse().unwrap()).collect();
        let is_late = (SystemClock.now() - began).to_std().unwrap() > PATIENCE;
        if is_late || (rows == before && acknowledged.is_subset(&rows.iter().copied().collect())) {
            return rows;
        }
        before = rows;
        SystemClock.sleep(BETWEEN_LOOKS).await;
    }
}
