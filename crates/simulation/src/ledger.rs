//! What an observer who sees everything knows of the lake: which events were acknowledged, what each object holds,
//! since when each generation has been garbage. Every change is held against I1 to I6.

mod contents;
mod discards;
mod drops;
mod place;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Commit, DatasetName, Partition,
    invariant::{self, Violation},
    key::{self, ParsedKey},
};

use crate::process::ProcessId;

pub(crate) use contents::rows;
pub(crate) use drops::Drops;
pub(crate) use place::{PlaceLedger, TargetId};

/// A call that changes something takes effect within this time of being made, or never: S3 refuses requests signed
/// longer ago, and the adapters give up much sooner.
pub(crate) const VALID_FOR: TimeDelta = TimeDelta::minutes(15);

/// An event, by the mark that stands for its identity (see [`domain::drawn`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// One that fits: the mark is its identity within its partition.
    Good(u64),
    /// One that does not fit its dataset.
    Bad(u64),
}

/// One partition of one dataset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) dataset: DatasetName,
    pub(crate) partition: Partition,
}

/// Everything.
#[derive(Debug)]
pub(crate) struct Ledger {
    places: BTreeMap<Place, PlaceLedger>,
    quarantine: BTreeSet<Event>,
    rejected: BTreeSet<Event>,
    retention: TimeDelta,
    pub(crate) drops: Drops,
    /// Whether there is a second target. To be said before anything happens.
    pub(crate) has_second: bool,
}

/// What a query engine does not take for a data file: its name begins with `_`. Who wrote it works with it alone.
pub(crate) fn is_hidden(key: &str) -> bool {
    key.rsplit('/').next().is_some_and(|name| name.starts_with('_'))
}

impl Ledger {
    pub(crate) fn new(retention: TimeDelta) -> Self {
        Self {
            places: BTreeMap::new(),
            quarantine: BTreeSet::new(),
            rejected: BTreeSet::new(),
            retention,
            drops: Drops::default(),
            has_second: false,
        }
    }

    pub(crate) fn places(&self) -> Vec<Place> {
        self.places.keys().cloned().collect()
    }

    /// What is known of a place.
    pub(crate) fn place(&mut self, place: &Place) -> &mut PlaceLedger {
        let has_second = self.has_second;
        self.places.entry(place.clone()).or_insert_with(|| PlaceLedger::new(has_second))
    }

    /// Whether a data file was lost anywhere.
    pub(crate) fn has_losses(&self) -> bool {
        self.places.values().any(PlaceLedger::has_losses)
    }

    /// These events are acknowledged: whoever sent them forgets them now (I1). Where the dataset was dropped under way, they
    /// may be in quarantine as those of an unknown dataset, or purged already.
    pub(crate) fn acknowledge<'a>(
        &mut self,
        events: impl Iterator<Item = (&'a Place, Event)>,
        process: ProcessId,
    ) -> Result<(), Violation> {
        let is_settled = self.drops.is_settled(process);
        let mut touched = BTreeSet::new();
        for (place, event) in events {
            match event {
                Event::Good(_) if !is_settled && !self.place(place).holds(event) => {
                    if !self.drops.is_purged() && !self.quarantine.contains(&event) {
                        let what = format!("event {event:?} was acknowledged under a drop, and is nowhere");
                        return Err(Violation { invariant: "I1", what });
                    }
                }
                Event::Good(_) => {
                    let known = self.place(place);
                    if known.is_owed(event, process) {
                        known.acknowledged.insert(event);
                    }
                }
                Event::Bad(_) => drop(self.rejected.insert(event)),
            }
            touched.insert(place);
        }
        let nowhere = BTreeSet::new();
        invariant::accounted_for(&self.rejected, &nowhere, &self.quarantine, &nowhere)?;
        touched.into_iter().try_for_each(|place| self.accounted_for(place))
    }

    fn accounted_for(&mut self, place: &Place) -> Result<(), Violation> {
        let Self { places, quarantine, .. } = self;
        places.get(place).map_or(Ok(()), |known| known.accounted_for(quarantine))
    }

