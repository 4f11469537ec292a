//! What is in quarantine is judged once more, after a definition was mended: what fits now lands, what does not
//! stays.
//!
//! A replayed event has the identity and the time that its message gave it, so replaying it twice, or along with a
//! redelivery, is replaying it once. The old object goes when everything that was in it is durable elsewhere.
//!
//! A replay may change what it replays. A line is changed only if all that is in it lands then: else it stays as it came.

use std::{
    borrow::Cow,
    io::{BufRead, BufReader, Read},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, NaiveTime, Utc};
use domain::{
    DatasetName,
    key::{ParsedKey, QuarantineKey},
    landing::Line,
    port::{Clock, ObjectStore, StoreError},
    quarantine::{Holds, MAX_LINE, Original, Rejected},
};

use crate::{
    Ingest,
    definitions::Known,
    error::IngestError,
    group::Place,
    message::Message,
    sort::{Sorted, Sorter, position_of_one},
};

/// What becomes of a body before it is judged: another one, or `None` to leave it as it is. An error says why it cannot be
/// changed; the line then stays as it is.
pub type Change<'c> = dyn Fn(&[u8]) -> Result<Option<Vec<u8>>, String> + Sync + 'c;

/// Hears of each line that was judged.
pub type Judge<'c> = dyn Fn(&Judged<'_>) + Sync + 'c;

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

/// A line that was judged.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'j> {
    /// As it is in quarantine.
    pub rejected: &'j Rejected,
    /// What its sender sent.
    pub before: &'j [u8],
    /// What that was changed into, if it was.
    pub after: Option<&'j [u8]>,
    /// How many events in it fit.
    pub accepted: usize,
    /// Why the others do not, event by event.
    pub reasons: &'j [String],
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

/// What became of an object's lines that were given up.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Discarded {
    /// Lines that are gone, or would be.
    pub discarded: usize,
    /// Lines that stay.
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
    /// A dataset's definition is damaged, so nobody can say whether the events fit.
    #[error("{key} stays as it is: the definition of its dataset is damaged; see `tributary dataset status`")]
    DamagedDefinition {
        /// The object.
        key: String,
    },
}

impl<S: ObjectStore, K: Clock> Ingest<S, K> {
    /// Replays one object. An object that is gone was replayed by somebody else: then nothing is left to do.
    pub async fn replay<F: Fn(&Rejected) -> bool>(
        &self,
        object: &QuarantineKey,
        options: Options<'_, F>,
    ) -> Result<Replayed, ReplayError> {
        let key = object.to_string();
        let failed = |source| ReplayError::Store { key: key.clone(), source };
        let packed = match self.store.get(&key).await {
            Err(StoreError::NotFound { .. }) => return Ok(Replayed::default()),
            packed => packed.map_err(failed)?,
        };
        let lines = read(&key, &packed, MAX_LINE)?;
        let known = self
            .known()
            .await
            .map_err(|source| ReplayError::Ingest { key: key.clone(), source: source.into() })?;

        let mut done = Replayed::default();
        let mut sorter = Sorter::new(self.rules(&known), self.clock.now());
        // Settings that name no topics say of none that it may publish: they are a person's, and not those of `ingest`.
        let is_said = options.dataset.is_some() || self.limits.topics.is_restricted();
        for (index, rejected) in lines.iter().enumerate() {
            let carrier = &rejected.carrier;
            // What is around a message holds no event: it is there to be seen.
            let may_land = carrier.holds != Holds::Envelope && (is_said || !carrier.untrusted);
            if may_land && (options.chosen)(rejected) {
                done.replayed += 1;
                let sent = Sent::new(rejected, object);
                match self.prepared(&known, rejected, sent, &options) {
                    Prepared::Sent(sent) => sorter.add(index, &sent.message(rejected, options.dataset)),
                    Prepared::Stays => {
                        sorter.keep(index, Place::Quarantine(object.dataset.as_ref(), object.day), rejected);
                    }
                    Prepared::Waits => return Err(ReplayError::DamagedDefinition { key }),
                }
            } else {
                done.kept += 1;
                sorter.keep(index, Place::Quarantine(object.dataset.as_ref(), object.day), rejected);
            }
        }
        let Sorted { groups, waiting, .. } = sorter.end();
        if !waiting.is_empty() {
            return Err(ReplayError::DamagedDefinition { key });
        }
        let events = |landing| {
            let of_kind = |place: &Place<'_>| matches!(place, Place::Landing(..)) == landing;
            groups.iter().filter(|group| of_kind(&group.place)).map(|group| group.events).sum::<usize>()
        };
        done.accepted = events(true);
        done.rejected = events(false) - done.kept;
        if done.accepted == 0 || options.dry_run {
            // Nothing fits now that did not before: the object says all there is to say.
            return Ok(done);
        }
        for group in groups {
            group.store(&*self.store, &self.packer).await.map_err(failed)?;
        }
        // Everything that is in it is durable elsewhere now: what landed is missing from all that was written to
        // quarantine, so none of that can be this object itself.
        let failures = self.store.delete(std::slice::from_ref(&key)).await.map_err(failed)?;
        match failures.into_iter().next() {
            Some(failure) => Err(failed(failure.error)),
            None => Ok(done),
        }
    }
}

