//! `tributary dataset infer`: a definition out of sample data, with what to look at before it is applied.

mod doubt;
mod keys;
mod names;
mod number;
mod partition;
mod profile;
mod propose;
mod sample;
mod text;
mod types;
mod verify;

use std::path::{Path, PathBuf};

use aws::SystemClock;
use clap::{Args, ValueEnum};
use domain::{Dataset, DatasetName, Granularity, dataset::Definition, port::Clock, suggest};
use formats::Format;
use serde_json::json;

use crate::{
    failure::Failure,
    inputs::{How, TextOptions},
    output,
};

use doubt::Doubt;
use profile::Profile;
use propose::{NoColumns, Proposal};
use sample::Unwrap;

/// The name of a dataset whose sample has none.
const UNNAMED: &str = "events";

/// Propose a definition for sample data: NDJSON, JSON or CSV, plain or packed with gzip or zstd, read as `publish` reads
/// it.
///
/// The definition goes to standard output, and what is doubtful in it to standard error. Every event of the sample
/// fits it, as `publish` sends it. A field whose values no type takes gets no column: its values stay in _extra. Types,
/// identity and event_time cannot be changed once a definition is live, so look at the doubts first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary dataset infer bookings.ndjson.gz > bookings.json
  tributary dataset infer weather.csv --null NA --encoding windows-1252 > weather.json
  tributary dataset infer bookings.csv --identity booking_id --event-time booked_at --partition-by hour
  head -1000 events.ndjson | tributary dataset infer - --name bookings | tributary dataset check -")]
pub(crate) struct InferOptions {
    /// The sample; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The dataset's name [default: made of the file's].
    #[arg(long, value_name = "NAME")]
    name: Option<DatasetName>,
    /// The columns that tell events apart.
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    identity: Vec<String>,
    /// The column that says when it happened.
    #[arg(long, value_name = "COLUMN")]
    event_time: Option<String>,
    /// How finely the table is partitioned [default: day; month for little data a day; none for a small file of events
    /// with an identity and without an event time].
    #[arg(long, value_enum)]
    partition_by: Option<By>,
    #[command(flatten)]
    text: TextOptions,
    /// The name of the array whose elements are the events, within an object around it [default: the only field of the
    /// object, if that is an array of objects].
    #[arg(long, value_name = "NAME")]
    unwrap: Option<String>,
    /// Take an object for an event, even if it has nothing but an array of objects.
    #[arg(long, conflicts_with = "unwrap")]
    no_unwrap: bool,
    /// The most events to look at.
    #[arg(long, value_name = "NUMBER", default_value_t = 100_000)]
    max_events: usize,
    /// Print one JSON document with the definition, the doubts and the candidates.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// dt=2026-11-23
    Day,
    /// dt=2026-11-23/hour=10
    Hour,
    /// dt=2026-11
    Month,
    /// dt=all
    None,
}

