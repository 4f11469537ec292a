//! Lambda events in, per-message answers out.

use std::collections::{BTreeMap, BTreeSet};

use aws::{
    SystemClock, deadline,
    trigger::{self, Notification, Trigger},
};
use aws_lambda_events::sqs::SqsBatchResponse;
use chrono::{DateTime, Utc};
use domain::{
    DatasetName, Generation, Partition,
    key::ParsedKey,
    port::Clock,
    problem::Problem,
    run::{Expired, Run},
};
use lambda_runtime::LambdaEvent;
use serde_json::Value;

use crate::{
    context::Context, done::Done, error::CompactError, inspect::Inspected, service::Report, vacuum::Swept,
};

/// Handles one invocation, and ends before its deadline. For SQS the answer names the messages that must come
/// again.
pub async fn handle(
    event: LambdaEvent<Value>,
    context: &Context,
    done: &mut Done,
) -> Result<SqsBatchResponse, CompactError> {
    let deadline = deadline::from_millis(event.context.deadline);
    let run = Run::new(context.compactor.clock.now(), Some(deadline));
    let trigger =
        Trigger::parse(event.payload).map_err(|error| CompactError::UnknownEvent(error.to_string()))?;
    match trigger {
        Trigger::Direct(dataset, partition) => {
            compact_now(context, &dataset, &partition, &run, deadline, done).await?;
            Ok(SqsBatchResponse::default())
        }
        Trigger::Schedule => {
            let mut tell = |dataset: &DatasetName, report: &Report| done.add(dataset, report);
            let work = context.compactor.sweep_telling(&run, &mut tell);
            deadline::in_time(&SystemClock, deadline, work).await??;
            tracing::info!(partitions = done.partitions, "partitions swept");
            Ok(SqsBatchResponse::default())
        }
        Trigger::Vacuum(of) => {
            let is_everything = of.is_none();
            let work = vacuum(context, of, &run, done);
            let vacuumed = deadline::in_time(&SystemClock, deadline, work).await?;
            // A partition that cannot be vacuumed is no reason not to look at others.
            if is_everything {
                inspect(context, &run, deadline, done).await;
            }
            vacuumed.map(|()| SqsBatchResponse::default())
        }
        Trigger::Notifications(notifications) => notified(context, notifications, &run, deadline, done).await,
    }
}

/// Vacuums one partition, or all of them.
async fn vacuum(
    context: &Context,
    of: Option<(DatasetName, Partition)>,
    run: &Run,
    done: &mut Done,
) -> Result<(), CompactError> {
    let vacuum = context.vacuum();
    let swept = match of {
        None => vacuum.sweep(run).await.inspect_err(|error| {
            let (stopped, problem) = (error.stops(), error.problem().map(Problem::code));
            tracing::error!(stopped, problem, error = domain::chain(error), "partitions not vacuumed");
        })?,
        Some((dataset, partition)) => {
            context.compactor.check_partition(&dataset, &partition).await?;
            let vacuumed = vacuum.vacuum(&dataset, &partition, run).await.inspect_err(|error| {
                let (stopped, problem) = (error.stops(), error.problem().map(Problem::code));
                let error = domain::chain(error);
                tracing::error!(%dataset, %partition, stopped, problem, error, "partition not vacuumed");
            })?;
            Swept { partitions: 1, vacuumed, ..Swept::default() }
        }
    };
    done.vacuumed = swept;
    let Swept { partitions, failed, left, vacuumed } = &done.vacuumed;
    tracing::info!(
        partitions,
        failed,
        left,
        generations = vacuumed.generations,
        uncommitted = vacuumed.uncommitted,
        objects = vacuumed.objects,
        bytes = vacuumed.bytes,
        objects_failed = vacuumed.failed,
        generations_waiting = vacuumed.waiting,
        "partitions vacuumed"
    );
    if *failed > 0 { Err(CompactError::VacuumIncomplete(*failed)) } else { Ok(()) }
}

