//! Numbers: whole ones, times since 1970, amounts, measurements.

use chrono::DateTime;
use domain::{DataType, value::Unit};

use super::{Promise, Typed, decimal};
use crate::dataset::infer::{doubt::Doubts, number::Digits, profile::Numbers};

/// The type of a place where all values are numbers.
pub(super) fn of(numbers: &Numbers, promise: Promise, doubts: &mut Doubts<'_>) -> Option<Typed> {
    if let Some(typed) = time(numbers, promise, doubts) {
        return Some(typed);
    }
    let is_whole = numbers.bigints == numbers.count;
    let decimal = decimal(numbers.digits).filter(|_| numbers.huge == 0);
    // An amount that is whole in the sample need not be in the next event.
    let amount = amount(numbers.digits)
        .or_else(|| decimal.clone())
        .filter(|_| promise.amount && numbers.huge == 0 && numbers.long_doubles == 0);
    if is_whole && (numbers.fractional == 0 || numbers.inexact > 0) && amount.is_none() {
        return Some(whole(numbers, doubts).into());
    }
    match amount.as_ref().or(decimal.as_ref()) {
        Some(decimal) if amount.is_some() && is_whole => {
            doubts.add(
                "amounts",
                format!(
                    "whole amounts: {decimal} takes others too; if they are counted in cents, or are no amounts, a bigint"
                ),
            );
            Some(decimal.clone().into())
        }
        Some(decimal) if amount.is_some() => {
            doubts.add(
                "amounts",
                format!("amounts: {decimal} is exact and takes no more digits than that; a double takes any"),
            );
            Some(decimal.clone().into())
        }
        Some(decimal) if numbers.inexact > 0 && !is_whole => {
            doubts.add(
                "many_digits",
                format!("numbers of more digits than a double has: {decimal} keeps them, and takes no more"),
            );
            Some(decimal.clone().into())
        }
        _ if is_whole => {
            let message = "whole numbers so far, written as 10.0 or 1e3: a double takes others too; if all are whole, a \
                           bigint";
            doubts.add("whole_so_far", message);
            Some(DataType::Double.into())
        }
        decimal if numbers.doubles == numbers.count => {
            if let Some(decimal) = decimal {
                let message = format!("a double is not exact: if these are amounts, {decimal} is");
                doubts.add("double_or_decimal", message);
            }
            Some(DataType::Double.into())
        }
        _ => {
            doubts.add("huge_numbers", "numbers that neither a double nor a decimal takes");
            None
        }
    }
}

/// A decimal for amounts, with at least two digits behind the point.
fn amount(digits: Digits) -> Option<DataType> {
    decimal(Digits { scale: digits.scale.max(2), ..digits })
}

fn whole(numbers: &Numbers, doubts: &mut Doubts<'_>) -> DataType {
    if numbers.unsafe_integers > 0 {
        doubts.add(
            "beyond_2_53",
            format!(
                "{} of {} are beyond 2^53, where many senders (JavaScript) round: if they are ids, have them sent as \
                 strings",
                numbers.unsafe_integers, numbers.count
            ),
        );
    }
    DataType::BigInt
}

/// Where every number may be a time: taken as one if the name says so too.
fn time(numbers: &Numbers, promise: Promise, doubts: &mut Doubts<'_>) -> Option<Typed> {
    let all = |count: u64| count == numbers.count;
    let (unit, words, factor) = if all(numbers.seconds) {
        (Unit::Seconds, r#"seconds since 1970 ("unit": "s")"#, 1e3)
    } else if all(numbers.milliseconds) {
        (Unit::Milliseconds, r#"milliseconds since 1970 ("unit": "ms")"#, 1.0)
    } else {
        if all(numbers.finer) {
            let message = "perhaps microseconds or nanoseconds since 1970, which stay numbers: milliseconds would be \
                           times";
            doubts.add("fine_epoch", message);
        }
        return None;
    };
    let year = |number: f64| {
        // Of this century: far from what does not fit.
        #[allow(clippy::cast_possible_truncation, reason = "see above")]
        let time = DateTime::from_timestamp_millis((number * factor) as i64);
        time.map(|time| time.format("%Y").to_string()).unwrap_or_default()
    };
    let (first, last) = numbers.range.map(|(least, most)| (year(least), year(most))).unwrap_or_default();
    let years = if first == last { first } else { format!("{first} to {last}") };
    if promise.time && promise.column {
        doubts.add("epoch", format!("taken for {words}, of {years}; if they are none, make it a bigint"));
        return Some(Typed { data_type: DataType::Timestamp, unit: Some(unit) });
    }
    let hint = if promise.column { "make it a timestamp" } else { "only a column can have a unit" };
    doubts.add("epoch", format!("perhaps {words}, of {years}: if so, {hint}"));
    None
}
