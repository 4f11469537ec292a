//! `tributary quarantine list`: how many events were refused, by dataset, day and reason.

use clap::Args;
use serde_json::{Value, json};

use super::{
    find::{self, Listing},
    selection::Selection,
    summary::{Damaged, Group, GroupKey, Summary},
};
use crate::{
    failure::Failure,
    lake::RemoteLake,
    output::{self, Side, Table},
};

/// Count the refused events by dataset, day and reason.
///
/// Reasons that differ only in what was found are counted as one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary quarantine list
  tributary quarantine list --dataset bookings --since 2026-11-20
  tributary quarantine list --dataset _unrouted
  tributary quarantine list --json | jq '[.groups[].events] | add'")]
pub(crate) struct ListOptions {
    #[command(flatten)]
    selection: Selection,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: ListOptions) -> Result<(), Failure> {
    let selection = &options.selection;
    let lake = RemoteLake::from_environment().await?;
    let listing = listing(&lake, selection).await?;
    let bar = output::bar(listing.objects.len(), "reading");
    let summary = Summary::of(&lake.store, &listing, selection, || bar.inc(1)).await;
    bar.finish_and_clear();
    let summary = summary.map_err(|error| lake.failure(error))?;
    if options.json {
        output::print_json(&machine(&summary, &listing))?;
    } else {
        output::print(&person(&summary))?;
        notes(&listing);
    }
    damage(&summary.damaged)
}

/// Finds the objects, with a spinner.
pub(super) async fn listing(lake: &RemoteLake, selection: &Selection) -> Result<Listing, Failure> {
    let spinner = output::spinner("listing");
    let progress = |seen: usize| spinner.set_message(format!("listing: {}", objects(seen as u64)));
    let listing = find::find(&lake.store, selection, progress).await;
    spinner.finish_and_clear();
    listing.map_err(|error| lake.failure(error))
}

/// Says what was not looked at.
pub(super) fn notes(listing: &Listing) {
    if listing.left_out > 0 {
        output::note(&format!(
            "warning: only the newest {} were looked at, and {} older left out: narrow it with --dataset, --since and \
             --until, or raise --max-objects",
            objects(listing.objects.len() as u64),
            output::count(listing.left_out as u64)
        ));
    }
    for key in &listing.strangers {
        output::note(&format!("warning: {} is in quarantine and no batch", output::one_line(key)));
    }
}

/// A damaged object is no small thing: it may hold events that are nowhere else.
pub(super) fn damage(damaged: &[Damaged]) -> Result<(), Failure> {
    for Damaged { key, error } in damaged {
        output::note(&format!("warning: {key}: {error}"));
    }
    match damaged.len() {
        0 => Ok(()),
        places => Err(Failure::NotDone(format!("damaged in {}", output::counted(places as u64, "place")))),
    }
}

fn objects(number: u64) -> String {
    output::counted(number, "object")
}

pub(super) fn person(summary: &Summary) -> String {
    if summary.groups.is_empty() {
        return format!("Nothing refused: no such event in {}.", objects(summary.objects));
    }
    let mut table = Table::new([
        ("DATASET", Side::Left),
        ("DAY", Side::Left),
        ("EVENTS", Side::Right),
        ("REASON", Side::Left),
        ("NEWEST IN", Side::Left),
    ]);
    for (GroupKey { place, day, reason }, group) in &summary.groups {
        table.push([
            place.to_string(),
            day.to_string(),
            output::count(group.events),
            output::one_line(reason),
            group.example.clone(),
        ]);
    }
    format!(
        "{table}\n\n{} in {}. To see them: tributary quarantine show --key KEY",
        output::counted(summary.events(), "event"),
        objects(summary.objects)
    )
}

pub(super) fn machine(summary: &Summary, listing: &Listing) -> Value {
    let group = |(key, group): (&GroupKey, &Group)| {
        json!({
            "dataset": key.place.0,
            "day": key.day,
            "reason": key.reason,
            "events": group.events,
            "newest_at": group.newest_at,
            "example_key": group.example,
        })
    };
    json!({
        "groups": summary.groups.iter().map(group).collect::<Vec<_>>(),
        "events": summary.events(),
        "objects": summary.objects,
        "objects_left_out": listing.left_out,
        "objects_vanished": summary.vanished,
        "strangers": listing.strangers,
        "damaged": summary.damaged,
    })
}
