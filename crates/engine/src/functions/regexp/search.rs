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

    /// What it takes in memory, in bytes, with what one search takes.
    pub(super) fn bytes(&self) -> usize {
        // Two lists of states, each with a stamp for every state, and the states to visit.
        let states = self.0.states().len();
        self.0.memory_usage().saturating_add(states.saturating_mul(2 * (4 + 8) + 4))
    }

    /// Whether some part of the text matches. Fails soon after the query is cancelled.
    pub(super) fn is_match(&self, text: &str, cancellation: &Cancellation) -> Result<bool, Cancelled> {
        let states = self.0.states().len();
        let (mut here, mut after) = (States::of(states), States::of(states));
        let mut walk = Walk { nfa: &self.0, text, cancellation, open: Vec::new(), steps: 0 };
        for at in 0..=text.len() {
            // A match may begin wherever a character does.
            if text.is_char_boundary(at) && walk.enter(self.0.start_anchored(), at, &mut here)? {
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
                    && walk.enter(next, at + 1, &mut after)?
                {
                    return Ok(true);
                }
            }
            std::mem::swap(&mut here, &mut after);
        }
        Ok(false)
    }
}

/// The states in which the automaton is at one place of the text, each once.
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
    cancellation: &'s Cancellation,
    /// States that are still to be visited.
    open: Vec<StateID>,
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
            if !states.insert(state, at) {
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
        Search::new(pattern, LIMIT).unwrap().is_match(text, &Cancellation::default()).unwrap()
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
        let cancellation = Cancellation::default();
        assert_eq!(search.is_match(&text, &cancellation), Ok(false));
        cancellation.cancel();
        assert_eq!(search.is_match(&text, &cancellation), Err(Cancelled));
        assert_eq!(search.is_match("ab", &cancellation), Ok(false));
    }

    #[test]
    fn a_pattern_that_is_too_large_is_not_compiled() {
        let regex = Regex::new(r"\w{50}").unwrap();
        assert!(Search::new(&regex, 1 << 10).is_none());
        assert!(Search::new(&regex, LIMIT).unwrap().bytes() > 1 << 10);
    }
}
