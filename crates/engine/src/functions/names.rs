//! Which functions there are, by their names, and what is known of each.

use std::collections::BTreeSet;

use datafusion::sql::sqlparser::ast::DateTimeField;
use trino::{EXTRACTED, Function};

use super::{
    CAST_TO_JSON, aggregates, attempt, bytes, format, greatest, json, lambda, math, nested, random, regexp,
    strings, time, total, type_of, url,
};

/// DataFusion's.
pub(super) const SCALAR: [&str; 2] = ["coalesce", "starts_with"];

/// Ours, besides the parts of a time and [`FAMILIES`].
pub(super) const OWN: [&str; 16] = [
    "date_add",
    "date_diff",
    "date_format",
    "date_trunc",
    "from_iso8601_date",
    "from_iso8601_timestamp",
    "lower",
    "nullif",
    "regexp_like",
    "replace",
    "strpos",
    "substr",
    "to_base64",
    type_of::TYPEOF,
    "upper",
    CAST_TO_JSON,
];

/// Ours, too: each in a module of its own. Those of numbers are in [`math::NAMES`].
pub(super) const FAMILIES: [&[&str]; 9] = [
    &bytes::NAMES,
    &[format::FORMAT],
    &greatest::NAMES,
    &json::NAMES,
    &nested::NAMES,
    &regexp::NAMES,
    &strings::NAMES,
    &[attempt::TRY],
    &url::NAMES,
];

/// DataFusion's.
pub(super) const AGGREGATE: [&str; 14] = [
    "any_value",
    "approx_distinct",
    "bool_and",
    "bool_or",
    "count",
    "grouping",
    "max",
    "min",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "var_pop",
    "var_samp",
    "variance",
];

/// Ours.
pub(super) const OWN_AGGREGATE: [&str; 4] = ["avg", "max_by", "min_by", "sum"];

/// What is written otherwise before DataFusion sees it: see [`crate::calls`] and [`crate::forms`].
#[cfg(test)]
pub(super) const REWRITTEN: [&str; 7] = ["arbitrary", "count_if", "date", "every", "if", "map", "mod"];

pub(super) const WINDOW: [&str; 11] = [
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

/// Whether a query may call it.
pub(crate) fn is_known(name: &str) -> bool {
    trino::function(name).is_some_and(Function::is_local_call)
}

/// The functions that a query may call by name, each once, in lower case and in order. Some forms have a grammar of their
/// own, such as `substring(a FROM 1)` and `position(a IN b)`: those are not functions here.
pub fn function_names() -> BTreeSet<&'static str> {
    trino::functions().filter(|function| function.is_local_call()).map(|function| function.name).collect()
}

/// Whether each call of the function has another value.
pub(crate) fn is_random(name: &str) -> bool {
    random::NAMES.contains(&name)
}

/// Whether it is one of ours, which takes the types that Athena's takes and no others.
pub(crate) fn is_strict(name: &str) -> bool {
    name != CAST_TO_JSON
        && (OWN.contains(&name)
            || nested::HIDDEN.contains(&name)
            || nested::compares(name)
            || FAMILIES.iter().chain(&math::NAMES).any(|family| family.contains(&name))
            || lambda::NAMES.contains(&name)
            || random::NAMES.contains(&name)
            || time::PARTS.contains(&name)
            || time::NAMES.contains(&name)
            || total::NAMES.contains(&name)
            || aggregates::is_one(name))
}

/// Whether it makes one value of many rows.
pub(crate) fn is_aggregate(name: &str) -> bool {
    AGGREGATE.contains(&name)
        || OWN_AGGREGATE.contains(&name)
        || aggregates::is_one(name)
        || ["arbitrary", "count_if", "every"].contains(&name)
}

/// The function that gives this part of a time.
pub(crate) fn part_of(field: &DateTimeField) -> Option<String> {
    let name = field.to_string().to_lowercase();
    EXTRACTED.contains(&name.as_str()).then_some(name)
}

/// Whether it is written without parentheses.
pub(crate) fn is_bare(name: &str) -> bool {
    trino::function(name).is_some_and(|function| function.is_local() && function.is_bare())
}

/// Whether it looks at nothing but the instant of a time in a zone.
pub(crate) fn takes_instant(name: &str) -> bool {
    [time::AT_TIMEZONE, "to_unixtime", time::MINUS_TIME].contains(&name)
}

/// Whether the function has no meaning without `OVER`.
pub(crate) fn needs_window(name: &str) -> bool {
    WINDOW.contains(&name)
}
