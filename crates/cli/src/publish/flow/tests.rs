use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::memory::{ManualClock, SeededIds};
use proptest::prelude::*;

use super::*;
use crate::{
    inputs::How,
    publish::{
        inputs,
        pack::PackSize,
        send::{Answer, Failed},
    },
};

/// A topic that fails as a seed says: requests before they are accepted and after, and single messages.
#[derive(Debug)]
struct Flaky {
    chance: SeededIds,
    /// How many of a hundred go wrong.
    trouble: u64,
    /// Whether it goes away for good after some time.
    dies: bool,
    told: Mutex<Told>,
}

/// The numbers of events.
#[derive(Debug, Default)]
struct Told {
    accepted: BTreeSet<u64>,
    refused: BTreeSet<u64>,
    acknowledged: BTreeSet<String>,
    requests: u32,
}

impl Flaky {
    fn goes_wrong(&self) -> bool {
        self.chance.random() % 100 < self.trouble
    }
}

fn numbers(text: &str) -> Vec<u64> {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    let events = value.as_array().cloned().unwrap_or_else(|| vec![value]);
    events.iter().map(|event| event["n"].as_u64().unwrap()).collect()
}

impl Topic for Flaky {
    async fn publish(&self, messages: &[&str]) -> Result<Vec<Answer>, Failed> {
        let later = || Failed::Later("busy".to_owned());
        for _ in 0..self.chance.random() % 4 {
            tokio::task::yield_now().await;
        }
        let mut told = self.told.lock().unwrap();
        told.requests += 1;
        if self.goes_wrong() || (self.dies && told.requests > 20) {
            return Err(later());
        }
        let mut answers = Vec::new();
        for message in messages {
            assert!(!told.acknowledged.contains(*message), "sent again although it was acknowledged");
            answers.push(if self.goes_wrong() {
                Answer::Failed(later())
            } else if self.goes_wrong() && self.goes_wrong() {
                Answer::Refused("no".to_owned())
            } else {
                told.accepted.extend(numbers(message));
                Answer::Published
            });
        }
        if self.goes_wrong() {
            // Accepted, and the reply is lost.
            return Err(later());
        }
        for (message, answer) in messages.iter().zip(&answers) {
            match answer {
                Answer::Published => {}
                Answer::Refused(_) => told.refused.extend(numbers(message)),
                Answer::Failed(_) => continue,
            }
            told.acknowledged.insert((*message).to_owned());
        }
        Ok(answers)
    }

    fn attributes(&self) -> usize {
        20
    }
}

#[derive(Debug, Clone)]
struct Case {
    events: u64,
    seed: u64,
    trouble: u64,
    dies: bool,
    pack: Option<usize>,
    concurrency: usize,
    stop_after: Option<u32>,
}

fn cases() -> impl Strategy<Value = Case> {
    let pack = prop::option::of(1_024..2_000_usize);
    let stop = prop::option::weighted(0.3, 0..200_u32);
    (0..400_u64, any::<u64>(), 0..40_u64, prop::bool::weighted(0.2), pack, 1..8_usize, stop).prop_map(
        |(events, seed, trouble, dies, pack, concurrency, stop_after)| Case {
            events,
            seed,
            trouble,
            dies,
            pack,
            concurrency,
            stop_after,
        },
    )
}

/// Publishes what the position file leaves; answers what the topic was told besides.
async fn publish(case: &Case, directory: &Path) -> (Flown, Told, Place) {
    let file = directory.join("events.ndjson");
    let lines: Vec<String> =
        (0..case.events).map(|n| format!("{{\"n\": {n}, \"text\": \"xxxxxxxxxxxx\"}}\n")).collect();
    std::fs::write(&file, lines.concat()).unwrap();
    let inputs = inputs::examine(&[file], &How::default()).unwrap();
    let keeper = Keeper::open(&directory.join("position"), "d", "t", &inputs).unwrap();
    let from = keeper.reached();

    let (chunks, receiver) = mpsc::channel(1_000);
    let place = |n: u64| Place { offset: n * 40, line: n + 1, events: n, ..Place::default() };
    let items: Vec<Item> = (from.events..case.events)
        .map(|n| Item {
            input: 0,
            line: n + 1,
            event: Ok(lines[n as usize].trim().to_owned()),
            end: place(n + 1),
        })
        .collect();
    let mut items = items.into_iter().peekable();
    while items.peek().is_some() {
        chunks.send(Chunk::Items(items.by_ref().take(7).collect())).await.unwrap();
    }
    chunks.send(Chunk::End(Place { input: 1, events: case.events, ..Place::default() })).await.unwrap();

    let told = Mutex::default();
    let topic = Flaky { chance: SeededIds::new(case.seed), trouble: case.trouble, dies: case.dies, told };
    let (clock, ids) = (ManualClock::new(DateTime::UNIX_EPOCH), SeededIds::new(case.seed));
    let sender = Arc::new(Sender { topic, clock, ids });
    let progress = Progress::new(&inputs, Arc::default(), true);
    let flow = Flow {
        sender: Arc::clone(&sender),
        concurrency: case.concurrency,
        packer: Packer::new(case.pack.map(PackSize), 20),
        watermark: Watermark::new(from),
        keeper: Some(keeper),
        inputs: &inputs,
        progress: &progress,
    };
    let polls = std::cell::Cell::new(0);
    let stop = async || {
        polls.set(polls.get() + 1);
        if case.stop_after != Some(polls.get()) {
            std::future::pending::<()>().await;
        }
    };
    let flown = flow.run(receiver, stop).await;
    let reached = Keeper::open(&directory.join("position"), "d", "t", &inputs).unwrap().reached();
    let told = std::mem::take(&mut *sender.topic.told.lock().unwrap());
    (flown, told, reached)
}

