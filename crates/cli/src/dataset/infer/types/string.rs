//! Strings: texts, and what is written as one.

use domain::DataType;

use super::{Promise, Typed, decimal};
use crate::dataset::infer::{doubt::Doubts, profile::Strings};

/// The type of a place where all values are strings.
pub(super) fn of(strings: &Strings, promise: Promise, doubts: &mut Doubts<'_>) -> Typed {
    let all = |count: u64| count == strings.count;
    if all(strings.timestamps) {
        doubts.add("looks_like_time", "every string is an RFC 3339 time: others will go to quarantine");
        return DataType::Timestamp.into();
    }
    if all(strings.dates) {
        doubts.add("looks_like_date", "every string is a date: others will go to quarantine");
        return DataType::Date.into();
    }
    if all(strings.dates + strings.timestamps) {
        doubts.add(
            "dates_and_times",
            "dates and times: if the sender wrote only one of them, it could be that type",
        );
    } else if all(strings.timestamps + strings.local_times + strings.dates) {
        doubts.add(
            "time_without_offset",
            "times without an offset, so nobody knows when that was: with one (2026-11-23T10:05:00Z) it could be a \
             timestamp",
        );
    } else if all(strings.numbers) {
        return numbers(strings, promise, doubts);
    } else if let Some(other) = strings.other.as_ref().filter(|_| is_mostly_numbers(strings)) {
        let (numbers, count) = (strings.numbers, strings.count);
        doubts.add(
            "almost_numbers",
            format!(
                "{numbers} of {count} are numbers, and others are not, as {:?}: if that stands for nothing, have it left \
                 out; of CSV --null {:?} does, for infer and publish",
                shortened(other),
                shortened(other)
            ),
        );
    } else if let Some(null) = &strings.null_text {
        doubts.add("null_texts", of_null_texts(strings, null));
    } else if all(strings.booleans) {
        doubts.add("looks_like_boolean", "true or false in quotes: without them it could be a boolean");
    }
    DataType::String.into()
}

/// What is said where some strings are what programs write for a missing value.
fn of_null_texts(strings: &Strings, null: &str) -> String {
    let (nulls, count) = (strings.null_texts, strings.count);
    let others = count - nulls;
    let kinds = [
        (strings.numbers, ", and the others are numbers"),
        (strings.timestamps, ", and the others are times"),
        (strings.dates, ", and the others are dates"),
        (strings.booleans, ", and the others are true or false"),
    ];
    let kind = kinds
        .into_iter()
        .find(|(of_kind, _)| others > 0 && *of_kind == others)
        .map_or("", |(_, words)| words);
    format!(
        "{nulls} of {count} are a text that often stands for nothing, as {null:?}{kind}: if it does here, have it left out; of CSV \
         --null {null:?} does, for infer and publish"
    )
}

/// Nine of ten at least.
fn is_mostly_numbers(strings: &Strings) -> bool {
    let others = strings.count - strings.numbers;
    others > 0 && others.saturating_mul(10) <= strings.count
}

fn shortened(text: &str) -> String {
    text.chars().take(20).collect()
}

fn numbers(strings: &Strings, promise: Promise, doubts: &mut Doubts<'_>) -> Typed {
    match decimal(strings.digits) {
        Some(decimal) if promise.amount => {
            let message =
                format!("amounts in quotes: {decimal} takes them exactly, and other strings not at all");
            doubts.add("looks_like_number", message);
            decimal.into()
        }
        decimal => {
            let instead = decimal.map(|decimal| format!(", {decimal} takes them")).unwrap_or_default();
            let message =
                format!("every string is a number: right for ids and codes; for quantities{instead}");
            doubts.add("looks_like_number", message);
            DataType::String.into()
        }
    }
}
