//! The vacuum, step by step.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Generation,
    invariant::{self, Fate},
    vacuum::{self, Notes},
};

use crate::{
    bounds::{Bug, Times},
    model::{self, Protocol},
    properties::{self, I2, I5},
    state::{Garbage, Location, Mark, Run, State, Ticks, Vacuum},
};

/// Lists the commits and the directories, looks at the catalog, and notes what is garbage. (All at once: what is listed
/// and looked at later is newer, and so is the run that does it.)
pub(crate) fn begin(protocol: &Protocol, state: &mut State) -> Option<()> {
    let times = protocol.bounds.times.as_ref()?;
    let commits: Vec<Location> = state.log.values().map(|logged| logged.commit.location).collect();
    let named = state.named();
    if protocol.has(Bug::ClockReadLate) {
        model::begin(&mut state.vacuums, Vacuum::Looked { commits, named });
        return Some(());
    }
    let queue = plan(protocol, state, times, &commits, named);
    if !queue.is_empty() {
        model::begin(&mut state.vacuums, Vacuum::Deleting(queue));
    }
    Some(())
}

/// One step of a vacuum. `None`: it has none.
pub(crate) fn advance(protocol: &Protocol, state: &mut State, index: usize) -> Option<()> {
    let times = protocol.bounds.times.as_ref()?;
    let run = state.vacuums.get_mut(index)?.take()?;
    let rest = match run.step {
        Vacuum::Looked { commits, named } => plan(protocol, state, times, &commits, named),
        Vacuum::Deleting(mut queue) => {
            match queue.remove(0) {
                Garbage::Files(location) => delete_files(state, times, location),
                Garbage::Commit(generation) => {
                    let before = state.numbers();
                    state.log.remove(&generation);
                    let verdict = invariant::head_stays(&before, &state.numbers());
                    properties::check(state, I2, verdict);
                }
            }
            queue
        }
    };
    if !rest.is_empty() {
        *state.vacuums.get_mut(index)? = Some(Run { step: Vacuum::Deleting(rest), ..run });
    }
    Some(())
}

/// What is to be deleted: files first, commit last.
fn plan(
    protocol: &Protocol,
    state: &mut State,
    times: &Times,
    commits: &[Location],
    named: Option<u64>,
) -> Vec<Garbage> {
    let is_old = |(_, age): &(&Location, &Ticks)| **age >= times.retention;
    let leftovers = state.files.iter().filter(is_old).map(|(location, _)| *location);
    let leftovers = leftovers.filter(|location| !state.is_committed(*location));
    let leftovers = leftovers.filter(|_| !protocol.has(Bug::LeftoversStay));
    let mut queue: Vec<Garbage> = leftovers.map(Garbage::Files).collect();
    for commit in expired(protocol, state, times, commits, named) {
        queue.push(Garbage::Files(commit));
        queue.push(Garbage::Commit(commit.generation));
    }
    queue
}

fn ago(ticks: Ticks) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH - hours(ticks)
}

fn hours(ticks: Ticks) -> TimeDelta {
    TimeDelta::hours(ticks.into())
}

/// Notes what the catalog names, and answers what has been garbage for the retention. The conditional update of the
/// notes makes this one step, or none.
fn expired(
    protocol: &Protocol,
    state: &mut State,
    times: &Times,
    commits: &[Location],
    named: Option<u64>,
) -> Vec<Location> {
    let head = commits.iter().map(|commit| commit.generation).max().unwrap_or(0);
    if protocol.has(Bug::VacuumByAge) {
        let is_old = |commit: &&Location| state.files.get(commit).is_some_and(|age| *age >= times.retention);
        return commits.iter().filter(is_old).filter(|commit| commit.generation != head).copied().collect();
    }
    let Some(named) = named else { return Vec::new() };
    let (now, retention) = (ago(0), hours(times.retention));
    let mark = |mark: &Mark| vacuum::Mark { below: Generation::new(mark.below), since: ago(mark.since) };
    let mut notes = Notes { garbage: state.notes.iter().map(mark).collect(), ..Notes::default() };
    // It is in the log for longer than a run can change anything.
    let settled = |age: &Ticks| *age > times.life || protocol.has(Bug::NoteAtOnce);
    let ages = state.log.iter().map(|(generation, logged)| (*generation, logged.age));
    if let Some(below) = vacuum::noted(named, ages, settled) {
        notes.observe(Generation::new(below), now);
    }
    let expired = notes.expired(now, retention).map_or(0, Generation::number);
    notes.forget(now, retention);
    let mark = |mark: &vacuum::Mark| Mark { below: mark.below.number(), since: ticks_since(mark.since) };
    state.notes = notes.garbage.iter().map(mark).collect();
    let is_garbage = |commit: &&Location| {
        commit.generation < expired && invariant::is_garbage(commit.generation, head, Some(named))
    };
    commits.iter().filter(is_garbage).copied().collect()
}

fn ticks_since(at: DateTime<Utc>) -> Ticks {
    Ticks::try_from((ago(0) - at).num_hours()).unwrap_or(Ticks::MAX)
}

fn delete_files(state: &mut State, times: &Times, location: Location) {
    let Some(age) = state.files.get(&location).copied() else { return };
    let committed = state.log.get(&location.generation);
    let fate = match committed.filter(|logged| logged.commit.location == location) {
        None => Fate::Uncommitted(age),
        Some(logged) => logged.garbage.map_or(Fate::Live, Fate::Garbage),
    };
    let verdict = invariant::may_delete_data(fate, |since| *since >= times.retention);
    properties::check(state, I5, verdict);
    state.files.remove(&location);
}