impl<S: ObjectStore, K: Clock> Ingest<S, K> {
    /// Deletes the chosen lines of one object for good; with `dry_run` it only counts them. What is not chosen is stored
    /// before the object goes. An object that is gone has nothing to be discarded.
    pub async fn discard<F: Fn(&Rejected) -> bool>(
        &self,
        object: &QuarantineKey,
        chosen: F,
        dry_run: bool,
    ) -> Result<Discarded, ReplayError> {
        let key = object.to_string();
        let failed = |source| ReplayError::Store { key: key.clone(), source };
        let packed = match self.store.get(&key).await {
            Err(StoreError::NotFound { .. }) => return Ok(Discarded::default()),
            packed => packed.map_err(failed)?,
        };
        let lines = read(&key, &packed, MAX_LINE)?;
        let known = self
            .known()
            .await
            .map_err(|source| ReplayError::Ingest { key: key.clone(), source: source.into() })?;
        let mut done = Discarded::default();
        let mut sorter = Sorter::new(self.rules(&known), self.clock.now());
        for (index, rejected) in lines.iter().enumerate() {
            if chosen(rejected) {
                done.discarded += 1;
            } else {
                done.kept += 1;
                sorter.keep(index, Place::Quarantine(object.dataset.as_ref(), object.day), rejected);
            }
        }
        if done.discarded == 0 || dry_run {
            return Ok(done);
        }
        for group in sorter.end().groups {
            group.store(&*self.store, &self.packer).await.map_err(failed)?;
        }
        let failures = self.store.delete(std::slice::from_ref(&key)).await.map_err(failed)?;
        match failures.into_iter().next() {
            Some(failure) => Err(failed(failure.error)),
            None => Ok(done),
        }
    }
}

/// What becomes of a line.
enum Prepared<'r> {
    /// It is judged, as it was sent or as it was changed.
    Sent(Sent<'r>),
    /// It stays in quarantine as it is.
    Stays,
    /// Nobody can tell, since a definition is damaged.
    Waits,
}

impl<S: ObjectStore, K: Clock> Ingest<S, K> {
    /// Changes a line, if that is asked for, and says what would become of it, if somebody wants to hear it.
    fn prepared<'r, F>(
        &self,
        known: &Known,
        rejected: &Rejected,
        mut sent: Sent<'r>,
        options: &Options<'_, F>,
    ) -> Prepared<'r> {
        let changed = match options.change {
            Some(change) => change(&sent.body),
            None if options.judged.is_none() => return Prepared::Sent(sent),
            None => Ok(None),
        };
        let before = sent.body.clone();
        let (may_stay, outcome) = match changed {
            Err(reason) => (true, Some((0, vec![reason]))),
            Ok(changed) => {
                let is_changed = changed.is_some();
                if let Some(body) = changed {
                    sent.body = Cow::Owned(body);
                }
                (is_changed, self.trial(known, &sent.message(rejected, options.dataset)))
            }
        };
        let Some((accepted, reasons)) = outcome else { return Prepared::Waits };
        if let Some(judged) = options.judged {
            let after = (sent.body != before).then_some(&*sent.body);
            judged(&Judged { rejected, before: &before, after, accepted, reasons: &reasons });
        }
        if may_stay && !reasons.is_empty() { Prepared::Stays } else { Prepared::Sent(sent) }
    }

    /// What would become of a message: how many events land, and why the others do not. `None` if nobody can tell.
    fn trial(&self, known: &Known, message: &Message<'_>) -> Option<(usize, Vec<String>)> {
        let mut sorter = Sorter::new(self.rules(known), self.clock.now()).telling();
        sorter.add(0, message);
        let Sorted { groups, waiting, reasons, .. } = sorter.end();
        let landing = groups.iter().filter(|group| matches!(group.place, Place::Landing(..)));
        waiting.is_empty().then(|| (landing.map(|group| group.events).sum(), reasons))
    }
}

