//! The events of one object on their way.

use std::{collections::BTreeMap, fmt};

use chrono::NaiveDate;
use domain::{
    DatasetName, Partition,
    batch::Namer,
    key, landing,
    port::{ObjectStore, PutMode, StoreError},
    quarantine::{Kind, Rejected},
    sabotage::{self, Bug},
};

use crate::pack::Packer;

/// Where a group is to be written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Place<'a> {
    /// With the newest version of the dataset that was dropped, 0 where none was: see [`Group::new`].
    Landing(&'a DatasetName, Partition, u32),
    Quarantine(Option<&'a DatasetName>, NaiveDate),
}

/// The events of one place, in the order of the messages.
pub(crate) struct Group<'a> {
    pub(crate) place: Place<'a>,
    /// How many.
    pub(crate) events: usize,
    /// How many of them were rejected for each kind of reason.
    pub(crate) kinds: BTreeMap<Kind, usize>,
    /// Indices of the messages that they are of, ascending.
    pub(crate) messages: Vec<usize>,
    /// How many places in columns its events take.
    pub(crate) places: usize,
    namer: Namer,
    lines: Vec<u8>,
}

impl<'a> Group<'a> {
    /// A dataset that was dropped and asked for again gives its batches other names. The commits of before may still list
    /// the old names as consumed, and somebody who had looked at them may still clean by them: the same events, sent again,
    /// would be taken for what is in the table already, and deleted.
    pub(crate) fn new(place: Place<'a>) -> Self {
        let namer = match &place {
            Place::Landing(dataset, partition, dropped)
                if *dropped == 0 || sabotage::is_on(Bug::BatchNamesOfBefore) =>
            {
                Namer::new(dataset, &partition.to_string())
            }
            Place::Landing(dataset, partition, dropped) => {
                Namer::new(dataset, &format!("{partition}/after={dropped}"))
            }
            Place::Quarantine(dataset, day) => {
                Namer::new(dataset.map_or("", DatasetName::as_str), &day.to_string())
            }
        };
        let (kinds, messages, lines) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { place, events: 0, kinds, messages, places: 0, namer, lines }
    }

    /// Adds an accepted event; answers how many bytes that made.
    pub(crate) fn accept(
        &mut self,
        index: usize,
        id: Option<&str>,
        data: &str,
        writer: &landing::Writer,
    ) -> usize {
        let before = self.lines.len();
        self.namer.event(id.unwrap_or_default(), data.as_bytes());
        if self.lines.is_empty() {
            // There will be more, most of the time.
            self.lines.reserve(4 * (data.len() + 64));
        }
        writer.line(id, data, &mut self.lines);
        self.count(index);
        self.lines.len() - before
    }

    /// Adds a rejected one. Its name has nothing that differs between two deliveries of the same message.
    pub(crate) fn reject(&mut self, index: usize, kind: Kind, rejected: &Rejected) -> usize {
        let before = self.lines.len();
        let id = format!("{}:{}", rejected.message_id, rejected.position);
        self.namer.event(&id, rejected.original.as_bytes());
        rejected.write(&mut self.lines);
        self.count(index);
        *self.kinds.entry(kind).or_default() += 1;
        self.lines.len() - before
    }

    fn count(&mut self, index: usize) {
        self.events += 1;
        if self.messages.last() != Some(&index) {
            self.messages.push(index);
        }
    }

    /// Its lines, each with its line break.
    pub(crate) fn lines(&self) -> &[u8] {
        &self.lines
    }

    /// Where it is stored: named by what is in it.
    pub(crate) fn key(&self) -> String {
        let batch = self.namer.clone().name();
        match &self.place {
            Place::Landing(dataset, partition, _) => key::landing(dataset, partition, &batch),
            Place::Quarantine(dataset, day) => key::quarantine(*dataset, *day, &batch),
        }
    }

    /// Stores the group. An object of the same name holds the same events: then they are stored already.
    pub(crate) async fn store<S: ObjectStore>(self, store: &S, packer: &Packer) -> Result<(), StoreError> {
        let key = self.key();
        let body = packer.pack(&self.lines);
        let body = body.map_err(|source| StoreError::Failed { key: key.clone(), source: source.into() })?;
        drop(self);
        match store.put(&key, body, PutMode::Create).await {
            Err(StoreError::AlreadyExists { .. }) => Ok(()),
            answer => answer,
        }
    }
}

impl fmt::Debug for Group<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, events, bytes) = (&self.place, self.events, self.lines.len());
        f.debug_struct("Group").field("place", place).field("events", &events).field("bytes", &bytes).finish()
    }
}
