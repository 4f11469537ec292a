//! Lambda events in, per-message answers out.

use std::collections::{BTreeMap, BTreeSet};

use aws::{
    SystemClock, deadline,
    trigger::{self, Notification, Trigger},
};
use aws_lambda_events::sqs::SqsBatchResponse;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{DatasetName, Partition, key::ParsedKey, port::Clock, problem::Problem, run::Run};
use lambda_runtime::LambdaEvent;
use serde_json::Value;

use crate::{accept::Acceptance, context::Context, error::RegisterError, reconcile::Reconciled};

/// Handles one invocation, and ends before its deadline. For SQS the answer names the messages that must come
/// again.
pub async fn handle(
    event: LambdaEvent<Value>,
    context: &Context,
    done: &mut Reconciled,
) -> Result<SqsBatchResponse, RegisterError> {
    let deadline = deadline::from_millis(event.context.deadline);
    let run = Run::new(context.register.clock.now(), Some(deadline));
    let trigger =
        Trigger::parse(event.payload).map_err(|error| RegisterError::UnknownEvent(error.to_string()))?;
    match trigger {
        Trigger::Direct(dataset, partition) => {
            let work = project(context, &dataset, &partition, &run, done);
            let projected = deadline::in_time(&SystemClock, deadline, work).await?;
            projected.inspect_err(|error| {
                let (stopped, problem) = (error.stops(), error.problem().map(Problem::code));
                count(error, done);
                let error = domain::chain(error);
                tracing::error!(%dataset, %partition, stopped, problem, error, "the catalog was not brought up to date");
            })?;
            Ok(SqsBatchResponse::default())
        }
        Trigger::Schedule => {
            let work = context.register.reconcile_reporting(&run, done);
            deadline::in_time(&SystemClock, deadline, work).await??;
            tracing::info!(
                accepted = done.accepted,
                rejected = done.rejected,
                partitions = done.partitions,
                changed = done.changed,
                removed = done.removed,
                lost = done.lost,
                "catalog reconciled"
            );
            Ok(SqsBatchResponse::default())
        }
        Trigger::Vacuum(_) => {
            let reason = "the vacuum is for compact: register never deletes anything".to_owned();
            Err(RegisterError::UnknownEvent(reason))
        }
        Trigger::Notifications(notifications) => {
            notified(context, &notifications, &run, deadline, done).await
        }
    }
}

/// What one place may need, at a guess: with less time than this left, it is left to the next invocation.
const PLACE: TimeDelta = TimeDelta::seconds(10);

/// Where to look: each place once, however many notifications name it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Definition(DatasetName),
    Partition(DatasetName, Partition),
}

async fn notified(
    context: &Context,
    notifications: &[Notification],
    run: &Run,
    deadline: DateTime<Utc>,
    reconciled: &mut Reconciled,
) -> Result<SqsBatchResponse, RegisterError> {
    let (mut looked, mut failed) = (BTreeMap::new(), BTreeSet::new());
    for (index, notification) in notifications.iter().enumerate() {
        let keys = match &notification.keys {
            Ok(keys) => keys,
            Err(error) => {
                tracing::error!(message_id = notification.message_id, %error, "a message cannot be used");
                failed.insert(index);
                continue;
            }
        };
        for key in keys {
            let place = match key {
                ParsedKey::Definition(name) => Place::Definition(name.clone()),
                ParsedKey::Commit(name, partition, _) => Place::Partition(name.clone(), partition.clone()),
                ParsedKey::Schema(..) | ParsedKey::Landing(..) => {
                    tracing::warn!(%key, "a notification of another kind of object was ignored");
                    continue;
                }
            };
            // Each place once, whatever came of it: a catalog that is down is not asked again for each message.
            let done = match looked.get(&place) {
                Some(done) => *done,
                None => {
                    let work = look(context, &place, run, reconciled);
                    let answer = deadline::in_time(&SystemClock, deadline, work).await;
                    let answer = answer.unwrap_or_else(|expired| Err(expired.into()));
                    if let Err(error) = &answer {
                        let (stopped, problem) = (error.stops(), error.problem().map(Problem::code));
                        count(error, reconciled);
                        tracing::error!(
                            %key, stopped, problem, error = domain::chain(error), "the catalog was not brought up to date"
                        );
                    }
                    looked.insert(place, answer.is_ok());
                    answer.is_ok()
                }
            };
            if !done {
                failed.insert(index);
            }
        }
    }
    // What came straight from S3 has no message to name: the whole invocation fails, and comes again.
    if failed.iter().any(|index| notifications[*index].message_id.is_none()) {
        return Err(RegisterError::Incomplete(failed.len()));
    }
    Ok(trigger::failures(failed.into_iter().filter_map(|index| notifications[index].message_id.clone())))
}

async fn look(
    context: &Context,
    place: &Place,
    run: &Run,
    done: &mut Reconciled,
) -> Result<(), RegisterError> {
    run.may_begin(context.register.clock.now(), PLACE)?;
    match place {
        Place::Partition(dataset, partition) => {
            let changed = project(context, dataset, partition, run, done).await?;
            tracing::info!(%dataset, %partition, changed, "partition registered");
        }
        Place::Definition(dataset) => match context.register.accept(dataset, run).await? {
            Acceptance::Live { version, new } => {
                done.accepted += usize::from(new);
                tracing::info!(%dataset, version, new, "definition accepted");
            }
            Acceptance::Rejected(rejected) => {
                done.rejected += 1;
                tracing::error!(%dataset, %rejected, "a definition does not go live");
            }
            Acceptance::NotRequested => tracing::info!(%dataset, "a definition is gone; what is live stays"),
        },
    }
    Ok(())
}

/// Answers whether the catalog was changed.
async fn project(
    context: &Context,
    dataset: &DatasetName,
    partition: &Partition,
    run: &Run,
    done: &mut Reconciled,
) -> Result<bool, RegisterError> {
    let changed = context.register.project(dataset, partition, run).await?;
    done.partitions += 1;
    done.changed += usize::from(changed);
    Ok(changed)
}

/// Counts what could not be done.
fn count(error: &RegisterError, done: &mut Reconciled) {
    if error.stops() {
        done.stopped += 1;
    } else {
        done.failed += 1;
    }
}
