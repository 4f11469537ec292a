//! `tributary trace`: one message's way through the lake, from the bucket alone and what the catalog names.

mod commits;
mod follow;
mod landing;
mod refused;
mod text;
mod wanted;

use aws::SystemClock;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use domain::{DatasetName, port::Clock};

use crate::{failure::Failure, lake::RemoteLake, log, output, stop::interruptible};

use follow::{Follower, Journey};
use landing::Landed;
use text::Report;
use wanted::Wanted;

/// Follow a message through the lake: where its events landed or why they were refused, which commit has them, and whether
/// queries see them.
///
/// A message is found by its id in landing, which names the messages of each object until `compact` has deleted it, ten
/// minutes after the commit (TRIBUTARY_GRACE), and in quarantine, where it stays until somebody replays or discards it. Later
/// the table alone has its events. A batch, by the name that landing and the log of `ingest` have for it, is also found in
/// the commits that consumed it: for the retention at the least (TRIBUTARY_RETENTION). The lake is the one that the environment
/// names: TRIBUTARY_BUCKET and TRIBUTARY_DATABASE, AWS_REGION and the SDK's other variables. With AWS_ENDPOINT_URL it is
/// that of `tributary dev`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary trace 95df01b4-ee98-5cb9-9903-4c221d41eb5e
  tributary trace 95df01b4-ee98-5cb9-9903-4c221d41eb5e --dataset bookings --since 2026-11-27T09:30:00Z
  tributary trace 4bf92f3577b34da6a3ce929d0e0e4736 --json
  tributary trace a3339aed06af361da51e666ba6216dc6ff9635ba --dataset bookings

Exit status: 0 found, and queries see what was accepted; 1 failed; 2 wrong options; 3 found, and on its way; 4 not found; \
130 interrupted.")]
pub(crate) struct TraceOptions {
    /// The message: the id that SNS answered to its publisher, or that SQS gave it where SNS does not wrap messages. Or a
    /// trace, by its 32 hexadecimal digits; or a batch, by its 40.
    #[arg(value_name = "MESSAGE_ID")]
    wanted: Wanted,
    /// Look at this dataset, and at what was refused without one [default: all datasets].
    #[arg(long, value_name = "NAME")]
    dataset: Option<DatasetName>,
    /// Look at what was stored since this moment, for example 2026-11-27T09:30:00Z [default: a day ago].
    #[arg(long, value_name = "TIME")]
    since: Option<DateTime<Utc>>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// How far a search goes back.
const BACK: TimeDelta = TimeDelta::days(1);

/// The most batches that are followed: a trace may have very many.
const MOST_BATCHES: usize = 50;

pub(crate) async fn run(options: TraceOptions) -> Result<(), Failure> {
    log::start()?;
    interruptible(look(options)).await
}

/// Where it is looked for.
pub(crate) struct Search<'s> {
    pub(crate) wanted: &'s Wanted,
    pub(crate) dataset: Option<&'s DatasetName>,
    pub(crate) since: DateTime<Utc>,
}

async fn look(options: TraceOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    let since = options.since.unwrap_or_else(|| SystemClock.now() - BACK);
    let search = Search { wanted: &options.wanted, dataset: options.dataset.as_ref(), since };

    // Refused first: what is replayed meanwhile is then in landing.
    let bar = output::spinner("listing quarantine");
    let refused = refused::find(&lake.store, &search, &bar).await;
    bar.finish_and_clear();
    let refused = refused.map_err(|error| lake.failure(error))?;

    let bar = output::spinner("listing landing");
    let landing = landing::find(&lake.store, &search, &bar).await;
    bar.finish_and_clear();
    let mut landing = landing.map_err(|error| lake.failure(error))?;

    if let (Wanted::Batch(batch), true) = (search.wanted, landing.found.is_empty()) {
        let bar = output::spinner("listing commits");
        let place = commits::place(&lake.store, batch, &search, &bar).await;
        bar.finish_and_clear();
        let place = place.map_err(|error| lake.failure(error))?;
        landing.found.extend(place.map(|(dataset, partition)| Landed::cleaned(dataset, partition, batch)));
    }

    let left_out = landing.found.len().saturating_sub(MOST_BATCHES);
    landing.found.truncate(MOST_BATCHES);
    let (mut follower, mut journeys) = (Follower::new(&lake.catalog), Vec::<Journey>::new());
    let compactor = lake.compactor();
    for landed in std::mem::take(&mut landing.found) {
        let journey = follower.follow(&compactor, landed).await;
        journeys.push(journey.map_err(|error| lake.failure(error))?);
    }

    let report = Report { search: &search, journeys, left_out, landing: &landing, refused: &refused };
    if options.json {
        output::print_json(&report.machine())?;
    } else if !report.is_empty() {
        output::print(&report.person(SystemClock.now()))?;
    }
    report.notes().iter().for_each(|note| output::note(note));
    report.outcome()
}

#[cfg(test)]
mod tests;
