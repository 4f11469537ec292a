//! `compact`, step by step.

use std::collections::{BTreeMap, BTreeSet};

use domain::invariant::{self, Fate};

use crate::{
    bounds::Bug,
    model::{self, Protocol},
    properties::{self, I2, I3, I4, I4_BY_THE_LETTER, I5},
    state::{Batch, Commit, Compact, Event, Less, Location, Logged, Run, State},
};

/// What a compactor may do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CompactorStep {
    /// Lists landing, reads so many of the new batches and writes the files. Without any it is a merge, or a rebuild.
    Build(usize),
    /// Writes the rows of the head without their twins.
    Repair,
    /// A person gives up the rows of the head: writes a generation without them, which consumed nothing.
    Discard,
    /// Lists landing, and finds nothing new: its message is done. Reads the head again, and cleans.
    FindNothing,
    /// The put takes effect, or finds the number taken, and is answered. Files that were overtaken are discarded.
    Commit,
    /// The same, and the message is done where its batch is consumed, by whomever. (Production stops only where
    /// everything is consumed that lay there when the run began.)
    CommitAndStop,
    /// It takes effect, and the answer is lost.
    CommitUnanswered,
    /// Reads whose commit it is.
    Look,
    /// With a deliberate bug only: looks what its own list says.
    CleanByOwnList,
    Delete,
}

fn not_consumed(state: &State, head: Option<&Commit>) -> Vec<Batch> {
    let is_new = |batch: &&Batch| head.is_none_or(|head| !head.consumed.contains_key(batch));
    state.landing.iter().filter(is_new).copied().collect()
}

pub(crate) fn steps(protocol: &Protocol, state: &State, run: &Run<Compact>) -> Vec<CompactorStep> {
    use CompactorStep as Step;
    match &run.step {
        Compact::Head(head) => {
            // The budget may end after any batch, the first one apart.
            let new = not_consumed(state, head.as_ref()).len();
            let mut steps: Vec<_> = (1..=new).map(Step::Build).collect();
            let has_twins = head.as_ref().is_some_and(Commit::has_twins);
            if new == 0 && !has_twins {
                steps.push(Step::FindNothing);
            }
            steps.extend(has_twins.then_some(Step::Repair));
            let has_rows = head.as_ref().is_some_and(|head| !head.rows.is_empty());
            steps.extend((state.discards > 0 && has_rows).then_some(Step::Discard));
            steps.extend((state.merges > 0 && head.is_some()).then_some(Step::Build(0)));
            steps
        }
        Compact::Unsure(_) => vec![Step::Look],
        Compact::Committed(_) => vec![Step::CleanByOwnList],
        Compact::Built(commit) => {
            let is_taken = is_taken(protocol, state, commit);
            let is_consumed = |batch: Batch| match is_taken {
                _ if batch == model::ASKED => false,
                true => !not_consumed(state, state.head()).contains(&batch),
                false => commit.consumed.contains_key(&batch),
            };
            let mut steps = vec![Step::Commit];
            steps.extend(run.message.is_some_and(is_consumed).then_some(Step::CommitAndStop));
            steps.extend((!is_taken).then_some(Step::CommitUnanswered));
            steps
        }
        Compact::Deleting(_) => vec![Step::Delete],
    }
}

/// Whether a run has been overtaken, and what its message is about is done.
pub(crate) fn is_done_by_others(protocol: &Protocol, state: &State, run: &Run<Compact>) -> bool {
    let Compact::Built(commit) = &run.step else { return false };
    is_taken(protocol, state, commit) && steps(protocol, state, run).contains(&CompactorStep::CommitAndStop)
}

