//! Lambda events in, per-message answers out.

use aws::{SystemClock, deadline, trigger};
use aws_lambda_events::{
    sns::{SnsEvent, SnsMessage},
    sqs::{SqsBatchResponse, SqsEvent, SqsMessage},
};
use chrono::{DateTime, Utc};
use domain::port::{Clock, ObjectStore};
use lambda_runtime::LambdaEvent;
use serde_json::Value;

use crate::{
    Ingest,
    context::Context,
    error::IngestError,
    message::{Message, Unreadable},
};

/// Handles one invocation, and ends before its deadline. For SQS the answer names the messages that must come
/// again; from SNS all of an event comes again after an error.
pub async fn handle(event: LambdaEvent<Value>, context: &Context) -> Result<SqsBatchResponse, IngestError> {
    let deadline = deadline::from_millis(event.context.deadline);
    let batch = Batch::read(event.payload)?;
    deadline::in_time(&SystemClock, deadline, batch.store(&context.ingest)).await?
}

/// The messages of an event.
#[derive(Debug)]
struct Batch {
    messages: Vec<Message>,
    /// The names that SQS has for them; SNS has no way to name one.
    names: Option<Vec<Option<String>>>,
}

impl Batch {
    fn read(event: Value) -> Result<Self, IngestError> {
        let unknown = |error: serde_json::Error| IngestError::UnknownEvent(error.to_string());
        let source = |name| event.pointer("/Records/0").and_then(|record| record.get(name));
        match (source("eventSource").and_then(Value::as_str), source("EventSource").and_then(Value::as_str)) {
            (Some("aws:sqs"), _) => {
                let SqsEvent { records, .. } = serde_json::from_value(event).map_err(unknown)?;
                let messages = records.iter().map(from_queue).collect();
                Ok(Self {
                    messages,
                    names: Some(records.into_iter().map(|record| record.message_id).collect()),
                })
            }
            (_, Some("aws:sns")) => {
                let SnsEvent { records, .. } = serde_json::from_value(event).map_err(unknown)?;
                let messages = records.into_iter().map(|record| from_notification(record.sns)).collect();
                Ok(Self { messages, names: None })
            }
            (Some(other), _) | (_, Some(other)) => {
                Err(IngestError::UnknownEvent(format!("found records of {other}")))
            }
            (None, None) => Err(IngestError::UnknownEvent("found no records".to_owned())),
        }
    }

    async fn store<S: ObjectStore, K: Clock>(
        &self,
        ingest: &Ingest<S, K>,
    ) -> Result<SqsBatchResponse, IngestError> {
        let report = ingest.store(&self.messages).await?;
        tracing::info!(
            messages = self.messages.len(),
            accepted = report.accepted,
            quarantined = report.quarantined,
            failed = report.failed.len(),
            objects = report.objects,
            "messages stored"
        );
        // A message that cannot be named can only come again with all the others.
        let name = |index: &usize| self.names.as_ref().and_then(|names| names[*index].clone());
        let named: Option<Vec<String>> = report.failed.iter().map(name).collect();
        named.map(trigger::failures).ok_or(IngestError::Incomplete(report.failed.len()))
    }
}

fn from_notification(sns: SnsMessage) -> Message {
    let dataset = sns.message_attributes.get("dataset").map(|attribute| attribute.value.clone());
    Message {
        topic: sns.topic_arn.rsplit(':').next().unwrap_or_default().to_owned(),
        id: sns.message_id,
        sent_at: sns.timestamp,
        dataset,
        body: Ok(sns.message),
    }
}

/// A queue's message carries an SNS notification. Any other one is kept in quarantine: raw delivery and plain
/// messages are not handled yet.
fn from_queue(record: &SqsMessage) -> Message {
    let body = record.body.as_deref().unwrap_or_default();
    match serde_json::from_str::<SnsMessage>(body) {
        Ok(sns) if sns.sns_message_type == "Notification" => from_notification(sns),
        other => {
            let found = other.err().map_or_else(|| "another type of message".to_owned(), |e| e.to_string());
            let reason = format!(
                "expected an SNS notification as the body of the SQS message (raw message delivery is not \
                 supported yet: switch it off for this subscription); {found}"
            );
            Message {
                id: record.message_id.clone().unwrap_or_default(),
                sent_at: sent_at(record),
                topic: String::new(),
                dataset: None,
                body: Err(Unreadable { text: body.to_owned(), reason }),
            }
        }
    }
}

/// SQS's own time, which a redelivery keeps; 1970 where there is none, so that the object's key stays the same.
fn sent_at(record: &SqsMessage) -> DateTime<Utc> {
    let millis = record.attributes.get("SentTimestamp").and_then(|millis| millis.parse().ok());
    millis.and_then(DateTime::from_timestamp_millis).unwrap_or_default()
}

#[cfg(test)]
mod tests;
