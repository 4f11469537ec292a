//! JSON, arrays, maps and rows.

use super::{Function, both};

/// JSON functions and operators.
pub(super) const JSON: &[Function] = &[
    both("is_json_scalar", "json or varchar", "boolean"),
    both("json_array", "...", "varchar"),
    both("json_array_contains", "json or varchar, T", "boolean"),
    both("json_array_get", "json or varchar, bigint", "json"),
    both("json_array_length", "json or varchar", "bigint"),
    both("json_exists", "...", "boolean"),
    both("json_extract", "json or varchar, varchar", "json"),
    both("json_extract_scalar", "json or varchar, varchar", "varchar"),
    both("json_format", "json", "varchar"),
    both("json_object", "...", "varchar"),
    both("json_parse", "varchar", "json"),
    both("json_query", "...", "varchar"),
    both("json_size", "json or varchar, varchar", "bigint"),
    both("json_value", "...", "varchar"),
];

/// Array functions and operators.
pub(super) const ARRAY: &[Function] = &[
    both("all_match", "array(T), (T) -> boolean", "boolean"),
    both("any_match", "array(T), (T) -> boolean", "boolean"),
    both("array_distinct", "array(T)", "array(T)"),
    both("array_except", "array(T), array(T)", "array(T)"),
    both("array_intersect", "array(T), array(T)", "array(T)"),
    both("array_join", "array(T), varchar[, varchar]", "varchar"),
    both("array_max", "array(T)", "T"),
    both("array_min", "array(T)", "T"),
    both("array_position", "array(T), T", "bigint"),
    both("array_remove", "array(T), T", "array(T)"),
    both("array_sort", "array(T)[, (T, T) -> integer]", "array(T)"),
    both("array_union", "array(T), array(T)", "array(T)"),
    both("arrays_overlap", "array(T), array(T)", "boolean"),
    both("cardinality", "array(T) or map(K, V)", "bigint"),
    both("combinations", "array(T), bigint", "array(array(T))"),
    both("contains", "array(T), T", "boolean"),
    both("contains_sequence", "array(T), array(T)", "boolean"),
    both("element_at", "array(T) or map(K, T), bigint or K", "T"),
    both("filter", "array(T), (T) -> boolean", "array(T)"),
    both("flatten", "array(array(T))", "array(T)"),
    both("ngrams", "array(T), bigint", "array(array(T))"),
    both("none_match", "array(T), (T) -> boolean", "boolean"),
    both("reduce", "array(T), S, (S, T) -> S, (S) -> R", "R"),
    both("repeat", "T, bigint", "array(T)"),
    both("sequence", "T, T[, bigint or interval]", "array(T)"),
    both("shuffle", "array(T)", "array(T)").varying(),
    both("slice", "array(T), bigint, bigint", "array(T)"),
    both("transform", "array(T), (T) -> U", "array(U)"),
    both("trim_array", "array(T), bigint", "array(T)"),
    both("zip", "array(T), array(U), ...", "array(row(T, U))"),
    both("zip_with", "array(T), array(U), (T, U) -> R", "array(R)"),
];

/// Map functions and operators.
pub(super) const MAP: &[Function] = &[
    both("map", "[array(K), array(V)]", "map(K, V)"),
    both("map_concat", "map(K, V), map(K, V), ...", "map(K, V)"),
    both("map_entries", "map(K, V)", "array(row(K, V))"),
    both("map_filter", "map(K, V), (K, V) -> boolean", "map(K, V)"),
    both("map_from_entries", "array(row(K, V))", "map(K, V)"),
    both("map_keys", "map(K, V)", "array(K)"),
    both("map_values", "map(K, V)", "array(V)"),
    both("map_zip_with", "map(K, V), map(K, W), (K, V, W) -> R", "map(K, R)"),
    both("multimap_from_entries", "array(row(K, V))", "map(K, array(V))"),
    both("transform_keys", "map(K, V), (K, V) -> R", "map(R, V)"),
    both("transform_values", "map(K, V), (K, V) -> R", "map(K, R)"),
];

/// Row values.
pub(super) const ROW_VALUES: &[Function] = &[both("row", "T, ...", "row(T)")];
