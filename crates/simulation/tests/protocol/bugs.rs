//! The model bites: without a rule, it finds what the rule is for.

use stateright::Checker;

use crate::{
    CATALOG, COMMITS, WHOLE,
    bounds::{Bounds, Bug, Times},
    compactor::CompactorStep::{Build, CleanByOwnList, Commit, Delete},
    explore,
    model::Action::{
        BeginCompactor, BeginRegister, BeginVacuum, Compactor, Put, Register, Sweep, Tick, Vacuum,
    },
    properties::{AT_REST, DEBRIS, FILES_MISSING, I1, I3, I4, I4_BY_THE_LETTER, I5, I6},
    violate,
};

/// A compactor has built generation 1 of batch 0, and sleeps. Another one has committed generation 1 of batch 1,
/// cleaned it, and rebuilt it as generation 2, which the catalog names; generation 1 has been vacuumed.
const ASLEEP: Bounds = Bounds {
    begins_with: &[
        Put(1),
        BeginCompactor(1),
        Compactor(1, Build(1)),
        Put(0),
        BeginCompactor(0),
        Compactor(0, Build(1)),
        Compactor(0, Commit),
        Sweep,
        Compactor(1, Delete),
        BeginCompactor(1),
        Compactor(0, Build(0)),
        Compactor(1, Commit),
        BeginRegister,
        Register(0),
        Tick,
        Tick,
        BeginVacuum,
        Tick,
        Tick,
        BeginVacuum,
        Vacuum(0),
        Vacuum(0),
    ],
    merges: 1,
    times: Some(Times { grace: 0, life: 1, retention: 2, query: 1 }),
    ..WHOLE
};

/// The same, where each cleans by its own list.
const ASLEEP_WITH_OWN_LISTS: Bounds = Bounds {
    begins_with: &[
        Put(1),
        BeginCompactor(1),
        Compactor(1, Build(1)),
        Put(0),
        BeginCompactor(0),
        Compactor(0, Build(1)),
        Compactor(0, Commit),
        Compactor(1, CleanByOwnList),
        Compactor(1, Delete),
        BeginCompactor(1),
        Compactor(0, Build(0)),
        Compactor(1, Commit),
        Compactor(1, CleanByOwnList),
        BeginRegister,
        Register(0),
        Tick,
        Tick,
        BeginVacuum,
        Tick,
        Tick,
        BeginVacuum,
        Vacuum(0),
        Vacuum(0),
    ],
    ..ASLEEP
};

/// What the model was first made for. The late commit is no head, and its list is not in the table: whoever goes by it
/// deletes what only landing has.
#[test]
fn cleaning_by_ones_own_list_loses_events_when_a_late_commit_goes_under_a_vacuumed_number() {
    violate(ASLEEP_WITH_OWN_LISTS, &[Bug::NoAgeCheck, Bug::LeftoversStay, Bug::CleanByOwnList], I1);
}

/// The commit comes too late for want of the age check, and because its files wait for it.
#[test]
fn a_late_commit_loses_nothing_where_the_list_of_the_head_is_gone_by() {
    let late = explore(ASLEEP, &[Bug::NoAgeCheck, Bug::LeftoversStay], false);
    late.assert_any_discovery(DEBRIS);
    late.assert_no_discovery(I1);
    late.assert_no_discovery(I4);
}

#[test]
fn without_the_age_check_events_are_lost() {
    violate(WHOLE, &[Bug::NoAgeCheck], I1);
}

#[test]
fn a_register_without_the_age_check_names_what_is_gone() {
    violate(CATALOG, &[Bug::NoAgeCheckInRegister], I6);
}

#[test]
fn a_commit_without_the_precondition_loses_events() {
    violate(COMMITS, &[Bug::CommitOverwrites], I1);
}

#[test]
fn a_register_without_the_second_look_rests_behind_the_head() {
    violate(CATALOG, &[Bug::NoSecondLook], AT_REST);
}

#[test]
fn vacuum_by_age_deletes_what_the_catalog_names() {
    violate(CATALOG, &[Bug::VacuumByAge], I6);
}

#[test]
fn twins_are_looked_for_in_the_whole_partition() {
    violate(COMMITS, &[Bug::DedupeWithinInputs], I3);
}

/// Each run answers for the batch of its own message: it stops when that is consumed, and else looks once more. Whoever
/// leaves the look to another one forgets a batch, since that one stops as soon as its own batch is consumed.
#[test]
fn without_the_second_looks_a_batch_is_forgotten() {
    let small = || Bounds { puts: 2, ..COMMITS };
    violate(small(), &[Bug::StopAt412], AT_REST);
    violate(small(), &[Bug::NoLookAfterCommit], AT_REST);
    violate(small(), &[Bug::StopAt412, Bug::NoLookAfterCommit], AT_REST);
}

#[test]
fn a_lost_answer_taken_for_a_failure_deletes_what_is_live() {
    violate(COMMITS, &[Bug::LostReplyIsFailure], I5);
}

/// The vacuum's first rule: it noted since when the catalog has named something newer, as soon as it was seen to.
#[test]
fn a_vacuum_that_notes_at_once_takes_files_from_readers() {
    violate(CATALOG, &[Bug::NoteAtOnce], FILES_MISSING);
}

#[test]
fn a_vacuum_that_looks_at_the_clock_last_deletes_too_early() {
    violate(CATALOG, &[Bug::ClockReadLate], I5);
}

#[test]
fn a_discard_that_takes_what_is_in_landing_for_consumed_loses_it() {
    let bounds = Bounds { batches: &[&[0, 1], &[1]], puts: 2, discards: 1, ..COMMITS };
    violate(bounds, &[Bug::DiscardKeepsConsumed], I1);
}

/// Not a bug, but what I4 must mean: a batch that was cleaned, put again, and is deleted by a compactor that looked before. No head lists it,
/// and its events are in the table all the same: the head is that which the compactor looked at.
#[test]
fn by_the_letter_i4_does_not_hold_for_a_batch_that_was_put_again() {
    violate(Bounds { batches: &[&[0], &[1]], ..COMMITS }, &[], I4_BY_THE_LETTER);
}
