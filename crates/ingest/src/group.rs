//! The events of one object on their way.

use std::{collections::BTreeMap, fmt};

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    DatasetName, Partition,
    batch::Namer,
    key,
    landing::{self, Carried, MOST, MessageMark, Trailer},
    port::{ObjectStore, PutMode, StoreError},
    quarantine::{Kind, Rejected},
    sabotage::{self, Bug},
    trace::TraceContext,
};

use crate::{message::Message, pack::Packer};

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
    /// The first messages of accepted events.
    carried: Vec<Carried>,
    /// The traces of its events, by the message's place in `carried`; of rejected ones by any.
    traces: Vec<(u32, TraceContext)>,
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
        let (messages, carried, traces, lines) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { place, events: 0, kinds: BTreeMap::new(), messages, places: 0, carried, traces, namer, lines }
    }

    /// Adds an accepted event of a message; answers how many bytes that made. `trace` is what the event says of itself.
    pub(crate) fn accept(
        &mut self,
        (index, message): (usize, &Message<'_>),
        (id, data): (Option<&str>, &str),
        trace: Option<TraceContext>,
        writer: &landing::Writer,
    ) -> usize {
        let before = self.lines.len();
        self.namer.event(id.unwrap_or_default(), data.as_bytes());
        if self.lines.is_empty() {
            // There will be more, most of the time.
            self.lines.reserve(4 * (data.len() + 64));
        }
        writer.line(id, data, &mut self.lines);
        if self.count(index) && self.carried.len() < MOST {
            self.carried.push(Carried { message: MessageMark::of(message.id), sent_at: message.sent_at });
        }
        // Beyond the first messages nobody could tell of which one a trace is.
        if self.messages.len() == self.carried.len() {
            self.note(trace.or(message.trace));
        }
        self.lines.len() - before
    }

    /// Adds a rejected one. Its name has nothing that differs between two deliveries of the same message.
    pub(crate) fn reject(&mut self, index: usize, kind: Kind, rejected: &Rejected) -> usize {
        let before = self.lines.len();
        let id = format!("{}:{}", rejected.message_id, rejected.position);
        self.namer.event(&id, rejected.original.as_bytes());
        rejected.write(&mut self.lines);
        self.count(index);
        self.note(rejected.carrier.traceparent);
        *self.kinds.entry(kind).or_default() += 1;
        self.lines.len() - before
    }

    /// Counts an event of this message; answers whether it is the message's first one here.
    fn count(&mut self, index: usize) -> bool {
        self.events += 1;
        let is_first = self.messages.last() != Some(&index);
        if is_first {
            self.messages.push(index);
        }
        is_first
    }

    /// Notes the trace of an event of the last message, once for events of the same one.
    fn note(&mut self, trace: Option<TraceContext>) {
        let Some(trace) = trace else { return };
        let noted = (u32::try_from(self.carried.len().saturating_sub(1)).unwrap_or(u32::MAX), trace);
        if self.traces.len() < MOST && self.traces.last() != Some(&noted) {
            self.traces.push(noted);
        }
    }

    /// The traces of its events: of each message the first ones, in order.
    pub(crate) fn traces(&self) -> impl Iterator<Item = TraceContext> {
        self.traces.iter().map(|(_, trace)| *trace)
    }

    /// What is said of it once it is stored, if an event of it is of a trace that is recorded.
    pub(crate) fn recorded(&self) -> Option<Recorded> {
        let Place::Landing(dataset, partition, _) = &self.place else { return None };
        let trace_ids = trace_ids(self.traces().filter(TraceContext::is_sampled));
        trace_ids.map(|trace_ids| Recorded {
            dataset: dataset.to_string(),
            partition: partition.to_string(),
            batch: self.namer.clone().name().to_string(),
            events: self.events,
            trace_ids,
        })
    }

    /// What stands behind the lines of accepted events.
    fn trailer(&mut self, ingested_at: DateTime<Utc>) -> Option<Trailer> {
        let messages = std::mem::take(&mut self.carried);
        let traces = std::mem::take(&mut self.traces);
        (!messages.is_empty()).then_some(Trailer { ingested_at, messages, traces })
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
    pub(crate) async fn store<S: ObjectStore>(
        mut self,
        store: &S,
        packer: &Packer,
        ingested_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let key = self.key();
        let trailer = self.trailer(ingested_at);
        let body = packer.pack_before(&self.lines, |out| {
            if let Some(trailer) = trailer {
                trailer.write(out);
            }
        });
        let body = body.map_err(|source| StoreError::Failed { key: key.clone(), source: source.into() })?;
        drop(self);
        match store.put(&key, body, PutMode::Create).await {
            Err(StoreError::AlreadyExists { .. }) => Ok(()),
            answer => answer,
        }
    }
}

/// What the log says of a batch with an event of a trace that is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) dataset: String,
    pub(crate) partition: String,
    pub(crate) batch: String,
    pub(crate) events: usize,
    pub(crate) trace_ids: String,
}

/// How many traces a line of the log names.
pub(crate) const MOST_TOLD: usize = 10;

/// The ids of traces as a line of the log has them: each once, the first ones. `None` if there are none.
pub(crate) fn trace_ids(traces: impl IntoIterator<Item = TraceContext>) -> Option<String> {
    let mut ids = Vec::new();
    for id in traces.into_iter().map(|trace| trace.trace_id()) {
        if ids.len() < MOST_TOLD && !ids.contains(&id) {
            ids.push(id);
        }
    }
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    (!ids.is_empty()).then(|| ids.join(","))
}

impl fmt::Debug for Group<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, events, bytes) = (&self.place, self.events, self.lines.len());
        f.debug_struct("Group").field("place", place).field("events", &events).field("bytes", &bytes).finish()
    }
}
