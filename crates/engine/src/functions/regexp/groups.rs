//! A search that tells where a match and its groups are, and ends when its query is cancelled.
//!
//! The regex crate does not look up before a search is over ([`super::search`] says more). This one follows the same
//! automaton, its states in the order in which the pattern prefers them, each with the places at which groups began and
//! ended on the way to it.

use regex::Regex;
use regex_automata::{
    nfa::thompson::{Compiler, Config, NFA, State, WhichCaptures},
    util::{look::Look, primitives::StateID},
};

use crate::cancel::{Cancellation, Cancelled};

/// After how many steps a search looks whether the query shall end: some milliseconds, unoptimized.
const STEPS: usize = 1 << 16;

/// For each group, where it begins and where it ends; the first one is the whole match.
pub(super) type Slots = Vec<Option<usize>>;

/// A pattern, ready for searches.
#[derive(Debug)]
pub(super) struct Groups(NFA);

impl Groups {
    /// Compiles the pattern once more. `None` if it takes more than `limit` bytes.
    pub(super) fn new(pattern: &Regex, limit: usize) -> Option<Self> {
        let config = Config::new().nfa_size_limit(Some(limit)).which_captures(WhichCaptures::All);
        Compiler::new().configure(config).build(pattern.as_str()).ok().map(Self)
    }

    /// What it takes in memory, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.0.memory_usage()
    }

    /// What one search works with takes, in bytes.
    pub(super) fn scratch_bytes(&self) -> usize {
        let of_state = 2 * (8 + 4 + size_of::<Option<usize>>() * self.slots()) + size_of::<Task>();
        self.0.states().len().saturating_mul(of_state)
    }

    /// Two for each group.
    pub(super) fn slots(&self) -> usize {
        self.0.group_info().slot_len()
    }

    /// What one search works with, and others after it.
    pub(super) fn scratch(&self) -> Scratch {
        let (states, slots) = (self.0.states().len(), self.slots());
        let [here, after] = [(); 2].map(|()| Threads {
            listed: Vec::new(),
            stamp: 0,
            seen: vec![0; states],
            slots: vec![None; states * slots],
        });
        Scratch { here, after, slots: vec![None; slots], open: Vec::new() }
    }

    /// Puts the places of the first match at or after `from` into `found`, and answers whether there is one. With
    /// `has_java_ends`, the end of the text is also before a line end that is its last character. Fails soon after the query
    /// is cancelled.
    pub(super) fn find(
        &self,
        text: &str,
        from: usize,
        has_java_ends: bool,
        scratch: &mut Scratch,
        found: &mut Slots,
        cancellation: &Cancellation,
    ) -> Result<bool, Cancelled> {
        let Scratch { here, after, slots, open } = scratch;
        let count = slots.len();
        let bytes = text.as_bytes();
        let early_end = bytes.len().checked_sub(1).filter(|_| has_java_ends && bytes.ends_with(b"\n"));
        let mut walk = Walk { nfa: &self.0, bytes, early_end, cancellation, open, steps: 0 };
        let mut is_found = false;
        here.clear();
        for at in from..=bytes.len() {
            // A match may begin wherever a character does. One that begins later is not wanted once there is one.
            if !is_found && text.is_char_boundary(at) {
                slots.fill(None);
                walk.enter(self.0.start_anchored(), at, slots, here)?;
            }
            if is_found && here.listed.is_empty() {
                break;
            }
            after.clear();
            for state in &here.listed {
                walk.step()?;
                let byte = bytes.get(at).copied();
                let next = match (self.0.state(*state), byte) {
                    (State::Match { .. }, _) => {
                        found.clear();
                        found.extend_from_slice(here.slots_of(*state, count));
                        is_found = true;
                        // What the pattern prefers less is not wanted.
                        break;
                    }
                    (State::ByteRange { trans }, Some(byte)) => {
                        trans.matches_byte(byte).then_some(trans.next)
                    }
                    (State::Sparse(transitions), Some(byte)) => transitions.matches_byte(byte),
                    (State::Dense(transitions), Some(byte)) => transitions.matches_byte(byte),
                    _ => None,
                };
                if let Some(next) = next {
                    slots.copy_from_slice(here.slots_of(*state, count));
                    walk.enter(next, at + 1, slots, after)?;
                }
            }
            std::mem::swap(here, after);
        }
        Ok(is_found)
    }
}

