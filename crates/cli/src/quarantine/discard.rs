//! `tributary quarantine discard`: refused events that nobody needs are deleted for good.

use std::sync::Arc;

use aws::SystemClock;
use clap::Args;
use domain::quarantine::Rejected;
use futures::{StreamExt, stream};
use ingest::Ingest;
use serde::Serialize;

use super::{
    list,
    replay::is_hopeless,
    selection::Selection,
    summary::{Damaged, Summary},
};
use crate::{failure::Failure, lake::RemoteLake, output};

/// How many objects are worked on at the same time: each is unpacked in memory.
const OBJECTS: usize = 8;

/// Delete refused events for good.
///
/// Without --yes it only says which they are. Afterwards `tributary dataset status` counts them no more. Other events of
/// the same objects stay. It may be stopped and run again at any time, also while somebody replays or discards others. An
/// event that a replay takes at the same moment may land all the same.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary quarantine discard --dataset bookings --reason 'column price'
  tributary quarantine discard --dataset bookings --reason 'column price' --yes
  tributary quarantine discard --dataset _unrouted --until 2026-11-20 --yes
  tributary quarantine discard --id 4c1a7c0e-8f5e-5d5b-9d43-2f1f3f1c7b6a:3 --yes

Exit status: 0 done, 1 failed, or not confirmed by --yes, 2 wrong options, 130 interrupted.")]
pub(crate) struct DiscardOptions {
    #[command(flatten)]
    selection: Selection,
    /// All events in quarantine: needed where nothing else says which.
    #[arg(long, conflicts_with_all = ["place", "since", "until", "reason", "ids", "key"])]
    all: bool,
    /// Do it.
    #[arg(long)]
    yes: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What became of them.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    /// Events that are gone.
    discarded: usize,
    /// Events of the same objects that stay.
    kept: usize,
    objects: usize,
    /// Older objects that were not looked at.
    objects_left_out: usize,
    /// Objects that stay as they are.
    failed: Vec<Damaged>,
}

pub(super) async fn run(options: DiscardOptions) -> Result<(), Failure> {
    let selection = &options.selection;
    if selection.is_everything() && !options.all {
        return Err(Failure::Input(
            "say which events: --dataset, --reason, --since, --until, --id or --key, or --all".to_owned(),
        ));
    }
    let lake = RemoteLake::from_environment().await?;
    let listing = list::listing(&lake, selection).await?;
    if !options.yes {
        let bar = output::bar(listing.objects.len(), "reading");
        let summary = Summary::of(&lake.store, &listing, selection, || bar.inc(1)).await;
        bar.finish_and_clear();
        let summary = summary.map_err(|error| lake.failure(error))?;
        if options.json {
            output::print_json(&list::machine(&summary, &listing))?;
        } else {
            output::print(&list::person(&summary))?;
            list::notes(&listing);
        }
        return Err(Failure::NotDone("nothing was discarded: add --yes if these are to go".to_owned()));
    }
    let ingest = Ingest::new(Arc::new(lake.store.clone()), Arc::new(SystemClock), &lake.settings);
    let bar = output::bar(listing.objects.len(), "discarding");
    let mut outcome = Outcome { objects_left_out: listing.left_out, ..Outcome::default() };
    let work = listing.objects.iter().map(|found| {
        let ingest = &ingest;
        async move {
            let answer =
                ingest.discard(&found.key, |rejected: &Rejected| selection.has(rejected), false).await;
            (found, answer)
        }
    });
    let mut work = stream::iter(work).buffer_unordered(OBJECTS);
    while let Some((found, answer)) = work.next().await {
        bar.inc(1);
        match answer {
            Ok(done) => {
                outcome.objects += usize::from(done.discarded > 0);
                outcome.discarded += done.discarded;
                outcome.kept += done.kept;
            }
            Err(error) => {
                outcome.failed.push(Damaged { key: found.key.to_string(), error: domain::chain(&error) });
                if is_hopeless(&error) {
                    break;
                }
            }
        }
    }
    bar.finish_and_clear();
    if options.json {
        output::print_json(&outcome)?;
    } else {
        output::print(&text(&outcome))?;
        list::notes(&listing);
    }
    for Damaged { error, .. } in &outcome.failed {
        output::note(&format!("warning: {}", output::one_line(error)));
    }
    match outcome.failed.len() {
        0 => Ok(()),
        failed => {
            Err(Failure::NotDone(format!("{} not worked on", output::counted(failed as u64, "object"))))
        }
    }
}

fn text(outcome: &Outcome) -> String {
    let Outcome { discarded, kept, objects, .. } = outcome;
    let others = match kept {
        0 => String::new(),
        kept => format!("; {} of the objects looked at stay", output::counted(*kept as u64, "event")),
    };
    format!(
        "{} in {} discarded{others}.",
        output::counted(*discarded as u64, "event"),
        output::counted(*objects as u64, "object")
    )
}
