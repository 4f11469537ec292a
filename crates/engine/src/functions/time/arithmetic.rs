//! What operators do with times and intervals.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, DurationMillisecondArray, IntervalYearMonthArray},
        datatypes::{
            DataType as Arrow, DurationMillisecondType, Float64Type, Int64Type, IntervalYearMonthType,
        },
    },
    error::Result,
    logical_expr::ScalarUDF,
};

use super::{Times, Unit, alike, out_of_range, time};
use crate::{
    functions::own::{Own, failure, invalid, unexpected},
    text::time::MILLIS_PER_DAY,
    types::{DAY_TO_SECOND, YEAR_TO_MONTH},
};

/// What a difference of times becomes. A query cannot call it by its name.
pub(crate) const MINUS_TIME: &str = "time_minus_time";

/// What `-` before an interval becomes. A query cannot call it by its name.
pub(crate) const NEGATED: &str = "interval_negated";

/// An interval with the other sign, for an operator.
pub(crate) fn negated() -> ScalarUDF {
    negation().into()
}

/// The same, for a statement. That of a number becomes an operator before it is calculated.
pub(super) fn negation() -> Own {
    let takes = |given: &[Arrow]| match given {
        [one] if is_interval(one) || one.is_numeric() || *one == Arrow::Null => Some(vec![one.clone()]),
        _ => None,
    };
    let apply = |columns: &[ArrayRef]| {
        let lengths = Lengths::of(&columns[0])?;
        let negated = (0..columns[0].len()).map(|row| {
            lengths.get(row).map(|length| length.checked_neg().ok_or_else(out_of_range)).transpose()
        });
        lengths.like(negated)
    };
    Own::new(NEGATED, takes, |given| given[0].clone(), apply)
}

pub(super) fn later() -> Own {
    Own::new("time_plus_interval", takes_move, |given| given[0].clone(), |columns| moved(columns, 1))
}

pub(super) fn earlier() -> Own {
    Own::new("time_minus_interval", takes_move, |given| given[0].clone(), |columns| moved(columns, -1))
}

fn takes_move(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [at, by] if is_interval(by) && *at != Arrow::Null => Some(vec![time(at)?, by.clone()]),
        _ => None,
    }
}

/// An interval of days and seconds is a number of milliseconds; one of months leads to the same day and time of another
/// month, or to its last day.
fn moved(columns: &[ArrayRef], sign: i64) -> Result<ArrayRef> {
    let times = Times::of(&columns[0])?;
    let lengths = Lengths::of(&columns[1])?;
    let one = |instant: i64, length: i64| {
        let length = sign.checked_mul(length)?;
        if let Lengths::Months(_) = lengths {
            let unit = Unit::Months(1);
            let local = unit.add(times.zone.local(instant), length)?;
            return Some(times.back(unit, local, instant));
        }
        instant.checked_add(length)
    };
    let mut moved = Vec::with_capacity(columns[0].len());
    for row in 0..columns[0].len() {
        let Some((instant, length)) = times.instant(row).zip(lengths.get(row)) else {
            moved.push(None);
            continue;
        };
        if let Lengths::Millis(_) = lengths
            && times.is_dates()
            && length % MILLIS_PER_DAY != 0
        {
            return Err(invalid(match sign {
                1 => "Cannot add hour, minutes or seconds to a date",
                _ => "Cannot subtract hour, minutes or seconds from a date",
            }));
        }
        moved.push(Some(one(instant, length).ok_or_else(out_of_range)?));
    }
    times.like(moved)
}

pub(super) fn between() -> Own {
    let takes = |given: &[Arrow]| match given {
        [left, right] => {
            let (left, right) = alike(time(left)?, time(right)?);
            Some(vec![left, right])
        }
        _ => None,
    };
    let apply = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let (left, right) = (Times::of(&columns[0])?, Times::of(&columns[1])?);
        let between = (0..columns[0].len()).map(|row| match left.instant(row).zip(right.instant(row)) {
            Some((left, right)) => left.checked_sub(right).map(Some).ok_or_else(out_of_range),
            None => Ok(None),
        });
        Ok(Arc::new(between.collect::<Result<DurationMillisecondArray>>()?))
    };
    Own::new(MINUS_TIME, takes, |_| DAY_TO_SECOND, apply)
}

pub(super) fn sum() -> Own {
    Own::new(
        "interval_plus_interval",
        takes_both,
        |given| given[0].clone(),
        |columns| both(columns, i64::checked_add),
    )
}

pub(super) fn difference() -> Own {
    Own::new(
        "interval_minus_interval",
        takes_both,
        |given| given[0].clone(),
        |columns| both(columns, i64::checked_sub),
    )
}

