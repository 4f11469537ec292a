//! From messages to batches: unpack, split, route, validate, group. Pure, and the same for the same messages.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use domain::{
    Dataset,
    event::{self, Bounds, Event, Origin, Placement},
    landing,
    quarantine::{self, Carrier, Holds, Rejected},
};

use crate::{
    group::{Group, Place},
    message::Message,
    payload::{self, Piece},
    route::{NoRoute, Routes},
    unpack,
};

/// What a message is judged by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) routes: Routes<'a>,
    pub(crate) bounds: Bounds,
    pub(crate) max_unpacked: u64,
}

/// Puts messages into groups, one after the other.
#[derive(Debug)]
pub(crate) struct Sorter<'a> {
    rules: Rules<'a>,
    now: DateTime<Utc>,
    lines: landing::Writer,
    groups: Vec<Group<'a>>,
    by_place: HashMap<Place<'a>, usize>,
    /// The group of the last event: the next one's, most of the time.
    last: usize,
    /// Bytes of all groups' lines, and of what was unpacked.
    bytes: usize,
    /// Messages that must wait until a definition is mended.
    waiting: BTreeSet<usize>,
    /// Events that a dataset accepted a moment ago might be for.
    unsure: usize,
}

/// What the messages became.
#[derive(Debug)]
pub(crate) struct Sorted<'a> {
    pub(crate) groups: Vec<Group<'a>>,
    pub(crate) waiting: BTreeSet<usize>,
    pub(crate) unsure: usize,
}

impl<'a> Sorter<'a> {
    pub(crate) fn new(rules: Rules<'a>, now: DateTime<Utc>) -> Self {
        Self {
            rules,
            now,
            lines: landing::Writer::new(now),
            groups: Vec::new(),
            by_place: HashMap::new(),
            last: 0,
            bytes: 0,
            waiting: BTreeSet::new(),
            unsure: 0,
        }
    }

