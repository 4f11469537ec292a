//! `tributary key create`: a new key, shown once.

use std::str::FromStr;

use aws::{OsEntropy, SystemClock, audit};
use chrono::TimeDelta;
use clap::Args;
use domain::{
    DatasetName, QueryName,
    access::{self, Allowed, Dollars, NewKey, Rights},
    port::Clock,
};

use super::{
    amount::{Bytes, Rate},
    failure, listed, machine,
};
use crate::{failure::Failure, lake::RemoteLake, output};

/// The requests in a minute of a key for which nobody says another number: ten a second, more than a dashboard sends.
const DEFAULT_RATE: &str = "600";

/// What the first key changes for everybody else. The API reads the keys as often as the catalog.
const FIRST: &str = "note: this is the first key of this lake. Within TRIBUTARY_CATALOG_CACHE (5s by default), the API \
                     answers 401 to every request without a key, also where TRIBUTARY_OPEN_ACCESS is on; to revoke all \
                     keys does not open it again. `tributary rows` and `tributary query` need no key.";

/// Make a key of the HTTP API. It is printed this once: the lake keeps only its hash.
///
/// The first key closes an API that was open: from then on every request needs a key, and to revoke all keys does not open
/// it again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary key create reports --dataset '*'
  tributary key create partner --dataset bookings --format csv --max-rows 1000 --requests-per-minute 60 --days 90
  tributary key create dashboard --dataset '*' --named-query busiest-flights --json | jq -r .key
  tributary key create trial --dataset '*' --max-bytes-scanned 1GB --max-queries 5 --daily-bytes 100GB
  tributary key create batch --dataset '*' --requests-per-minute none

It is sent as `Authorization: Bearer trib_...`, or as `X-Api-Key: trib_...`. To a dataset or a named query that the key
does not allow, the API answers as if it were not there.

Exit status: 0 done, 1 failed, 2 wrong options.")]
pub(crate) struct CreateOptions {
    /// Whose it is, for people: 1 to 100 characters.
    #[arg(value_name = "NAME")]
    name: String,
    /// A dataset that it may read, or * for all; may be given more than once.
    #[arg(long = "dataset", value_name = "DATASET", required = true)]
    datasets: Vec<Wanted<DatasetName>>,
    /// A named query that it may run, whatever the query reads; without it, those that read the key's datasets and no
    /// others. May be given more than once.
    #[arg(long = "named-query", value_name = "QUERY")]
    named_queries: Vec<QueryName>,
    /// A format that it may have; without it, all. May be given more than once.
    #[arg(long = "format", value_name = "FORMAT", value_parser = ["json", "columns", "csv", "ndjson", "parquet", "arrow"])]
    formats: Vec<String>,
    /// It may send SQL of its own, over its datasets. The API takes SQL only with TRIBUTARY_SQL=on.
    #[arg(long)]
    free_sql: bool,
    /// The most rows of one answer.
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u64).range(1..))]
    max_rows: Option<u64>,
    /// The most bytes that one query may scan, for example 100MB or 1GB. Its queries are stopped at the highest
    /// scan tier of the lake that is not above it. Below the lowest tier, they cannot go on after a 202.
    #[arg(long, value_name = "BYTES")]
    max_bytes_scanned: Option<Bytes>,
    /// The most requests in a minute, counted by each process that answers; none for no bound.
    #[arg(long, value_name = "REQUESTS", default_value = DEFAULT_RATE)]
    requests_per_minute: Rate,
    /// The most queries at a time, those that go on after a 202 included.
    #[arg(long, value_name = "QUERIES", value_parser = clap::value_parser!(u32).range(1..=100))]
    max_queries: Option<u32>,
    /// The most bytes that all its queries of one UTC day may scan, each rounded up as Athena bills it, to 10 MiB at least.
    /// A query starts only if the whole of --max-bytes-scanned is left.
    #[arg(long, value_name = "BYTES", requires = "max_bytes_scanned")]
    daily_bytes: Option<Bytes>,
    /// What all its queries of one UTC day may cost in US dollars, for example 2 or 0.50, by the API's
    /// TRIBUTARY_PRICE_PER_TB; counted as --daily-bytes is. With both, the lower one holds.
    #[arg(long, value_name = "DOLLARS", requires = "max_bytes_scanned")]
    daily_dollars: Option<Dollars>,
    /// For how many days it holds; without it, until it is revoked.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    days: Option<u16>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// A name, or a star for all of them.
