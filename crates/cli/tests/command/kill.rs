//! `kill -9` at any moment: what a publish acknowledged is in its table once, whatever was under way and whatever its
//! schema.

use std::{collections::BTreeSet, env, path::Path, sync::Arc, time::Duration};

use aws::{Aws, SystemClock};
use aws_sdk_sns::{
    config::retry::RetryConfig,
    types::{MessageAttributeValue, PublishBatchRequestEntry},
};
use domain::{
    Partition,
    dataset::EXTRA,
    drawn::{self, Drawn, Identity, MARK, Random},
    memory::SeededIds,
    port::{Clock, Ids},
};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Dev, spawn};

const KILLS: u64 = 50;
/// Every so many kills the process dies before it says that it is ready.
const EARLY: u64 = 5;
const PUBLISHERS: u64 = 3;
const BATCH: u64 = 10;
/// The most events that a publisher sends until it is killed.
const EACH: u64 = 600;
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

    let (data, table) = (TempDir::new().unwrap(), Arc::new(Table::draw(seed)));
    let mut told = Told::default();
    for kill in 0..KILLS {
        if kill % EARLY == EARLY - 1 {
            let mut child = spawn(data.path(), table.definitions.path());
            SystemClock.sleep(within(LATEST_EARLY_KILL)).await;
            child.kill().unwrap();
            child.wait().unwrap();
        } else {
            told.extend(publish_until_killed(data.path(), &table, kill, within(LATEST_KILL)).await);
        }
    }
    assert!(
        told.acknowledged.len() as u64 > KILLS * BATCH / 5,
        "too few to mean anything: {}",
        told.acknowledged.len()
    );

    let dev = table.start(data.path());
    let rows = settled(&dev, &table, &told.acknowledged).await;
    let once: BTreeSet<u64> = rows.iter().copied().collect();
    let lost: Vec<_> = told.acknowledged.difference(&once).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert_eq!(rows.len(), once.len(), "events came twice into the table");
    let invented: Vec<_> = once.difference(&told.asked).collect();
    assert!(invented.is_empty(), "never published: {invented:?}");
    println!("{} asked, {} acknowledged, {} rows", told.asked.len(), told.acknowledged.len(), rows.len());
}

/// The dataset, which the seed draws.
struct Table {
    drawn: Drawn,
    partition: Partition,
    definitions: TempDir,
    seed: u64,
}

impl Table {
    /// One with identities enough for all events.
    fn draw(seed: u64) -> Self {
        let room = |drawn: &Drawn| drawn.marks() >= KILLS * PUBLISHERS * EACH;
        let enough = |drawn: &Drawn| drawn.identity() == Identity::Columns && room(drawn);
        let draw = |seed| Drawn::new("drawn", &mut Random::new(seed)).unwrap();
        let drawn = (seed..).map(draw).find(enough).unwrap();
        println!("{:?}", drawn.definition());
        let partition = drawn.partition("2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
        let definitions = TempDir::new().unwrap();
        let definition = serde_json::to_vec(drawn.definition()).unwrap();
        std::fs::write(definitions.path().join("drawn.json"), definition).unwrap();
        Self { drawn, partition, definitions, seed }
    }

    fn start(&self, data: &Path) -> Dev {
        Dev::start_on(data, self.definitions.path(), &[])
    }

    fn entry(&self, mark: u64) -> PublishBatchRequestEntry {
        let mut random = Random::new(self.seed ^ mark);
        let event = self.drawn.event(mark, &self.partition, &mut random);
        let event = self.drawn.bodies(&[event], &random).remove(0);
        let dataset = MessageAttributeValue::builder().data_type("String").string_value("drawn");
        let entry = PublishBatchRequestEntry::builder().id(mark.to_string()).message(event);
        entry.message_attributes("dataset", dataset.build().unwrap()).build().unwrap()
    }

    /// The column that has an event's mark.
    fn marked(&self) -> &'static str {
        if self.drawn.dataset().column(MARK).is_some() { MARK } else { EXTRA }
    }

    fn mark(&self, row: &str) -> u64 {
        let row: Value = serde_json::from_str(row).unwrap();
        match &row[self.marked()] {
            Value::String(extra) => drawn::mark(extra).unwrap(),
            mark => mark.as_u64().unwrap(),
        }
    }
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

async fn publish_until_killed(data: &Path, table: &Arc<Table>, kill: u64, after: Duration) -> Told {
    let dev = table.start(data);
    let publishers: Vec<_> = (0..PUBLISHERS)
        .map(|publisher| {
            let first = (kill * PUBLISHERS + publisher) * EACH;
            tokio::spawn(publish(client(&dev), dev.address("topic").to_owned(), table.clone(), first))
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
async fn publish(sns: aws_sdk_sns::Client, topic: String, table: Arc<Table>, first: u64) -> Told {
    let mut told = Told::default();
    for batch in 0..EACH / BATCH {
        let ids = first + batch * BATCH..first + (batch + 1) * BATCH;
        told.asked.extend(ids.clone());
        let entries = ids.map(|mark| table.entry(mark)).collect();
        let call = sns.publish_batch().topic_arn(&topic).set_publish_batch_request_entries(Some(entries));
        let Ok(answer) = call.send().await else { break };
        let successful = answer.successful().iter().map(|entry| entry.id().unwrap().parse::<u64>().unwrap());
        told.acknowledged.extend(successful);
    }
    told
}

/// Without retries: after the kill there is nobody to answer.
fn client(dev: &Dev) -> aws_sdk_sns::Client {
    let aws = Aws::local(dev.address("aws"));
    let config = aws_sdk_sns::config::Builder::from(aws.sdk_config()).retry_config(RetryConfig::disabled());
    aws_sdk_sns::Client::from_conf(config.build())
}

/// The table's rows once all that was acknowledged is there and nothing more comes, or at the end of the patience.
async fn settled(dev: &Dev, table: &Table, acknowledged: &BTreeSet<u64>) -> Vec<u64> {
    let marked = table.marked();
    let rows = format!("/v1/datasets/drawn/rows?select={marked}&limit=1000000&format=ndjson");
    let url = format!("{}{rows}", dev.address("http"));
    let began = SystemClock.now();
    let mut before = Vec::new();
    loop {
        let body = reqwest::get(&url).await.unwrap().text().await.unwrap();
        let mut rows: Vec<u64> = body.lines().map(|line| table.mark(line)).collect();
        rows.sort_unstable();
        let is_late = (SystemClock.now() - began).to_std().unwrap() > PATIENCE;
        if is_late || (rows == before && acknowledged.is_subset(&rows.iter().copied().collect())) {
            return rows;
        }
        before = rows;
        SystemClock.sleep(BETWEEN_LOOKS).await;
    }
}
