//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args as ClapArgs, Parser, Subcommand};
use local::HostName;

use crate::{
    ask::{QueryOptions, RowsOptions},
    compact::CompactOptions,
    dataset::DatasetOptions,
    doctor::DoctorOptions,
    key::KeyOptions,
    named_query::NamedQueryOptions,
    partition::PartitionOptions,
    publish::PublishOptions,
    quarantine::QuarantineOptions,
    restore::RestoreOptions,
    trace::TraceOptions,
    undelivered::UndeliveredOptions,
};

/// A serverless event lake: publish JSON to a topic, query it as SQL tables over HTTP.
#[derive(Debug, Parser)]
#[command(name = domain::version::PRODUCT)]
#[command(version = domain::version::described(), after_help = "Exit status: 0 done, 1 failed, 2 wrong options, settings or dataset files.")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Dev(DevOptions),
    Demo(DemoOptions),
    Dataset(DatasetOptions),
    Partition(PartitionOptions),
    Compact(CompactOptions),
    Quarantine(QuarantineOptions),
    Undelivered(UndeliveredOptions),
    Restore(RestoreOptions),
    Publish(PublishOptions),
    Key(KeyOptions),
    NamedQuery(NamedQueryOptions),
    Rows(RowsOptions),
    Query(QueryOptions),
    Doctor(DoctorOptions),
    Trace(TraceOptions),
}

/// Run the whole lake on this machine: the AWS protocols and the HTTP API, in one process.
///
/// For development and tests: it checks no credentials, and refuses web pages of other origins. It keeps its data in
/// one directory and finds it again at the next start. Definitions and named queries that are saved in its directories
/// while it runs are taken at once, and what is wrong with one is said; a file that is deleted changes nothing. Ctrl-C stops
/// it.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  tributary dev
  tributary dev --data /tmp/lake --aws 127.0.0.1:0 --http 127.0.0.1:0 --json
  tributary dev --aws 0.0.0.0:4566 --http 0.0.0.0:8080 --allow-host host.docker.internal
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 aws sns publish --region us-west-2 \\
    --topic-arn arn:aws:sns:us-west-2:000000000000:tributary --message '{\"passenger_id\": 1}' \\
    --message-attributes '{\"dataset\": {\"DataType\": \"String\", \"StringValue\": \"passengers\"}}'
  curl 'http://127.0.0.1:8080/v1/datasets/passengers/rows?passenger_id=eq.1'")]
pub(crate) struct DevOptions {
    /// Where everything is kept.
    #[arg(long, value_name = "DIRECTORY", default_value = ".tributary")]
    pub(crate) data: PathBuf,
    /// Where the AWS protocols are served; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4566")]
    pub(crate) aws: SocketAddr,
    /// Where the HTTP API is served, with /metrics for Prometheus; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) http: SocketAddr,
    /// A directory of dataset definitions, a JSON file each, named as its dataset [default: infra/datasets, if it
    /// is there].
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) datasets: Option<PathBuf>,
    /// A directory of named queries, QUERY.json and QUERY.sql for each [default: infra/queries, if it is there
    /// and --datasets is not given].
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) queries: Option<PathBuf>,
    /// A host name, without scheme and port, that requests may be sent to besides localhost, names below localhost, and
    /// the addresses above; may be repeated. Others are refused, since a web page may have any name.
    #[arg(long, value_name = "NAME")]
    pub(crate) allow_host: Vec<HostName>,
    /// Print the addresses and names as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// See it work: a lake in a temporary directory, 20 passengers published, and queried back.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  tributary demo
  tributary demo --keep")]
pub(crate) struct DemoOptions {
    /// Leave the lake running afterwards, and say what to try next. Ctrl-C stops it.
    #[arg(long)]
    pub(crate) keep: bool,
}
