//! `tributary undelivered replay`: each message is sent to the queue of `ingest`, and then deleted.

use clap::Args;
use domain::version::PRODUCT;
use futures::future::join_all;
use serde::Serialize;

use super::{
    message::{About, Received},
    queues::{QueueError, Queues, Waiting},
};
use crate::{
    failure::Failure,
    lake,
    output::{self, Side, Table},
};

/// For how long a message is hidden that is being moved: far longer than that takes.
const HIDDEN_SECONDS: i32 = 120;

/// For how long a message is hidden that a dry run looks at, if it cannot be shown again at once.
const LOOKED_AT_SECONDS: i32 = 10;

/// Send the messages that SNS could not deliver to the queue of `ingest`, and delete them from `undelivered`.
///
/// Mend the cause first: usually the policy of the queue. A message is deleted only after it was sent, so it may be
/// stopped and run again at any time; a message that was sent twice changes nothing, since its events keep their
/// identity. Where the subscription has raw delivery, which `infra/` does not use, a message has no identity but SQS's, and
/// gets another one each time it is sent: then only events with an identity of their own keep it. Where SNS invokes `ingest`
/// directly, what the function failed with is in the queue `ingest-dead-letter`, in a record of Lambda's: name it with --from;
/// `ingest` takes the message out of the record. It needs sqs:GetQueueUrl and sqs:GetQueueAttributes, on `undelivered` sqs:ReceiveMessage,
/// sqs:ChangeMessageVisibility and sqs:DeleteMessage, and on the other queue sqs:SendMessage.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary undelivered replay --dry-run
  TRIBUTARY_LAKE=tributary-prod tributary undelivered replay
  tributary undelivered replay --from my-undelivered --to my-ingest --limit 10
  tributary undelivered replay --from tributary-ingest-dead-letter

Exit status: 0 done, 1 a message could not be moved, 2 wrong options, or no such queue, 130 interrupted.")]
pub(super) struct ReplayOptions {
    /// The queue to empty, by its name or its URL [default: TRIBUTARY_LAKE, or tributary, and -undelivered].
    #[arg(long, value_name = "QUEUE")]
    from: Option<String>,
    /// The queue to fill, by its name or its URL [default: TRIBUTARY_LAKE, or tributary, and -ingest].
    #[arg(long, value_name = "QUEUE")]
    to: Option<String>,
    /// Move no more messages than this.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Only say about how many messages there are, and what some of them are.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What became of the messages.
#[derive(Debug, Serialize)]
struct Outcome {
    dry_run: bool,
    from: String,
    to: String,
    /// About how many there were.
    waiting: u64,
    /// About how many more could not be received, since somebody had received them a moment before.
    hidden: u64,
    /// How many were moved.
    replayed: u64,
    /// Some of those that wait; of a dry run only.
    sample: Vec<About>,
    /// Messages that could not be moved. They stay.
    failed: Vec<Unmoved>,
}

#[derive(Debug, Serialize)]
struct Unmoved {
    message: About,
    error: String,
}

pub(super) async fn run(options: ReplayOptions) -> Result<(), Failure> {
    let settings = aws::settings()?;
    let queues = Queues::new(&lake::clients().await?);
    let lake = settings.logs.lake.as_deref().unwrap_or(PRODUCT);
    let name = |given: Option<String>, of: &str| given.unwrap_or_else(|| format!("{lake}-{of}"));
    let from = queues.url(&name(options.from, "undelivered"), "--from").await?;
    let to = queues.url(&name(options.to, "ingest"), "--to").await?;
    if from == to {
        return Err(Failure::Input(format!("--from and --to are both {from}: name two queues")));
    }
    let Waiting { shown: waiting, hidden } = queues.waiting(&from).await?;
    let dry_run = options.dry_run;
    let mut outcome =
        Outcome { dry_run, from, to, waiting, hidden, replayed: 0, sample: Vec::new(), failed: Vec::new() };
    let done = if dry_run {
        look(&queues, &mut outcome).await
    } else {
        replay(&queues, options.limit.unwrap_or(u64::MAX), &mut outcome).await
    };
    if options.json {
        output::print_json(&outcome)?;
    } else {
        output::print(&text(&outcome))?;
    }
    for Unmoved { error, .. } in &outcome.failed {
        output::note(&format!("warning: {}", output::one_line(error)));
    }
    if outcome.hidden > 0 {
        output::note(&format!(
            "warning: about {} could not be received, since somebody received them a moment before, as this command does \
             where it is stopped: run it again in {HIDDEN_SECONDS} seconds",
            output::counted(outcome.hidden, "more message")
        ));
    }
    done?;
    match outcome.failed.len() {
        0 => Ok(()),
        failed => Err(Failure::NotDone(format!("{} not moved", output::counted(failed as u64, "message")))),
    }
}

/// Receives some, and shows them again.
async fn look(queues: &Queues, outcome: &mut Outcome) -> Result<(), QueueError> {
    let found = queues.receive(&outcome.from, LOOKED_AT_SECONDS).await?;
    outcome.sample = found.iter().map(Received::about).collect();
    for released in join_all(found.iter().map(|message| queues.release(&outcome.from, message))).await {
        released?;
    }
    Ok(())
}

/// Moves messages until there are none, or until one cannot be moved: what stands in its way stands in that of the others.
async fn replay(queues: &Queues, limit: u64, outcome: &mut Outcome) -> Result<(), QueueError> {
    let most = usize::try_from(outcome.waiting.min(limit)).unwrap_or(usize::MAX);
    let bar = output::bar(most, "replaying");
    while outcome.replayed < limit && outcome.failed.is_empty() {
        let mut found = queues.receive(&outcome.from, HIDDEN_SECONDS).await?;
        if found.is_empty() {
            break;
        }
        let left = usize::try_from(limit - outcome.replayed).unwrap_or(usize::MAX);
        let beyond = found.split_off(found.len().min(left));
        let (from, to) = (&outcome.from, &outcome.to);
        let moved = join_all(found.iter().map(|message| async move {
            queues.send(to, message).await?;
            queues.delete(from, message).await
        }))
        .await;
        let mut unmoved = Vec::new();
        for (message, moved) in found.iter().zip(moved) {
            match moved {
                Ok(()) => {
                    outcome.replayed += 1;
                    bar.inc(1);
                }
                Err(error) => {
                    let error = domain::chain(&error);
                    outcome.failed.push(Unmoved { message: message.about(), error });
                    unmoved.push(message);
                }
            }
        }
        // If that fails, they are shown again when their time is over.
        let shown = unmoved.into_iter().chain(&beyond).map(|message| queues.release(&outcome.from, message));
        for error in join_all(shown).await.into_iter().filter_map(Result::err) {
            output::note(&format!("warning: {}", output::one_line(&domain::chain(&error))));
        }
    }
    bar.finish_and_clear();
    Ok(())
}

fn text(outcome: &Outcome) -> String {
    let Outcome { dry_run, from, to, waiting, replayed, sample, .. } = outcome;
    if !dry_run {
        return format!("{} moved from {from} to {to}.", output::counted(*replayed, "message"));
    }
    let mut text = format!(
        "About {} in {from}, which would go to {to}. Nothing was changed.",
        output::counted(*waiting, "message")
    );
    if !sample.is_empty() {
        let mut table = Table::new([
            ("PUBLISHED", Side::Left),
            ("TOPIC", Side::Left),
            ("DATASET", Side::Left),
            ("ERROR", Side::Left),
        ]);
        for about in sample {
            table.push(about.cells());
        }
        text.push_str("\nSome of them:\n");
        text.push_str(&table.to_string());
    }
    text
}
