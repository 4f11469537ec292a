//! A fixed set of seeds, and that a seed replays. More of them: `cargo run --release -p simulation -- --seeds N`.

use std::{num::NonZero, thread};

use simulation::Scenario;

/// With the deliberate bugs, about a minute of the dev profile on two processors.
const SEEDS: u64 = 3_000;

/// Of each scenario with a person in it.
const SEEDS_WITH_A_PERSON: u64 = 600;

fn no_promise_is_broken(scenario: Scenario, seeds: u64) {
    let threads = thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let failures = simulation::run_many(scenario, 0..seeds, threads, |_| {});
    for failure in &failures {
        println!("{}\nseed {}: {:?}", failure.trace.join("\n"), failure.seed, failure.violation);
    }
    assert!(failures.is_empty(), "a seed breaks a promise: its trace is above");
}

#[test]
fn no_schedule_breaks_a_promise() {
    no_promise_is_broken(Scenario::Services, SEEDS);
}

/// What is still in landing comes back exactly once, and what is lost is what the commit says.
#[test]
fn no_promise_is_broken_where_data_files_are_lost() {
    no_promise_is_broken(Scenario::LostFiles, SEEDS_WITH_A_PERSON);
}

/// No row of before a purge is visible after it, and no row of after is lost.
#[test]
fn no_promise_is_broken_where_a_dataset_is_dropped_and_asked_for_again() {
    no_promise_is_broken(Scenario::Drops, SEEDS_WITH_A_PERSON);
}

/// A scenario in which nothing happens would hold every promise.
#[test]
fn each_scenario_comes_to_what_it_is_about() {
    for (scenario, words) in [
        (Scenario::LostFiles, ["somebody deletes tables/", "is done: Some(Some(Discarded"]),
        (Scenario::Drops, ["is done: Dropped", "is done: Live { version: 2, new: true }"]),
    ] {
        let traces: Vec<String> =
            (0..60).map(|seed| simulation::run(scenario, seed, true).trace.join("\n")).collect();
        for words in words {
            let with = traces.iter().filter(|trace| trace.contains(words)).count();
            assert!(with >= 15, "{with} of {} schedules of {scenario} say {words:?}", traces.len());
        }
    }
}

#[test]
fn a_seed_replays_and_another_one_is_another_schedule() {
    for scenario in [Scenario::Services, Scenario::LostFiles, Scenario::Drops] {
        for seed in 0..50 {
            let run = |keep_trace| simulation::run(scenario, seed, keep_trace);
            let (first, second) = (run(false), run(true));
            assert_eq!((first.hash, first.steps), (second.hash, second.steps), "{scenario} {seed}");
            assert_eq!(second.trace.len() as u64, second.steps, "{scenario} {seed}: a line a step");
            assert!(first.trace.is_empty());
            assert_ne!(first.hash, simulation::run(scenario, seed + 1, false).hash);
        }
    }
}
