//! A model of the commit protocol: every order in which two compactors, registers, the vacuum, readers and senders can
//! take their steps, within bounds, and with a crash, a lost answer or a long sleep before any of them.
//!
//! It is a model of the protocol, not of the code: events, batches, generations and time are small numbers. What it
//! decides by are the functions that production decides by, in `domain::invariant` and `domain::vacuum`, and it is
//! held against the same invariants.
//!
//! What is taken together, since nothing that could come between makes a difference, or only less can then be done:
//!
//! - A directory has one file. The log is listed and its head read in one step, and so is landing listed, the inputs
//!   read and the files written; but others may do anything between those two, and before the commit.
//! - A check of the age and the change that it allows are one step, that can come as late as both together: the age
//!   that a run may have, and the minutes that a request may take.
//! - The answer to a put can be lost. That a request comes late is that its process is slow; that it never comes, that
//!   the process has crashed.
//! - To look once more is to begin anew with the same message.
//! - Files without a commit whose writer is gone are forgotten.
//!
//! A crashed process gives its message back at once where time is left out, and at the end of its run where it is not.
//!
//! The numbers of states are in ARCHITECTURE.md; each test prints its own (`--nocapture`).

mod bounds;
mod bugs;
mod compactor;
mod model;
mod properties;
mod readers;
mod state;
mod vacuum;

use std::time::Instant;

use bounds::{Bounds, Bug, Times};
use model::Protocol;
use stateright::{Checker, HasDiscoveries, Model};

/// Redelivery, regrouping and twins; crashes and lost answers; no time. One event is in all batches but one, and a
/// batch that was cleaned may be put again.
const COMMITS: Bounds = Bounds {
    begins_with: &[],
    batches: &[&[0], &[0, 1], &[1, 2]],
    puts: 3,
    merges: 0,
    faults: 0,
    discards: 0,
    cleans: true,
    compactors: 2,
    registers: 0,
    vacuums: 0,
    readers: 0,
    times: None,
};

/// The catalog: two registers, the vacuum and a reader, over two generations. A run may change something until it is
/// two ticks old: one is the age that it may have, one are the minutes that its last request takes. The retention is
/// as short as settings allow, over twice that age.
const CATALOG: Bounds = Bounds {
    batches: &[&[0]],
    puts: 1,
    merges: 1,
    cleans: false,
    compactors: 1,
    registers: 2,
    vacuums: 1,
    readers: 1,
    times: Some(Times { grace: 0, life: 2, retention: 3, query: 1 }),
    ..COMMITS
};

/// All of it, with time: two compactors, a register and the vacuum.
const WHOLE: Bounds = Bounds {
    batches: &[&[0], &[1]],
    puts: 2,
    merges: 0,
    compactors: 2,
    registers: 1,
    vacuums: 1,
    times: Some(Times { grace: 1, life: 1, retention: 3, query: 1 }),
    ..COMMITS
};

/// Explores everything there is.
fn explore(bounds: Bounds, bugs: &'static [Bug], by_the_letter: bool) -> impl Checker<Protocol> {
    let protocol = Protocol { bounds, bugs, by_the_letter };
    let began = Instant::now();
    let checker = protocol.checker().spawn_bfs().join();
    println!(
        "{} unique states of {} generated, {} steps deep, in {:.1?}",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth() - 1,
        began.elapsed()
    );
    // No bound of its own stopped it: it has no depth, count or time to reach, and a property that always holds keeps
    // it from stopping early.
    assert!(checker.is_done());
    checker
}

/// Explores until the property is violated, and prints the steps to that.
fn violate(bounds: Bounds, bugs: &'static [Bug], name: &'static str) {
    let protocol = Protocol { bounds, bugs, by_the_letter: true };
    let wanted = HasDiscoveries::AnyOf([name].into());
    let checker = protocol.checker().finish_when(wanted).spawn_bfs().join();
    let property = checker.model().property(name);
    assert!(property.expectation.discovery_is_failure());
    println!("{bugs:?}: {} unique states, then without {name:?}:", checker.unique_state_count());
    for (state, step) in checker.assert_any_discovery(name).into_vec() {
        match step {
            // The search goes on for some states after the first one.
            Some(step) if (property.condition)(checker.model(), &state) => println!("    {step:?}"),
            _ => break,
        }
    }
}

#[test]
fn commits_cleaning_redelivery_and_crashes() {
    explore(COMMITS, &[], false).assert_properties();
}

#[test]
fn twins_that_a_fault_let_in_and_their_repair() {
    let bounds = Bounds { batches: &[&[0, 1], &[1]], puts: 2, faults: 1, ..COMMITS };
    explore(bounds, &[], false).assert_properties();
}

#[test]
fn rows_that_a_person_gives_up_and_what_of_them_is_still_in_landing() {
    let bounds = Bounds { batches: &[&[0, 1], &[1]], puts: 2, discards: 1, ..COMMITS };
    explore(bounds, &[], false).assert_properties();
}

#[test]
fn registers_vacuum_and_readers() {
    explore(CATALOG, &[], false).assert_properties();
}

#[test]
#[ignore = "minutes: ./scripts/test all"]
fn commits_with_merges() {
    explore(Bounds { merges: 1, ..COMMITS }, &[], false).assert_properties();
}

#[test]
#[ignore = "minutes: ./scripts/test all"]
fn registers_vacuum_and_readers_over_three_generations() {
    explore(Bounds { merges: 2, ..CATALOG }, &[], false).assert_properties();
}

#[test]
#[ignore = "minutes: ./scripts/test all"]
fn everything_together() {
    explore(WHOLE, &[], false).assert_properties();
}
