//! Functions of texts, besides the few in [`super::text`] and those with regular expressions. Texts are counted in code
//! points, as in Trino (its chapter "String functions and operators"), and bounded before they are made.

mod characters;
mod distance;
mod join;
mod normal;
mod pad;
mod soundex;
mod split;
mod trim;

use datafusion::arrow::datatypes::DataType as Arrow;

use super::own::Own;

pub(crate) use pad::CAST_TO_CHAR;
pub(super) use pad::cast_to_char;
pub(super) use split::entries_of;

/// The names of all.
pub(super) const NAMES: [&str; 17] = [
    "chr",
    "codepoint",
    "concat_ws",
    "hamming_distance",
    "length",
    "levenshtein_distance",
    "lpad",
    "ltrim",
    "normalize",
    "rpad",
    "rtrim",
    "soundex",
    "split",
    "split_part",
    "split_to_map",
    "translate",
    "trim",
];

/// All of them.
pub(super) fn all() -> Vec<Own> {
    vec![
        characters::chr(),
        characters::codepoint(),
        characters::length(),
        characters::translate(),
        distance::hamming_distance(),
        distance::levenshtein_distance(),
        join::concat_ws(),
        normal::normalize(),
        pad::lpad(),
        pad::rpad(),
        soundex::soundex(),
        split::split(),
        split::split_part(),
        split::split_to_map(),
        trim::ltrim(),
        trim::rtrim(),
        trim::trim(),
    ]
}

/// Texts, and after them bigints: so many of each, or fewer of the last ones where `optional` says how many.
pub(super) fn texts_and_bigints(
    given: &[Arrow],
    texts: usize,
    bigints: usize,
    optional: usize,
) -> Option<Vec<Arrow>> {
    let most = texts + bigints;
    if given.len() > most || given.len() + optional < most {
        return None;
    }
    let taken = |(place, given): (usize, &Arrow)| match given {
        Arrow::Utf8 | Arrow::Null if place < texts => Some(Arrow::Utf8),
        Arrow::Int32 | Arrow::Int64 | Arrow::Null if place >= texts => Some(Arrow::Int64),
        _ => None,
    };
    given.iter().enumerate().map(taken).collect()
}

/// How many characters it has.
pub(super) fn count_characters(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}