/// The lines of an object. None may have more than `most` bytes.
fn read(key: &str, packed: &[u8], most: usize) -> Result<Vec<Rejected>, ReplayError> {
    let damaged = |line, reason| ReplayError::Damaged { key: key.to_owned(), line, reason };
    let decoder = zstd::Decoder::with_buffer(packed).map_err(|error| damaged(1, error.to_string()))?;
    let (mut reader, mut lines, mut text) = (BufReader::new(decoder), Vec::new(), Vec::new());
    for number in 1.. {
        text.clear();
        let limit = (most as u64).saturating_add(1);
        let read = reader.by_ref().take(limit).read_until(b'\n', &mut text);
        if read.map_err(|error| damaged(number, error.to_string()))? == 0 {
            break;
        }
        if text.last() == Some(&b'\n') {
            text.pop();
        }
        if text.len() > most {
            return Err(damaged(number, format!("it is longer than {most} bytes")));
        }
        if !text.is_empty() {
            let line = serde_json::from_slice(&text);
            lines.push(line.map_err(|error| damaged(number, error.to_string()))?);
        }
    }
    Ok(lines)
}

/// What a rejected line was sent as.
struct Sent<'r> {
    id: Cow<'r, str>,
    position: usize,
    sent_at: DateTime<Utc>,
    /// As it was held against at first: how long it has been in quarantine since does not count.
    received_at: DateTime<Utc>,
    dataset: Option<Cow<'r, str>>,
    body: Cow<'r, [u8]>,
    holds: Holds,
}

impl<'r> Sent<'r> {
    fn new(rejected: &'r Rejected, object: &QuarantineKey) -> Self {
        let body = match &rejected.original {
            Original::Text(text) => Cow::Borrowed(text.as_bytes()),
            // What is no base64 was put there by a person; it is judged as it is, and stays.
            Original::Base64(text) => {
                STANDARD.decode(text).unwrap_or_else(|_| text.clone().into_bytes()).into()
            }
        };
        if let Some(landed) = Self::landed(rejected) {
            return landed;
        }
        let midnight = object.day.and_time(NaiveTime::MIN).and_utc();
        Self {
            id: Cow::Borrowed(&rejected.message_id),
            position: rejected.position,
            sent_at: rejected.carrier.sent_at.unwrap_or(midnight),
            received_at: rejected.carrier.received_at.unwrap_or(rejected.at),
            dataset: rejected.carrier.dataset_attribute.as_deref().map(Cow::Borrowed),
            body,
            holds: rejected.carrier.holds,
        }
    }

    /// A line that had landed, and that `compact` could not take: its own identity says which message it was of, and
    /// its partition when that was sent.
    fn landed(rejected: &'r Rejected) -> Option<Self> {
        let Ok(ParsedKey::Landing(dataset, partition, _)) = ParsedKey::parse(&rejected.message_id) else {
            return None;
        };
        let Original::Text(text) = &rejected.original else { return None };
        let line = Line::parse(text).ok()?;
        let body = Cow::Borrowed(line.data.get().as_bytes());
        let named = line.id.as_deref().and_then(|id| id.rsplit_once(':'));
        let named = named.and_then(|(id, position)| Some((id.to_owned(), position.parse().ok()?)));
        // With identity columns, or a CloudEvent, the event itself says it.
        // It is not looked into again, either: it landed as one event.
        let (id, position) =
            named.unwrap_or_else(|| (rejected.message_id.clone(), position_of_one(rejected.position)));
        let dataset = Some(Cow::Owned(dataset.as_str().to_owned()));
        let (sent_at, id) = (partition.end(), id.into());
        // It had landed, so its time was taken.
        Some(Self { id, position, sent_at, received_at: sent_at, dataset, body, holds: Holds::Event })
    }

    fn message<'m>(&'m self, rejected: &'m Rejected, dataset: Option<&'m DatasetName>) -> Message<'m> {
        // Where the message named none, what it was routed to by its topic is still found by its topic.
        let named = self.dataset.as_deref();
        Message {
            id: &self.id,
            position: self.position,
            sent_at: self.sent_at,
            received_at: self.received_at,
            // Who names the dataset answers for the sender.
            arn: rejected.carrier.arn.as_deref().filter(|_| dataset.is_none()),
            topic: &rejected.carrier.topic,
            dataset: dataset.map(DatasetName::as_str).or(named).or_else(|| self.legacy(rejected)),
            encoding: rejected.carrier.content_encoding.as_deref(),
            body: &self.body,
            holds: self.holds,
            unreadable: None,
        }
    }

    /// Lines of the first version do not say how they were routed, only where to.
    fn legacy<'m>(&self, rejected: &'m Rejected) -> Option<&'m str> {
        let first_version = rejected.carrier.sent_at.is_none();
        rejected.dataset.as_ref().filter(|_| first_version).map(DatasetName::as_str)
    }
}

#[cfg(test)]
mod tests;
