//! A fixed set of seeds, and that a seed replays. More of them: `cargo run --release -p simulation -- --seeds N`.

use std::{num::NonZero, thread};

/// With the deliberate bugs, about a minute of the dev profile on two processors.
const SEEDS: u64 = 3_000;

#[test]
fn no_schedule_breaks_a_promise() {
    let threads = thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let failures = simulation::run_many(0..SEEDS, threads, |_| {});
    for failure in &failures {
        println!("{}\nseed {}: {:?}", failure.trace.join("\n"), failure.seed, failure.violation);
    }
    assert!(failures.is_empty(), "a seed breaks a promise: its trace is above");
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
