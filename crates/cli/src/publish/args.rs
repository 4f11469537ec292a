//! The options of `tributary publish`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, value_parser};
use domain::DatasetName;

use super::pack::PackSize;
use crate::inputs::TextOptions;

/// Send the events of files to the topic.
///
/// Each FILE is read as a stream, whatever its size, and may be packed with gzip or zstd. Its format goes by its
/// name (.ndjson, .jsonl, .json, .csv, .tsv), else by --format, else by how it begins.
///
/// NDJSON: one object a line, sent as it is, or an array of objects; empty lines are skipped. JSON: objects, and
/// arrays of objects, one event each; where the dataset's definition has "unwrap", the elements of that array within
/// an object. CSV: the first line names the fields (or the columns), each further line is an event, and an empty
/// cell without quotes is left out. Its delimiter is found out. A cell becomes a number or a boolean where the
/// dataset's definition, which is read from the lake, says so and the text is one; otherwise it stays text, and the
/// lake says why it does not fit. Text is UTF-8, UTF-16 with a byte order mark, or what --encoding says.
///
/// Before anything is sent, the header of each CSV file and the first 100 events of each other file are held against
/// the definition. Fields that no column reads, and columns that no field fills, are warnings. If no field is known, or
/// a required one is missing, nothing is sent.
///
/// What is no event (text that is no JSON object, or larger than SNS takes) is not sent but counted and named, and
/// the others go on; the exit status is then 1. Every event is published at least once; with an identity in the
/// dataset's definition it is in the table exactly once. Published is not stored yet: --wait says what became of it.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  tributary publish passengers.ndjson --dataset passengers
  tributary publish --pack --position bookings.position bookings-*.csv.gz --dataset bookings
  zcat events.gz | tributary publish - --format ndjson --dataset events
  tributary publish --dry-run --pack bookings.json --dataset bookings
  tributary publish --wait --encoding windows-1252 --null NA weather.csv --dataset weather

The topic: --topic, else the variable TRIBUTARY_TOPIC, else the local lake's where AWS_ENDPOINT_URL is on this
machine (http://127.0.0.1:4566). Definitions are read from the bucket TRIBUTARY_BUCKET.

Exit status: 0 everything is published (and visible, with --wait), 1 something is not, 2 wrong options or files, 130
interrupted. After 1 and 130 the same command with the same --position goes on where it was.")]
pub(crate) struct PublishOptions {
    /// What to send, in this order; - is standard input.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The dataset of the events: the message attribute `dataset`.
    #[arg(long, value_name = "NAME")]
    pub(crate) dataset: DatasetName,
    /// Where to send them.
    #[arg(long, value_name = "ARN")]
    pub(crate) topic: Option<String>,
    #[command(flatten)]
    pub(crate) text: TextOptions,
    /// Pack events into messages of up to this size, as JSON arrays: SNS bills each 64 KiB of a request, and limits
    /// messages a second. From 1KiB to 256KiB [without a size: 64KiB]. A message gets events of no more partitions than
    /// TRIBUTARY_MESSAGE_PARTITIONS says (400 by default): the lake keeps those of further ones in quarantine.
    #[arg(long, value_name = "SIZE", num_args = 0..=1, require_equals = true, default_missing_value = "64KiB")]
    pub(crate) pack: Option<PackSize>,
    /// Keep here how far the publishing is, and go on from there. Not for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) position: Option<PathBuf>,
    /// Requests under way at the same time.
    #[arg(long, value_name = "NUMBER", default_value = "16", value_parser = value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: u16,
    /// Do not read the dataset's definition: its name is not checked, and every CSV value is sent as text.
    #[arg(long)]
    pub(crate) no_definition: bool,
    /// Send also what does not match the definition: a file without a known field, or without a required one, is a
    /// warning then, and fields that no column reads are none.
    #[arg(long)]
    pub(crate) allow_unknown: bool,
    /// Follow the events until they are visible or refused, for up to so long [without a number: 300]. The events that
    /// others publish to the dataset meanwhile are counted too.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "300",
        conflicts_with = "dry_run", value_parser = value_parser!(u64).range(1..=86_400))]
    pub(crate) wait: Option<u64>,
    /// Read and count, and send nothing.
    #[arg(long, conflicts_with = "position")]
    pub(crate) dry_run: bool,
    /// Print the summary as one JSON object, and no progress.
    #[arg(long)]
    pub(crate) json: bool,
}