    /// Bytes of the lines so far, and of what was unpacked.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn end(self) -> Sorted<'a> {
        Sorted { groups: self.groups, waiting: self.waiting, unsure: self.unsure }
    }

    /// Keeps what was rejected before, as it is.
    pub(crate) fn keep(&mut self, index: usize, place: Place<'a>, rejected: &Rejected) {
        self.bytes +=
            Self::group(&mut self.groups, &mut self.by_place, &mut self.last, place).reject(index, rejected);
    }

    /// Sorts every event of a message. `index` is the message's.
    pub(crate) fn add(&mut self, index: usize, message: &Message<'_>) {
        if let Some(reason) = &message.unreadable {
            let whole = Original { bytes: message.body, holds: Holds::Envelope, as_it_came: true };
            return self.reject(index, message, 0, None, reason.clone().into_owned(), whole);
        }
        let whole_message = Original { bytes: message.body, holds: message.holds, as_it_came: true };
        if let Some(reason) = too_long(message) {
            // In one line: each rejected event would repeat it.
            return self.reject(index, message, 0, None, reason, whole_message);
        }
        let whole = self.rules.routes.message(message);
        self.unsure += usize::from(!self.rules.routes.is_sure(message));
        match unpack::unpack(message.body, message.encoding, self.rules.max_unpacked) {
            Ok(body) => {
                if let Cow::Owned(unpacked) = &body {
                    // It may be much and hold nothing: its time counts.
                    self.bytes += unpacked.len();
                }
                let mut position = 0;
                let mut each = |piece: Piece<'_>| {
                    self.piece(index, message, &whole, position, piece);
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
                self.reject(index, message, 0, dataset, error.to_string(), whole_message);
            }
        }
    }

    fn piece(
        &mut self,
        index: usize,
        message: &Message<'_>,
        whole: &Result<&'a Dataset, NoRoute>,
        position: usize,
        piece: Piece<'_>,
    ) {
        let (text, event) = match piece {
            Piece::Event(text, event) => (text, event),
            Piece::Bad(bytes, reason, holds) => {
                let dataset = whole.as_ref().ok().copied();
                let original = Original { bytes, holds, as_it_came: false };
                return self.reject(index, message, position, dataset, reason.to_string(), original);
            }
        };
        let original = Original { bytes: text.as_bytes(), holds: Holds::Event, as_it_came: false };
        if message.dataset.is_none() && event.cloud_event().is_some() {
            self.unsure += usize::from(!self.rules.routes.is_sure_of(&event));
        }
        match self.rules.routes.event(message, whole, &event) {
            Ok(dataset) => match self.place(dataset, message, position, &event) {
                Ok(Placement { partition, id }) => {
                    let group = Self::group(
                        &mut self.groups,
                        &mut self.by_place,
                        &mut self.last,
                        Place::Landing(dataset.name(), partition),
                    );
                    self.bytes += group.accept(index, id.as_deref(), text, &self.lines);
                }
                Err(reason) => {
                    self.reject(index, message, position, Some(dataset), reason, original);
                }
            },
            Err(NoRoute::Unknown(reason)) => {
                self.unsure += 1;
                self.reject(index, message, position, None, reason, original);
            }
            Err(NoRoute::Damaged) => drop(self.waiting.insert(index)),
        }
    }

    fn place(
        &self,
        dataset: &Dataset,
        message: &Message<'_>,
        position: usize,
        event: &Event<'_>,
    ) -> Result<Placement, String> {
        let position = message.position + position;
        let origin = Origin { message_id: message.id, position, sent_at: message.sent_at };
        event::place(dataset, event, origin, self.rules.bounds).map_err(|rejection| rejection.to_string())
    }

    fn reject(
        &mut self,
        index: usize,
        message: &Message<'_>,
        position: usize,
        dataset: Option<&'a Dataset>,
        reason: String,
        original: Original<'_>,
    ) {
        let rejected = Rejected {
            message_id: message.id.to_owned(),
            position: message.position + position,
            dataset: dataset.map(|dataset| dataset.name().clone()),
            reason,
            at: self.now,
            carrier: Carrier {
                sent_at: Some(message.sent_at),
                topic: message.topic.to_owned(),
                dataset_attribute: message.dataset.map(str::to_owned),
                content_encoding: message.encoding.filter(|_| original.as_it_came).map(str::to_owned),
                holds: original.holds,
            },
            original: original.text(),
        };
        let place = Place::Quarantine(dataset.map(Dataset::name), message.sent_at.date_naive());
        let group = Self::group(&mut self.groups, &mut self.by_place, &mut self.last, place);
        self.bytes += group.reject(index, &rejected);
    }

    fn group<'g>(
        groups: &'g mut Vec<Group<'a>>,
        by_place: &mut HashMap<Place<'a>, usize>,
        last: &mut usize,
        place: Place<'a>,
    ) -> &'g mut Group<'a> {
        if groups.get(*last).is_none_or(|group| group.place != place) {
            *last = *by_place.entry(place.clone()).or_insert(groups.len());
            if *last == groups.len() {
                groups.push(Group::new(place));
            }
        }
        &mut groups[*last]
    }
}

/// What is kept of a rejected event.
#[derive(Clone, Copy)]
struct Original<'b> {
    bytes: &'b [u8],
    holds: Holds,
    /// Not unpacked.
    as_it_came: bool,
}

impl Original<'_> {
    fn text(self) -> quarantine::Original {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => quarantine::Original::Text(text.to_owned()),
            Err(_) => quarantine::Original::Base64(STANDARD.encode(self.bytes)),
        }
    }
}

/// The longest message id, topic and attribute, in bytes: twice what AWS has for the first two, and eight times what a
/// dataset's name may have.
const MAX_NAME: usize = 512;

fn too_long(message: &Message<'_>) -> Option<String> {
    let names = [
        ("message id", Some(message.id)),
        ("topic", Some(message.topic)),
        ("attribute \"dataset\"", message.dataset),
        ("attribute \"content-encoding\"", message.encoding),
    ];
    names.into_iter().find_map(|(what, text)| {
        let length = text.map(str::len).filter(|length| *length > MAX_NAME)?;
        Some(format!("the {what} has {length} bytes: at most {MAX_NAME} are taken"))
    })
}
