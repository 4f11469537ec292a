//! From messages to batches: unpack, split, route, validate, group. No I/O, and the same for the same messages, but for
//! what the clock decides: whether a message can be of the time that it says, and how much of the past is written to.

mod accepted;
mod groups;
mod original;
mod within;

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
};

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Dataset,
    event::{Bounds, Event},
    landing,
    quarantine::{Carrier, Holds, Kind, Rejected},
    settings::{Scope, TOPICS, Topics},
};
use formats::message::{self as payload, MAX_EVENTS, Piece};

use crate::{
    group::{Group, Place},
    message::Message,
    openings::Openings,
    route::{NoRoute, Routes, is_beyond, within},
    unpack,
};

use groups::Groups;
use original::{Original, Reason, too_long};
pub(crate) use within::position_of_one;
use within::{elements, position_within};

/// What a message is judged by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) routes: Routes<'a>,
    pub(crate) bounds: Bounds,
    pub(crate) max_unpacked: u64,
    pub(crate) topics: &'a Topics,
    /// How many partitions the events of one message may go to.
    pub(crate) message_partitions: usize,
    pub(crate) openings: &'a Openings,
}

/// Puts messages into groups, one after the other.
#[derive(Debug)]
pub(crate) struct Sorter<'a> {
    rules: Rules<'a>,
    now: DateTime<Utc>,
    lines: landing::Writer,
    groups: Groups<'a>,
    /// Bytes of all groups' lines, and of what was unpacked.
    bytes: usize,
    /// How many partitions the message has got that is at its turn.
    partitions: usize,
    /// How many events the message that is at its turn has within other objects.
    within: usize,
    /// Messages that must wait until a definition is mended.
    waiting: BTreeSet<usize>,
    /// Events that a dataset accepted a moment ago might be for.
    unsure: usize,
    refused_partitions: HashSet<Place<'a>>,
    untrusted: usize,
    /// Why events are rejected, where somebody asked.
    reasons: Option<Vec<String>>,
}

/// What the messages became.
#[derive(Debug)]
pub(crate) struct Sorted<'a> {
    /// When they were ingested, as the lines of the groups say.
    pub(crate) now: DateTime<Utc>,
    pub(crate) groups: Vec<Group<'a>>,
    pub(crate) waiting: BTreeSet<usize>,
    pub(crate) unsure: usize,
    /// Partitions whose events are in quarantine, since they are more than there may be.
    pub(crate) refused_partitions: usize,
    /// What is in quarantine for where it came from.
    pub(crate) untrusted: usize,
    /// Why events were rejected, in order, if [`Sorter::telling`] asked for it.
    pub(crate) reasons: Vec<String>,
}

impl<'a> Sorter<'a> {
    pub(crate) fn new(rules: Rules<'a>, now: DateTime<Utc>) -> Self {
        Self {
            rules,
            now,
            lines: landing::Writer::new(now),
            groups: Groups::default(),
            bytes: 0,
            partitions: 0,
            within: 0,
            waiting: BTreeSet::new(),
            unsure: 0,
            refused_partitions: HashSet::new(),
            untrusted: 0,
            reasons: None,
        }
    }

    /// The same, and it remembers why events are rejected.
    pub(crate) fn telling(self) -> Self {
        Self { reasons: Some(Vec::new()), ..self }
    }

    /// Objects that are to be written so far.
    pub(crate) fn objects(&self) -> usize {
        self.groups.list.len()
    }

