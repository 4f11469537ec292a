//! What of the facts is wrong, and what to do about it.

use chrono::{DateTime, TimeDelta, Utc};
use domain::DatasetName;
use serde::Serialize;

use super::{catalog::Table, facts::Facts, quarantined::Quarantined};
use crate::{
    dataset::survey::State,
    output::{counted, span},
};

/// `register` hears of a request or a commit within seconds, and looks by itself every 15 minutes.
const REGISTER_IS_LATE: TimeDelta = TimeDelta::minutes(5);
/// `compact` waits for 5 minutes at most where much is sealed, and looks by itself every 5 minutes.
const COMPACT_IS_LATE: TimeDelta = TimeDelta::minutes(15);

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Problem {
    /// Which, for a machine.
    pub(super) code: &'static str,
    /// What it is, and what to do.
    pub(super) message: String,
}

impl Problem {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// An object in `datasets/` that asks for nothing.
    pub(super) fn stranger(key: &str) -> Self {
        Self::new("no_definition", format!("{key} is in datasets/ and no definition: call it <dataset>.json"))
    }
}

/// Everything that is wrong with a dataset, the gravest first.
pub(super) fn problems(facts: &Facts, now: DateTime<Utc>) -> Vec<Problem> {
    let mut found = Vec::new();
    found.extend(definition(facts, now));
    found.extend(facts.stored.unreadable.iter().map(|reason| Problem::new("unreadable_commit", reason)));
    found.extend(compact(facts, now));
    found.extend(register(facts, now));
    found.extend(refused(Some(&facts.name), &facts.quarantine, now));
    found
}

fn definition(facts: &Facts, now: DateTime<Utc>) -> Option<Problem> {
    let name = &facts.name;
    match &facts.definition.state {
        State::Live | State::NotRequested => None,
        State::Waiting => {
            let waits = now - facts.definition.requested_at?;
            let message = format!(
                "asked for {} ago and not accepted yet: look at the log of register and at its dead-letter queue",
                span(waits)
            );
            (waits > REGISTER_IS_LATE).then(|| Problem::new("definition_waits", message))
        }
        State::Refused { reasons } => {
            let live = match facts.definition.live_version {
                Some(version) => format!("version {version} stays live"),
                None => "nothing is live, so its events go to quarantine/_unrouted".to_owned(),
            };
            let message = format!(
                "the definition that is asked for is refused: {}; {live}. Mend it and apply it: `tributary dataset \
                 apply`",
                reasons.join("; ")
            );
            Some(Problem::new("definition_refused", message))
        }
        State::Damaged { reason } => {
            let message = format!("{reason}: until then the events of {name} wait in their queue");
            Some(Problem::new("definition_damaged", message))
        }
    }
}

fn compact(facts: &Facts, now: DateTime<Utc>) -> Option<Problem> {
    let waits = now - facts.landing.oldest?;
    let message = format!(
        "{} in landing wait, the oldest for {}: look at the log of compact and at its dead-letter queue",
        counted(facts.landing.objects, "object"),
        span(waits)
    );
    (waits > COMPACT_IS_LATE).then(|| Problem::new("compact_late", message))
}

fn register(facts: &Facts, now: DateTime<Utc>) -> Option<Problem> {
    let look = "look at the log of register and at its dead-letter queue";
    match &facts.table {
        Table::Missing if facts.definition.live_version.is_some() => {
            let requested = facts.definition.requested_at;
            let is_late = requested.is_none_or(|requested| now - requested > REGISTER_IS_LATE);
            let message = format!("the catalog has no table {}: {look}", facts.name);
            is_late.then(|| Problem::new("table_missing", message))
        }
        Table::Registered { behind, .. } => {
            let lag = now - facts.stored.behind_since?;
            let message = format!(
                "the catalog does not have the newest commit of {}, for {} at most: queries see older rows; {look}",
                counted(behind.len() as u64, "partition"),
                span(lag)
            );
            (lag > REGISTER_IS_LATE).then(|| Problem::new("catalog_behind", message))
        }
        Table::Unknown { reason } => {
            Some(Problem::new("catalog_unknown", format!("the catalog did not answer: {reason}")))
        }
        Table::Missing => None,
    }
}

/// Events that were refused today or yesterday, of a dataset or of none.
pub(super) fn refused(
    dataset: Option<&DatasetName>,
    quarantined: &Quarantined,
    now: DateTime<Utc>,
) -> Vec<Problem> {
    let mut found = Vec::new();
    let place = dataset.map_or("_unrouted", DatasetName::as_str);
    // A report on all datasets says whose problem it is, but for those of none.
    let whose = if dataset.is_none() { "_unrouted: " } else { "" };
    let recent = quarantined.recent(now);
    if recent > 0 {
        let at_least = if quarantined.cut { "at least " } else { "" };
        let reason = quarantined.most_frequent_reason.as_deref().unwrap_or_default();
        let events = counted(recent, "event");
        let message = format!(
            "{whose}{at_least}{events} in quarantine since yesterday, most often: {reason} (`tributary quarantine show --dataset \
             {place}`)"
        );
        found.push(Problem::new("events_quarantined", message));
    }
    if quarantined.damaged > 0 {
        let message = format!(
            "{whose}quarantine objects are damaged: `tributary quarantine list --dataset {place}` names them"
        );
        found.push(Problem::new("quarantine_damaged", message));
    }
    found
}

#[cfg(test)]
mod tests;
