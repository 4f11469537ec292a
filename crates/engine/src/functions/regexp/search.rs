//! A search that ends when its query is cancelled.
//!
//! The regex crate does not look up before a search is over, and a large pattern in a long text takes it minutes. This
//! one follows the same automaton, all its states side by side, and looks after so many steps. It is slower where the
//! regex crate is fast, so only what could take that one long is searched so.

use regex::Regex;
use regex_automata::{
    nfa::thompson::{Compiler, Config, NFA, State, WhichCaptures},
    util::primitives::StateID,
};

use crate::cancel::{Cancellation, Cancelled};

/// After how many steps a search looks whether the query shall end: some milliseconds, unoptimized.
const STEPS: usize = 1 << 16;

/// A pattern, ready for searches.
#[derive(Debug)]
pub(super) struct Search(NFA);

impl Search {
    /// Compiles the pattern once more. `None` if it takes more than `limit` bytes.
    pub(super) fn new(pattern: &Regex, limit: usize) -> Option<Self> {
        let config = Config::new().nfa_size_limit(Some(limit)).which_captures(WhichCaptures::None);
        Compiler::new().configure(config).build(pattern.as_str()).ok().map(Self)
    }

    /// What it takes in memory, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.0.memory_usage()
    }

    /// What one search works with takes, in bytes.
    pub(super) fn scratch_bytes(&self) -> usize {
        // Two lists of states, each with a stamp for every state, and the states to visit.
        self.0.states().len().saturating_mul(2 * (4 + 8) + 4)
    }

    /// What one search works with, and others after it.
    pub(super) fn scratch(&self) -> Scratch {
        let [here, after] = [(); 2].map(|()| States::of(self.0.states().len()));
        Scratch { here, after, open: Vec::new(), places: 0 }
    }

    /// Whether some part of the text matches. Fails soon after the query is cancelled.
    pub(super) fn is_match(
        &self,
        text: &str,
        scratch: &mut Scratch,
        cancellation: &Cancellation,
    ) -> Result<bool, Cancelled> {
        let Scratch { here, after, open, places } = scratch;
        here.listed.clear();
        let before = *places;
        *places += text.len() + 1;
        let mut walk = Walk { nfa: &self.0, text, before, cancellation, open, steps: 0 };
        for at in 0..=text.len() {
            // A match may begin wherever a character does.
            if text.is_char_boundary(at) && walk.enter(self.0.start_anchored(), at, here)? {
                return Ok(true);
            }
            let Some(byte) = text.as_bytes().get(at) else { break };
            after.listed.clear();
            for state in &here.listed {
                walk.step()?;
                let next = match self.0.state(*state) {
                    State::ByteRange { trans } => trans.matches_byte(*byte).then_some(trans.next),
                    State::Sparse(transitions) => transitions.matches_byte(*byte),
                    State::Dense(transitions) => transitions.matches_byte(*byte),
                    _ => None,
                };
                if let Some(next) = next
                    && walk.enter(next, at + 1, after)?
                {
                    return Ok(true);
                }
            }
            std::mem::swap(here, after);
        }
        Ok(false)
    }
}

/// The memory of searches, used again by each.
#[derive(Debug)]
pub(super) struct Scratch {
    here: States,
    after: States,
    /// States that are still to be visited.
    open: Vec<StateID>,
    /// How many places the texts had that were searched in before: a place of one is not taken for a place of another.
    places: usize,
}

/// The states in which the automaton is at one place of the text, each once.
#[derive(Debug)]
struct States {
    listed: Vec<StateID>,
    /// For each state, one more than the place at which it was last listed here.
    seen: Vec<usize>,
}

impl States {
    fn of(states: usize) -> Self {
        Self { listed: Vec::new(), seen: vec![0; states] }
    }

    /// Whether it is new at this place.
    fn insert(&mut self, state: StateID, at: usize) -> bool {
        let seen = &mut self.seen[state.as_usize()];
        let is_new = *seen != at + 1;
        if is_new {
            *seen = at + 1;
            self.listed.push(state);
        }
        is_new
    }
}

