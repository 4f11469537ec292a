//! What of the facts is wrong, and what to do about it.

use chrono::{DateTime, Utc};
use domain::{
    DatasetName, Partition,
    problem::{COMPACT_IS_LATE, Problem as Kind, REGISTER_IS_LATE},
};
use serde::Serialize;

use super::{catalog::Table, facts::Facts, quarantined::Quarantined};
use crate::{
    output::{counted, span},
    survey::State,
};

/// The most data files that are named one by one.
const FILES: usize = 20;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Problem {
    /// Which, for a machine: one of those that `tributary doctor` and the functions' logs have.
    pub(super) code: Kind,
    /// What it is, and what to do.
    pub(super) message: String,
}

impl Problem {
    pub(super) fn new(code: Kind, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A dataset that something is in the bucket of, and nobody can read by which definition.
    pub(super) fn unknown(name: &DatasetName) -> Self {
        let message = format!(
            "{name}: there are events or commits of it, and no accepted definition: apply it (`tributary dataset apply`), \
             or delete what is left (`tributary dataset drop {name} --purge`)"
        );
        Self::new(Kind::DatasetUnknown, message)
    }

    /// An object in `datasets/` that asks for nothing.
    pub(super) fn stranger(key: &str) -> Self {
        Self::new(Kind::Stranger, format!("{key} is in datasets/ and no definition: call it <dataset>.json"))
    }
}

/// Everything that is wrong with a dataset, the gravest first.
pub(super) fn problems(facts: &Facts, now: DateTime<Utc>) -> Vec<Problem> {
    let mut found = Vec::new();
    found.extend(definition(facts, now));
    found.extend(behind(facts));
    found.extend(facts.stored.unreadable.iter().map(|reason| Problem::new(Kind::CommitUnreadable, reason)));
    found.extend(files(facts));
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
            (waits > REGISTER_IS_LATE).then(|| Problem::new(Kind::DefinitionWaits, message))
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
            Some(Problem::new(Kind::DefinitionRefused, message))
        }
        State::Damaged { reason } => {
            let message = format!("{reason}: until then the events of {name} wait in their queue");
            Some(Problem::new(Kind::DefinitionDamaged, message))
        }
    }
}

/// An accepted version was lost: `compact` stops.
fn behind(facts: &Facts) -> Option<Problem> {
    let (needed, live) = (facts.stored.schema_version?, facts.definition.live_version?);
    let message = format!(
        "rows are of version {needed}, and the newest accepted one is {live}: the partitions stop; restore \
         schemas/{}/ (`tributary restore`)",
        facts.name
    );
    (needed > live).then(|| Problem::new(Kind::DefinitionDamaged, message))
}

/// Data files that are not as the heads say.
fn files(facts: &Facts) -> Vec<Problem> {
    let name = &facts.name;
    let mut found = Vec::new();
    for difference in facts.files.iter().take(FILES) {
        let partition = difference.partition.as_ref().map(Partition::to_string).unwrap_or_default();
        let what = &difference.what;
        let advice = match difference.kind {
            Kind::FileMissing | Kind::FileChanged => format!(
                "the partition stops. Bring it back (`tributary restore`), or go on without it: `tributary partition \
                 recover {name} {partition}`"
            ),
            _ => format!("`tributary doctor --dataset {name} --partition {partition}` says what mends it"),
        };
        found.push(Problem::new(difference.kind, format!("{partition}: {what}; {advice}")));
    }
    if let Some(first) = facts.files.get(FILES) {
        let more = counted((facts.files.len() - FILES) as u64, "data file");
        let message =
            format!("{more} more are not as they should be: `tributary doctor --dataset {name}` names them");
        found.push(Problem::new(first.kind, message));
    }
    found
}

fn compact(facts: &Facts, now: DateTime<Utc>) -> Option<Problem> {
    let waits = now - facts.landing.oldest?;
    let message = format!(
        "{} in landing wait, the oldest for {}: look at the log of compact and at its dead-letter queue",
        counted(facts.landing.objects, "object"),
        span(waits)
    );
    (waits > COMPACT_IS_LATE).then(|| Problem::new(Kind::LandingWaits, message))
}

fn register(facts: &Facts, now: DateTime<Utc>) -> Option<Problem> {
    let look = "look at the log of register and at its dead-letter queue";
    match &facts.table {
        Table::Missing if facts.definition.live_version.is_some() => {
            let requested = facts.definition.requested_at;
            let is_late = requested.is_none_or(|requested| now - requested > REGISTER_IS_LATE);
            let message = format!("the catalog has no table {}: {look}", facts.name);
            is_late.then(|| Problem::new(Kind::TableMissing, message))
        }
        Table::Registered { behind, .. } => {
            let lag = now - facts.stored.behind_since?;
            let message = format!(
                "the catalog does not have the newest commit of {}, for {} at most: queries see older rows; {look}",
                counted(behind.len() as u64, "partition"),
                span(lag)
            );
            (lag > REGISTER_IS_LATE).then(|| Problem::new(Kind::EntryBehind, message))
        }
        Table::Unknown { reason } => {
            Some(Problem::new(Kind::CatalogRefused, format!("the catalog did not answer: {reason}")))
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
        found.push(Problem::new(Kind::EventsQuarantined, message));
    }
    if quarantined.damaged > 0 {
        let message = format!(
            "{whose}quarantine objects are damaged: `tributary quarantine list --dataset {place}` names them"
        );
        found.push(Problem::new(Kind::QuarantineDamaged, message));
    }
    found
}

#[cfg(test)]
mod tests;
