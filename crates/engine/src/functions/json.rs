//! JSON, which is a type of its own in Trino (its chapter "JSON functions and operators").
//!
//! A value of the type is a text, and here it is Arrow's `LargeUtf8`, which no column of a table and no other function has
//! ([`crate::types::JSON`]). So the type is a part of every plan: `CAST('1' AS JSON)` is a text in quotes and
//! `json_parse('1')` a number, a result's column says `json`, nothing is converted between JSON and varchar but by a cast or a
//! function, and `lower(json)` is refused. A mark in a field's metadata would not do: `CASE`, `coalesce`, `UNION` and
//! aggregates make fields of their own, and drop it.
//!
//! The text is that of Trino's values, by which two of them are equal: [`document`] writes it. Documents that are given as
//! varchar are read as they are, and no further than is asked for.

mod array;
pub(super) mod document;
mod path;
mod standard;
pub(super) mod token;
mod write;

use super::own::Own;

pub(crate) use array::JSON_PARSE;
pub(super) use write::cast_to_json;
pub(crate) use write::{CAST_TO_JSON, is_castable};

/// The names of all, but for that of the cast.
pub(super) const NAMES: [&str; 14] = [
    "is_json_scalar",
    "json_array",
    "json_array_contains",
    "json_array_get",
    "json_array_length",
    "json_exists",
    "json_extract",
    "json_extract_scalar",
    "json_format",
    "json_object",
    "json_query",
    "json_size",
    "json_value",
    JSON_PARSE,
];

/// All of them.
pub(super) fn all() -> Vec<Own> {
    let mut all = vec![
        array::is_json_scalar(),
        array::json_array_contains(),
        array::json_array_get(),
        array::json_array_length(),
        array::json_parse(),
        path::json_extract(),
        path::json_extract_scalar(),
        path::json_size(),
        write::json_format(),
    ];
    all.extend(standard::all());
    all
}

/// Whether the text is JSON, as a literal has to be.
pub(crate) fn is_json(text: &str) -> bool {
    document::parsed(text).is_ok()
}
