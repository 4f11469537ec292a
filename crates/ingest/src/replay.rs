//! What is in quarantine is judged once more, after a definition was mended: what fits now lands, what does not
//! stays.
//!
//! A replayed event has the identity and the time that its message gave it, so replaying it twice, or along with a
//! redelivery, is replaying it once. What landed leaves the object when it is durable elsewhere, by one conditional write
//! (`held`): who replays or discards the same object at the same moment, and is later, learns of it.
//!
//! A replay may change what it replays. A line is changed only if all that is in it lands then: else it stays as it came.

mod discard;
mod held;
mod lines;
mod sent;
mod told;

use chrono::{DateTime, Utc};
use domain::{
    DatasetName,
    key::QuarantineKey,
    port::{Clock, ObjectStore, StoreError},
    quarantine::{Holds, Rejected},
};

use crate::{
    Ingest,
    definitions::Known,
    error::IngestError,
    group::{Group, Place},
    service::SLICE,
    sort::{Sorted, Sorter},
};

use held::{Rest, Settled};
use lines::Lines;
use sent::Sent;
use told::Prepared;

pub use discard::Discarded;
pub use told::{Change, Judge, Judged};

/// What to replay of an object, and how.
#[derive(Clone, Copy)]
pub struct Options<'o, F> {
    /// The lines that are to be judged again; the others stay.
    pub chosen: F,
    /// The dataset to hold them against, in place of the one that the messages name.
    pub dataset: Option<&'o DatasetName>,
    /// Only says what would become of them.
    pub dry_run: bool,
    /// How the lines are changed before.
    pub change: Option<&'o Change<'o>>,
    /// Who is told of each line that was judged.
    pub judged: Option<&'o Judge<'o>>,
}

/// What became of an object's lines.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// Lines that were judged again.
    pub replayed: usize,
    /// Events in them that landed.
    pub accepted: usize,
    /// Events in them that were rejected once more, and stay in quarantine.
    pub rejected: usize,
    /// Lines that were not chosen.
    pub kept: usize,
}

/// Why an object is not replayed. It stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The store, or the definitions.
    #[error("{key} stays as it is")]
    Ingest {
        /// The object.
        key: String,
        /// Why.
        #[source]
        source: Box<IngestError>,
    },
    /// The store.
    #[error("{key} stays as it is")]
    Store {
        /// The object.
        key: String,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// The object is not what it should be.
    #[error("{key} stays as it is: line {line} is no line of a quarantine object: {reason}")]
    Damaged {
        /// The object.
        key: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// Somebody else replayed or discarded lines of the object at the same time, and was first.
    #[error(
        "{key}: another replay or discard changed it at the same time. Events that this one judged may have landed; run it \
         again for what is left"
    )]
    Overtaken {
        /// The object.
        key: String,
    },
    /// A dataset's definition is damaged, so nobody can say whether the events fit.
    #[error("{key} stays as it is: the definition of its dataset is damaged; see `tributary dataset status`")]
    DamagedDefinition {
        /// The object.
        key: String,
    },
}

impl Replayed {
    fn add(&mut self, other: Self) {
        self.replayed += other.replayed;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.kept += other.kept;
    }
}

impl<S: ObjectStore, K: Clock> Ingest<S, K> {
    /// Replays one object. An object that is gone was replayed by somebody else: then nothing is left to do. Lines that stay
    /// in quarantine under the object's dataset and day stay in the object.
    pub async fn replay<F: Fn(&Rejected) -> bool>(
        &self,
        object: &QuarantineKey,
        options: Options<'_, F>,
    ) -> Result<Replayed, ReplayError> {
        self.replay_in_slices(object, options, SLICE).await
    }

