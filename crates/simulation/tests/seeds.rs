//! A fixed set of seeds, and that a seed replays. More of them: `cargo run --release -p simulation -- --seeds N`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::{num::NonZero, thread};

/// About a minute of the dev profile on two processors.
const SEEDS: u64 = 5_000;

#[test]
fn no_schedule_breaks_a_promise() {
    let threads = thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let failures = simulation::run_many(0..SEEDS, threads, |_| {});
    if let Some(failure) = failures.first() {
        for line in &failure.trace {
            println!("{line}");
        }
        panic!("seed {}: {:?}", failure.seed, failure.violation);
    }
}

#[test]
fn a_seed_replays_and_another_one_is_another_schedule() {
    for seed in 0..50 {
        let (first, second) = (simulation::run(seed, false), simulation::run(seed, true));
        assert_eq!((first.hash, first.steps), (second.hash, second.steps), "seed {seed}");
        assert_eq!(second.trace.len() as u64, second.steps, "seed {seed}: a line a step");
        assert!(first.trace.is_empty());
        assert_ne!(first.hash, simulation::run(seed + 1, false).hash);
    }
}