/// `None`: the step is impossible.
pub(crate) fn advance(
    protocol: &Protocol,
    state: &mut State,
    index: usize,
    step: CompactorStep,
) -> Option<()> {
    let Run { step: at, age, message } = state.compactors.get_mut(index)?.take()?;
    let next = match (at, step) {
        (Compact::Head(head), CompactorStep::Build(inputs)) => build(protocol, state, head.as_ref(), inputs)?,
        (Compact::Head(head), CompactorStep::Repair) => repair(state, head?)?,
        (Compact::Head(head), CompactorStep::Discard) => discard_rows(protocol, state, head?),
        (Compact::Head(_), CompactorStep::FindNothing) => Compact::Deleting(
            state.head().cloned().map(|head| cleanable(protocol, state, &head)).unwrap_or_default(),
        ),
        (Compact::Built(commit), CompactorStep::Commit) if is_taken(protocol, state, &commit) => {
            discard(state, commit.location);
            state.send(message.filter(|_| !protocol.has(Bug::StopAt412)));
            return Some(());
        }
        (Compact::Built(commit), CompactorStep::CommitAndStop) => {
            if is_taken(protocol, state, &commit) {
                discard(state, commit.location);
            } else {
                put_commit(protocol, state, &commit);
            }
            return Some(());
        }
        (Compact::Built(commit), CompactorStep::Commit) => {
            put_commit(protocol, state, &commit);
            Compact::Committed(commit)
        }
        (Compact::Built(commit), CompactorStep::CommitUnanswered) => {
            put_commit(protocol, state, &commit);
            Compact::Unsure(commit)
        }
        (Compact::Unsure(commit), CompactorStep::Look) => {
            let is_ours = state.is_committed(commit.location);
            if is_ours && !protocol.has(Bug::LostReplyIsFailure) {
                Compact::Committed(commit)
            } else {
                // Where nothing is under the number, it was vacuumed, and these files with it.
                discard(state, commit.location);
                state.send(message);
                return Some(());
            }
        }
        (Compact::Committed(own), CompactorStep::CleanByOwnList) => {
            state.send(message);
            Compact::Deleting(cleanable(protocol, state, &own))
        }
        (Compact::Deleting(mut batches), CompactorStep::Delete) => {
            delete(protocol, state, batches.pop_first()?);
            Compact::Deleting(batches)
        }
        _ => return None,
    };
    let is_done = match &next {
        Compact::Deleting(batches) => batches.is_empty(),
        // It looks once more.
        Compact::Committed(_) if !protocol.has(Bug::CleanByOwnList) => {
            state.send(message.filter(|_| !protocol.has(Bug::NoLookAfterCommit)));
            true
        }
        _ => false,
    };
    if !is_done {
        let message = message.filter(|_| !matches!(next, Compact::Deleting(_)));
        *state.compactors.get_mut(index)? = Some(Run { step: next, age, message });
    }
    Some(())
}

/// The schedule: cleans whatever the head lists. (It compacts too; the runs with a message do the same.)
pub(crate) fn sweep(protocol: &Protocol, state: &mut State) -> Option<()> {
    let head = state.head()?.clone();
    let batches = cleanable(protocol, state, &head);
    if batches.is_empty() {
        return None;
    }
    model::begin(&mut state.compactors, Compact::Deleting(batches));
    Some(())
}

fn is_taken(protocol: &Protocol, state: &State, commit: &Commit) -> bool {
    state.log.contains_key(&commit.location.generation) && !protocol.has(Bug::CommitOverwrites)
}

fn discard(state: &mut State, location: Location) {
    let fate = if state.is_committed(location) { Fate::Live } else { Fate::Overtaken };
    properties::check(state, I5, invariant::may_delete_data(fate, |_: &u8| false));
    state.files.remove(&location);
}

fn delete(protocol: &Protocol, state: &mut State, batch: Batch) {
    if protocol.by_the_letter && state.landing.contains(&batch) {
        let verdict = invariant::may_delete_landing(listed_by_head(state), &batch);
        properties::check(state, I4_BY_THE_LETTER, verdict);
    }
    state.landing.remove(&batch);
}

fn listed_by_head(state: &State) -> Vec<Batch> {
    state.head().into_iter().flat_map(|head| head.consumed.keys().copied()).collect()
}

/// `None` where the files of the head are gone: it was overtaken, and vacuumed.
fn build(protocol: &Protocol, state: &mut State, head: Option<&Commit>, inputs: usize) -> Option<Compact> {
    if head.is_some_and(|head| !state.files.contains_key(&head.location)) {
        return None;
    }
    let newly: BTreeSet<Batch> = not_consumed(state, head).into_iter().take(inputs).collect();
    let mut rows: Vec<Event> = head.map(|head| head.rows.clone()).unwrap_or_default();
    let added: BTreeSet<Event> = newly.iter().flat_map(|batch| protocol.events(*batch)).collect();
    let is_twin = |event: &Event| rows.contains(event) && !protocol.has(Bug::DedupeWithinInputs);
    let added: Vec<Event> = added.into_iter().filter(|event| !is_twin(event)).collect();
    rows.extend(added);
    rows.sort_unstable();
    // An entry stays until a listing shows its object gone.
    let known = head.iter().flat_map(|head| &head.consumed);
    let mut consumed: BTreeMap<Batch, u8> =
        known.filter(|(batch, _)| state.landing.contains(batch)).map(|(batch, age)| (*batch, *age)).collect();
    consumed.extend(newly.iter().map(|batch| (*batch, 0)));
    let location = state.fresh(head.map_or(1, |head| head.location.generation + 1));
    state.files.insert(location, 0);
    state.merges -= u8::from(newly.is_empty());
    Some(Compact::Built(Commit { location, rows, consumed, newly, less: Less::Nothing }))
}

