//! The promises of the whole function, for any messages in any grouping, with any redelivery, over a store that fails:
//! an acknowledged message is in the store completely, in the end every event is in landing or in quarantine, and by
//! its identity and partition each good event is one row.
//!
//! What each message holds is known to whoever made it (`oracle`), not read back from its bytes.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod bucket;
mod delivery;
mod oracle;

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use chrono::TimeDelta;
use domain::{
    memory::{ManualClock, SeededIds},
    port::{Clock, Ids},
    settings::Settings,
};
use ingest::{Event, Ingest};
use proptest::prelude::*;

use crate::{
    bucket::{Bucket, Kept},
    delivery::{Carrier, Delivery},
    oracle::{Message, messages},
};

/// One world: the service over a bucket that fails `faults` times, at moments that the seed decides.
struct World {
    bucket: Arc<Bucket>,
    clock: Arc<ManualClock>,
    ingest: Ingest<Bucket, ManualClock>,
}

impl World {
    async fn new(seed: u64, faults: u64) -> Self {
        let bucket = Arc::new(Bucket::new(seed, faults).await);
        let clock = Arc::new(ManualClock::new("2026-11-23T10:05:00Z".parse().unwrap()));
        let ingest = Ingest::new(bucket.clone(), clock.clone(), &Settings::read(|_| None).unwrap());
        Self { bucket, clock, ingest }
    }

    /// One invocation; answers with the places in the batch of what must come again.
    async fn invoke(&self, batch: &[Delivery], messages: &[Message]) -> Vec<usize> {
        let event = Event::read(&delivery::event(batch, messages));
        let until = self.clock.now() + TimeDelta::seconds(60);
        let all = || (0..batch.len()).collect();
        match self.ingest.store_event(&event, until).await {
            Err(_) => all(),
            Ok(failed) => (0..batch.len()).filter(|at| failed.0.contains(&batch[*at].name())).collect(),
        }
    }
}

fn expected<'m>(messages: impl IntoIterator<Item = &'m Message>) -> BTreeSet<Kept> {
    messages.into_iter().flat_map(|message| message.kept.iter().cloned()).collect()
}

async fn run(messages: Vec<Message>, carrier: Carrier, seed: u64, faults: u64) {
    let world = World::new(seed, faults).await;
    let random = SeededIds::new(seed);
    let below = |bound: usize| (random.random() % bound as u64) as usize;
    // Each message is delivered once, twice or three times, in any order.
    let mut pending = VecDeque::new();
    for message in 0..messages.len() {
        for copy in 0..=below(3) {
            pending.insert(below(pending.len() + 1), Delivery { message, copy, carrier });
        }
    }
    let mut batches = Vec::new();
    let mut acknowledged = BTreeSet::new();
    while !pending.is_empty() {
        let size = (1 + below(carrier.most())).min(pending.len());
        let batch: Vec<Delivery> = pending.drain(..size).collect();
        let failed = world.invoke(&batch, &messages).await;
        let kept = world.bucket.kept().await;
        for (at, delivery) in batch.iter().enumerate() {
            if failed.contains(&at) {
                pending.insert(below(pending.len() + 1), *delivery);
                continue;
            }
            acknowledged.insert(delivery.message);
            for piece in &messages[delivery.message].kept {
                assert!(kept.contains(piece), "acknowledged, and not stored: {piece:?}");
            }
        }
        // Definitions are kept for five seconds: sometimes they are read again, which may fail.
        world.clock.advance(TimeDelta::seconds(below(8) as i64));
        batches.push(batch);
        assert!(batches.len() < 400, "without faults everything is stored at last");
    }
    assert_eq!(acknowledged.len(), messages.len());
    let kept = world.bucket.kept().await;
    assert_eq!(kept, expected(&messages), "what was sent, and nothing else");
    let rows: BTreeSet<_> = kept.iter().filter_map(Kept::row).collect();
    let sent: BTreeSet<_> = messages.iter().flat_map(|message| message.rows.iter().cloned()).collect();
    assert_eq!(rows, sent, "each good event is one row");
    same_keys(&batches, &messages).await;
}

/// The same batch writes the same objects, whenever that is.
async fn same_keys(batches: &[Vec<Delivery>], messages: &[Message]) {
    for batch in batches {
        let (first, second) = (World::new(0, 0).await, World::new(0, 0).await);
        second.clock.advance(TimeDelta::days(3));
        for world in [&first, &second, &first] {
            assert_eq!(world.invoke(batch, messages).await, Vec::<usize>::new());
        }
        assert_eq!(first.bucket.keys(), second.bucket.keys());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_event_is_stored_and_every_good_one_is_one_row(
        messages in messages(),
        carrier in prop::sample::select(Carrier::ALL.to_vec()),
        seed: u64,
        faults in prop_oneof![Just(0_u64), 1_u64..40],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(messages, carrier, seed, faults));
    }
}