fn takes_both(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [left, right] if is_interval(left) && left == right => Some(given.to_vec()),
        _ => None,
    }
}

fn both(columns: &[ArrayRef], operation: fn(i64, i64) -> Option<i64>) -> Result<ArrayRef> {
    let (left, right) = (Lengths::of(&columns[0])?, Lengths::of(&columns[1])?);
    left.like((0..columns[0].len()).map(|row| match left.get(row).zip(right.get(row)) {
        Some((left, right)) => operation(left, right).map(Some).ok_or_else(out_of_range),
        None => Ok(None),
    }))
}

pub(super) fn times() -> Own {
    let takes = |given: &[Arrow]| match given {
        [interval, number] if is_interval(interval) && number.is_integer() => {
            Some(vec![interval.clone(), Arrow::Int64])
        }
        [interval, number] if is_interval(interval) && number.is_numeric() => {
            Some(vec![interval.clone(), Arrow::Float64])
        }
        _ => None,
    };
    let apply = |columns: &[ArrayRef]| {
        if let Some(factors) = columns[1].as_primitive_opt::<Int64Type>() {
            let lengths = Lengths::of(&columns[0])?;
            return lengths.like((0..columns[0].len()).map(|row| {
                match lengths.get(row).zip(factors.is_valid(row).then(|| factors.value(row))) {
                    Some((length, factor)) => length.checked_mul(factor).map(Some).ok_or_else(out_of_range),
                    None => Ok(None),
                }
            }));
        }
        scaled(columns, |length, factor| Ok(length * factor))
    };
    Own::new("interval_times_number", takes, |given| given[0].clone(), apply)
}

pub(super) fn divided() -> Own {
    let takes = |given: &[Arrow]| match given {
        [interval, number] if is_interval(interval) && number.is_numeric() => {
            Some(vec![interval.clone(), Arrow::Float64])
        }
        _ => None,
    };
    let apply = |columns: &[ArrayRef]| {
        scaled(columns, |length, divisor| {
            if divisor == 0.0 {
                return Err(failure("DIVISION_BY_ZERO", "Division by zero"));
            }
            Ok(length / divisor)
        })
    };
    Own::new("interval_by_number", takes, |given| given[0].clone(), apply)
}

/// By a double, without the places after the point.
fn scaled(columns: &[ArrayRef], operation: fn(f64, f64) -> Result<f64>) -> Result<ArrayRef> {
    let lengths = Lengths::of(&columns[0])?;
    let factors =
        columns[1].as_primitive_opt::<Float64Type>().ok_or_else(|| unexpected(columns[1].data_type()))?;
    lengths.like((0..columns[0].len()).map(|row| {
        let Some((length, factor)) = lengths.get(row).zip(factors.is_valid(row).then(|| factors.value(row)))
        else {
            return Ok(None);
        };
        let scaled = operation(length as f64, factor)?.trunc();
        // 2^63, which is the first double beyond the range.
        if scaled.is_nan() || scaled.abs() >= 9_223_372_036_854_775_808.0 {
            return Err(out_of_range());
        }
        Ok(Some(scaled as i64))
    }))
}

fn is_interval(arrow: &Arrow) -> bool {
    *arrow == DAY_TO_SECOND || *arrow == YEAR_TO_MONTH
}

/// A column of intervals of one kind.
enum Lengths<'a> {
    Millis(&'a DurationMillisecondArray),
    Months(&'a IntervalYearMonthArray),
}

impl<'a> Lengths<'a> {
    fn of(array: &'a ArrayRef) -> Result<Self> {
        if let Some(millis) = array.as_primitive_opt::<DurationMillisecondType>() {
            return Ok(Self::Millis(millis));
        }
        let months = array.as_primitive_opt::<IntervalYearMonthType>();
        months.map(Self::Months).ok_or_else(|| unexpected(array.data_type()))
    }

    fn get(&self, row: usize) -> Option<i64> {
        match self {
            Self::Millis(millis) => millis.is_valid(row).then(|| millis.value(row)),
            Self::Months(months) => months.is_valid(row).then(|| i64::from(months.value(row))),
        }
    }

    /// A column of the same kind.
    fn like(&self, lengths: impl Iterator<Item = Result<Option<i64>>>) -> Result<ArrayRef> {
        Ok(match self {
            Self::Millis(_) => Arc::new(lengths.collect::<Result<DurationMillisecondArray>>()?),
            Self::Months(_) => {
                let months = lengths.map(|length| {
                    let month = |length: i64| i32::try_from(length).map_err(|_| out_of_range());
                    length?.map(month).transpose()
                });
                Arc::new(months.collect::<Result<IntervalYearMonthArray>>()?)
            }
        })
    }
}
