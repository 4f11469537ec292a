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
    } else if let Some(number) = strings.comma_number.as_ref().filter(|_| all(numbers_for_people(strings))) {
        let words = format!(
            "numbers with commas, as {:?}: texts as they are; written with a point and without thousands, as 1234.50, they \
             could be numbers",
            shortened(number)
        );
        doubts.add("comma_numbers", words);
    } else if let Some(kind) = kind_of_others(strings, strings.empty) {
        let (empty, count) = (strings.empty, strings.count);
        let words = format!("{empty} of {count} are empty texts, and the others are {kind}");
        doubts.add("empty_texts", words + &without(""));
    } else if let Some(other) = strings.other.as_ref().filter(|_| is_most(strings, strings.numbers)) {
        let (numbers, count) = (strings.numbers, strings.count);
        let words =
            format!("{numbers} of {count} are numbers, and others are not, as {:?}", shortened(other));
        doubts.add("almost_numbers", words + &without(other));
    } else if let Some(null) = &strings.null_text {
        doubts.add("null_texts", of_null_texts(strings, null));
    } else if let Some(other) = strings.timeless.as_ref().filter(|_| is_most(strings, times(strings))) {
        let (times, count) = (times(strings), strings.count);
        let words =
            format!("{times} of {count} are dates or times, and others are not, as {:?}", shortened(other));
        doubts.add("almost_times", words + &without(other));
    } else if all(strings.booleans) {
        doubts.add("looks_like_boolean", "true or false in quotes: without them it could be a boolean");
    }
    DataType::String.into()
}

/// What is said where some strings are what programs write for a missing value.
fn of_null_texts(strings: &Strings, null: &str) -> String {
    let (nulls, count) = (strings.null_texts, strings.count);
    let kind = kind_of_others(strings, nulls).map(|kind| format!(", and the others are {kind}"));
    let words = format!("{nulls} of {count} are a text that often stands for nothing, as {null:?}");
    words + &kind.unwrap_or_default() + &without(null)
}

/// What all strings are but for so many that are none of it.
fn kind_of_others(strings: &Strings, none: u64) -> Option<&'static str> {
    let others = strings.count - none;
    let kinds = [
        (numbers_for_people(strings), "numbers"),
        (strings.timestamps, "times"),
        (strings.local_times, "times without an offset"),
        (strings.dates, "dates"),
        (strings.booleans, "true or false"),
    ];
    let is_kind = |of_kind: u64| none > 0 && others > 0 && of_kind == others;
    kinds.into_iter().find(|(of_kind, _)| is_kind(*of_kind)).map(|(_, words)| words)
}

/// What to do about a text that may stand for nothing.
fn without(text: &str) -> String {
    format!(
        ": if that stands for nothing, have it left out; of CSV --null {:?} does, for infer and publish",
        shortened(text)
    )
}

/// A string is one of these at most.
fn numbers_for_people(strings: &Strings) -> u64 {
    strings.numbers + strings.comma_numbers
}

/// A string is one of these at most.
fn times(strings: &Strings) -> u64 {
    strings.dates + strings.timestamps + strings.local_times
}

/// Nine of ten at least, and not all.
fn is_most(strings: &Strings, of_kind: u64) -> bool {
    let others = strings.count.saturating_sub(of_kind);
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