    /// Bytes of the lines so far, and of what was unpacked.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn end(self) -> Sorted<'a> {
        Sorted {
            now: self.now,
            groups: self.groups.list,
            waiting: self.waiting,
            unsure: self.unsure,
            refused_partitions: self.refused_partitions.len(),
            untrusted: self.untrusted,
            reasons: self.reasons.unwrap_or_default(),
        }
    }

    /// Keeps what was rejected before, as it is.
    pub(crate) fn keep(&mut self, index: usize, place: Place<'a>, rejected: &Rejected) {
        self.bytes += self.groups.of(place).reject(index, Kind::Replayed, rejected);
    }

    /// Sorts every event of a message. `index` is the message's.
    pub(crate) fn add(&mut self, index: usize, message: &Message<'_>) {
        self.partitions = 0;
        self.within = 0;
        let all = Original::message(message);
        if let Some(reason) = &message.unreadable {
            let all = Original { holds: Holds::Envelope, ..all };
            let reason = Reason(Kind::Envelope, reason.clone().into_owned());
            return self.reject(index, message, 0, None, reason, all);
        }
        if let Some(reason) = too_long(message) {
            // In one line: each rejected event would repeat it.
            return self.reject(index, message, 0, None, Reason(Kind::Envelope, reason), all);
        }
        // What is replayed without an ARN is of a version that kept none, or somebody has said where it belongs.
        let scope = match message.arn {
            Some(arn) => self.rules.topics.scope(arn),
            None => Some(Scope::All),
        };
        let Some(scope) = scope else {
            let arn = message.arn.unwrap_or_default();
            let reason = format!(
                "the topic is none of those whose messages are taken ({}), found {arn:?}",
                TOPICS.name
            );
            let reason = Reason(Kind::Topic, reason);
            return self.reject(index, message, 0, None, reason, Original { untrusted: true, ..all });
        };
        let whole = within(scope, message, self.rules.routes.message(message));
        if let Err(reason) = self.rules.bounds.check_message(message.sent_at, message.received_at) {
            let all = Original { untrusted: is_beyond(scope, &whole), ..all };
            return self.reject(index, message, 0, None, reason.into(), all);
        }
        self.unsure += usize::from(!self.rules.routes.is_sure(message));
        match unpack::unpack(message.body, message.encoding, self.rules.max_unpacked) {
            Ok(body) => {
                if let Cow::Owned(unpacked) = &body {
                    // It may be much and hold nothing: its time counts.
                    self.bytes += unpacked.len();
                }
                let mut position = 0;
                let mut each = |piece: Piece<'_>| {
                    self.piece((index, message), scope, &whole, position, piece);
                    position += 1;
                };
                match message.holds {
                    Holds::Message | Holds::Envelope => payload::split(&body, &mut each),
                    Holds::Event => payload::one(&body, &mut each),
                    Holds::Rest => payload::rest(&body, &mut each),
                }
            }
            Err(error) => {
                let dataset = whole.as_ref().ok().copied();
                let all = Original { untrusted: is_beyond(scope, &whole), ..all };
                self.reject(index, message, 0, dataset, Reason(Kind::Encoding, error.to_string()), all);
            }
        }
    }

    fn piece(
        &mut self,
        (index, message): (usize, &Message<'_>),
        scope: Scope<'_>,
        whole: &Result<&'a Dataset, NoRoute>,
        position: usize,
        piece: Piece<'_>,
    ) {
        let (text, event) = match piece {
            Piece::Event(text, event) => (text, event),
            Piece::Bad(bytes, reason, holds) => {
                let dataset = whole.as_ref().ok().copied();
                let original =
                    Original { untrusted: is_beyond(scope, whole), ..Original::part(bytes, holds) };
                let reason = Reason(Kind::Payload, reason.to_string());
                return self.reject(index, message, position, dataset, reason, original);
            }
        };
        let original = Original::part(text.as_bytes(), Holds::Event);
        if message.dataset.is_none() && event.cloud_event().is_some() {
            self.unsure += usize::from(!self.rules.routes.is_sure_of(&event));
        }
        match within(scope, message, self.rules.routes.event(message, whole, &event)) {
            Ok(dataset) => match elements(dataset, text, message.position + position) {
                None => self.land((index, message), dataset, position, text, &event),
                Some(elements) if self.within + elements.len() > MAX_EVENTS => {
                    let reason = format!("a message may have {MAX_EVENTS} events: send fewer");
                    let reason = Reason(Kind::Payload, reason);
                    self.reject(index, message, position, Some(dataset), reason, original);
                }
                Some(elements) => {
                    self.within += elements.len();
                    for (place, text) in elements.into_iter().enumerate() {
                        let position = position_within(message.position, position, place);
                        match Event::parse(text) {
                            Ok(event) => self.land((index, message), dataset, position, text, &event),
                            Err(error) => {
                                let original = Original::part(text.as_bytes(), Holds::Event);
                                self.reject(
                                    index,
                                    message,
                                    position,
                                    Some(dataset),
                                    Reason(Kind::Object, error.to_string()),
                                    original,
                                );
                            }
                        }
                    }
                }
            },
            Err(NoRoute::Unknown(reason)) => {
                self.unsure += 1;
                // A dataset may have this name one day: a topic with datasets of its own may not publish to it then.
                let untrusted = matches!(scope, Scope::Only(_));
                let reason = Reason(Kind::Dataset, reason);
                self.reject(index, message, position, None, reason, Original { untrusted, ..original });
            }
            Err(NoRoute::Forbidden(reason)) => {
                let reason = Reason(Kind::Topic, reason);
                self.reject(index, message, position, None, reason, Original { untrusted: true, ..original });
            }
            Err(NoRoute::Damaged) => drop(self.waiting.insert(index)),
        }
    }

    fn reject(
        &mut self,
        index: usize,
        message: &Message<'_>,
        position: usize,
        dataset: Option<&'a Dataset>,
        Reason(kind, reason): Reason,
        original: Original<'_>,
    ) {
        self.untrusted += usize::from(original.untrusted);
        if let Some(reasons) = &mut self.reasons {
            reasons.push(reason.clone());
        }
        let rejected = Rejected {
            message_id: message.id.to_owned(),
            position: message.position + position,
            dataset: dataset.map(|dataset| dataset.name().clone()),
            reason,
            at: self.now,
            carrier: Carrier {
                sent_at: Some(message.sent_at),
                received_at: Some(message.received_at),
                topic: message.topic.to_owned(),
                arn: message.arn.map(str::to_owned),
                untrusted: original.untrusted,
                dataset_attribute: message.dataset.map(str::to_owned),
                content_encoding: message.encoding.filter(|_| original.as_it_came).map(str::to_owned),
                traceparent: message.trace,
                holds: original.holds,
            },
            original: original.text(),
        };
        let place = Place::Quarantine(dataset.map(Dataset::name), self.day(message));
        self.bytes += self.groups.of(place).reject(index, kind, &rejected);
    }

    /// The day by which what is refused of a message is found: the message's, unless it can be none of its own.
    fn day(&self, message: &Message<'_>) -> NaiveDate {
        let Message { sent_at, received_at, .. } = *message;
        let is_possible = self.rules.bounds.check_message(sent_at, received_at).is_ok();
        if is_possible { sent_at.date_naive() } else { received_at.date_naive() }
    }
}
