//! From messages to batches: route, validate, group. Pure, and the same for the same messages.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Dataset, DatasetName, Partition,
    event::{self, Bounds, Event, Origin, Placement, Rejection},
    quarantine::{Carrier, Original, Rejected},
    schemas::Loaded,
    suggest,
};

use crate::message::Message;

/// Where a group of events is to be written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Landing(DatasetName, Partition),
    Quarantine(Option<DatasetName>, NaiveDate),
}

/// One event on its way.
#[derive(Debug)]
pub(crate) enum Sorted {
    Accepted { id: Option<String>, data: String },
    Rejected(Rejected),
}

/// The events of one place, in the order of the messages, each with the index of its message.
pub(crate) type Groups = BTreeMap<Place, Vec<(usize, Sorted)>>;

/// What the datasets are, and where messages go that name none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) known: &'a Loaded,
    pub(crate) default: Option<&'a DatasetName>,
}

/// Sorts every message: into a group, or into those that must wait.
pub(crate) fn sort(messages: &[Message], rules: Rules<'_>, now: DateTime<Utc>) -> (Groups, BTreeSet<usize>) {
    let (mut groups, mut waiting) = (Groups::new(), BTreeSet::new());
    for (index, message) in messages.iter().enumerate() {
        match one(message, rules, now) {
            Some((place, sorted)) => groups.entry(place).or_default().push((index, sorted)),
            None => drop(waiting.insert(index)),
        }
    }
    (groups, waiting)
}

/// Why a message has no dataset that it can be held against.
#[derive(Debug)]
pub(crate) enum NoRoute {
    /// There is none, and the words say why.
    Unknown(String),
    /// There is one, and its definition is damaged: the message must wait until it is mended.
    Damaged,
}

/// The dataset of a message: the attribute `dataset`, else the topic's name if a dataset has it, else the
/// default.
pub(crate) fn route<'a>(message: &Message, rules: Rules<'a>) -> Result<&'a Dataset, NoRoute> {
    let find = |name: &str| match rules.known.datasets.get(name) {
        Some(accepted) => Some(Ok(&accepted.dataset)),
        None => rules.known.damaged.contains_key(name).then_some(Err(NoRoute::Damaged)),
    };
    let unknown = |name: &str| Err(NoRoute::Unknown(unknown(name, rules)));
    if let Some(wanted) = &message.dataset {
        return find(wanted).unwrap_or_else(|| unknown(wanted));
    }
    if let Some(found) = find(&message.topic) {
        return found;
    }
    match rules.default {
        Some(default) => find(default.as_str()).unwrap_or_else(|| unknown(default.as_str())),
        None => Err(NoRoute::Unknown("no dataset: set the message attribute \"dataset\"".to_owned())),
    }
}

fn unknown(wanted: &str, rules: Rules<'_>) -> String {
    // The sender's text goes into quarantine only, and no more of it than says which it was.
    let shown: String = wanted.chars().take(64).collect();
    let names = rules.known.datasets.keys().map(DatasetName::as_str);
    match suggest::nearest(&shown, names) {
        Some(near) => format!("unknown dataset {shown:?}: did you mean {near:?}?"),
        None => format!("unknown dataset {shown:?}"),
    }
}

fn one(message: &Message, rules: Rules<'_>, now: DateTime<Utc>) -> Option<(Place, Sorted)> {
    let reject = |dataset: Option<&DatasetName>, reason: String, text: &str| {
        let rejected = Rejected {
            message_id: message.id.clone(),
            position: 0,
            dataset: dataset.cloned(),
            reason,
            at: now,
            carrier: Carrier::default(),
            original: Original::Text(text.to_owned()),
        };
        let place = Place::Quarantine(dataset.cloned(), message.sent_at.date_naive());
        Some((place, Sorted::Rejected(rejected)))
    };
    let body = match &message.body {
        Ok(body) => body,
        Err(unreadable) => return reject(None, unreadable.reason.clone(), &unreadable.text),
    };
    let dataset = match route(message, rules) {
        Ok(dataset) => dataset,
        Err(NoRoute::Unknown(reason)) => return reject(None, reason, body),
        Err(NoRoute::Damaged) => return None,
    };
    match accept(dataset, message, body) {
        Ok((Placement { partition, id }, data)) => {
            Some((Place::Landing(dataset.name().clone(), partition), Sorted::Accepted { id, data }))
        }
        Err(rejection) => reject(Some(dataset.name()), rejection.to_string(), body),
    }
}

fn accept(dataset: &Dataset, message: &Message, body: &str) -> Result<(Placement, String), Rejection> {
    let event = Event::parse(body)?;
    let origin = Origin { message_id: &message.id, position: 0, sent_at: message.sent_at };
    let bounds = Bounds { earliest: DateTime::UNIX_EPOCH, ahead: chrono::TimeDelta::days(36_500) };
    let placement = event::place(dataset, &event, origin, bounds)?;
    Ok((placement, body.trim().to_owned()))
}
