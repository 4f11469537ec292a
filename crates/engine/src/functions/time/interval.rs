//! What an interval literal is rewritten to.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{AsArray, DurationMillisecondArray, IntervalYearMonthArray},
        datatypes::{DataType as Arrow, Int64Type},
    },
    error::Result,
};

use super::out_of_range;
use crate::{
    functions::own::Own,
    types::{DAY_TO_SECOND, YEAR_TO_MONTH},
};

/// Of milliseconds. A query cannot call it by its name.
pub(crate) const DAY_TO_SECOND_OF: &str = "interval_day_to_second_of";

/// Of months. A query cannot call it by its name.
pub(crate) const YEAR_TO_MONTH_OF: &str = "interval_year_to_month_of";

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [number] if number.is_integer() => Some(vec![Arrow::Int64]),
        _ => None,
    }
}

pub(super) fn day_to_second() -> Own {
    Own::new(
        DAY_TO_SECOND_OF,
        takes,
        |_| DAY_TO_SECOND,
        |arguments| {
            let millis = arguments[0].as_primitive::<Int64Type>();
            Ok(Arc::new(millis.iter().collect::<DurationMillisecondArray>()))
        },
    )
}

pub(super) fn year_to_month() -> Own {
    Own::new(
        YEAR_TO_MONTH_OF,
        takes,
        |_| YEAR_TO_MONTH,
        |arguments| {
            let months = arguments[0].as_primitive::<Int64Type>().iter();
            let months = months.map(|months| {
                months.map(|months| i32::try_from(months).map_err(|_| out_of_range())).transpose()
            });
            Ok(Arc::new(months.collect::<Result<IntervalYearMonthArray>>()?))
        },
    )
}