    /// An object was written.
    pub(crate) fn written(
        &mut self,
        key: &str,
        body: &Bytes,
        process: ProcessId,
        now: DateTime<Utc>,
    ) -> Result<(), Violation> {
        self.drops.written(key, body)?;
        let purges = self.drops.is_purged_by(process);
        if key.starts_with(key::QUARANTINE) {
            self.quarantine.extend(contents::rejected(body));
            return Ok(());
        }
        if is_hidden(key) {
            return Ok(());
        }
        if let Some((dataset, partition, ..)) = key::generation_of(key) {
            return self.place(&Place { dataset, partition }).file_written(key, body, process, now);
        }
        match ParsedKey::parse(key) {
            Ok(ParsedKey::Landing(dataset, partition, batch)) => {
                let events: BTreeSet<Event> = contents::landed(body).collect();
                let place = self.place(&Place { dataset, partition });
                place.stored(&events, process);
                place.purged.remove(&batch);
                place.batches.insert(batch.clone(), events.clone());
                place.landing.insert(batch, events);
                Ok(())
            }
            Ok(ParsedKey::Commit(dataset, partition, _)) => {
                let commit = Commit::parse(key, body).map_err(|error| Violation {
                    invariant: "I2",
                    what: format!("a commit was written that cannot be read: {error}"),
                })?;
                let place = Place { dataset, partition };
                self.place(&place).committed(commit, purges, now)?;
                self.accounted_for(&place)
            }
            _ => Ok(()),
        }
    }

    /// A process was to create an object, and it is there already: of a batch that it lands, that is a success.
    pub(crate) fn found(&mut self, key: &str, process: ProcessId) {
        if let Ok(ParsedKey::Landing(dataset, partition, batch)) = ParsedKey::parse(key) {
            let place = self.place(&Place { dataset, partition });
            let events = place.landing.get(&batch).cloned().unwrap_or_default();
            place.stored(&events, process);
        }
    }

    /// A process begins a listing: of a commit log, that is a look at the head.
    pub(crate) fn listed(&mut self, prefix: &str, process: ProcessId, now: DateTime<Utc>) {
        let partition =
            prefix.strip_prefix(key::COMMITS).and_then(|rest| rest.strip_suffix('/')?.split_once('/'));
        let place = partition.and_then(|(dataset, partition)| {
            Some(Place { dataset: DatasetName::new(dataset).ok()?, partition: partition.parse().ok()? })
        });
        if let Some(place) = place {
            let known = self.place(&place);
            let head = known.head_number();
            known.looks.insert(process, (head, now));
        }
    }

    /// An object that was there is deleted, by this process.
    pub(crate) fn deleted(
        &mut self,
        key: &str,
        process: ProcessId,
        now: DateTime<Utc>,
    ) -> Result<(), Violation> {
        let (retention, purges) = (self.retention, self.drops.is_purged_by(process));
        if is_hidden(key) {
            return Ok(());
        }
        if let Some((dataset, partition, generation, writer)) = key::generation_of(key) {
            let location = key::generation_prefix(&dataset, &partition, generation, &writer);
            let place = self.place(&Place { dataset, partition });
            if purges {
                return place.file_purged(key);
            }
            return place.file_deleted((key, &location), process, now, retention);
        }
        match ParsedKey::parse(key) {
            Ok(ParsedKey::Landing(dataset, partition, batch)) => {
                let place = Place { dataset, partition };
                self.place(&place).landing_deleted(&batch, process, now)?;
                self.accounted_for(&place)
            }
            Ok(ParsedKey::Commit(dataset, partition, generation)) => {
                let place = Place { dataset, partition };
                let (known, number) = (self.place(&place), generation.number());
                match purges {
                    true => known.commit_purged(number)?,
                    false => known.commit_deleted(number, now, retention)?,
                }
                self.accounted_for(&place)
            }
            _ => Ok(()),
        }
    }

    /// A service wrote this location into a target, or took the partition out of it. With a view of before a drop it can
    /// do what it likes: whoever looks next mends it.
    pub(crate) fn named(
        &mut self,
        (place, target): (&Place, TargetId),
        location: Option<&str>,
        process: ProcessId,
        now: DateTime<Utc>,
    ) -> Result<(), Violation> {
        if self.drops.is_settled(process) {
            return self.place(place).named(target, location, now);
        }
        self.damaged((place, target), location, now);
        Ok(())
    }

    /// A person did, or it was lost.
    pub(crate) fn damaged(
        &mut self,
        (place, target): (&Place, TargetId),
        location: Option<&str>,
        now: DateTime<Utc>,
    ) {
        self.place(place).named_by_hand(target, location, now);
    }
}
