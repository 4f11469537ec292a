//! The metrics as Prometheus has them: base units, `_total` behind counters, histograms for durations. `docs/metrics.md` has
//! both tables, and a test compares them with this module.
//!
//! Each metric of [`ALL`](super::ALL) has its name there by a rule ([`exposed`]). The [`Family`]s below are in Prometheus alone:
//! they have a series for each dataset, and CloudWatch charges for each series.

use super::{Metric, Unit};

/// The label that says which dataset. Its values are bounded: see [`Recorder`](crate::recorder::Recorder).
pub const DATASET: &str = "dataset";

/// The upper bounds of the buckets of how long things take, in milliseconds: from an answer without a query to the longest
/// invocation of a Lambda.
pub const DURATIONS: &[u64] =
    &[5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 900_000];

/// The upper bounds of the buckets of freshness, in milliseconds: close around the objective of 60 seconds.
pub const FRESHNESS: &[u64] = &[
    100, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000, 300_000,
    600_000, 1_800_000, 3_600_000,
];

/// What kind of metric it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows while the process lives.
    Counter,
    /// It goes up and down. This is how values of one series become one.
    Gauge(Joined),
    /// How many observations are at most as large as each of these bounds.
    Histogram(&'static [u64]),
}

impl Kind {
    /// Its name in the line `# TYPE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge(_) => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// How the values of datasets that have no series of their own are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    /// Numbers of things.
    Sum,
    /// Ages: the worst one.
    Largest,
}

/// What part of Prometheus' base unit one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// All of it.
    One,
    /// A thousandth: milliseconds are shown as seconds.
    Thousandth,
    /// A billionth: nanodollars are shown as dollars.
    Billionth,
}

/// A metric that Prometheus alone has.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// What kind it is.
    pub kind: Kind,
    /// What its numbers are in the code.
    pub scale: Scale,
    /// Its labels, beside those that every sample of the process has.
    pub labels: &'static [&'static str],
    /// What it counts.
    pub meaning: &'static str,
}

/// What a metric of the table is in Prometheus: its name, its kind and what its numbers are.
pub fn exposed(metric: &Metric) -> (String, Kind, Scale) {
    let stem = |suffix: &str| metric.name.strip_suffix(suffix).unwrap_or(metric.name);
    match metric.unit {
        Unit::Count | Unit::Bytes => (format!("tributary_{}_total", metric.name), Kind::Counter, Scale::One),
        Unit::Milliseconds => {
            (format!("tributary_{}_seconds", stem("_ms")), Kind::Histogram(DURATIONS), Scale::Thousandth)
        }
        Unit::None => {
            (format!("tributary_{}_dollars_total", stem("_nanodollars")), Kind::Counter, Scale::Billionth)
        }
    }
}

/// `tributary_dataset_events_accepted_total`.
pub const EVENTS_ACCEPTED: Family = counter(
    "tributary_dataset_events_accepted_total",
    &[DATASET],
    "Events stored in `landing/`, redelivered ones included.",
);
/// `tributary_dataset_events_quarantined_total`.
pub const EVENTS_QUARANTINED: Family = counter(
    "tributary_dataset_events_quarantined_total",
    &[DATASET, "reason"],
    "Events stored in `quarantine/`, redelivered ones included, by the kind of the reason.",
);
/// `tributary_dataset_commits_total`.
pub const COMMITS: Family = counter("tributary_dataset_commits_total", &[DATASET], "Generations committed.");
/// `tributary_dataset_batches_consumed_total`.
pub const BATCHES_CONSUMED: Family =
    counter("tributary_dataset_batches_consumed_total", &[DATASET], "Landing batches that became rows.");
/// `tributary_dataset_duplicates_dropped_total`.
pub const DUPLICATES_DROPPED: Family = counter(
    "tributary_dataset_duplicates_dropped_total",
    &[DATASET],
    "Events dropped, since their twin was there already.",
);
/// `tributary_freshness_seconds`.
pub const FRESHNESS_SECONDS: Family = Family {
    name: "tributary_freshness_seconds",
    kind: Kind::Histogram(FRESHNESS),
    scale: Scale::Thousandth,
    labels: &[DATASET],
    meaning: "From accepted to visible, for each landing batch: from its write to the end of the run of `register` that made \
              its commit visible.",
};
/// `tributary_oldest_landing_seconds`.
pub const OLDEST_LANDING: Family = age(
    "tributary_oldest_landing_seconds",
    "The age of the oldest landing object that is not in the head; 0 where none waits.",
);
/// `tributary_landing_objects`.
pub const LANDING_OBJECTS: Family =
    number("tributary_landing_objects", DATASET_ONLY, "Landing objects that no head has consumed.");
/// `tributary_partitions`.
pub const PARTITIONS: Family = number("tributary_partitions", DATASET_ONLY, "Partitions that have a commit.");
/// `tributary_generations`.
pub const GENERATIONS: Family = number(
    "tributary_generations",
    DATASET_ONLY,
    "Commits in `commits/`: the heads, and those that the vacuum has not deleted yet.",
);
/// `tributary_unregistered_partitions`.
pub const UNREGISTERED: Family = number(
    "tributary_unregistered_partitions",
    DATASET_ONLY,
    "Partitions whose head the catalog does not name.",
);
/// `tributary_register_lag_seconds`.
pub const REGISTER_LAG: Family = age(
    "tributary_register_lag_seconds",
    "The age of the oldest head that the catalog does not name; 0 where there is none.",
);
/// `tributary_queue_messages`.
pub const QUEUE_MESSAGES: Family = number(
    "tributary_queue_messages",
    &["function"],
    "Messages that wait for the function, are under way, or come again.",
);
/// `tributary_dead_letters_total`.
pub const DEAD_LETTERS: Family = counter(
    "tributary_dead_letters_total",
    &["function"],
    "Messages that were given up, since they failed five times.",
);
/// `tributary_surveys_failed_total`.
pub const SURVEYS_FAILED: Family = counter(
    "tributary_surveys_failed_total",
    &[],
    "Times that the gauges by dataset could not be read: they are not in that answer.",
);
/// `tributary_build_info`.
pub const BUILD_INFO: Family = number(
    "tributary_build_info",
    &["version", "commit"],
    "1, with the version and the commit of the program.",
);

/// All of them, in the order of the documents.
pub const FAMILIES: [&Family; 16] = [
    &EVENTS_ACCEPTED,
    &EVENTS_QUARANTINED,
    &COMMITS,
    &BATCHES_CONSUMED,
    &DUPLICATES_DROPPED,
    &FRESHNESS_SECONDS,
    &OLDEST_LANDING,
    &LANDING_OBJECTS,
    &PARTITIONS,
    &GENERATIONS,
    &UNREGISTERED,
    &REGISTER_LAG,
    &QUEUE_MESSAGES,
    &DEAD_LETTERS,
    &SURVEYS_FAILED,
    &BUILD_INFO,
];

const DATASET_ONLY: &[&str] = &[DATASET];

const fn counter(name: &'static str, labels: &'static [&'static str], meaning: &'static str) -> Family {
    Family { name, kind: Kind::Counter, scale: Scale::One, labels, meaning }
}

const fn number(name: &'static str, labels: &'static [&'static str], meaning: &'static str) -> Family {
    Family { name, kind: Kind::Gauge(Joined::Sum), scale: Scale::One, labels, meaning }
}

const fn age(name: &'static str, meaning: &'static str) -> Family {
    let (kind, scale) = (Kind::Gauge(Joined::Largest), Scale::Thousandth);
    Family { name, kind, scale, labels: DATASET_ONLY, meaning }
}
