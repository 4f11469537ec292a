//! What is heard of the lines that are judged.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use ingest::replay::Judged;
use serde::Serialize;

use super::Outcome;
use crate::{output, quarantine::group};

/// The most reasons that are kept apart, so that a flood of different ones does not fill the memory.
const MAX_REASONS: usize = 10_000;
const OTHER: &str = "(other reasons)";

/// How much of an event is shown, in characters.
const SHOWN: usize = 300;

/// A line before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Example {
    before: String,
    after: String,
    /// Whether all of it fits now.
    fits: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Collects from several objects at the same time.
#[derive(Debug)]
pub(super) struct Told {
    most: usize,
    heard: Mutex<Heard>,
}

#[derive(Debug, Default)]
struct Heard {
    changed: u64,
    reasons: BTreeMap<String, u64>,
    examples: Vec<Example>,
}

impl Told {
    /// With at most so many examples.
    pub(super) fn new(most: usize) -> Self {
        Self { most, heard: Mutex::default() }
    }

    pub(super) fn hear(&self, judged: &Judged<'_>) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        for reason in judged.reasons {
            let mut reason = group(reason).into_owned();
            if heard.reasons.len() >= MAX_REASONS && !heard.reasons.contains_key(&reason) {
                reason = OTHER.to_owned();
            }
            *heard.reasons.entry(reason).or_default() += 1;
        }
        let Some(after) = judged.after else { return };
        let fits = judged.reasons.is_empty();
        heard.changed += u64::from(fits);
        if heard.examples.len() < self.most {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            heard.examples.push(Example {
                before: text(judged.before),
                after: text(after),
                fits,
                reason: judged.reasons.first().cloned(),
            });
        }
    }

    pub(super) fn into_outcome(self, outcome: &mut Outcome) {
        let heard = self.heard.into_inner().unwrap_or_else(PoisonError::into_inner);
        outcome.changed = heard.changed;
        outcome.reasons = heard.reasons;
        outcome.examples = heard.examples;
    }
}

impl Example {
    /// For a person.
    pub(super) fn text(&self) -> String {
        let shown = |text: &str| {
            let line = output::one_line(text);
            match line.char_indices().nth(SHOWN) {
                Some((end, _)) => format!("{}…", &line[..end]),
                None => line,
            }
        };
        let verdict = match &self.reason {
            None => "fits".to_owned(),
            Some(reason) => output::one_line(reason),
        };
        format!("  before  {}\n  after   {}\n          {verdict}\n", shown(&self.before), shown(&self.after))
    }
}

#[cfg(test)]
mod tests {
    use domain::quarantine::{Carrier, Original, Rejected};

    use super::*;

    #[test]
    fn reasons_are_counted_without_what_was_found_and_examples_have_an_end() {
        let told = Told::new(1);
        let rejected = Rejected {
            message_id: "m".into(),
            position: 0,
            dataset: None,
            reason: "r".into(),
            at: "2026-11-23T10:05:00Z".parse().unwrap(),
            carrier: Carrier::default(),
            original: Original::Text("{}".into()),
        };
        let hear = |after: Option<&[u8]>, reasons: &[String]| {
            told.hear(&Judged {
                rejected: &rejected,
                before: b"{\"n\": \"x\"}",
                after,
                accepted: 1,
                reasons,
            });
        };
        let wrong = |found: &str| vec![format!("column n: expected int, found {found}")];
        hear(None, &wrong("1.5"));
        hear(None, &wrong("\"y\""));
        hear(Some(b"{\"n\": 7}"), &[]);
        hear(Some(b"{\"n\": 8}"), &wrong("8"));
        let mut outcome = Outcome::default();
        told.into_outcome(&mut outcome);
        assert_eq!(outcome.reasons, [("column n: expected int".to_owned(), 3)].into());
        assert_eq!((outcome.changed, outcome.examples.len()), (1, 1));
        assert_eq!(
            outcome.examples[0].text(),
            "  before  {\"n\": \"x\"}\n  after   {\"n\": 7}\n          fits\n"
        );
    }
}
