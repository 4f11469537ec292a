//! `tributary quarantine replay`: refused events are judged again, after their definition was mended.

use std::sync::Arc;

use aws::{S3Store, SystemClock};
use clap::Args;
use domain::{DatasetName, schemas};
use futures::{StreamExt, stream};
use ingest::{
    Ingest,
    replay::{Options, ReplayError, Replayed},
};
use serde::Serialize;

use super::{find::Listing, list, selection::Selection, summary::Damaged};
use crate::{failure::Failure, lake::RemoteLake, output};

/// How many objects are replayed at the same time: each is unpacked in memory.
const REPLAYS: usize = 8;

/// Judge refused events again, after their definition was mended.
///
/// What fits now lands, and what does not stays in quarantine. An event keeps the identity and the time of its
/// message, so replaying twice is replaying once, and it may be stopped and run again at any time. Events are judged
/// as `ingest` does, by the settings of this environment: set TRIBUTARY_DEFAULT_DATASET and the like as it has them.
/// If a reason names a setting, change that setting for this command, and the event lands.
///
/// Events that were refused for their topic stay, unless TRIBUTARY_TOPICS lists that topic here, or --as names the
/// dataset.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary quarantine replay --dataset bookings --dry-run
  tributary quarantine replay --dataset bookings --since 2026-11-20 --reason 'column price'
  tributary quarantine replay --dataset _unrouted --as bookings
  TRIBUTARY_EVENT_BEHIND=876000h tributary quarantine replay --dataset bookings --reason TRIBUTARY_EVENT_BEHIND

Exit status: 0 done (what is rejected again is no failure), 1 an object could not be replayed, 2 wrong options.")]
pub(crate) struct ReplayOptions {
    #[command(flatten)]
    selection: Selection,
    /// Hold the events against this dataset, whatever their messages name.
    #[arg(long = "as", value_name = "NAME")]
    dataset: Option<DatasetName>,
    /// Only say what would become of them.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What became of all of them.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    dry_run: bool,
    objects: usize,
    objects_left_out: usize,
    /// Events that were judged again.
    replayed: usize,
    /// Events that landed.
    accepted: usize,
    /// Events that stay in quarantine.
    rejected: usize,
    /// Events of the same objects that were not chosen.
    kept: usize,
    /// Objects that stay as they are.
    failed: Vec<Damaged>,
}

pub(super) async fn run(options: ReplayOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    if let Some(name) = &options.dataset
        && schemas::load(&lake.store, name).await.map_err(|error| lake.failure(error))?.is_none()
    {
        return Err(Failure::Input(format!(
            "there is no dataset {name} to replay events as: `tributary dataset list` lists what there is"
        )));
    }
    let listing = list::listing(&lake, &options.selection).await?;
    let outcome = replay(&lake, &listing, &options).await;
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
        failed => Err(Failure::NotDone(format!("{} not replayed", output::counted(failed as u64, "object")))),
    }
}

async fn replay(lake: &RemoteLake, listing: &Listing, options: &ReplayOptions) -> Outcome {
    let ingest = Ingest::new(Arc::new(lake.store.clone()), Arc::new(SystemClock), &lake.settings);
    let bar = output::bar(listing.objects.len(), "replaying");
    let replays = listing.objects.iter().map(|found| {
        let ingest: &Ingest<S3Store, SystemClock> = &ingest;
        async move {
            let chosen = |rejected: &_| options.selection.has(rejected);
            let (dataset, dry_run) = (options.dataset.as_ref(), options.dry_run);
            let answer = ingest.replay(&found.key, Options { chosen, dataset, dry_run }).await;
            (found, answer)
        }
    });
    let mut replays = stream::iter(replays).buffer_unordered(REPLAYS);
    let mut outcome =
        Outcome { dry_run: options.dry_run, objects_left_out: listing.left_out, ..Outcome::default() };
    while let Some((found, answer)) = replays.next().await {
        bar.inc(1);
        match answer {
            Ok(replayed) => outcome.add(replayed),
            Err(error) => {
                let key = found.key.to_string();
                outcome.failed.push(Damaged { key, error: domain::chain(&error) });
                if is_hopeless(&error) {
                    break;
                }
            }
        }
    }
    bar.finish_and_clear();
    outcome
}

/// A lake that does not answer will not do so for the next object either.
fn is_hopeless(error: &ReplayError) -> bool {
    matches!(error, ReplayError::Ingest { .. } | ReplayError::Store { .. })
}

impl Outcome {
    fn add(&mut self, Replayed { replayed, accepted, rejected, kept }: Replayed) {
        self.objects += 1;
        self.replayed += replayed;
        self.accepted += accepted;
        self.rejected += rejected;
        self.kept += kept;
    }
}

fn text(outcome: &Outcome) -> String {
    let Outcome { dry_run, objects, replayed, accepted, rejected, kept, .. } = outcome;
    let count = |number: &usize| output::count(*number as u64);
    let of = format!(
        "{} in {}",
        output::counted(*replayed as u64, "line"),
        output::counted(*objects as u64, "object")
    );
    let kept = if *kept > 0 { format!("; {} not chosen", count(kept)) } else { String::new() };
    let (accepted, rejected) = (count(accepted), count(rejected));
    if *dry_run {
        format!(
            "{of}: {accepted} would be accepted, {rejected} would stay in quarantine{kept}. Nothing was changed."
        )
    } else {
        format!("{of} replayed: {accepted} accepted, {rejected} stay in quarantine{kept}.")
    }
}