#[derive(Debug, Clone)]
enum Wanted<T> {
    Every,
    One(T),
}

impl<T: FromStr> FromStr for Wanted<T> {
    type Err = T::Err;
    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text == "*" { Ok(Self::Every) } else { text.parse().map(Self::One) }
    }
}

pub(super) async fn run(options: CreateOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    let now = SystemClock.now();
    let new = NewKey {
        name: options.name,
        expires_at: options.days.map(|days| now + TimeDelta::days(days.into())),
        rights: Rights {
            datasets: allowed(options.datasets),
            named_queries: every_unless(options.named_queries),
            formats: every_unless(options.formats),
            free_sql: options.free_sql,
            max_rows: options.max_rows,
            max_bytes_scanned: options.max_bytes_scanned.map(|bytes| bytes.0),
            requests_per_minute: options.requests_per_minute.0,
            max_queries: options.max_queries,
            daily_bytes: options.daily_bytes.map(|bytes| bytes.0),
            daily_dollars: options.daily_dollars,
        },
    };
    // Two that are made at the same time may both be the first: each is told so then.
    let before = access::load(&lake.store).await.map_err(|error| failure(&lake, error))?;
    let is_first = before.is_none_or(|keys| keys.keys.is_empty());
    let made = access::create(&lake.store, &OsEntropy, now, &new).await;
    let (key, secret) = made.map_err(|error| failure(&lake, error))?;
    audit::key_created(&key);
    if options.json {
        let mut document = machine(&key, now);
        document["key"] = secret.reveal().into();
        output::print_json(&document)?;
    } else {
        let until = key.expires_at.map(|end| format!(", until {}", end.format("%Y-%m-%d %H:%M UTC")));
        output::print(&format!(
            "Key {} of {} for datasets {}{}. It is shown this once:\n\n{}\n\nSend it as Authorization: Bearer.",
            key.id,
            output::one_line(&key.name),
            listed(&key.rights.datasets),
            until.unwrap_or_default(),
            secret.reveal(),
        ))?;
    }
    if is_first {
        output::note(FIRST);
    }
    Ok(())
}

/// One star among them is all of them.
fn allowed<T: Ord>(wanted: Vec<Wanted<T>>) -> Allowed<T> {
    let named: Option<_> = wanted
        .into_iter()
        .map(|wanted| match wanted {
            Wanted::Every => None,
            Wanted::One(name) => Some(name),
        })
        .collect();
    named.map_or(Allowed::Every, Allowed::These)
}

fn every_unless<T: Ord>(named: Vec<T>) -> Allowed<T> {
    if named.is_empty() { Allowed::Every } else { Allowed::These(named.into_iter().collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_rate_is_one() {
        assert_eq!(DEFAULT_RATE.parse::<Rate>().unwrap(), Rate(Some(600)));
    }

    #[test]
    fn a_star_is_all_of_them() {
        let wanted = |texts: &[&str]| {
            let wanted = texts.iter().map(|text| text.parse().unwrap()).collect();
            allowed::<DatasetName>(wanted)
        };
        assert_eq!(wanted(&["bookings", "*"]), Allowed::Every);
        let names = ["bookings", "passengers"].map(|name| DatasetName::new(name).unwrap());
        assert_eq!(wanted(&["passengers", "bookings"]), Allowed::These(names.into()));
        assert!("No".parse::<Wanted<DatasetName>>().is_err());
        assert_eq!(every_unless::<String>(vec![]), Allowed::Every);
    }
}
