//! `tributary quarantine show`: refused events, each with its reason and its text.

use clap::Args;
use domain::quarantine::{Original, Rejected};
use futures::{StreamExt, pin_mut};
use serde::Serialize;

use super::{list, read, selection::Selection, summary::Damaged};
use crate::{
    failure::Failure,
    lake::RemoteLake,
    output::{self, Reader},
};

/// Show refused events, the newest objects first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary quarantine show --dataset bookings --limit 5
  tributary quarantine show --reason 'column price' --since 2026-11-23
  tributary quarantine show --key quarantine/bookings/dt=2026-11-23/<batch>.ndjson.zst --all
  tributary quarantine show --all --json | jq -r .text

With --json each line is one event: its key, message_id, position, dataset, reason, at, and text or base64.")]
pub(crate) struct ShowOptions {
    #[command(flatten)]
    selection: Selection,
    /// The most events to show.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    limit: u64,
    /// Show every event.
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    /// Print one JSON document a line.
    #[arg(long)]
    json: bool,
}

/// One event for a machine.
#[derive(Serialize)]
struct Line<'a> {
    key: &'a str,
    #[serde(flatten)]
    rejected: &'a Rejected,
}

pub(super) async fn run(options: ShowOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    let listing = list::listing(&lake, &options.selection).await?;
    let limit = if options.all { u64::MAX } else { options.limit };
    let (mut shown, mut damaged) = (0, Vec::new());
    let bodies = read::bodies(&lake.store, &listing.objects);
    pin_mut!(bodies);
    let mut more = false;
    'objects: while let Some(object) = bodies.next().await {
        let (found, body) = object.map_err(|error| lake.failure(error))?;
        let key = found.key.to_string();
        for line in read::lines(body.as_deref().unwrap_or_default()) {
            let rejected = match line {
                Ok(rejected) if options.selection.has(&rejected) => rejected,
                Ok(_) => continue,
                Err(damage) => {
                    damaged.push(Damaged::new(&key, &damage));
                    continue;
                }
            };
            if shown == limit {
                more = true;
                break 'objects;
            }
            if show(&key, &rejected, &options)? == Reader::Gone {
                return Ok(());
            }
            shown += 1;
        }
    }
    if more {
        output::note(&format!(
            "{} shown, and there are more: --all, or --limit",
            output::counted(shown, "event")
        ));
    } else {
        if shown == 0 && !options.json {
            output::print("Nothing refused: no such event.")?;
        }
        list::notes(&listing);
    }
    list::damage(&damaged)
}

fn show(key: &str, rejected: &Rejected, options: &ShowOptions) -> Result<Reader, Failure> {
    if options.json {
        return output::print_json_line(&Line { key, rejected });
    }
    let (kind, original) = match &rejected.original {
        Original::Text(text) => ("text", text),
        Original::Base64(text) => ("base64", text),
    };
    output::print(&format!(
        "{key}\n  message  {}, event {}, refused {}\n  reason   {}\n  {kind:<8} {}\n",
        output::one_line(&rejected.message_id),
        rejected.position,
        rejected.at.format("%Y-%m-%dT%H:%M:%SZ"),
        output::one_line(&rejected.reason),
        output::one_line(original),
    ))
}
