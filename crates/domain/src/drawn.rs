//! Datasets and events that a seed draws, for tests and the simulation.
//!
//! A test that writes its schema by hand holds it fixed, and with it whatever depends on the order of columns, their
//! types or their number. Here the seed decides: 1 to 12 columns of every type, an identity of one to three columns
//! anywhere among them (or none, or that of CloudEvents), with and without event time, any sort order, names of the sender
//! for columns and for fields within them, an object around the events (`unwrap`), and what the next version of the
//! definition adds.
//!
//! An event is named by a number, its *mark*. Events of the same mark have the same identity, however it is written
//! (`1.5` and `1.50`, `0` and `-0.0`), and no others do; all else of them may differ. The mark also travels in the event
//! as the field [`MARK`], so that an observer can name a stored row without reading its identity.
//!
//! ```
//! use domain::drawn::{Drawn, Random};
//!
//! let mut random = Random::new(7);
//! let drawn = Drawn::new("seats", &mut random)?;
//! let partition = drawn.partition("2026-11-23T10:00:00Z".parse()?).ok_or("no such year")?;
//! let event = drawn.event(3, &partition, &mut random);
//! assert_eq!(domain::drawn::mark(&event), Some(3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod event;
mod random;
mod schema;
mod value;

use crate::{
    dataset::{Dataset, Definition, InvalidDefinition},
    partition::{Granularity, Partition},
};

pub use event::{BAD, MARK, is_bad, mark, within};
pub use random::Random;

use chrono::{DateTime, TimeDelta, Utc};

/// What makes two drawn events the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The dataset's identity columns.
    Columns,
    /// CloudEvents' source and id.
    CloudEvent,
    /// The message and the place in it: whoever sends it gives each place a mark of its own.
    Message,
}

/// A dataset that a seed drew.
#[derive(Debug, Clone)]
pub struct Drawn {
    dataset: Dataset,
    identity: Identity,
    /// The identity column that tells most events apart.
    widest: usize,
    /// Columns of the first version.
    first_columns: usize,
}

impl Drawn {
    /// Draws a dataset of this name.
    ///
    /// # Errors
    ///
    /// If the name is not valid.
    pub fn new(name: &str, random: &mut Random) -> Result<Self, InvalidDefinition> {
        Self::of_at_most(schema::MOST_COLUMNS, name, random)
    }

    /// The same, of at most so many columns (1 to 12), and perhaps one for the mark.
    ///
    /// # Errors
    ///
    /// If the name is not valid.
    pub fn of_at_most(columns: usize, name: &str, random: &mut Random) -> Result<Self, InvalidDefinition> {
        schema::draw(columns.clamp(1, schema::MOST_COLUMNS), name, random)
    }

    /// The next version of the definition: one more optional column, another field at the end of a struct, or another
    /// sort order. Events of it fit the versions before too, and the other way round.
    ///
    /// # Errors
    ///
    /// None, unless this module is wrong.
    pub fn evolved(&self, random: &mut Random) -> Result<Self, InvalidDefinition> {
        schema::evolve(self, random)
    }

    /// The dataset.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// What makes two of its events the same.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// Its definition, as somebody would write it.
    pub fn definition(&self) -> &Definition {
        self.dataset.definition()
    }

    /// The partition of a moment; `None` outside the years that partitions have.
    pub fn partition(&self, at: DateTime<Utc>) -> Option<Partition> {
        Partition::of(at, self.dataset.granularity())
    }

    /// How many marks there can be in one partition, from 0: an identity of one boolean has two.
    pub fn marks(&self) -> u64 {
        value::marks(self)
    }

    /// An event of this mark and partition, as JSON. What the mark does not decide is drawn.
    pub fn event(&self, mark: u64, partition: &Partition, random: &mut Random) -> String {
        event::draw(self, mark, partition, random, false)
    }

    /// These events as the bodies of messages, or as the lines of one body, in their order: where the definition has
    /// `unwrap`, several may be in one object around them. It takes nothing from the sequence of `random`.
    pub fn bodies(&self, events: &[String], random: &Random) -> Vec<String> {
        event::bodies(self, events, &mut random.fork())
    }

    /// One that has the mark, and does not fit: a column of it is of another type.
    pub fn bad_event(&self, mark: u64, partition: &Partition, random: &mut Random) -> String {
        event::draw(self, mark, partition, random, true)
    }
}

/// The first moment of the partition; of one that has everything, the first of 2020, which `ingest` takes until 2030.
pub fn moment(partition: &Partition) -> DateTime<Utc> {
    match partition.granularity() {
        Granularity::None => DateTime::UNIX_EPOCH + TimeDelta::days(18_262),
        Granularity::Day | Granularity::Hour | Granularity::Month => partition.begin(),
    }
}

#[cfg(test)]
mod tests;
