//! A fixed set of seeds, and that a seed replays. `./scripts/test all` plays ten times as many; `cargo run --release -p simulation
//! -- --seeds N` as many as anybody wants.

use std::{num::NonZero, ops::Range, thread};

use simulation::Scenario;

/// With the deliberate bugs, about a minute of the dev profile on two processors.
const SEEDS: Range<u64> = 0..1_200;

/// Of each scenario with a person in it, or a second target.
const SEEDS_OF_A_SCENARIO: Range<u64> = 0..300;

fn no_promise_is_broken(scenario: Scenario, seeds: Range<u64>) {
    let threads = thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let failures = simulation::run_many(scenario, seeds, threads, |_| {});
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
    no_promise_is_broken(Scenario::LostFiles, SEEDS_OF_A_SCENARIO);
}

/// No row of before a purge is visible after it, and no row of after is lost.
#[test]
fn no_promise_is_broken_where_a_dataset_is_dropped_and_asked_for_again() {
    no_promise_is_broken(Scenario::Drops, SEEDS_OF_A_SCENARIO);
}

/// I5 and I6 hold for both targets, and neither holds up the other.
#[test]
fn no_promise_is_broken_where_there_is_a_second_target() {
    no_promise_is_broken(Scenario::TwoTargets, SEEDS_OF_A_SCENARIO);
}

#[test]
#[ignore = "for minutes: ./scripts/test all"]
fn no_promise_is_broken_by_ten_times_as_many() {
    let ten_times = |seeds: Range<u64>| seeds.end..seeds.end * 10;
    no_promise_is_broken(Scenario::Services, ten_times(SEEDS));
    no_promise_is_broken(Scenario::LostFiles, ten_times(SEEDS_OF_A_SCENARIO));
    no_promise_is_broken(Scenario::Drops, ten_times(SEEDS_OF_A_SCENARIO));
    no_promise_is_broken(Scenario::TwoTargets, ten_times(SEEDS_OF_A_SCENARIO));
}

/// A scenario in which nothing happens would hold every promise.
#[test]
fn each_scenario_comes_to_what_it_is_about() {
    for (scenario, words) in [
        (Scenario::LostFiles, ["somebody deletes tables/", "is done: Some(Some(Discarded"]),
        (Scenario::Drops, ["is done: Dropped", "is done: Live { version: 2, new: true }"]),
        (Scenario::TwoTargets, ["the second target is down for", "the second target loses its state"]),
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
    for scenario in [Scenario::Services, Scenario::LostFiles, Scenario::Drops, Scenario::TwoTargets] {
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
