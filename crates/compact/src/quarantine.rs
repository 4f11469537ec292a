//! Landing lines that do not fit the table any more.
//!
//! A few KB of zstd can hold millions of lines that do not fit, and each of them becomes some hundred bytes with its reason.
//! So they are packed as they are found, in parts. Of one landing object only so many bytes of them are kept line by line:
//! an object with more is kept itself, as it is stored, in one further line. Nothing of it is lost either way.

use std::{fmt::Display, io, mem};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    DatasetName, Granularity, Partition,
    batch::{BatchName, Namer},
    key,
    landing::{self, Line},
    port::{ObjectStore, PutMode, StoreError},
    quarantine::{Carrier, Original, Rejected},
};

use crate::{error::CompactError, limits::Limits};

/// Some lines of one landing object, as one object of quarantine.
#[derive(Debug)]
pub(crate) struct Part {
    /// Of what is in it: under another definition another run may refuse other lines of the same object.
    name: BatchName,
    lines: usize,
    /// On which day the first line of the landing object that says it was ingested.
    ingested: Option<NaiveDate>,
    pub(crate) body: Bytes,
}

/// All lines of one landing object that are refused.
#[derive(Debug, Default)]
pub(crate) struct Refused {
    pub(crate) parts: Vec<Part>,
    /// Bytes of all parts before they were packed.
    pub(crate) bytes: u64,
}

/// Collects the lines of one landing object that are refused.
pub(crate) struct Refusals<'o> {
    dataset: &'o DatasetName,
    /// The landing object's.
    key: &'o str,
    now: DateTime<Utc>,
    limits: &'o Limits,
    /// Of the part that is being filled, as its text and the number of its lines.
    namer: Namer,
    text: Vec<u8>,
    lines: usize,
    /// See [`Part::ingested`].
    ingested: Option<NaiveDate>,
    refused: Refused,
    further: Option<Further>,
    failure: Option<io::Error>,
}

/// Refused lines that are not kept one by one.
struct Further {
    first: usize,
    lines: u64,
}

impl<'o> Refusals<'o> {
    pub(crate) fn new(
        dataset: &'o DatasetName,
        key: &'o str,
        now: DateTime<Utc>,
        limits: &'o Limits,
    ) -> Self {
        let (text, refused) = (Vec::new(), Refused::default());
        let namer = Namer::new(dataset, key);
        Self {
            dataset,
            key,
            now,
            limits,
            namer,
            text,
            lines: 0,
            ingested: None,
            refused,
            further: None,
            failure: None,
        }
    }

    /// Refuses a line. `position` is its number in the object.
    pub(crate) fn push(&mut self, position: usize, reason: impl Display, line: &[u8]) {
        if self.refused.bytes < self.limits.refused {
            let original = match std::str::from_utf8(line) {
                Ok(text) => Original::Text(text.to_owned()),
                Err(_) => Original::Base64(STANDARD.encode(line)),
            };
            self.keep(position, reason.to_string(), original);
        } else {
            self.further.get_or_insert(Further { first: position, lines: 0 }).lines += 1;
        }
    }

    /// All that was refused. `packed` is the landing object, and `damage` where it ends early, and why.
    pub(crate) fn end(mut self, packed: &[u8], damage: Option<(usize, io::Error)>) -> io::Result<Refused> {
        let further = self.further.take().map(|Further { first, lines }| {
            let reason = format!(
                "from this line on {lines} lines do not fit, more than are kept one by one: this is the whole \
                 landing object"
            );
            (first, reason)
        });
        let damage = damage
            .map(|(position, error)| (position, format!("the landing object cannot be unpacked: {error}")));
        for (position, reason) in further.into_iter().chain(damage) {
            self.keep(position, reason, Original::Base64(STANDARD.encode(packed)));
        }
        self.pack();
        match self.failure {
            Some(error) => Err(error),
            None => Ok(self.refused),
        }
    }

    fn keep(&mut self, position: usize, reason: String, original: Original) {
        self.namer.event(&format!("{position}:{reason}"), original.as_bytes());
        if let (None, Original::Text(line)) = (self.ingested, &original) {
            let at = Line::parse(line).ok().map(|line| line.ingested_at);
            let at = at.filter(|at| landing::ingestion_times(self.now).contains(at));
            self.ingested = at.map(|at| at.date_naive());
        }
        let rejected = Rejected {
            message_id: self.key.to_owned(),
            position,
            dataset: Some(self.dataset.clone()),
            reason,
            at: self.now,
            carrier: Carrier::default(),
            original,
        };
        let before = self.text.len();
        rejected.write(&mut self.text);
        self.refused.bytes += (self.text.len() - before) as u64;
        self.lines += 1;
        if self.text.len() as u64 >= self.limits.unpacked {
            self.pack();
        }
    }

    /// Ends the part that is being filled.
    fn pack(&mut self) {
        let lines = mem::take(&mut self.lines);
        if lines == 0 {
            return;
        }
        let name = mem::replace(&mut self.namer, Namer::new(self.dataset, self.key)).name();
        match zstd::bulk::compress(&self.text, zstd::DEFAULT_COMPRESSION_LEVEL) {
            Ok(body) => {
                let ingested = self.ingested;
                self.refused.parts.push(Part { name, lines, ingested, body: body.into() });
            }
            Err(error) => self.failure = Some(error),
        }
        self.text.clear();
    }
}

/// Stores what does not fit, before the commit that consumes its batch. Another run that finds the same stores
/// the same objects again.
pub(crate) async fn store_refused<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    partition: &Partition,
    refused: Vec<Part>,
) -> Result<(), CompactError> {
    for Part { name, lines, ingested, body } in refused {
        let key = key::quarantine(Some(dataset), day(partition, ingested), &name);
        match store.put(&key, body, PutMode::Create).await {
            Ok(()) | Err(StoreError::AlreadyExists { .. }) => {
                tracing::warn!(%dataset, %partition, key, lines, "landing lines do not fit and are in quarantine");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Under which day the lines are kept: that of their partition or, where this is more than a day, that on which the first of
/// them was ingested. Another run finds the same day.
fn day(partition: &Partition, ingested: Option<NaiveDate>) -> NaiveDate {
    match partition.granularity() {
        Granularity::Day | Granularity::Hour => partition.day(),
        Granularity::Month | Granularity::None => ingested.unwrap_or_else(|| partition.day()),
    }
}