struct Walk<'s> {
    nfa: &'s NFA,
    text: &'s str,
    /// The places of the texts before.
    before: usize,
    cancellation: &'s Cancellation,
    /// States that are still to be visited.
    open: &'s mut Vec<StateID>,
    steps: usize,
}

impl Walk<'_> {
    fn step(&mut self) -> Result<(), Cancelled> {
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS) { self.cancellation.check() } else { Ok(()) }
    }

    /// Adds a state, and those that it leads to without a character. Answers whether the match is one of them.
    fn enter(&mut self, state: StateID, at: usize, states: &mut States) -> Result<bool, Cancelled> {
        self.open.clear();
        self.open.push(state);
        while let Some(state) = self.open.pop() {
            self.step()?;
            if !states.insert(state, self.before + at) {
                continue;
            }
            match self.nfa.state(state) {
                State::Match { .. } => return Ok(true),
                State::Look { look, next } => {
                    if self.nfa.look_matcher().matches(*look, self.text.as_bytes(), at) {
                        self.open.push(*next);
                    }
                }
                State::Union { alternates } => self.open.extend(alternates.iter().copied()),
                State::BinaryUnion { alt1, alt2 } => self.open.extend([*alt1, *alt2]),
                State::Capture { next, .. } => self.open.push(*next),
                State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) | State::Fail => {}
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 16 << 20;

    fn is_match(pattern: &Regex, text: &str) -> bool {
        let (search, cancellation) = (Search::new(pattern, LIMIT).unwrap(), Cancellation::default());
        let mut scratch = search.scratch();
        // The memory of one search does not change the next one.
        for before in ["aé1b", "", "aaab"] {
            search.is_match(before, &mut scratch, &cancellation).unwrap();
        }
        search.is_match(text, &mut scratch, &cancellation).unwrap()
    }

    proptest! {
        /// The oracle is the regex crate, whose search is another one.
        #[test]
        fn it_finds_what_the_regex_crate_finds(
            pattern in r"([ab1é.^$\n ]|\\b|\\B|\\w|\\d|[ab1](\*|\+|\?|\{1,3\})|\((a|bé?)*\||\)|[(][?][ims][)]){0,8}",
            text in "[abA1é_ \n]{0,10}",
        ) {
            if let Ok(regex) = Regex::new(&pattern) {
                prop_assert_eq!(is_match(&regex, &text), regex.is_match(&text), "{} in {:?}", pattern, text);
            }
        }
    }

    #[test]
    fn places_and_ends_are_those_of_the_text() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("^$", "", true),
            ("^$", "a", false),
            (r"(?m)^b$", "a\nb\nc", true),
            (r"\bé\b", "a é", true),
            (r"\bé\b", "aé", false),
            // There is no place within a character.
            (r"^.\B.$", "éa", true),
            (r"^\B", "é", false),
            (r"(?:a*)*c", "aaab", false),
            ("(?i)PÉREZ", "ana pérez", true),
        ] {
            let regex = Regex::new(pattern).unwrap();
            assert_eq!(regex.is_match(text), expected, "{pattern}");
            assert_eq!(is_match(&regex, text), expected, "{pattern} in {text:?}");
        }
    }

    #[test]
    fn a_long_search_ends_once_the_query_is_cancelled() {
        let regex = Regex::new("[ab]*a[ab]{30}c").unwrap();
        let (search, text) = (Search::new(&regex, LIMIT).unwrap(), "ab".repeat(STEPS / 2));
        let (cancellation, mut scratch) = (Cancellation::default(), search.scratch());
        assert_eq!(search.is_match(&text, &mut scratch, &cancellation), Ok(false));
        cancellation.cancel();
        assert_eq!(search.is_match(&text, &mut scratch, &cancellation), Err(Cancelled));
        assert_eq!(search.is_match("ab", &mut scratch, &cancellation), Ok(false));
    }

    #[test]
    fn a_pattern_that_is_too_large_is_not_compiled() {
        let regex = Regex::new(r"\w{50}").unwrap();
        assert!(Search::new(&regex, 1 << 10).is_none());
        assert!(Search::new(&regex, LIMIT).unwrap().bytes() > 1 << 10);
    }
}
