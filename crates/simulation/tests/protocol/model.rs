//! The protocol as a transition system.

use std::collections::BTreeSet;

use domain::invariant;
use stateright::{Model, Property};

use crate::{
    bounds::{Bounds, Bug, Times},
    compactor::{self, CompactorStep},
    properties, readers,
    state::{Batch, Commit, Compact, Event, Less, Location, Logged, Run, State, Ticks},
    vacuum,
};

/// The commit protocol (ARCHITECTURE.md) within bounds, less some rules.
#[derive(Debug, Clone)]
pub(crate) struct Protocol {
    pub(crate) bounds: Bounds,
    pub(crate) bugs: &'static [Bug],
    /// Whether I4 and I5 are held to by the letter; see `properties`.
    pub(crate) by_the_letter: bool,
}

/// The message of a person who asks for the partition. It is about no batch, so nobody else's commit does what it asks.
pub(crate) const ASKED: Batch = Batch::MAX;

/// One step of somebody. The numbers are places in the state's lists, which are kept sorted where nothing tells
/// their entries apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Time passes.
    Tick,
    /// A fault of old commits a generation that has a row of the head twice, and somebody asks for its repair.
    Double,
    /// A sender's batch is put, create-if-absent, and acknowledged.
    Put(Batch),
    /// A compactor takes the message of a batch, and reads the head.
    BeginCompactor(Batch),
    /// The schedule starts one.
    Sweep,
    Compactor(usize, CompactorStep),
    CrashCompactor(usize),
    /// A register takes a message, and reads the head.
    BeginRegister,
    Register(usize),
    CrashRegister(usize),
    BeginVacuum,
    Vacuum(usize),
    /// A reader resolves the partition through the catalog.
    Resolve,
    /// It reads the files.
    Read(usize),
}

impl Protocol {
    pub(crate) fn has(&self, bug: Bug) -> bool {
        self.bugs.contains(&bug)
    }

    pub(crate) fn events(&self, batch: Batch) -> impl Iterator<Item = Event> + '_ {
        self.bounds.batches.get(usize::from(batch)).into_iter().flat_map(|events| events.iter().copied())
    }

    pub(crate) fn grace(&self) -> Ticks {
        self.bounds.times.as_ref().map_or(0, |times| times.grace)
    }

    /// Time passes. A run that can change nothing any more ends, and so does a query.
    fn tick(&self, state: &mut State, times: &Times) {
        for logged in state.log.values_mut() {
            age_commit(&mut logged.commit, times);
            logged.age = (logged.age + 1).min(times.life + 1);
            logged.garbage = logged.garbage.map(|since| (since + 1).min(times.retention));
        }
        for (location, age) in &mut state.files {
            // With a commit, it does not matter how old the files are, but for a bug.
            let logged = state.log.get(&location.generation);
            let is_committed = logged.is_some_and(|logged| logged.commit.location == *location);
            *age =
                if is_committed && !self.has(Bug::VacuumByAge) { 0 } else { (*age + 1).min(times.retention) };
        }
        for mark in &mut state.notes {
            mark.since = (mark.since + 1).min(times.retention);
        }
        let life = |bug| if self.has(bug) { None } else { Some(times.life) };
        for place in &mut state.compactors {
            if let Some(commit) = place.as_mut().and_then(|run| run.step.commit_mut()) {
                age_commit(commit, times);
            }
            let ended = age_run(place, life(Bug::NoAgeCheck));
            state.landed.extend(ended.and_then(|run| run.message));
        }
        state.landed.sort_unstable();
        for place in &mut state.registers {
            state.committed += u8::from(age_run(place, life(Bug::NoAgeCheckInRegister)).is_some());
        }
        for place in &mut state.vacuums {
            age_run(place, Some(times.life));
        }
        for place in &mut state.readers {
            age_run(place, Some(times.query));
        }
    }
}

fn age_commit(commit: &mut Commit, times: &Times) {
    for age in commit.consumed.values_mut() {
        *age = (*age + 1).min(times.grace);
    }
}

/// Answers the run, if it has ended by this. Without a limit it does not age.
fn age_run<S>(place: &mut Option<Run<S>>, limit: Option<Ticks>) -> Option<Run<S>> {
    let (run, limit) = (place.as_mut()?, limit?);
    if run.age >= limit {
        return place.take();
    }
    run.age += 1;
    None
}

/// A run that starts now, by no message.
pub(crate) fn begin<S>(places: &mut [Option<Run<S>>], step: S) {
    begin_with(places, step, None);
}

fn begin_with<S>(places: &mut [Option<Run<S>>], step: S, message: Option<Batch>) {
    if let Some(place) = places.iter_mut().find(|place| place.is_none()) {
        *place = Some(Run { step, age: 0, message });
    }
}

