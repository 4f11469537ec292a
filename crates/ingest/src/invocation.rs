//! One invocation, from the bytes of its event to the names of what must come again.

use chrono::{DateTime, Utc};
use domain::port::{Clock, ObjectStore};

use crate::{Ingest, envelope::Batch, error::IngestError};

/// The SQS message ids of the messages that are not stored completely: to be named in the answer, so that only they
/// come again.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Failed(pub Vec<String>);

impl<S: ObjectStore, K: Clock> Ingest<S, K> {
    /// Stores every message of a Lambda event of SQS or SNS, which is UTF-8; its bytes are changed on the way.
    /// Nothing is begun after `until`.
    ///
    /// An error means that no message may be acknowledged. SNS has no way to name a message: there all of an event
    /// comes again if one is not stored.
    pub async fn store_event(&self, event: &mut [u8], until: DateTime<Utc>) -> Result<Failed, IngestError> {
        let batch = Batch::read(event).map_err(|unknown| IngestError::UnknownEvent(unknown.to_string()))?;
        let report = self.store(&batch.messages, until).await?;
        tracing::info!(
            messages = batch.messages.len(),
            accepted = report.accepted,
            quarantined = report.quarantined,
            failed = report.failed.len(),
            objects = report.objects,
            "messages stored"
        );
        match batch.names {
            Some(names) => Ok(Failed(report.failed.iter().map(|index| names[*index].to_owned()).collect())),
            None if report.failed.is_empty() => Ok(Failed::default()),
            None => Err(IngestError::Incomplete(report.failed.len())),
        }
    }
}
