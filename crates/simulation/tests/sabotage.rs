//! The simulation bites: each deliberate bug is found, within so many seeds.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use domain::sabotage::{self, Bug};

/// Plays the seeds in order until the bug is found, which has to be by a violation of one of these.
fn is_found(bug: Bug, within: u64, by: &[&str]) {
    let found = sabotage::with(bug, || {
        (0..within).find_map(|seed| simulation::run(seed, false).violation.map(|violation| (seed, violation)))
    });
    match found {
        Some((seed, violation)) => {
            println!("{bug:?} is found by seed {seed}: {violation}");
            assert!(by.contains(&violation.invariant), "{violation}");
        }
        None => panic!("{bug:?} is not found within {within} seeds"),
    }
}

#[test]
fn events_acknowledged_and_not_stored() {
    is_found(Bug::AcknowledgeUnstored, 200, &["I1"]);
}

#[test]
fn a_landing_batch_cleaned_by_ones_own_list() {
    is_found(Bug::CleanByOwnList, 40_000, &["I4", "I1"]);
}

#[test]
fn a_commit_without_the_precondition() {
    is_found(Bug::CommitWithoutPrecondition, 500, &["I2", "I3"]);
}

#[test]
fn a_lost_reply_taken_for_a_failure() {
    is_found(Bug::LostReplyIsFailure, 500, &["I3", "I5"]);
}

#[test]
fn ones_own_commit_taken_for_anothers() {
    is_found(Bug::ForgetOneself, 1_000, &["I5"]);
}

#[test]
fn stopping_at_a_412() {
    is_found(Bug::StopWhenOvertaken, 3_000, &["trigger"]);
}

#[test]
fn twins_looked_for_within_a_batch_only() {
    is_found(Bug::TwinsWithinBatchOnly, 100, &["I3"]);
}

#[test]
fn no_age_check() {
    is_found(Bug::NoAgeCheck, 20_000, &["I4", "I5", "I6"]);
}

#[test]
fn no_second_look() {
    is_found(Bug::NoSecondLook, 3_000, &["I6"]);
}

#[test]
fn a_vacuum_by_the_age_of_the_commit() {
    is_found(Bug::VacuumByAge, 500, &["I5", "I6", "reader"]);
}

#[test]
fn a_vacuum_by_the_head() {
    is_found(Bug::VacuumByHead, 500, &["I5", "I6", "reader"]);
}

#[test]
fn a_vacuum_of_what_may_still_be_committed() {
    is_found(Bug::VacuumYoungLeftovers, 1_000, &["I3", "I5"]);
}
