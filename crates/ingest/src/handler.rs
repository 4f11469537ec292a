//! Lambda events in, per-message answers out.

use aws::{SystemClock, deadline, lambda::FromBody, trigger};
use aws_lambda_events::sqs::SqsBatchResponse;
use chrono::TimeDelta;
use lambda_runtime::LambdaEvent;

use crate::{Done, Event, context::Context, error::IngestError};

/// The part of an invocation's time in which nothing is begun: it is for naming the messages that are not stored,
/// so that those that are do not come again too.
const FOR_THE_REST: TimeDelta = TimeDelta::seconds(1);

/// An event is read here in one pass over its bytes: it never goes through the runtime's deserializer
/// ([`aws::lambda`](aws::lambda#events)).
impl FromBody for Event {
    fn from_body(body: &[u8]) -> Self {
        Event::from_body(body)
    }
}

/// Handles one invocation, and ends before its deadline. For SQS the answer names the messages that must come
/// again; from SNS all of an event comes again after an error.
pub async fn handle(
    event: LambdaEvent<Event>,
    context: &Context,
    done: &mut Done,
) -> Result<SqsBatchResponse, IngestError> {
    let LambdaEvent { payload, context: invocation } = event;
    let deadline = deadline::from_millis(invocation.deadline);
    let work = context.ingest.store_reporting(&payload, deadline - FOR_THE_REST, done);
    let failed = deadline::in_time(&SystemClock, deadline, work).await??;
    Ok(trigger::failures(failed.0))
}

#[cfg(test)]
mod tests;
