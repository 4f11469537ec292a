//! The work: every event of every message is stored, or its message is named as failed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use domain::{
    DatasetName,
    event::Bounds,
    port::{Clock, ObjectStore, StoreError},
    quarantine::Kind,
    run::Expired,
    sabotage::{self, Bug},
    settings::{IngestLimits, IngestSettings},
    trace::TraceContext,
};
use futures::{StreamExt, stream};

use crate::{
    definitions::{Definitions, Known},
    error::IngestError,
    group::{Group, MOST_TOLD, Place, Recorded},
    message::Message,
    openings::Openings,
    pack::Packer,
    route::Routes,
    sort::{Rules, Sorted, Sorter},
};

/// How many objects are written at the same time.
const WRITES: usize = 64;

/// When this many bytes are sorted, they are written before more are: compressed messages are many times longer than
/// what an invocation may carry, and the function's memory is not.
pub(crate) const SLICE: usize = 16 << 20;

/// Stores messages through the ports.
#[derive(Debug)]
pub struct Ingest<S, K> {
    pub(crate) store: Arc<S>,
    pub(crate) clock: Arc<K>,
    definitions: Definitions<S>,
    default_dataset: Option<DatasetName>,
    bounds: Bounds,
    pub(crate) limits: IngestLimits,
    openings: Openings,
    max_unpacked: u64,
    pub(crate) packer: Packer,
}

/// What became of a list of messages.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Indices of the messages that are not stored completely; all others are.
    pub failed: BTreeSet<usize>,
    /// Events stored in landing.
    pub accepted: usize,
    /// Events stored in quarantine.
    pub quarantined: usize,
    /// Objects that hold them.
    pub objects: usize,
    /// Partitions whose events are in quarantine, since the settings allow no more.
    pub refused_partitions: usize,
    /// Events, or whole messages, that are in quarantine for where they came from.
    pub untrusted: usize,
    /// The events that are stored, by their dataset: `None` has those of which no dataset is known.
    pub by_dataset: BTreeMap<Option<DatasetName>, OfDataset>,
    /// Traces that stored events are of: some of them, for the log.
    pub traces: Vec<TraceContext>,
}

/// What became of the events of one dataset.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct OfDataset {
    /// Events stored in landing.
    pub accepted: usize,
    /// Events stored in quarantine, by the kind of the reason.
    pub quarantined: BTreeMap<Kind, usize>,
}

impl Report {
    /// Adds the events of one object.
    fn add(&mut self, counted: Counted) {
        let Counted { dataset, accepted, quarantined } = counted;
        self.accepted += accepted;
        self.quarantined += quarantined.values().sum::<usize>();
        let of = self.by_dataset.entry(dataset).or_default();
        of.accepted += accepted;
        for (kind, events) in quarantined {
            *of.quarantined.entry(kind).or_default() += events;
        }
    }

    /// Notes the traces of an object that is stored, and tells where the events of a recorded one are: of as many objects of
    /// an invocation as there is room for traces.
    fn note(&mut self, traces: Vec<TraceContext>, recorded: Option<Recorded>) {
        if let Some(Recorded { dataset, partition, batch, events, trace_ids }) =
            recorded.filter(|_| self.traces.len() < MOST_TOLD)
        {
            tracing::info!(dataset, partition, batch, events, trace_ids, "batch stored");
        }
        let room = MOST_TOLD.saturating_sub(self.traces.len());
        self.traces.extend(traces.into_iter().take(room));
    }
}

impl<S: ObjectStore, K: Clock> Ingest<S, K> {
    /// A service over these ports.
    pub fn new(store: Arc<S>, clock: Arc<K>, settings: &impl AsRef<IngestSettings>) -> Self {
        let settings = settings.as_ref();
        Self {
            definitions: Definitions::new(store.clone(), settings.catalog_cache),
            store,
            clock,
            default_dataset: settings.default_dataset.clone(),
            bounds: settings.into(),
            openings: Openings::new(settings.limits.hourly_partitions),
            limits: settings.limits.clone(),
            max_unpacked: settings.max_unpacked,
            packer: Packer::default(),
        }
    }

