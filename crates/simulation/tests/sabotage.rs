//! The simulation bites: each deliberate bug is found, within so many seeds.

use std::ops::Range;

use domain::sabotage::{self, Bug};
use simulation::Scenario;

/// Plays the seeds from 0 until the bug is found, which has to be by a violation of one of these.
fn is_found(bug: Bug, within: u64, by: &[&str]) {
    is_found_among(bug, Scenario::Services, 0..within, by);
}

/// The same, where it takes a mixture that one seed in eight has: the seeds that leave this rest. One in some thousands finds
/// such a bug, so these begin where one is near.
fn is_found_by_eighths(bug: Bug, rest: u64, numbers: Range<u64>, by: &[&str]) {
    is_found_among(bug, Scenario::Services, numbers.map(|number| 8 * number + rest), by);
}

/// The same, where it takes a person.
fn is_found_in(scenario: Scenario, bug: Bug, within: u64, by: &[&str]) {
    is_found_among(bug, scenario, 0..within, by);
}

fn is_found_among(bug: Bug, scenario: Scenario, mut seeds: impl Iterator<Item = u64>, by: &[&str]) {
    let found = sabotage::with(bug, || {
        seeds.find_map(|seed| {
            let outcome = simulation::run(scenario, seed, false);
            outcome.violation.map(|violation| (seed, violation))
        })
    });
    assert!(found.is_some(), "{bug:?} is not found");
    if let Some((seed, violation)) = found {
        println!("{bug:?} is found by seed {seed}: {violation}");
        assert!(by.contains(&violation.invariant), "{violation}");
    }
}

#[test]
fn events_acknowledged_and_not_stored() {
    is_found(Bug::AcknowledgeUnstored, 200, &["I1"]);
}

#[test]
fn a_landing_batch_cleaned_by_ones_own_list() {
    is_found_by_eighths(Bug::CleanByOwnList, 7, 5_700..8_200, &["I4", "I1"]);
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
fn twins_looked_for_within_a_part_of_the_inputs_only() {
    is_found(Bug::TwinsWithinPartOnly, 1_000, &["I3"]);
}

#[test]
fn twins_looked_for_by_the_bounds_of_another_column() {
    is_found(Bug::BoundsOfAnotherColumn, 100, &["I3"]);
}

#[test]
fn a_repair_that_looks_within_files_only() {
    is_found(Bug::RepairWithinFilesOnly, 1_000, &["I3", "rest"]);
}

#[test]
fn no_age_check() {
    is_found_by_eighths(Bug::NoAgeCheck, 6, 0..2_000, &["I3", "I4", "I5", "I6"]);
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
fn a_vacuum_that_ignores_the_second_target() {
    is_found_in(Scenario::TwoTargets, Bug::VacuumByCatalog, 1_000, &["I5", "I6", "reader"]);
}

#[test]
fn a_vacuum_of_what_may_still_be_committed() {
    is_found(Bug::VacuumYoungLeftovers, 1_000, &["I3", "I5"]);
}

#[test]
fn a_discard_that_takes_what_is_in_landing_for_consumed() {
    is_found_in(Scenario::LostFiles, Bug::DiscardKeepsConsumed, 2_000, &["I1", "rest"]);
}

#[test]
fn a_discard_of_files_that_are_there() {
    is_found_in(Scenario::LostFiles, Bug::DiscardAllFiles, 1_000, &["discard"]);
}

#[test]
fn a_discard_that_does_not_say_all_that_it_gives_up() {
    is_found_in(Scenario::LostFiles, Bug::DiscardOneUntold, 500, &["discard"]);
}

#[test]
fn a_purge_without_the_commit_that_consumes() {
    is_found_in(Scenario::Drops, Bug::PurgeWithoutCommit, 500, &["I1", "I5", "purge", "rest"]);
}

#[test]
fn batches_named_as_before_the_drop() {
    is_found_in(Scenario::Drops, Bug::BatchNamesOfBefore, 2_000, &["I1", "rest"]);
}
