//! `sequence(start, stop, step)`. (Trino's `SequenceFunction` and `SequenceIntervalDayToSecond`, and so on.)

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array},
        compute::cast,
        datatypes::{DataType as Arrow, Int64Type, IntervalYearMonthType, TimeUnit},
    },
    error::Result,
};

use super::{construct::MOST_ENTRIES, made::Rows, types::array_of};
use crate::{
    functions::{
        argument::Argument,
        bounded::Bounded,
        own::{Own, invalid, unexpected},
    },
    text::time::{MILLIS_PER_DAY, civil, day_of},
    types::{DAY_TO_SECOND, YEAR_TO_MONTH},
};

const MILLIS: Arrow = Arrow::Timestamp(TimeUnit::Millisecond, None);

/// The numbers, days or timestamps from one to another, both included.
pub(super) fn sequence() -> Own {
    Own::values("sequence", takes, answers, make)
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    let is_whole = |found: &Arrow| matches!(found, Arrow::Int32 | Arrow::Int64 | Arrow::Null);
    let is_date = |found: &Arrow| matches!(found, Arrow::Date32 | Arrow::Null);
    let is_time = |found: &Arrow| {
        is_date(found) || matches!(found, Arrow::Timestamp(TimeUnit::Second | TimeUnit::Millisecond, None))
    };
    let (ends, step) = match given {
        [start, stop] => ([start, stop], None),
        [start, stop, step] => ([start, stop], Some(step)),
        _ => return None,
    };
    let element = if ends.iter().all(|end| is_whole(end)) && step.is_none_or(is_whole) {
        Arrow::Int64
    } else if ends.iter().all(|end| is_date(end)) {
        Arrow::Date32
    } else if ends.iter().all(|end| is_time(end)) && step.is_some() {
        MILLIS
    } else {
        return None;
    };
    let mut taken = vec![element.clone(), element.clone()];
    match step {
        None => {}
        Some(_) if element == Arrow::Int64 => taken.push(element),
        Some(step) if *step == DAY_TO_SECOND || *step == YEAR_TO_MONTH => taken.push(step.clone()),
        Some(Arrow::Null) => taken.push(DAY_TO_SECOND),
        Some(_) => return None,
    }
    Some(taken)
}

fn answers(given: &[Arrow]) -> Arrow {
    array_of(given.first().cloned().unwrap_or(Arrow::Null))
}

/// How one entry follows from another.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// In the units of the column.
    Units(i64),
    Months(i64),
}

fn make(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let (Some(starts), Some(stops)) = (arguments.first(), arguments.get(1)) else {
        return Err(unexpected(&Arrow::Null));
    };
    let element = starts.array().data_type().clone();
    let (firsts, lasts) = (units(starts.array())?, units(stops.array())?);
    let (mut entries, mut made) = (Vec::<i64>::new(), Rows::new(bounded.rows()));
    for row in 0..bounded.rows() {
        let (start, stop) = (value(&firsts, starts.place(row)), value(&lasts, stops.place(row)));
        let step = match arguments.get(2) {
            None => start.zip(stop).map(|(start, stop)| Step::Units(if stop >= start { 1 } else { -1 })),
            Some(steps) => step(steps, row, &element)?,
        };
        let (Some(start), Some(stop), Some(step)) = (start, stop, step) else {
            made.end(entries.len(), false, bounded)?;
            continue;
        };
        let count = count(start, stop, step, &element)?;
        made.add(usize::try_from(count).unwrap_or_default().saturating_mul(8), bounded)?;
        for number in 0..count {
            entries.push(match step {
                // No entry is beyond the end.
                Step::Units(step) => start.wrapping_add(step.wrapping_mul(number)),
                Step::Months(step) => later(start, step * number, &element),
            });
        }
        made.end(entries.len(), true, bounded)?;
    }
    let entries: ArrayRef = Arc::new(Int64Array::from(entries));
    let entries = match &element {
        Arrow::Date32 => cast(&cast(&entries, &Arrow::Int32)?, &element)?,
        _ => cast(&entries, &element)?,
    };
    made.arrays(entries)
}

