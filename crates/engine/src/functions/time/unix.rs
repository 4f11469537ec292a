//! Seconds since 1970, and the ends of months.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Date32Array, Float64Array},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{Times, out_of_range, time, unit};
use crate::{
    functions::own::Own,
    text::time::{MILLIS_PER_DAY, civil, day_of},
};

/// The milliseconds of so many seconds, a half rounded up as Java does. `None` of what is none or beyond their range.
pub(super) fn millis(seconds: f64) -> Option<i64> {
    let millis = (seconds * 1_000.0 + 0.5).floor();
    // 2^63, which is the first double beyond the range.
    (millis.abs() < 9_223_372_036_854_775_808.0).then_some(millis as i64)
}

/// The instant in seconds since 1970. What has no zone is in UTC.
pub(super) fn to_unixtime() -> Own {
    let takes = |given: &[Arrow]| match given {
        [at] => {
            let at = match time(at)? {
                // A date is its midnight.
                Arrow::Date32 => time(&Arrow::Null)?,
                other => other,
            };
            Some(vec![at])
        }
        _ => None,
    };
    let apply = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let times = Times::of(&columns[0])?;
        let seconds =
            (0..columns[0].len()).map(|row| times.instant(row).map(|instant| instant as f64 / 1_000.0));
        Ok(Arc::new(seconds.collect::<Float64Array>()))
    };
    Own::new("to_unixtime", takes, |_| Arrow::Float64, apply)
}

/// The last date of the month that a time is in.
pub(super) fn last_day_of_month() -> Own {
    let takes = |given: &[Arrow]| match given {
        [at] => Some(vec![time(at)?]),
        _ => None,
    };
    let apply = |columns: &[ArrayRef]| -> Result<ArrayRef> {
        let times = Times::of(&columns[0])?;
        let last = |local: i64| {
            let (year, month, _) = civil(local.div_euclid(MILLIS_PER_DAY));
            i32::try_from(day_of(year, month, unit::days_in(year, month))).map_err(|_| out_of_range())
        };
        let days = (0..columns[0].len()).map(|row| times.get(row).map(last).transpose());
        Ok(Arc::new(days.collect::<Result<Date32Array>>()?))
    };
    Own::new("last_day_of_month", takes, |_| Arrow::Date32, apply)
}
