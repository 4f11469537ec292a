//! `tributary quarantine replay`: refused events are judged again, after their definition was mended, or changed so that
//! they fit it.

mod told;

use std::{collections::BTreeMap, sync::Arc};

use aws::{S3Store, SystemClock};
use clap::Args;
use domain::{DatasetName, schemas};
use futures::{StreamExt, stream};
use ingest::{
    Ingest,
    replay::{Change, Judge, Judged, Options, ReplayError, Replayed},
};
use serde::Serialize;

use super::{
    find::Listing,
    list,
    map::{self, Mapping},
    selection::Selection,
    summary::Damaged,
};
use crate::{failure::Failure, lake::RemoteLake, output};

use told::{Example, Told};

/// How many objects are replayed at the same time: each is unpacked in memory.
const REPLAYS: usize = 8;

/// How many events are shown before and after.
const EXAMPLES: usize = 5;

/// How many reasons a person is told.
const REASONS: usize = 10;

/// Judge refused events again, after their definition was mended, or change them so that they fit.
///
/// What fits now lands, and what does not stays in quarantine. An event keeps the identity and the time of its
/// message, so replaying twice is replaying once, and it may be stopped and run again at any time. Events are judged
/// as `ingest` does, by the settings of this environment: set TRIBUTARY_DEFAULT_DATASET and the like as it has them.
/// If a reason names a setting, change that setting for this command, and the event lands.
///
/// If another replay or discard changes an object at the same moment, this command says so, and exits with 1: run it again
/// for what is left.
///
/// The type of a column does not change, so what is wrong in the events themselves is changed here: --map FIELD=FUNCTION
/// gives a field another value before the event is judged. It may be repeated, in order, and functions are chained with
/// `|`: from("other") (and the other field is gone), value(JSON), default(JSON), remove(), trim(), trim_prefix("…"),
/// trim_suffix("…"), replace("…", "…"), lower(), upper(), text(). A text that is a JSON number after a trim or a replace
/// becomes that number, unless text() is among the functions. FIELD may be outer.inner. Other fields keep their text. An
/// event that does not fit all the same stays as it came. Try it with --dry-run first: it shows events before and after.
///
/// Events that were refused for their topic stay, unless TRIBUTARY_TOPICS lists that topic here, or --as names the
/// dataset.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary quarantine replay --dataset bookings --dry-run
  tributary quarantine replay --dataset bookings --since 2026-11-20 --reason 'column price'
  tributary quarantine replay --dataset _unrouted --as bookings
  tributary quarantine replay --dataset weather --map 'temp=trim_suffix(\"C\")' --dry-run
  tributary quarantine replay --dataset weather --map 'temp=from(\"temperature\")|replace(\",\", \".\")'
  tributary quarantine replay --dataset weather --map 'unit=value(\"C\")' --map 'debug=remove()'
  TRIBUTARY_EVENT_BEHIND=876000h tributary quarantine replay --dataset bookings --reason TRIBUTARY_EVENT_BEHIND

Exit status: 0 done (what is rejected again is no failure), 1 an object could not be replayed, 2 wrong options.")]
pub(crate) struct ReplayOptions {
    #[command(flatten)]
    selection: Selection,
    /// Hold the events against this dataset, whatever their messages name.
    #[arg(long = "as", value_name = "NAME")]
    dataset: Option<DatasetName>,
    /// Change a field before events are judged, as temp=trim_suffix("C"); may be repeated.
    #[arg(long = "map", value_name = "FIELD=FUNCTION")]
    mappings: Vec<Mapping>,
    /// Only say what would become of them and, with --map, show some before and after.
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
    /// Lines that were changed.
    changed: u64,
    /// Why events stay in quarantine, without what differs from event to event, and how many for each reason.
    reasons: BTreeMap<String, u64>,
    /// Some lines before and after, in a dry run with mappings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    examples: Vec<Example>,
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
    let shows = options.dry_run && !options.mappings.is_empty();
    let told = Told::new(if shows { EXAMPLES } else { 0 });
    let change = |body: &[u8]| map::apply(&options.mappings, body);
    let judged = |judged: &Judged<'_>| told.hear(judged);
    let replays = listing.objects.iter().map(|found| {
        let ingest: &Ingest<S3Store, SystemClock> = &ingest;
        let (change, judged) = (&change as &Change<'_>, &judged as &Judge<'_>);
        async move {
            let chosen = |rejected: &_| options.selection.has(rejected);
            let how = Options {
                chosen,
                dataset: options.dataset.as_ref(),
                dry_run: options.dry_run,
                change: (!options.mappings.is_empty()).then_some(change),
                judged: Some(judged),
            };
            let answer = ingest.replay(&found.key, how).await;
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
    drop(replays);
    bar.finish_and_clear();
    told.into_outcome(&mut outcome);
    outcome
}

/// A lake that does not answer will not do so for the next object either.
pub(super) fn is_hopeless(error: &ReplayError) -> bool {
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
    let Outcome { dry_run, objects, replayed, accepted, rejected, kept, changed, reasons, examples, .. } =
        outcome;
    let number = |number: &usize| output::count(*number as u64);
    let of = format!(
        "{} in {}",
        output::counted(*replayed as u64, "line"),
        output::counted(*objects as u64, "object")
    );
    let kept = if *kept > 0 { format!("; {} not chosen", number(kept)) } else { String::new() };
    let (accepted, rejected) = (number(accepted), number(rejected));
    let mut lines: Vec<String> = examples.iter().map(Example::text).collect();
    let changed = match changed {
        0 => String::new(),
        changed => format!(", {} changed by --map", output::count(*changed)),
    };
    lines.push(if *dry_run {
        format!(
            "{of}{changed}: {accepted} would be accepted, {rejected} would stay in quarantine{kept}. Nothing was changed."
        )
    } else {
        format!("{of} replayed{changed}: {accepted} accepted, {rejected} stay in quarantine{kept}.")
    });
    let mut frequent: Vec<(&String, &u64)> = reasons.iter().collect();
    frequent.sort_by_key(|(_, events)| std::cmp::Reverse(**events));
    if !frequent.is_empty() {
        lines.push("Why events stay:".to_owned());
    }
    let shown = frequent.iter().take(REASONS);
    lines.extend(
        shown.map(|(reason, events)| {
            format!("  {:>7}  {}", output::count(**events), output::one_line(reason))
        }),
    );
    if frequent.len() > REASONS {
        lines.push(format!("  and {} more reasons: --json lists them", frequent.len() - REASONS));
    }
    if !*dry_run && outcome.accepted > 0 {
        lines.push(
            "What was accepted lands as new events do: tributary dataset status says what is not in the table yet."
                .to_owned(),
        );
    }
    lines.join("\n")
}
