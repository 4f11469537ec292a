//! One invocation, from the bytes of its event to the names of what must come again.

use chrono::{DateTime, Utc};
use domain::{
    DatasetName,
    facts::Facts,
    metric::{
        self, Metric,
        prometheus::{self, Family},
    },
    port::{Clock, ObjectStore},
    recorder::UNROUTED,
    settings::TOPICS,
};

use crate::{
    Ingest,
    envelope::{Event, UnknownEvent},
    error::IngestError,
    group,
    service::Report,
};

/// The SQS message ids of the messages that are not stored completely: to be named in the answer, so that only they
/// come again.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Failed(pub Vec<String>);

/// What one invocation did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The messages of its event.
    pub messages: usize,
    /// What became of them.
    pub report: Report,
}

impl Facts for Done {
    fn each(&self, number: &mut dyn FnMut(&'static Metric, u64)) {
        let Self { messages, report } = self;
        number(&metric::MESSAGES, *messages as u64);
        number(&metric::MESSAGES_FAILED, report.failed.len() as u64);
        number(&metric::EVENTS_ACCEPTED, report.accepted as u64);
        number(&metric::EVENTS_QUARANTINED, report.quarantined as u64);
        number(&metric::OBJECTS_WRITTEN, report.objects as u64);
        number(&metric::PARTITIONS_REFUSED, report.refused_partitions as u64);
        number(&metric::EVENTS_UNTRUSTED, report.untrusted as u64);
    }

    fn each_of(&self, number: &mut dyn FnMut(&'static Family, &[&str], u64)) {
        for (dataset, of) in &self.report.by_dataset {
            let dataset = dataset.as_ref().map_or(UNROUTED, DatasetName::as_str);
            if of.accepted > 0 {
                number(&prometheus::EVENTS_ACCEPTED, &[dataset], of.accepted as u64);
            }
            for (kind, events) in &of.quarantined {
                number(&prometheus::EVENTS_QUARANTINED, &[dataset, kind.as_str()], *events as u64);
            }
        }
    }
}

impl<S: ObjectStore, K: Clock> Ingest<S, K> {
    /// Stores every message of a Lambda event. Nothing is begun after `until`.
    ///
    /// An error means that no message may be acknowledged. SNS has no way to name a message: there all of an event
    /// comes again if one is not stored.
    pub async fn store_event(&self, event: &Event, until: DateTime<Utc>) -> Result<Failed, IngestError> {
        self.store_reporting(event, until, &mut Done::default()).await
    }

    /// The same, and fills in what was done: also where some of it was not.
    pub async fn store_reporting(
        &self,
        event: &Event,
        until: DateTime<Utc>,
        done: &mut Done,
    ) -> Result<Failed, IngestError> {
        let unknown = |unknown: &UnknownEvent| IngestError::UnknownEvent(unknown.to_string());
        let batch = event.batch().map_err(unknown)?;
        let messages = batch.messages(self.clock.now()).map_err(|error| unknown(&error))?;
        // Where no message can be named, all of an event would come again, and be cut off again.
        let most = if batch.has_names() { self.limits.invocation_partitions } else { usize::MAX };
        done.messages = messages.len();
        done.report = self.store_some(&messages, most, until).await?;
        let report = &done.report;
        tracing::info!(
            messages = messages.len(),
            accepted = report.accepted,
            quarantined = report.quarantined,
            failed = report.failed.len(),
            objects = report.objects,
            trace_ids = group::trace_ids(report.traces.iter().copied()),
            "messages stored"
        );
        // Metric filters of `infra/` count these two fields; no other line has them.
        if report.refused_partitions > 0 {
            tracing::warn!(
                refused_partitions = report.refused_partitions,
                "events are in quarantine: they are of more partitions than the settings allow, as the reasons say"
            );
        }
        if report.untrusted > 0 {
            tracing::warn!(
                untrusted = report.untrusted,
                "events or messages are in quarantine: their topics may not publish them ({})",
                TOPICS.name
            );
        }
        let named: Option<Vec<&str>> = report.failed.iter().map(|index| batch.name(*index)).collect();
        // A message that cannot be named can only come again with all the others.
        let named = named.ok_or(IngestError::Incomplete(report.failed.len()))?;
        Ok(Failed(named.into_iter().map(str::to_owned).collect()))
    }
}