pub(super) fn run(options: &InferOptions) -> Result<(), Failure> {
    let how = How { fallback: Some(Format::Csv), ..options.text.how() };
    let unwrap = match &options.unwrap {
        Some(name) => Unwrap::Array(name),
        None if options.no_unwrap => Unwrap::Never,
        None => Unwrap::Perhaps,
    };
    let progress = output::spinner("reading the sample");
    let sample = sample::read(&options.file, &how, unwrap, options.max_events);
    progress.finish_and_clear();
    let mut sample = sample?;
    let mut profile = Profile::default();
    for (index, event) in sample.events.iter().enumerate() {
        if let Err(error) = profile.add(event) {
            sample.bad.push(format!("event {}: {error}", index + 1));
        }
    }
    let name = name(options)?;
    let Proposal { mut definition, mut doubts, mut candidates } =
        propose::propose(&profile, &name).map_err(|nothing| {
            let NoColumns(doubts) = &nothing;
            output::note(&text::doubts(doubts));
            sample
                .bad
                .iter()
                .take(text::SHOWN)
                .for_each(|reason| output::note(&format!("warning: {reason}")));
            Failure::Input(nothing.to_string())
        })?;
    definition.unwrap.clone_from(&sample.unwrap);
    if let Some(array) = &sample.unwrap {
        doubts.insert(0, Doubt::of_unwrap(array));
    }
    candidates.identities = keys::together(&candidates, &definition, &sample.events);
    let mut definition = with_keys(definition, options)?;
    let mut dataset = valid(&definition)?;
    let published = sample.as_published(&dataset).map_err(Failure::Input)?;
    let mut because = None;
    if options.partition_by.is_none() {
        let is_whole = !sample.is_cut && options.file != Path::new("-");
        let chosen = partition::choose(&dataset, &published, is_whole);
        definition.partition_by = chosen.by;
        because = chosen.because;
        dataset = valid(&definition)?;
    }
    let refused = verify::refused(&dataset, &published, SystemClock.now());
    let found = text::Found {
        profile: &profile,
        dataset: &dataset,
        sample: &sample,
        refused: &refused,
        partitioned: because.as_deref(),
    };
    if options.json {
        output::print_json(&json!({
            "definition": definition,
            "events": profile.events,
            "doubts": doubts,
            "partitioned_because": because,
            "identity_candidates": candidates.identity,
            "identities_of_several_columns": candidates.identities,
            "event_time_candidates": candidates.event_time,
            "unreadable": sample.bad,
            "read_as": sample.remarks,
            "refused": refused,
            "sample_is_cut": sample.is_cut,
        }))?;
    } else {
        output::print(&text::definition(&definition)?)?;
        output::note(&text::remarks(&found, &doubts, &candidates));
    }
    Ok(())
}

fn valid(definition: &Definition) -> Result<Dataset, Failure> {
    Dataset::new(definition.clone())
        .map_err(|error| Failure::Input(format!("that makes no valid definition: {}", domain::chain(&error))))
}

fn name(options: &InferOptions) -> Result<DatasetName, Failure> {
    if let Some(name) = &options.name {
        return Ok(name.clone());
    }
    let file = options.file.file_name().map(|name| name.to_string_lossy().into_owned());
    // The name before all of its endings: bookings.ndjson.gz
    let stem = file.as_deref().and_then(|file| Path::new(file.split('.').next()?).to_str());
    let made = stem.and_then(names::dataset_name);
    made.map_or_else(|| DatasetName::new(UNNAMED), Ok).map_err(|error| Failure::Input(error.to_string()))
}

/// The definition with the keys that were asked for, by the names of columns or of fields.
fn with_keys(mut definition: Definition, options: &InferOptions) -> Result<Definition, Failure> {
    let mut column = |wanted: &String| {
        let columns = &mut definition.columns;
        let is_meant = |name: &str, from: Option<&str>| name == wanted || from == Some(wanted.as_str());
        if let Some(found) = columns.iter_mut().find(|column| is_meant(&column.name, column.from.as_deref()))
        {
            found.required = true;
            return Ok(found.name.clone());
        }
        let near = suggest::nearest(wanted, columns.iter().map(|column| column.name.as_str()));
        let near = near.map(|near| format!(": did you mean {near:?}?")).unwrap_or_default();
        Err(Failure::Input(format!("no column {wanted:?} is proposed{near}")))
    };
    let identity = options.identity.iter().map(&mut column).collect::<Result<_, _>>()?;
    let event_time = options.event_time.as_ref().map(&mut column).transpose()?;
    definition.identity = identity;
    definition.event_time = event_time;
    definition.partition_by = match options.partition_by {
        None | Some(By::Day) => Granularity::Day,
        Some(By::Hour) => Granularity::Hour,
        Some(By::Month) => Granularity::Month,
        Some(By::None) => Granularity::None,
    };
    Ok(definition)
}
