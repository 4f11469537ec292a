//! Timestamps with more or fewer digits of a second.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array},
        compute::cast,
        datatypes::{DataType as Arrow, Int64Type, TimeUnit},
    },
    error::Result,
};

use crate::{
    error::Failure,
    functions::own::{failed, unexpected},
};

/// What becomes of a time that the other type does not reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beyond {
    Failure,
    Null,
    /// The last that it reaches, or the first.
    End,
}

/// The timestamps in the other type, which has no zone, and neither have they. What has fewer digits is rounded, a half up
/// (Trino's `Timestamps.roundDiv`).
pub(super) fn convert(values: &ArrayRef, to: &Arrow, beyond: Beyond) -> Result<ArrayRef> {
    let (Arrow::Timestamp(from, None), Arrow::Timestamp(unit, None)) = (values.data_type(), to) else {
        return Err(unexpected(values.data_type()));
    };
    let (from, unit) = (per_second(from), per_second(unit));
    let whole = cast(values, &Arrow::Int64)?;
    let whole = whole.as_primitive::<Int64Type>();
    let mut converted = Vec::with_capacity(whole.len());
    for time in whole {
        let Some(time) = time else {
            converted.push(None);
            continue;
        };
        converted.push(match (rescaled(time, from, unit), beyond) {
            (Some(found), _) => Some(found),
            (None, Beyond::Null) => None,
            (None, Beyond::End) => Some(if time > 0 { i64::MAX } else { i64::MIN }),
            (None, Beyond::Failure) => {
                let message = "A timestamp is out of the range of one with more digits of a second";
                return Err(failed(Failure::new("NUMERIC_VALUE_OUT_OF_RANGE", message)));
            }
        });
    }
    let converted: ArrayRef = Arc::new(Int64Array::from(converted));
    Ok(cast(&converted, to)?)
}

fn rescaled(time: i64, from: i64, to: i64) -> Option<i64> {
    if to >= from {
        return time.checked_mul(to / from);
    }
    let factor = i128::from(from / to);
    i64::try_from((i128::from(time) + factor / 2).div_euclid(factor)).ok()
}

fn per_second(unit: &TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

#[cfg(test)]
mod tests {
    use super::rescaled;

    #[test]
    fn a_half_is_rounded_up() {
        for (time, expected) in
            [(1_499, 1), (1_500, 2), (499, 0), (-499, 0), (-500, 0), (-501, -1), (-1_500, -1), (-1_501, -2)]
        {
            assert_eq!(rescaled(time, 1_000_000, 1_000), Some(expected), "{time}");
        }
        assert_eq!(rescaled(i64::MAX, 1_000_000_000, 1_000), Some(9_223_372_036_855));
        assert_eq!(rescaled(-1, 1_000, 1_000_000), Some(-1_000));
        assert_eq!(rescaled(i64::MAX, 1_000, 1_000_000), None);
    }
}
