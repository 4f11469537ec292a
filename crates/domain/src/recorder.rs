//! Measurements of one process in memory, for a page that Prometheus reads.
//!
//! Whoever runs a standing process makes a [`Recorder`] and passes it on: there is no global one. A Lambda has none, since its
//! measurements are lines of the log.
//!
//! The number of series is bounded. A dataset has a series of its own while there are fewer than [`MOST_DATASETS`]; what is
//! measured of further ones is joined under [`OTHER`]. All other labels have the values that the code has for them.

mod text;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    facts::Facts,
    metric::{
        self,
        prometheus::{self, DATASET, Family, Joined, Kind, Scale},
    },
};

/// How many datasets have series of their own: those that come first.
pub const MOST_DATASETS: usize = 100;

/// The label's value for all further datasets. No dataset can be called so.
pub const OTHER: &str = "_other";

/// The label's value for events of which no dataset is known, as in the keys of `quarantine/`.
pub const UNROUTED: &str = "_unrouted";

/// The content type of [`Recorder::text`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Measurements of one process.
#[derive(Debug)]
pub struct Recorder {
    /// The labels of every sample.
    constant: [(&'static str, String); 2],
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By the name that the code has for them.
    series: BTreeMap<&'static str, Series>,
    /// Datasets that have series of their own.
    datasets: BTreeSet<String>,
}

/// One metric with all its samples.
#[derive(Debug)]
struct Series {
    /// In Prometheus.
    name: String,
    kind: Kind,
    scale: Scale,
    labels: &'static [&'static str],
    meaning: &'static str,
    /// By the values of the labels.
    samples: BTreeMap<Vec<String>, Value>,
}

#[derive(Debug)]
enum Value {
    Number(u64),
    /// How many observations are in each bucket and in no smaller one, the last one without a bound; and their sum.
    Histogram(Vec<u64>, u64),
}

impl Recorder {
    /// For a process that runs these functions in this environment of this system, and measures these families. What it is
    /// given of others is left out. The counters of the functions are there from the start, with 0: the first one that
    /// counts is then a growth.
    pub fn new(
        (system, environment): (&str, &str),
        functions: &[&'static str],
        families: &[&'static Family],
    ) -> Self {
        let constant = [("system", system.to_owned()), ("environment", environment.to_owned())];
        let mut series = BTreeMap::new();
        for metric in metric::ALL {
            let (name, kind, scale) = prometheus::exposed(metric);
            let mut of = Series::new(name, (kind, scale), &["function"], metric.meaning);
            for function in functions {
                if metric.from == *function || metric.labels.contains(&metric::Label::Function) {
                    of.sample(vec![(*function).to_owned()]);
                }
            }
            if !of.samples.is_empty() {
                series.insert(metric.name, of);
            }
        }
        for family in families {
            let Family { name, kind, scale, labels, meaning } = **family;
            let mut of = Series::new(name.to_owned(), (kind, scale), labels, meaning);
            if labels.is_empty() {
                of.sample(Vec::new());
            }
            series.insert(name, of);
        }
        Self { constant, state: Mutex::new(State { series, datasets: BTreeSet::new() }) }
    }

    /// Adds what a function reports.
    pub fn record(&self, function: &'static str, facts: &impl Facts) {
        let mut state = self.state();
        facts.each(&mut |metric, value| state.add(metric.name, &[function], value));
        facts.each_of(&mut |family, labels, value| state.add(family.name, labels, value));
    }

    /// Adds to a counter or a gauge, or observes a value of a histogram. The labels are in the order of the family's.
    pub fn add(&self, family: &'static Family, labels: &[&str], value: u64) {
        self.state().add(family.name, labels, value);
    }

    /// Takes from a gauge, which does not fall below 0. Nothing is taken from anything else.
    pub fn take(&self, family: &'static Family, labels: &[&str], value: u64) {
        if matches!(family.kind, Kind::Gauge(_))
            && let Some(Value::Number(number)) = self.state().sample(family.name, labels)
        {
            *number = number.saturating_sub(value);
        }
    }

    /// Sets all series of a gauge with one label: those of other values are gone.
    pub fn set<'a>(&self, family: &'static Family, values: impl IntoIterator<Item = (&'a str, u64)>) {
        let Kind::Gauge(joined) = family.kind else { return };
        let mut state = self.state();
        if let Some(series) = state.series.get_mut(family.name) {
            series.samples.clear();
        }
        for (label, value) in values {
            if let Some(Value::Number(number)) = state.sample(family.name, &[label]) {
                *number = match joined {
                    Joined::Sum => number.saturating_add(value),
                    Joined::Largest => value.max(*number),
                };
            }
        }
    }

    /// What Prometheus reads: the text format, version 0.0.4 ([`CONTENT_TYPE`]).
    pub fn text(&self) -> String {
        text::of(&self.constant, self.state().series.values())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, family: &'static str, labels: &[&str], value: u64) {
        let bounds = match self.series.get(family).map(|series| series.kind) {
            Some(Kind::Histogram(bounds)) => bounds,
            _ => &[],
        };
        match self.sample(family, labels) {
            Some(Value::Number(number)) => *number = number.saturating_add(value),
            Some(Value::Histogram(buckets, sum)) => {
                let bucket = bounds.partition_point(|bound| *bound < value);
                if let Some(count) = buckets.get_mut(bucket) {
                    *count = count.saturating_add(1);
                }
                *sum = sum.saturating_add(value);
            }
            None => {}
        }
    }

    /// The value with these labels, 0 if there was none. `None` if this process does not measure the family.
    fn sample(&mut self, family: &'static str, labels: &[&str]) -> Option<&mut Value> {
        let Self { series, datasets } = self;
        let series = series.get_mut(family)?;
        let values = series.labels.iter().zip(labels).map(|(name, value)| {
            if *name == DATASET { bounded(datasets, value) } else { (*value).to_owned() }
        });
        let values = values.collect();
        Some(series.sample(values))
    }
}

/// The dataset's own name while there is room for one more, and then [`OTHER`].
fn bounded(datasets: &mut BTreeSet<String>, dataset: &str) -> String {
    let is_its_own = dataset == UNROUTED
        || datasets.contains(dataset)
        || (datasets.len() < MOST_DATASETS && datasets.insert(dataset.to_owned()));
    if is_its_own { dataset.to_owned() } else { OTHER.to_owned() }
}

impl Series {
    fn new(
        name: String,
        (kind, scale): (Kind, Scale),
        labels: &'static [&'static str],
        meaning: &'static str,
    ) -> Self {
        Self { name, kind, scale, labels, meaning, samples: BTreeMap::new() }
    }

    fn sample(&mut self, labels: Vec<String>) -> &mut Value {
        let kind = self.kind;
        self.samples.entry(labels).or_insert_with(|| match kind {
            Kind::Counter | Kind::Gauge(_) => Value::Number(0),
            Kind::Histogram(bounds) => Value::Histogram(vec![0; bounds.len() + 1], 0),
        })
    }
}

#[cfg(test)]
mod tests;