    /// Stores the messages. An error means that none of them is; a message that the report does not name as
    /// failed is durable in full. Nothing is begun after `until`, and what is under way then counts as failed.
    pub async fn store(&self, messages: &[Message<'_>], until: DateTime<Utc>) -> Result<Report, IngestError> {
        self.store_some(messages, usize::MAX, until).await
    }

    /// The same, but once there are `most` objects to write no further message is begun, and those that are left count
    /// as failed. The first message is taken in any case, so that whatever they are, each time some are done.
    pub(crate) async fn store_some(
        &self,
        messages: &[Message<'_>],
        most: usize,
        until: DateTime<Utc>,
    ) -> Result<Report, IngestError> {
        let mut known = self.definitions.get(self.clock.now()).await?;
        let mut report = Report::default();
        let (mut next, mut room) = (0, most.max(1));
        while next < messages.len() {
            if room == 0 {
                tracing::warn!(
                    messages = messages.len() - next,
                    partitions = most,
                    "the rest of the messages comes again: an invocation writes to so many partitions"
                );
                report.failed.extend(next..messages.len());
                break;
            }
            let from = next;
            let mut sorted = self.sort(&known, messages, &mut next, room);
            if sorted.unsure > 0 {
                // Perhaps a dataset was accepted a moment ago.
                if let Some(newer) = self.definitions.newer(&known, self.clock.now()).await? {
                    drop(sorted);
                    (known, next) = (newer, from);
                    sorted = self.sort(&known, messages, &mut next, room);
                }
            }
            room = room.saturating_sub(sorted.groups.len());
            report.refused_partitions += sorted.refused_partitions;
            report.untrusted += sorted.untrusted;
            report.failed.extend(sorted.waiting);
            let written = self.write(sorted.groups, sorted.now, until, &mut report).await;
            if let Err(problem) = written {
                if report.objects == 0 {
                    return Err(problem);
                }
                report.failed.extend(next..messages.len());
                break;
            }
        }
        Ok(report)
    }

    /// Sorts messages from `next` on, up to a slice, or to this many objects; afterwards `next` is the first one that is
    /// left.
    fn sort<'k>(
        &'k self,
        known: &'k Known,
        messages: &[Message<'_>],
        next: &mut usize,
        room: usize,
    ) -> Sorted<'k> {
        let mut sorter = Sorter::new(self.rules(known), self.clock.now());
        while *next < messages.len() && sorter.bytes() < SLICE && sorter.objects() < room {
            sorter.add(*next, &messages[*next]);
            *next += 1;
        }
        sorter.end()
    }

    pub(crate) fn rules<'k>(&'k self, known: &'k Known) -> Rules<'k> {
        let routes = Routes { known, default: self.default_dataset.as_ref() };
        Rules {
            routes,
            bounds: self.bounds,
            max_unpacked: self.max_unpacked,
            topics: &self.limits.topics,
            message_partitions: self.limits.message_partitions,
            openings: &self.openings,
        }
    }

    pub(crate) async fn known(&self) -> Result<Arc<Known>, IngestError> {
        Ok(self.definitions.get(self.clock.now()).await?)
    }

    /// Writes the groups. An error means that the store takes nothing, or that the time is up.
    async fn write(
        &self,
        groups: Vec<Group<'_>>,
        ingested_at: DateTime<Utc>,
        until: DateTime<Utc>,
        report: &mut Report,
    ) -> Result<(), IngestError> {
        let objects = groups.len();
        // Each group's messages fail until it is stored.
        let mut open: Vec<Vec<usize>> = groups.iter().map(|group| group.messages.clone()).collect();
        let mut writes = Vec::with_capacity(objects);
        for (number, group) in groups.into_iter().enumerate() {
            writes.push(self.write_one(number, group, ingested_at));
        }
        let mut writes = stream::iter(writes).buffer_unordered(WRITES);
        let mut problem = None;
        let (mut stored, mut refused) = (0, 0);
        // A store that took none of the first ones is down: to ask it for each of thousands would take all the time.
        while stored > 0 || refused < WRITES {
            let Some(left) = (until - self.clock.now()).to_std().ok().filter(|left| !left.is_zero()) else {
                problem = Some(Expired::Deadline.into());
                break;
            };
            let next = tokio::select! {
                biased;
                next = writes.next() => next,
                () = self.clock.sleep(left) => continue,
            };
            match next {
                None => break,
                Some((number, Ok(written))) => {
                    open[number].clear();
                    stored += 1;
                    report.add(written.counted);
                    report.note(written.traces, written.recorded);
                }
                Some((_, Err(source))) => {
                    refused += 1;
                    tracing::error!(
                        error = domain::chain(&source),
                        "a batch could not be stored; its messages will be delivered again"
                    );
                    problem.get_or_insert(IngestError::Store { objects, source });
                }
            }
        }
        report.objects += stored;
        if !sabotage::is_on(Bug::AcknowledgeUnstored) {
            report.failed.extend(open.into_iter().flatten());
        }
        match problem {
            Some(expired @ IngestError::Expired(_)) => Err(expired),
            Some(problem) if stored == 0 => Err(problem),
            _ => Ok(()),
        }
    }

    async fn write_one(
        &self,
        number: usize,
        group: Group<'_>,
        ingested_at: DateTime<Utc>,
    ) -> (usize, Result<Written, StoreError>) {
        let (dataset, accepted) = match group.place {
            Place::Landing(dataset, ..) => (Some(dataset), group.events),
            Place::Quarantine(dataset, _) => (dataset, 0),
        };
        let counted = Counted { dataset: dataset.cloned(), accepted, quarantined: group.kinds.clone() };
        let (traces, recorded) = (group.traces().take(MOST_TOLD).collect(), group.recorded());
        let written = Written { counted, traces, recorded };
        (number, group.store(&*self.store, &self.packer, ingested_at).await.map(|()| written))
    }
}

/// One object that is stored.
#[derive(Debug)]
struct Written {
    counted: Counted,
    /// Traces of its events.
    traces: Vec<TraceContext>,
    recorded: Option<Recorded>,
}

/// The events of one object.
#[derive(Debug)]
struct Counted {
    dataset: Option<DatasetName>,
    accepted: usize,
    quarantined: BTreeMap<Kind, usize>,
}

#[cfg(test)]
mod tests;
