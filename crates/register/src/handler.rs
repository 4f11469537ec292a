//! Lambda events in, per-message answers out.

use std::collections::{BTreeMap, BTreeSet};

use aws::{
    SystemClock, deadline,
    trigger::{self, Notification, Trigger},
};
use aws_lambda_events::sqs::SqsBatchResponse;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    DatasetName, Generation, Partition, key::ParsedKey, port::Clock, problem::Problem, run::Run,
    target::Target,
};
use futures::future::join_all;
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
            let changed = projected.inspect_err(|error| {
                let (stopped, problem) = (error.stops(), error.problem().map(Problem::code));
                done.count(error);
                let error = domain::chain(error);
                tracing::error!(%dataset, %partition, stopped, problem, error, "the catalog was not brought up to date");
            })?;
            tracing::info!(%dataset, %partition, changed, "partition registered");
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

/// The places of a batch, each with the notifications that name it.
type Places = BTreeMap<Place, BTreeSet<usize>>;

async fn notified(
    context: &Context,
    notifications: &[Notification],
    run: &Run,
    deadline: DateTime<Utc>,
    reconciled: &mut Reconciled,
) -> Result<SqsBatchResponse, RegisterError> {
    let (mut places, mut failed) = (Places::new(), BTreeSet::new());
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
            places.entry(place).or_default().insert(index);
        }
    }
    // Definitions first: a commit may be the first one under its definition.
    for (place, of) in &places {
        if let Place::Definition(dataset) = place
            && !accept(context, dataset, run, deadline, reconciled).await
        {
            failed.extend(of);
        }
    }
    // Each target goes through the commits by itself: one that is slow or down holds up no other.
    let targets = context.register.everywhere();
    let all = targets.iter().map(|target| publish(context, &**target, &places, run, deadline));
    for (done, missed) in join_all(all).await {
        reconciled.add(&done);
        failed.extend(missed);
    }
    // What came straight from S3 has no message to name: the whole invocation fails, and comes again.
    if failed.iter().any(|index| notifications[*index].message_id.is_none()) {
        return Err(RegisterError::Incomplete(failed.len()));
    }
    Ok(trigger::failures(failed.into_iter().filter_map(|index| notifications[index].message_id.clone())))
}

/// Answers whether the definition was dealt with.
async fn accept(
    context: &Context,
    dataset: &DatasetName,
    run: &Run,
    deadline: DateTime<Utc>,
    reconciled: &mut Reconciled,
) -> bool {
    let work = async {
        run.may_begin(context.register.clock.now(), PLACE)?;
        context.register.accept(dataset, run).await
    };
    match deadline::in_time(&SystemClock, deadline, work).await.unwrap_or_else(|expired| Err(expired.into()))
    {
        Ok(Acceptance::Live { version, new }) => {
            reconciled.accepted += usize::from(new);
            tracing::info!(%dataset, version, new, "definition accepted");
        }
        Ok(Acceptance::Rejected(rejected)) => {
            reconciled.rejected += 1;
            tracing::error!(%dataset, %rejected, "a definition does not go live");
        }
        Ok(Acceptance::NotRequested) => tracing::info!(%dataset, "a definition is gone; what is live stays"),
        Err(error) => {
            let (stopped, problem) = (error.stops(), error.problem().map(Problem::code));
            reconciled.count(&error);
            let error = domain::chain(&error);
            tracing::error!(%dataset, stopped, problem, error, "a definition was not dealt with");
            return false;
        }
    }
    true
}

/// Publishes the heads of these places to one target. Answers what was done, and the notifications of the places that the
/// target does not name.
async fn publish(
    context: &Context,
    target: &dyn Target,
    places: &Places,
    run: &Run,
    deadline: DateTime<Utc>,
) -> (Reconciled, BTreeSet<usize>) {
    let (mut done, mut failed) = (Reconciled::default(), BTreeSet::new());
    for (place, of) in places {
        let Place::Partition(dataset, partition) = place else { continue };
        let (published_to, mut seen) = (target.name(), None);
        let work = async {
            run.may_begin(context.register.clock.now(), PLACE)?;
            context.register.project_seeing(target, dataset, partition, run, &mut seen).await
        };
        let answer = deadline::in_time(&SystemClock, deadline, work).await;
        let generation = seen.map(Generation::number);
        match answer.unwrap_or_else(|expired| Err(expired.into())) {
            Ok(changed) => {
                done.partitions += 1;
                done.changed += usize::from(changed);
                tracing::info!(%dataset, %partition, generation, published_to, changed, "partition registered");
            }
            Err(error) => {
                let (stopped, problem) = (error.stops(), error.problem().map(Problem::code));
                done.count(&error);
                let error = domain::chain(&error);
                tracing::error!(
                    %dataset, %partition, generation, published_to, stopped, problem, error,
                    "a target was not brought up to date"
                );
                failed.extend(of);
            }
        }
    }
    (done, failed)
}

/// Answers whether a target was changed.
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
