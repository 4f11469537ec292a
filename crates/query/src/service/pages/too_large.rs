//! Results that are too large for a file. To find that out takes as long as to render the largest file, so it is found
//! out once.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use crate::problem::{Problem, ProblemKind};

/// How many are remembered. Each takes less than a KB.
const REMEMBERED: usize = 1_000;

/// The newest answers that a result is too large. A result never changes, so they hold as long as the process.
#[derive(Debug, Default)]
pub(in crate::service) struct TooLarge(Mutex<Answers>);

#[derive(Debug, Default)]
struct Answers {
    by_file: HashMap<String, Problem>,
    order: VecDeque<String>,
}

impl TooLarge {
    /// Fails as it did before, if this file was too large.
    pub(in crate::service) fn check(&self, file: &str) -> Result<(), Problem> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.by_file.get(file).cloned().map_or(Ok(()), Err)
    }

    /// Remembers the problem, if it is that the file is too large.
    pub(in crate::service) fn note(&self, file: &str, problem: &Problem) {
        if !problem.is(ProblemKind::ResultTooLarge) {
            return;
        }
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.by_file.insert(file.to_owned(), problem.clone()).is_none() {
            answers.order.push_back(file.to_owned());
        }
        while answers.order.len() > REMEMBERED
            && let Some(oldest) = answers.order.pop_front()
        {
            answers.by_file.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_that_are_too_large_are_remembered_and_nothing_else_is() {
        let (known, problem) = (TooLarge::default(), Problem::new(ProblemKind::ResultTooLarge, "too large"));
        known.note("busy", &Problem::new(ProblemKind::Busy, "busy"));
        assert!(known.check("busy").is_ok());
        for file in 0..REMEMBERED + 2 {
            known.note(&file.to_string(), &problem);
            known.note(&file.to_string(), &problem);
        }
        assert!(known.check("0").is_ok() && known.check("1").is_ok());
        for file in 2..REMEMBERED + 2 {
            assert_eq!(known.check(&file.to_string()), Err(problem.clone()), "{file}");
        }
        assert_eq!(known.0.lock().unwrap().by_file.len(), REMEMBERED);
    }
}
