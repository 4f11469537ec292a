//! Exactly once whatever the schema: everything that a compactor does to a partition, on datasets that the seed draws,
//! against a plain map.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod table;
mod threads;

use std::panic::{AssertUnwindSafe, catch_unwind};

use domain::{CommitKind, drawn::Random};
use futures::executor::block_on;

use table::Table;

/// In the dev profile, about a minute on one processor: most of it goes into the metadata of small files.
const SEEDS: u64 = 48;

/// What is done to a partition, at the most.
const STEPS: usize = 24;

#[test]
fn every_identity_is_one_row_whatever_the_schema() {
    each_seed(|seed| {
        let mut random = Random::new(seed);
        let mut table = Table::new(seed, &mut random);
        block_on(async {
            for _ in 0..4 + random.below(STEPS - 4) {
                match random.below(10) {
                    0..=3 => table.land(&mut random).await,
                    4..=6 => table.compact(random.chance(500)).await,
                    7 => table.rebuild().await,
                    8 if random.chance(500) => table.evolve(&mut random).await,
                    _ => table.wait(&mut random),
                }
                table.check(1).await;
            }
            table.compact(true).await;
            table.check(1).await;
            table.repair(0).await;
        });
    });
}

#[test]
fn a_repair_drops_the_twins_that_are_there_and_keeps_the_earliest() {
    each_seed(|seed| {
        let mut random = Random::new(seed);
        let mut table = Table::new(seed, &mut random);
        block_on(async {
            table.land(&mut random).await;
            table.compact(true).await;
            table.land(&mut random).await;
            table.compact(true).await;
            let rows = table.rows().await.len() as u64;
            table.double(&mut random).await;
            table.check(2).await;
            // Twins stay through everything but a repair, and let no new ones in.
            match random.below(3) {
                0 => table.rebuild().await,
                1 => {
                    table.evolve(&mut random).await;
                    table.rebuild().await;
                }
                _ => {}
            }
            table.check(2).await;
            table.repair(rows).await;
            assert_eq!(table.head().await.kind, CommitKind::Repair);
            table.check(1).await;
            table.land(&mut random).await;
            table.compact(true).await;
            table.rebuild().await;
            table.check(1).await;
        });
    });
}

/// Says which seed failed, so that it can be played alone: `SCHEMA_SEED=7 cargo test -p compact --test schemas`.
fn each_seed(test: impl Fn(u64)) {
    let seeds = match std::env::var("SCHEMA_SEED") {
        Ok(seed) => vec![seed.parse().expect("a whole number")],
        Err(_) => (0..SEEDS).collect(),
    };
    for seed in seeds {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| test(seed))) {
            println!("to play it again: SCHEMA_SEED={seed} cargo test -p compact --test schemas");
            std::panic::resume_unwind(panic);
        }
    }
}