/// The memory of searches, used again by each.
#[derive(Debug)]
pub(super) struct Scratch {
    here: Threads,
    after: Threads,
    /// The places of the state that is looked at.
    slots: Slots,
    /// What is still to be done at one place.
    open: Vec<Task>,
}

/// The states in which the automaton is at one place of the text, each once, the preferred ones first.
#[derive(Debug)]
struct Threads {
    listed: Vec<StateID>,
    /// What `seen` has for a state that was entered here.
    stamp: usize,
    seen: Vec<usize>,
    /// For each state, the places on the way to it.
    slots: Slots,
}

impl Threads {
    fn clear(&mut self) {
        self.listed.clear();
        self.stamp += 1;
    }

    /// Whether it is new at this place.
    fn is_new(&mut self, state: StateID) -> bool {
        std::mem::replace(&mut self.seen[state.as_usize()], self.stamp) != self.stamp
    }

    fn slots_of(&self, state: StateID, count: usize) -> &[Option<usize>] {
        let first = state.as_usize() * count;
        &self.slots[first..first + count]
    }

    fn list(&mut self, state: StateID, slots: &[Option<usize>]) {
        let first = state.as_usize() * slots.len();
        self.slots[first..first + slots.len()].copy_from_slice(slots);
        self.listed.push(state);
    }
}

/// What is still to be done where a state leads on without a character.
#[derive(Debug)]
enum Task {
    Enter(StateID),
    /// Puts a place back, which only holds for what came after it.
    Restore(usize, Option<usize>),
}

struct Walk<'s> {
    nfa: &'s NFA,
    bytes: &'s [u8],
    early_end: Option<usize>,
    cancellation: &'s Cancellation,
    open: &'s mut Vec<Task>,
    steps: usize,
}

impl Walk<'_> {
    fn step(&mut self) -> Result<(), Cancelled> {
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS) { self.cancellation.check() } else { Ok(()) }
    }

    /// Lists a state, and those that it leads to without a character, as far as they are new.
    fn enter(
        &mut self,
        state: StateID,
        at: usize,
        slots: &mut [Option<usize>],
        threads: &mut Threads,
    ) -> Result<(), Cancelled> {
        self.open.clear();
        self.open.push(Task::Enter(state));
        while let Some(task) = self.open.pop() {
            self.step()?;
            let state = match task {
                Task::Enter(state) => state,
                Task::Restore(slot, place) => {
                    slots[slot] = place;
                    continue;
                }
            };
            if !threads.is_new(state) {
                continue;
            }
            match self.nfa.state(state) {
                State::Look { look, next } => {
                    let is_early_end = *look == Look::End && self.early_end == Some(at);
                    if is_early_end || self.nfa.look_matcher().matches(*look, self.bytes, at) {
                        self.open.push(Task::Enter(*next));
                    }
                }
                // What is pushed last is entered first.
                State::Union { alternates } => {
                    self.open.extend(alternates.iter().rev().map(|state| Task::Enter(*state)));
                }
                State::BinaryUnion { alt1, alt2 } => {
                    self.open.extend([Task::Enter(*alt2), Task::Enter(*alt1)]);
                }
                State::Capture { next, slot, .. } => {
                    let slot = slot.as_usize();
                    self.open.extend([Task::Restore(slot, slots[slot]), Task::Enter(*next)]);
                    slots[slot] = Some(at);
                }
                State::Match { .. } | State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) => {
                    threads.list(state, slots);
                }
                State::Fail => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
