//! The functions that mean here what they mean in Athena. All others are refused by name: one of the same
//! name that answers something else would be worse.

mod base64;
mod json;
mod unary;

use std::sync::Arc;

use datafusion::{
    execution::SessionStateDefaults,
    logical_expr::{AggregateUDF, ScalarUDF, WindowUDF},
};

pub(crate) use json::{CAST_TO_JSON, is_castable};

/// DataFusion's.
const SCALAR: [&str; 8] =
    ["coalesce", "length", "lower", "nullif", "reverse", "starts_with", "strpos", "upper"];

/// Ours.
const OWN: [&str; 2] = ["json_format", "to_base64"];

const AGGREGATE: [&str; 14] = [
    "approx_distinct",
    "avg",
    "bool_and",
    "bool_or",
    "count",
    "max",
    "min",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "sum",
    "var_pop",
    "var_samp",
    "variance",
];

const WINDOW: [&str; 11] = [
    "cume_dist",
    "dense_rank",
    "first_value",
    "lag",
    "last_value",
    "lead",
    "nth_value",
    "ntile",
    "percent_rank",
    "rank",
    "row_number",
];

/// Functions whose result is a `bigint` in Athena and a narrower type in DataFusion.
const WIDENED: [&str; 2] = ["length", "strpos"];

/// Whether a query may call it.
pub(crate) fn is_known(name: &str) -> bool {
    SCALAR.contains(&name) || OWN.contains(&name) || AGGREGATE.contains(&name) || WINDOW.contains(&name)
}

/// Whether the function has no meaning without `OVER`.
pub(crate) fn needs_window(name: &str) -> bool {
    WINDOW.contains(&name)
}

/// Whether its result has to be made a `bigint`.
pub(crate) fn is_widened(name: &str) -> bool {
    WIDENED.contains(&name)
}

pub(crate) fn scalar() -> Vec<Arc<ScalarUDF>> {
    let mut all = SessionStateDefaults::default_scalar_functions();
    all.retain(|f| admits(&SCALAR, f.name(), f.aliases()));
    all.extend(
        [json::cast_to_json(), json::json_format(), base64::to_base64()].map(|own| Arc::new(own.into())),
    );
    all
}

pub(crate) fn aggregate() -> Vec<Arc<AggregateUDF>> {
    let mut all = SessionStateDefaults::default_aggregate_functions();
    all.retain(|f| admits(&AGGREGATE, f.name(), f.aliases()));
    all
}

pub(crate) fn window() -> Vec<Arc<WindowUDF>> {
    let mut all = SessionStateDefaults::default_window_functions();
    all.retain(|f| admits(&WINDOW, f.name(), f.aliases()));
    all
}

fn admits(list: &[&str], name: &str, aliases: &[String]) -> bool {
    list.contains(&name) || aliases.iter().any(|alias| list.contains(&alias.as_str()))
}