/// The places of the runs, less those that are the same as the one before.
fn runs<S: PartialEq>(places: &[Option<Run<S>>]) -> impl Iterator<Item = (usize, &Run<S>)> {
    let differs = |index: usize| index == 0 || places[index - 1] != places[index];
    let runs = places.iter().enumerate().filter(move |(index, _)| differs(*index));
    runs.filter_map(|(index, place)| place.as_ref().map(|run| (index, run)))
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let bounds = &self.bounds;
        let nothing = State {
            puts: bounds.puts,
            merges: bounds.merges,
            faults: bounds.faults,
            discards: bounds.discards,
            acknowledged: [].into(),
            given_up: [].into(),
            landing: [].into(),
            landed: Vec::new(),
            committed: 0,
            log: [].into(),
            files: [].into(),
            catalog: None,
            notes: Vec::new(),
            compactors: vec![None; bounds.compactors],
            registers: vec![None; bounds.registers],
            vacuums: vec![None; bounds.vacuums],
            readers: vec![None; bounds.readers],
            broken: [].into(),
        };
        let mut steps = bounds.begins_with.iter();
        let state = steps.try_fold(nothing, |state, step| {
            let mut possible = Vec::new();
            self.actions(&state, &mut possible);
            assert!(possible.contains(step), "{step:?} is not possible in {state:?}");
            self.next_state(&state, step.clone())
        });
        state.into_iter().collect()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if self.bounds.times.is_some() {
            actions.push(Action::Tick);
        }
        let batches = (0..).take(self.bounds.batches.len());
        actions.extend(
            batches.filter(|batch| state.puts > 0 && !state.landing.contains(batch)).map(Action::Put),
        );

        if state.faults > 0 && state.head().is_some_and(|head| !head.has_twins() && !head.rows.is_empty()) {
            actions.push(Action::Double);
        }
        if state.compactors.iter().any(Option::is_none) {
            if self.bounds.cleans {
                actions.push(Action::Sweep);
            }
            let messages: BTreeSet<Batch> = state.landed.iter().copied().collect();
            actions.extend(messages.into_iter().map(Action::BeginCompactor));
        }
        for (index, run) in runs(&state.compactors) {
            if self.bounds.times.is_none() {
                actions.push(Action::CrashCompactor(index));
            }
            let steps = compactor::steps(self, state, run);
            actions.extend(steps.into_iter().map(|step| Action::Compactor(index, step)));
        }

        if state.registers.iter().any(Option::is_none) && state.committed > 0 {
            actions.push(Action::BeginRegister);
        }
        for (index, _) in runs(&state.registers) {
            if self.bounds.times.is_none() {
                actions.push(Action::CrashRegister(index));
            }
            actions.push(Action::Register(index));
        }

        if state.vacuums.iter().any(Option::is_none) && !state.files.is_empty() {
            actions.push(Action::BeginVacuum);
        }
        actions.extend(runs(&state.vacuums).map(|(index, _)| Action::Vacuum(index)));

        if state.readers.iter().any(Option::is_none) && state.catalog.is_some() {
            actions.push(Action::Resolve);
        }
        actions.extend(runs(&state.readers).map(|(index, _)| Action::Read(index)));
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut next = last.clone();
        let state = &mut next;
        match action {
            Action::Tick => self.tick(state, self.bounds.times.as_ref()?),
            Action::Put(batch) => {
                state.puts -= 1;
                state.landing.insert(batch);
                state.send(Some(batch));
                state.acknowledge(batch, self.events(batch));
            }
            Action::Double => {
                state.faults -= 1;
                let mut commit = state.head()?.clone();
                commit.rows.insert(0, *commit.rows.first()?);
                (commit.newly, commit.less) = ([].into(), Less::Nothing);
                commit.location = state.fresh(commit.location.generation + 1);
                state.files.insert(commit.location, 0);
                let generation = commit.location.generation;
                state.log.insert(generation, Logged { commit, age: 0, garbage: None });
                state.committed += u8::from(!state.registers.is_empty());
                state.send(Some(ASKED));
            }
            Action::BeginCompactor(batch) => {
                let taken = state.landed.iter().position(|message| *message == batch)?;
                state.landed.remove(taken);
                let head = state.head().cloned();
                begin_with(&mut state.compactors, Compact::Head(head), Some(batch));
            }
            Action::Sweep => compactor::sweep(self, state)?,
            Action::Compactor(index, step) => compactor::advance(self, state, index, step)?,
            Action::CrashCompactor(index) => {
                let run = state.compactors.get_mut(index)?.take()?;
                state.send(run.message);
            }
            Action::BeginRegister => {
                state.committed -= 1;
                let head = state.head()?.location;
                begin(&mut state.registers, head);
            }
            Action::Register(index) => readers::register(self, state, index)?,
            Action::CrashRegister(index) => {
                state.registers.get_mut(index)?.take()?;
                state.committed += 1;
            }
            Action::BeginVacuum => vacuum::begin(self, state)?,
            Action::Vacuum(index) => vacuum::advance(self, state, index)?,
            Action::Resolve => {
                let location: Location = state.catalog?;
                begin(&mut state.readers, location);
            }
            Action::Read(index) => readers::read(state, index)?,
        }
        settle(state);
        (next != *last).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::of(self)
    }
}

/// Notes what has become garbage or is it no more, and puts those in order that nothing tells apart.
fn settle(state: &mut State) {
    let (head, named) = (state.live().map_or(0, |log| log.head), state.named());
    for (generation, logged) in &mut state.log {
        let is_garbage = invariant::is_garbage(*generation, head, named);
        logged.garbage = is_garbage.then(|| logged.garbage.unwrap_or(0));
    }
    state.forget_leftovers();
    state.compactors.sort_unstable();
    state.registers.sort_unstable();
    state.vacuums.sort_unstable();
    state.readers.sort_unstable();
}