    /// The same. Of the lines, and of what becomes of them, so many bytes are in memory unpacked at once, and one line more.
    /// An object of more is read twice, since nothing is written before all of it was judged.
    async fn replay_in_slices<F: Fn(&Rejected) -> bool>(
        &self,
        object: &QuarantineKey,
        options: Options<'_, F>,
        slice: usize,
    ) -> Result<Replayed, ReplayError> {
        let Some(held) = self.hold(object).await? else { return Ok(Replayed::default()) };
        let known = self
            .known()
            .await
            .map_err(|source| ReplayError::Ingest { key: held.key.clone(), source: source.into() })?;
        // Both readings judge by the same definitions and the same time.
        let by = (&*known, self.clock.now());
        let mut lines = held.lines()?;
        let Some((mut done, first)) = self.judge(by, object, &options, &mut lines, slice)? else {
            // It has no lines: a process ended before it deleted it.
            if !options.dry_run {
                self.settle(&held, Rest::default()).await?;
            }
            return Ok(Replayed::default());
        };
        let mut whole = Some(first);
        while let Some((judged, _)) = self.judge(by, object, &options, &mut lines, slice)? {
            done.add(judged);
            whole = None;
        }
        if done.accepted == 0 || options.dry_run {
            // Nothing fits now that did not before: the object says all there is to say.
            return Ok(done);
        }
        let here = Place::Quarantine(object.dataset.as_ref(), object.day);
        let mut rest = Rest::default();
        if let Some(groups) = whole {
            let stored = self.store_others((&held.key, by.1), &here, groups, &mut rest).await;
            stored.map_err(|error| held.failed(error))?;
        } else {
            let mut lines = held.lines()?;
            // Whoever wants to hear of the lines has heard of them.
            let Options { dataset, dry_run, change, .. } = options;
            let again = Options { chosen: &options.chosen, dataset, dry_run, change, judged: None };
            while let Some((_, groups)) = self.judge(by, object, &again, &mut lines, slice)? {
                let stored = self.store_others((&held.key, by.1), &here, groups, &mut rest).await;
                stored.map_err(|error| held.failed(error))?;
            }
        }
        // Everything that leaves it is durable elsewhere now.
        match self.settle(&held, rest).await? {
            Settled::Done => Ok(done),
            Settled::Overtaken => Err(ReplayError::Overtaken { key: held.key.clone() }),
        }
    }

    /// Judges the lines that follow, until they and what becomes of them have so many bytes. `None` behind the last one.
    fn judge<'k, F: Fn(&Rejected) -> bool>(
        &'k self,
        (known, now): (&'k Known, DateTime<Utc>),
        object: &'k QuarantineKey,
        options: &Options<'_, F>,
        lines: &mut Lines<'_>,
        most: usize,
    ) -> Result<Option<(Replayed, Vec<Group<'k>>)>, ReplayError> {
        let mut done = Replayed::default();
        let mut sorter = Sorter::new(self.rules(known), now);
        // Settings that name no topics say of none that it may publish: they are a person's, and not those of `ingest`.
        let is_said = options.dataset.is_some() || self.limits.topics.is_restricted();
        let (mut index, mut read) = (0, 0);
        while sorter.bytes() < most && read < most {
            let Some(rejected) = lines.read()? else { break };
            read += lines.text.len();
            let carrier = &rejected.carrier;
            // What is around a message holds no event, nor does a landing object as it is stored: they are there to be seen.
            let holds_events = carrier.holds != Holds::Envelope && !sent::is_landing_object(&rejected);
            let may_land = holds_events && (is_said || !carrier.untrusted);
            if may_land && (options.chosen)(&rejected) {
                done.replayed += 1;
                let sent = Sent::new(&rejected, object);
                match self.prepared(known, &rejected, sent, options) {
                    Prepared::Sent(sent) => sorter.add(index, &sent.message(&rejected, options.dataset)),
                    Prepared::Stays => {
                        sorter.keep(index, Place::Quarantine(object.dataset.as_ref(), object.day), &rejected);
                    }
                    Prepared::Waits => {
                        return Err(ReplayError::DamagedDefinition { key: lines.key.to_owned() });
                    }
                }
            } else {
                done.kept += 1;
                sorter.keep(index, Place::Quarantine(object.dataset.as_ref(), object.day), &rejected);
            }
            index += 1;
        }
        if index == 0 {
            return Ok(None);
        }
        let Sorted { groups, waiting, .. } = sorter.end();
        if !waiting.is_empty() {
            return Err(ReplayError::DamagedDefinition { key: lines.key.to_owned() });
        }
        let events = |landing| {
            let of_kind = |place: &Place<'_>| matches!(place, Place::Landing(..)) == landing;
            groups.iter().filter(|group| of_kind(&group.place)).map(|group| group.events).sum::<usize>()
        };
        done.accepted = events(true);
        done.rejected = events(false) - done.kept;
        Ok(Some((done, groups)))
    }

    /// Stores the groups, less what stays in the object itself.
    async fn store_others(
        &self,
        (key, now): (&str, DateTime<Utc>),
        here: &Place<'_>,
        groups: Vec<Group<'_>>,
        rest: &mut Rest,
    ) -> Result<(), StoreError> {
        for group in groups {
            if group.place == *here {
                rest.push(key, group.lines(), &self.packer)?;
            } else {
                group.store(&*self.store, &self.packer, now).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
