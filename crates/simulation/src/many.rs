//! Many schedules at the same time.

use std::{
    num::NonZero,
    ops::Range,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use crate::schedule::{self, Outcome, Scenario};

/// Plays the schedules of these seeds in a scenario, on so many threads, and tells of each that is over. Ends at the first that breaks
/// a promise: what comes back is played with its trace, and there may be one for each thread.
pub fn run_many(
    scenario: Scenario,
    seeds: Range<u64>,
    threads: NonZero<usize>,
    over: impl Fn(&Outcome) + Sync,
) -> Vec<Outcome> {
    let (next, failed) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let work = || {
        while !failed.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return None;
            }
            let outcome = schedule::run(scenario, seed, false);
            over(&outcome);
            if outcome.violation.is_some() {
                failed.store(true, Ordering::Relaxed);
                // Once more, with every step written down.
                return Some(schedule::run(scenario, seed, true));
            }
        }
        None
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.get()).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .filter_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