/// Looks for twins in a few partitions. That it could not is no failure of the vacuum.
async fn inspect(context: &Context, run: &Run, deadline: DateTime<Utc>, done: &mut Done) {
    match deadline::in_time(&SystemClock, deadline, context.compactor.inspect(run)).await {
        Ok(Ok(inspected)) => {
            let Inspected { partitions, with_twins, failed } = &inspected;
            tracing::info!(partitions, with_twins, failed, "partitions inspected");
            done.inspected = inspected;
        }
        // The next vacuum comes in an hour, and another inspection with it.
        Ok(Err(error)) => tracing::warn!(error = domain::chain(&error), "partitions not inspected"),
        Err(expired) => tracing::info!(%expired, "partitions not inspected"),
    }
}

/// Each partition once, however many notifications name it.
async fn notified(
    context: &Context,
    notifications: Vec<Notification>,
    run: &Run,
    deadline: DateTime<Utc>,
    done: &mut Done,
) -> Result<SqsBatchResponse, CompactError> {
    let mut failed: BTreeSet<usize> = BTreeSet::new();
    let mut partitions: BTreeMap<(DatasetName, Partition), BTreeSet<usize>> = BTreeMap::new();
    for (index, notification) in notifications.iter().enumerate() {
        match &notification.keys {
            Err(error) => {
                tracing::error!(message_id = notification.message_id, %error, "a message cannot be used");
                failed.insert(index);
            }
            Ok(keys) => {
                for key in keys {
                    if let ParsedKey::Landing(dataset, partition, _) = key {
                        let place = (dataset.clone(), partition.clone());
                        partitions.entry(place).or_default().insert(index);
                    } else {
                        tracing::warn!(%key, "a notification of another kind of object was ignored");
                    }
                }
            }
        }
    }
    for ((dataset, partition), from) in partitions {
        if compact(context, &dataset, &partition, run, deadline, done).await.is_err() {
            failed.extend(from);
        }
    }
    // What came straight from S3 has no message to name: the whole invocation fails, and comes again.
    if failed.iter().any(|index| notifications[*index].message_id.is_none()) {
        return Err(CompactError::Incomplete(failed.len()));
    }
    Ok(trigger::failures(failed.into_iter().filter_map(|index| notifications[index].message_id.clone())))
}

async fn compact(
    context: &Context,
    dataset: &DatasetName,
    partition: &Partition,
    run: &Run,
    deadline: DateTime<Utc>,
    done: &mut Done,
) -> Result<(), CompactError> {
    let work = context.compactor.compact(dataset, partition, run);
    tell(dataset, partition, deadline::in_time(&SystemClock, deadline, work).await, done)
}

/// For a person, who does not want to wait.
async fn compact_now(
    context: &Context,
    dataset: &DatasetName,
    partition: &Partition,
    run: &Run,
    deadline: DateTime<Utc>,
    done: &mut Done,
) -> Result<(), CompactError> {
    let work = context.compactor.compact_now(dataset, partition, run);
    tell(dataset, partition, deadline::in_time(&SystemClock, deadline, work).await, done)
}

fn tell(
    dataset: &DatasetName,
    partition: &Partition,
    answer: Result<Result<Report, CompactError>, Expired>,
    done: &mut Done,
) -> Result<(), CompactError> {
    match answer.unwrap_or_else(|expired| Err(expired.into())) {
        Ok(report) => {
            done.add(dataset, &report);
            tracing::info!(
                %dataset, %partition,
                committed = report.committed,
                generation = report.generation.map(Generation::number),
                batches = report.batches,
                rows = report.rows,
                duplicates_dropped = report.duplicates_dropped,
                conflicting = report.conflicting,
                encoded_bytes = report.encoded_bytes,
                copied_bytes = report.copied_bytes,
                cleaned = report.cleaned,
                overtaken = report.overtaken,
                waiting = report.waiting,
                "partition compacted"
            );
            Ok(())
        }
        Err(error) => {
            done.failed += 1;
            error.tell(dataset, partition);
            Err(error)
        }
    }
}
