//! Aggregates, sketches and windows.

use super::{Function, api, both};

/// Aggregate functions.
pub(super) const AGGREGATE: &[Function] = &[
    both("any_value", "T", "T"),
    both("approx_distinct", "T[, double]", "bigint"),
    both("approx_most_frequent", "bigint, T, bigint", "map(T, bigint)"),
    both("approx_percentile", "N, double or array(double)[, double or array(double)[, double]]", "N"),
    both("arbitrary", "T", "T"),
    both("array_agg", "T", "array(T)"),
    both("avg", "N", "double or N"),
    both("bitwise_and_agg", "bigint", "bigint"),
    both("bitwise_or_agg", "bigint", "bigint"),
    both("bool_and", "boolean", "boolean"),
    both("bool_or", "boolean", "boolean"),
    both("checksum", "T", "varbinary"),
    both("corr", "double, double", "double"),
    both("count", "[T]", "bigint"),
    both("count_if", "boolean", "bigint"),
    both("covar_pop", "double, double", "double"),
    both("covar_samp", "double, double", "double"),
    both("entropy", "bigint", "double"),
    both("every", "boolean", "boolean"),
    both("geometric_mean", "double", "double"),
    both("grouping", "T, ...", "integer or bigint"),
    both("histogram", "T", "map(T, bigint)"),
    both("kurtosis", "double", "double"),
    both("listagg", "varchar[, varchar]", "varchar"),
    both("map_agg", "K, V", "map(K, V)"),
    both("map_union", "map(K, V)", "map(K, V)"),
    both("max", "T[, bigint]", "T"),
    both("max_by", "T, U[, bigint]", "T"),
    both("min", "T[, bigint]", "T"),
    both("min_by", "T, U[, bigint]", "T"),
    both("multimap_agg", "K, V", "map(K, array(V))"),
    api("numeric_histogram", "bigint, double[, double]", "map(double, double)"),
    api("reduce_agg", "T, S, (S, T) -> S, (S, S) -> S", "S"),
    both("regr_intercept", "double, double", "double"),
    both("regr_slope", "double, double", "double"),
    api("set_agg", "T", "array(T)"),
    api("set_union", "array(T)", "array(T)"),
    both("skewness", "double", "double"),
    both("stddev", "double", "double"),
    both("stddev_pop", "double", "double"),
    both("stddev_samp", "double", "double"),
    both("sum", "N", "N"),
    both("var_pop", "double", "double"),
    both("var_samp", "double", "double"),
    both("variance", "double", "double"),
];

/// HyperLogLog functions.
pub(super) const HYPERLOGLOG: &[Function] = &[
    api("approx_set", "T", "hyperloglog"),
    api("empty_approx_set", "", "hyperloglog"),
    api("merge", "T", "T"),
];

/// Set Digest functions.
pub(super) const SET_DIGEST: &[Function] = &[
    api("hash_counts", "setdigest", "map(bigint, smallint)"),
    api("intersection_cardinality", "setdigest, setdigest", "bigint"),
    api("jaccard_index", "setdigest, setdigest", "double"),
];

/// Quantile digest functions.
pub(super) const QUANTILE_DIGEST: &[Function] = &[
    api("qdigest_agg", "T[, bigint[, double]]", "qdigest(T)"),
    api("value_at_quantile", "qdigest(T) or tdigest, double", "T"),
];

/// T-Digest functions.
pub(super) const T_DIGEST: &[Function] = &[api("tdigest_agg", "double[, double]", "tdigest")];

/// Window functions.
pub(super) const WINDOW: &[Function] = &[
    both("cume_dist", "", "double"),
    both("dense_rank", "", "bigint"),
    both("first_value", "T", "T"),
    both("lag", "T[, bigint[, T]]", "T"),
    both("last_value", "T", "T"),
    both("lead", "T[, bigint[, T]]", "T"),
    both("nth_value", "T, bigint", "T"),
    both("ntile", "bigint", "bigint"),
    both("percent_rank", "", "double"),
    both("rank", "", "bigint"),
    both("row_number", "", "bigint"),
];
