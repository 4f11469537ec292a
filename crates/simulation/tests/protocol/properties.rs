//! What must hold, and what must be reached for that to mean anything.

use std::collections::BTreeSet;

use domain::invariant::{self, Violation};
use stateright::Property;

use crate::{
    bounds::Bug,
    compactor,
    model::Protocol,
    state::{Compact, Event, Less, State},
};

pub(crate) const I1: &str = "I1: an acknowledged event is in landing or in the rows of the head";
pub(crate) const I2: &str = "I2: the head stays, and what the catalog names is no debris";
pub(crate) const I3: &str = "I3: a generation has the rows of its parent and the new ones, each once";
pub(crate) const I4: &str = "I4: what is deleted from landing was consumed by the head, as it was seen";
pub(crate) const I4_BY_THE_LETTER: &str =
    "I4: what is deleted from landing is listed by the head at that moment";
pub(crate) const I5: &str = "I5: what is deleted was garbage for the retention";
pub(crate) const I6: &str = "I6: the catalog names a commit whose files exist";
pub(crate) const AT_REST: &str =
    "at rest every acknowledged event is visible once, and the catalog names the head";
pub(crate) const FILES_MISSING: &str = "a reader finds the files";

/// Only without the age check can that be.
pub(crate) const DEBRIS: &str =
    "a late commit goes under a vacuumed number, and what it consumed is not in the table";

/// Remembers that a step broke a rule.
pub(crate) fn check(state: &mut State, rule: &'static str, verdict: Result<(), Violation>) {
    if verdict.is_err() {
        state.broken.insert(rule);
    }
}

pub(crate) fn of(protocol: &Protocol) -> Vec<Property<Protocol>> {
    let mut properties = vec![
        Property::always(I1, accounted_for),
        Property::always(I2, |_, state: &State| !state.broken.contains(I2) && names_no_debris(state)),
        Property::always(I3, |_, state: &State| !state.broken.contains(I3)),
        Property::always(I4, |_, state: &State| !state.broken.contains(I4)),
        Property::always(I5, |_, state: &State| !state.broken.contains(I5)),
        Property::always(AT_REST, |protocol: &Protocol, state: &State| {
            !is_at_rest(state) || rests_well(protocol, state)
        }),
        Property::sometimes("everything comes to rest", |_, state: &State| {
            state.puts == 0 && is_at_rest(state)
        }),
        Property::sometimes("a lost answer was a success", |_, state: &State| {
            step(state, |step| matches!(step, Compact::Unsure(commit) if state.is_committed(commit.location)))
        }),
    ];
    if protocol.bounds.faults > 0 {
        properties.push(Property::sometimes("twins are repaired", |_, state: &State| {
            let mut commits = state.log.values().map(|logged| &logged.commit);
            commits.any(|commit| commit.less == Less::Repair && !commit.has_twins())
        }));
    }
    if protocol.bounds.discards > 0 {
        properties.push(Property::sometimes(
            "what was given up comes back from landing",
            |_, state: &State| {
                let discards = state.log.values().filter(|logged| logged.commit.less == Less::Discard);
                let newest = discards.map(|logged| logged.commit.location.generation).max();
                let is_since = |generation: u64| newest.is_some_and(|newest| newest < generation);
                state.head().is_some_and(|head| {
                    is_since(head.location.generation)
                        && head.rows.iter().any(|event| state.given_up.contains(event))
                })
            },
        ));
    }
    if protocol.bounds.compactors > 1 {
        properties.push(Property::sometimes("a writer is overtaken", |_, state: &State| {
            step(state, |step| match step {
                Compact::Built(own) => {
                    let found = state.log.get(&own.location.generation);
                    found.is_some_and(|found| found.commit.location != own.location)
                }
                _ => false,
            })
        }));
    }
    if protocol.bounds.compactors > 1 && protocol.bounds.times.is_none() {
        properties.push(Property::sometimes(
            "others have done the work of a writer that is overtaken",
            |protocol: &Protocol, state: &State| {
                let mut runs = state.compactors.iter().flatten();
                runs.any(|run| compactor::is_done_by_others(protocol, state, run))
            },
        ));
    }
    if protocol.bounds.times.is_none() {
        properties.push(Property::sometimes("a twin is dropped", |protocol: &Protocol, state: &State| {
            state.log.values().any(|logged| has_twin(protocol, state, logged.commit.location.generation))
        }));
    }
    if protocol.has(Bug::NoAgeCheck) {
        properties.push(Property::sometimes(DEBRIS, |_, state: &State| {
            let head: &[Event] = state.head().map_or(&[], |head| &head.rows);
            state.log.values().any(|logged| logged.commit.rows.iter().any(|event| !head.contains(event)))
        }));
    }
    if protocol.by_the_letter {
        properties
            .push(Property::always(I4_BY_THE_LETTER, |_, s: &State| !s.broken.contains(I4_BY_THE_LETTER)));
    }
    if protocol.bounds.times.is_none() {
        properties.push(Property::sometimes("a batch is put again after it was cleaned", put_again));
    }
    if protocol.bounds.registers > 0 {
        properties.push(Property::always(I6, |_, state: &State| names_files(state, false)));
    }
    if protocol.bounds.vacuums > 0 {
        properties.push(Property::sometimes("a generation is vacuumed", |_, state: &State| {
            state.live().is_some_and(|log| log.oldest > 1)
        }));
    }
    if protocol.bounds.registers > 1 {
        properties.push(Property::sometimes(
            "a late register names an older generation",
            |_, state: &State| {
                let catalog = state.catalog.map_or(0, |named| named.generation);
                state.registers.iter().flatten().any(|run| run.step.generation < catalog)
            },
        ));
    }
    if protocol.bounds.readers > 0 {
        properties
            .push(Property::always(FILES_MISSING, |_, state: &State| !state.broken.contains(FILES_MISSING)));
        properties.push(Property::sometimes("a reader reads what is garbage", |_, state: &State| {
            state
                .readers
                .iter()
                .flatten()
                .any(|run| state.log.get(&run.step.generation).is_some_and(|logged| logged.garbage.is_some()))
        }));
    }
    properties
}

