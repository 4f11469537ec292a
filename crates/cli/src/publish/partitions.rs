//! How many partitions the events of one message go to: the lake takes so many, and keeps the others in quarantine.

use std::collections::HashSet;

use domain::{
    Dataset, Partition,
    event::{self, Event},
    json::Fields,
};

/// Counts the partitions of the message that is being packed.
#[derive(Debug)]
pub(super) struct Partitions {
    dataset: Dataset,
    most: usize,
    known: HashSet<Partition>,
}

impl Partitions {
    /// At most so many of this dataset in a message.
    pub(super) fn new(dataset: Dataset, most: usize) -> Self {
        Self { dataset, most, known: HashSet::new() }
    }

    /// The partition of an event, by its own time; of an object around events (`unwrap`), that of the first of them: the
    /// reader puts one event into such an object. An event that has no time goes where its message does, or is refused by
    /// the lake.
    pub(super) fn of(&self, text: &str) -> Option<Partition> {
        let within = self.dataset.unwraps().and_then(|name| Fields::parse(text).ok()?.elements(name));
        let event =
            Event::parse(within.and_then(|elements| elements.first().copied()).unwrap_or(text)).ok()?;
        let time = event::time(&self.dataset, &event)?;
        Partition::of(time, self.dataset.granularity())
    }

    /// Whether the message may have an event of the partition too.
    pub(super) fn has_room(&self, partition: Option<&Partition>) -> bool {
        partition.is_none_or(|partition| self.known.contains(partition) || self.known.len() < self.most)
    }

    /// The message has an event of it.
    pub(super) fn add(&mut self, partition: Option<Partition>) {
        self.known.extend(partition);
    }

    /// Another message begins.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }
}
