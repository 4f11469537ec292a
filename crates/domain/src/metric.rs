//! What is measured: each metric with its name, its unit and its labels.
//!
//! A service fills in a report, which is plain numbers ([`Facts`](crate::facts::Facts)); each number is the value of a metric
//! of this table. Where measurements go, a log line or a page for Prometheus, is for whoever runs the service.
//!
//! Labels have few values: the lakes of an account, and the four functions. No label holds the text of a sender.

pub mod prometheus;
mod table;

pub use table::*;

/// One metric, as `docs/metrics.md` lists it.
#[derive(Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name: `a-z` and `_`, the same everywhere.
    pub name: &'static str,
    /// What its values are.
    pub unit: Unit,
    /// What tells its values apart.
    pub labels: &'static [Label],
    /// The function that it comes from.
    pub from: &'static str,
    /// What it counts.
    pub meaning: &'static str,
}

/// The unit of a metric, by the names of CloudWatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things; the sum of a period is what counts.
    Count,
    /// A size; the sum of a period is what counts.
    Bytes,
    /// A duration; its percentiles are what counts.
    Milliseconds,
    /// None of CloudWatch's units: the metric's name has it.
    None,
}

impl Unit {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Bytes => "Bytes",
            Self::Milliseconds => "Milliseconds",
            Self::None => "None",
        }
    }

    /// Whether values add up: then 0 says no more than no value.
    pub fn adds_up(self) -> bool {
        self != Self::Milliseconds
    }
}

/// A label of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// The lake: `TRIBUTARY_LAKE`.
    Lake,
    /// The function: `ingest`, `compact`, `register` or `query`.
    Function,
}

impl Label {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lake => "lake",
            Self::Function => "function",
        }
    }
}
