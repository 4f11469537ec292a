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
    quarantine::{Carrier, Original, Rejected},
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
    /// Events that no dataset was found for.
    unrouted: usize,
}

/// What the messages became.
#[derive(Debug)]
pub(crate) struct Sorted<'a> {
    pub(crate) groups: Vec<Group<'a>>,
    pub(crate) waiting: BTreeSet<usize>,
    pub(crate) unrouted: usize,
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
            unrouted: 0,
        }
    }

    /// Bytes of the lines so far, and of what was unpacked.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn end(self) -> Sorted<'a> {
        Sorted { groups: self.groups, waiting: self.waiting, unrouted: self.unrouted }
    }

    /// Keeps what was rejected before, as it is.
    pub(crate) fn keep(&mut self, index: usize, place: Place<'a>, rejected: &Rejected) {
        self.bytes +=
            Self::group(&mut self.groups, &mut self.by_place, &mut self.last, place).reject(index, rejected);
    }

    /// Sorts every event of a message. `index` is the message's.
    pub(crate) fn add(&mut self, index: usize, message: &Message<'_>) {
        if let Some(reason) = &message.unreadable {
            return self.reject(index, message, 0, None, reason.clone().into_owned(), Whole(message.body));
        }
        let whole = self.rules.routes.message(message);
        match unpack::unpack(message.body, message.encoding, self.rules.max_unpacked) {
            Ok(body) => {
                if let Cow::Owned(unpacked) = &body {
                    // It may be much and hold nothing: its time counts.
                    self.bytes += unpacked.len();
                }
                let mut position = 0;
                payload::split(&body, &mut |piece| {
                    self.piece(index, message, &whole, position, piece);
                    position += 1;
                });
            }
            Err(error) => {
                let dataset = whole.as_ref().ok().copied();
                self.reject(index, message, 0, dataset, error.to_string(), Whole(message.body));
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
            Piece::Bad(original, reason) => {
                let dataset = whole.as_ref().ok().copied();
                return self.reject(index, message, position, dataset, reason.to_string(), Part(original));
            }
        };
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
                    self.reject(index, message, position, Some(dataset), reason, Part(text.as_bytes()));
                }
            },
            Err(NoRoute::Unknown(reason)) => {
                self.unrouted += 1;
                self.reject(index, message, position, None, reason, Part(text.as_bytes()));
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
        what: What<'_>,
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
                content_encoding: what.is_whole().then(|| message.encoding.map(str::to_owned)).flatten(),
            },
            original: what.original(),
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

use What::{Part, Whole};

/// What is kept of a rejected event: its own text, or all of its message as it came.
enum What<'b> {
    Part(&'b [u8]),
    Whole(&'b [u8]),
}

impl What<'_> {
    fn is_whole(&self) -> bool {
        matches!(self, Whole(_))
    }

    fn original(&self) -> Original {
        let (Part(bytes) | Whole(bytes)) = self;
        match std::str::from_utf8(bytes) {
            Ok(text) => Original::Text(text.to_owned()),
            Err(_) => Original::Base64(STANDARD.encode(bytes)),
        }
    }
}