async fn nothing_is_lost_or_done_early(case: Case) {
    let directory = tempfile::TempDir::new().unwrap();
    let (flown, mut told, reached) = publish(&case, directory.path()).await;
    let is_settled = |told: &Told, n: u64| told.accepted.contains(&n) || told.refused.contains(&n);
    assert!((0..reached.events).all(|n| is_settled(&told, n)), "the position is beyond what is done");
    assert!(flown.report.events <= told.accepted.len() as u64);
    let is_done = flown.failure.is_none() && !flown.interrupted;
    if is_done {
        assert_eq!(reached.input, 1);
        assert_eq!(flown.report.events + flown.report.refused, case.events);
        assert_eq!(flown.report.refused, told.refused.len() as u64);
    }
    if case.trouble == 0 && !case.dies && case.stop_after.is_none() {
        assert!(is_done && flown.report.retries == 0, "{flown:?}");
    }
    // The same again, with a topic that works.
    let again = Case { trouble: 0, dies: false, stop_after: None, ..case };
    let (flown, told_again, reached) = publish(&again, directory.path()).await;
    assert!(flown.failure.is_none(), "{:?}", flown.failure);
    assert_eq!(reached.input, 1);
    assert!(!is_done || told_again.requests == 0, "there was nothing left to send");
    told.accepted.extend(&told_again.accepted);
    assert!((0..again.events).all(|n| is_settled(&told, n)), "an event is lost");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn whatever_fails_nothing_is_lost_or_done_early_and_nothing_acknowledged_is_sent_again(case in cases()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(nothing_is_lost_or_done_early(case));
    }
}

/// Publishes without a position file.
async fn publish_plainly<T: Topic>(
    topic: T,
    chunks: mpsc::Receiver<Chunk>,
    stop: impl AsyncFnMut(),
) -> Flown {
    let (clock, ids) = (ManualClock::new(DateTime::UNIX_EPOCH), SeededIds::new(1));
    let progress = Progress::new(&[], Arc::default(), true);
    let flow = Flow {
        sender: Arc::new(Sender { topic, clock, ids }),
        concurrency: 1,
        packer: Packer::new(None, 20),
        watermark: Watermark::new(Place::default()),
        keeper: None,
        inputs: &[],
        progress: &progress,
    };
    flow.run(chunks, stop).await
}

fn item(n: u64) -> Item {
    Item { input: 0, line: n, event: Ok(format!("{{\"n\": {n}}}")), end: Place::default() }
}

#[tokio::test]
async fn what_was_read_before_the_reader_failed_is_published() {
    let (reader, chunks) = mpsc::channel(2);
    reader.send(Chunk::Items((0..25).map(item).collect())).await.unwrap();
    reader.send(Chunk::Failed(PublishError::Broken("the disk is gone".to_owned()))).await.unwrap();
    let topic = Flaky { chance: SeededIds::new(1), trouble: 0, dies: false, told: Mutex::default() };
    let flown = publish_plainly(topic, chunks, async || std::future::pending::<()>().await).await;
    assert_eq!((flown.report.events, flown.report.requests), (25, 3));
    assert!(flown.failure.unwrap().to_string().contains("the disk is gone"));
}

/// Never answers.
#[derive(Debug)]
struct Silent(Arc<AtomicBool>);

impl Topic for Silent {
    async fn publish(&self, _: &[&str]) -> Result<Vec<Answer>, Failed> {
        self.0.store(true, Ordering::Relaxed);
        std::future::pending().await
    }

    fn attributes(&self) -> usize {
        20
    }
}

#[tokio::test]
async fn a_second_request_to_stop_does_not_wait() {
    let (reader, chunks) = mpsc::channel(1);
    reader.send(Chunk::Items((0..10).map(item).collect())).await.unwrap();
    let (is_asked, mut stops) = (Arc::new(AtomicBool::new(false)), 0);
    let topic = Silent(Arc::clone(&is_asked));
    let flown = publish_plainly(topic, chunks, async || {
        while !is_asked.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
        stops += 1;
    });
    let flown = flown.await;
    assert!(flown.interrupted && flown.failure.is_none());
    assert_eq!((stops, flown.report.events), (2, 0));
}