fn step(state: &State, is: impl Fn(&Compact) -> bool) -> bool {
    state.compactors.iter().flatten().any(|run| is(&run.step))
}

fn accounted_for(protocol: &Protocol, state: &State) -> bool {
    let landing = state.landing.iter().flat_map(|batch| protocol.events(*batch)).collect();
    let head = state.head().filter(|head| state.files.contains_key(&head.location));
    let rows = head.iter().flat_map(|head| head.rows.iter().copied()).collect();
    invariant::accounted_for(&state.acknowledged, &landing, &BTreeSet::new(), &rows).is_ok()
}

fn names_no_debris(state: &State) -> bool {
    let (Some(log), Some(named)) = (state.live(), state.catalog) else { return true };
    log.has(named.generation)
}

fn names_files(state: &State, at_rest: bool) -> bool {
    let Some(named) = state.catalog else { return !at_rest || state.log.is_empty() };
    let committed: BTreeSet<u64> = state
        .numbers()
        .into_iter()
        .filter(|number| *number != named.generation || state.is_committed(named))
        .collect();
    let exist = state.files.contains_key(&named);
    invariant::named_location(named.generation, &committed, exist, at_rest).is_ok()
}

/// Nobody is at work, and no message waits.
fn is_at_rest(state: &State) -> bool {
    state.landed.is_empty()
        && state.committed == 0
        && state.compactors.iter().all(Option::is_none)
        && state.registers.iter().all(Option::is_none)
}

fn rests_well(protocol: &Protocol, state: &State) -> bool {
    let has_catalog = protocol.bounds.registers > 0;
    let visible = if has_catalog {
        state.catalog.and_then(|named| state.log.get(&named.generation)).map(|logged| &logged.commit)
    } else {
        state.head()
    };
    let rows: &[Event] = visible.map_or(&[], |commit| &commit.rows);
    let is_owed = |event: &Event| state.acknowledged.contains(event) || !state.given_up.contains(event);
    let rows: Vec<Event> = rows.iter().copied().filter(is_owed).collect();
    let wanted: Vec<Event> = state.acknowledged.iter().copied().collect();
    rows == wanted && (!has_catalog || names_files(state, true))
}

/// A batch is in landing whose events are all in the table, though no list has it.
fn put_again(protocol: &Protocol, state: &State) -> bool {
    let Some(head) = state.head() else { return false };
    state.landing.iter().any(|batch| {
        !head.consumed.contains_key(batch)
            && state.log.values().any(|logged| logged.commit.newly.contains(batch))
            && protocol.events(*batch).all(|event| head.rows.contains(&event))
    })
}

fn has_twin(protocol: &Protocol, state: &State, generation: u64) -> bool {
    let rows = |generation: u64| state.log.get(&generation).map_or(0, |logged| logged.commit.rows.len());
    let Some(logged) = state.log.get(&generation) else { return false };
    let landed: usize = logged.commit.newly.iter().map(|batch| protocol.events(*batch).count()).sum();
    generation > 1 && rows(generation) < rows(generation - 1) + landed
}