/// How many entries there are, of which there is at least one.
fn count(start: i64, stop: i64, step: Step, element: &Arrow) -> Result<i64> {
    let (Step::Units(each) | Step::Months(each)) = step;
    if each == 0 {
        return Err(invalid("step must not be zero"));
    }
    if (each > 0 && stop < start) || (each < 0 && stop > start) {
        return Err(invalid(
            "sequence stop value should be greater than or equal to start value if step is greater than zero otherwise \
             stop should be less than or equal to start",
        ));
    }
    let distance = match step {
        Step::Units(_) => i128::from(stop) - i128::from(start),
        Step::Months(_) => months_between(start, stop, element).into(),
    };
    let count = distance / i128::from(each) + 1;
    match i64::try_from(count) {
        Ok(count) if count <= MOST_ENTRIES => Ok(count),
        _ => Err(invalid("result of sequence function must not have more than 10000 entries")),
    }
}

/// The row's step in what the column counts; `None`: it is null.
fn step(steps: &Argument, row: usize, element: &Arrow) -> Result<Option<Step>> {
    let place = steps.place(row);
    if steps.array().is_null(place) {
        return Ok(None);
    }
    if *steps.array().data_type() == YEAR_TO_MONTH {
        let months = steps.array().as_primitive::<IntervalYearMonthType>().value(place);
        return Ok(Some(Step::Months(months.into())));
    }
    let units = cast(steps.array(), &Arrow::Int64)?;
    let units = units.as_primitive::<Int64Type>().value(place);
    if *element != Arrow::Date32 {
        return Ok(Some(Step::Units(units)));
    }
    if units % MILLIS_PER_DAY != 0 {
        return Err(invalid("sequence step must be a day interval if start and end values are dates"));
    }
    Ok(Some(Step::Units(units / MILLIS_PER_DAY)))
}

/// The column as numbers.
fn units(values: &ArrayRef) -> Result<ArrayRef> {
    match values.data_type() {
        Arrow::Date32 => Ok(cast(&cast(values, &Arrow::Int32)?, &Arrow::Int64)?),
        _ => Ok(cast(values, &Arrow::Int64)?),
    }
}

fn value(units: &ArrayRef, at: usize) -> Option<i64> {
    let units = units.as_primitive::<Int64Type>();
    units.is_valid(at).then(|| units.value(at))
}

/// A day or a time so many months later: on the last day of its month where that has not so many.
fn later(from: i64, months: i64, element: &Arrow) -> i64 {
    let per_day = per_day(element);
    let (year, month, day) = civil(from.div_euclid(per_day));
    let total = year * 12 + month - 1 + months;
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    let next = if month == 12 { day_of(year + 1, 1, 1) } else { day_of(year, month + 1, 1) };
    let last = next - day_of(year, month, 1);
    day_of(year, month, day.min(last)) * per_day + from.rem_euclid(per_day)
}

/// How many whole months there are between the two: the most after which the second is not passed.
fn months_between(start: i64, stop: i64, element: &Arrow) -> i64 {
    let per_day = per_day(element);
    let of = |units: i64| {
        let (year, month, _) = civil(units.div_euclid(per_day));
        year * 12 + month
    };
    let months = of(stop) - of(start);
    let reached = later(start, months, element);
    match stop >= start {
        true if reached > stop => months - 1,
        false if reached < stop => months + 1,
        _ => months,
    }
}

fn per_day(element: &Arrow) -> i64 {
    if *element == Arrow::Date32 { 1 } else { MILLIS_PER_DAY }
}

#[cfg(test)]
mod tests {
    use chrono::{Days, Months, NaiveDate};

    use super::*;

    #[test]
    fn months_are_chronos() {
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        for day in (0..20_000_u64).step_by(17) {
            let date = epoch + Days::new(day);
            for months in [0_u32, 1, 2, 11, 12, 13, 120] {
                let expected = (date + Months::new(months) - epoch).num_days();
                let start = i64::try_from(day).unwrap();
                assert_eq!(later(start, months.into(), &Arrow::Date32), expected, "{date} {months}");
                let found = months_between(start, expected, &Arrow::Date32);
                assert_eq!(found, i64::from(months), "{date} {months}");
                let backwards = (date - Months::new(months) - epoch).num_days();
                assert_eq!(later(start, -i64::from(months), &Arrow::Date32), backwards, "{date} {months}");
            }
        }
    }
}