/// `None` where the files of the head are gone.
fn repair(state: &mut State, mut commit: Commit) -> Option<Compact> {
    state.files.get(&commit.location)?;
    commit.rows.dedup();
    commit.consumed.retain(|batch, _| state.landing.contains(batch));
    (commit.newly, commit.less) = (BTreeSet::new(), Less::Repair);
    commit.location = state.fresh(commit.location.generation + 1);
    state.files.insert(commit.location, 0);
    Some(Compact::Built(commit))
}

fn discard_rows(protocol: &Protocol, state: &mut State, mut commit: Commit) -> Compact {
    commit.rows.clear();
    let keeps = protocol.has(Bug::DiscardKeepsConsumed);
    commit.consumed.retain(|batch, _| keeps && state.landing.contains(batch));
    (commit.newly, commit.less) = (BTreeSet::new(), Less::Discard);
    commit.location = state.fresh(commit.location.generation + 1);
    state.files.insert(commit.location, 0);
    state.discards -= 1;
    Compact::Built(commit)
}

/// Of the rows of the head nobody is owed anything any more, but what is in landing, and not about to be deleted by
/// somebody who has looked at this head. The person asks for the partition afterwards.
fn give_up(protocol: &Protocol, state: &mut State) {
    let rows: BTreeSet<Event> = state.head().into_iter().flat_map(|head| head.rows.iter().copied()).collect();
    let landing = state.landing.iter().filter(|batch| !state.is_doomed(**batch));
    let stays: BTreeSet<Event> = landing.flat_map(|batch| protocol.events(*batch)).collect();
    state.acknowledged.retain(|event| stays.contains(event) || !rows.contains(event));
    state.given_up.extend(rows);
    state.send(Some(model::ASKED));
}

fn put_commit(protocol: &Protocol, state: &mut State, commit: &Commit) {
    let generation = commit.location.generation;
    let before = state.numbers();
    if commit.less == Less::Discard {
        give_up(protocol, state);
    }
    state.log.insert(generation, Logged { commit: commit.clone(), age: 0, garbage: None });
    state.committed += u8::from(!state.registers.is_empty());
    properties::check(state, I2, invariant::head_stays(&before, &state.numbers()));
    for generation in [generation, generation + 1] {
        follows_parent(protocol, state, generation);
    }
}

fn follows_parent(protocol: &Protocol, state: &mut State, generation: u64) {
    let Some(logged) = state.log.get(&generation) else { return };
    let parent = generation.checked_sub(1).and_then(|parent| state.log.get(&parent));
    if parent.is_none() && generation > 1 {
        return;
    }
    let parent: &[Event] = parent.map_or(&[], |parent| &parent.commit.rows);
    let commit = &logged.commit;
    let newly = commit.newly.iter().flat_map(|batch| protocol.events(*batch)).collect();
    let verdict = invariant::follows(commit.kind(), parent, &newly, &commit.rows);
    properties::check(state, I3, verdict);
}

/// What of the commit's list is old enough and still there. Held against the list of the head.
fn cleanable(protocol: &Protocol, state: &mut State, commit: &Commit) -> BTreeSet<Batch> {
    let listed = commit.consumed.iter().map(|(batch, at)| (*batch, *at));
    let batches = invariant::cleanable(listed, |age| *age >= protocol.grace());
    let is_there = |batch: &Batch| protocol.bounds.cleans && state.landing.contains(batch);
    let batches: BTreeSet<Batch> = batches.filter(is_there).collect();
    for batch in &batches {
        let verdict = invariant::may_delete_landing(listed_by_head(state), batch);
        properties::check(state, I4, verdict);
    }
    batches
}
