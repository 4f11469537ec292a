//! Filters on the event time, turned into filters on the partition keys, so that Athena reads fewer
//! partitions. They may keep a partition too many and never leave one out.

use chrono::{DateTime, NaiveTime, Utc};
use domain::{Dataset, Granularity, Partition};

use crate::{column::TableColumn, operator::Operator, plan::Filter, value::Value};

/// The conditions on the partition keys that follow from `filters`, at most three.
///
/// An event's partition is that of its event time. So where all times lie between two bounds, all partitions
/// do, and the text of `dt` sorts as days do; `hour` sorts only within one day.
pub(crate) fn partition_filters(dataset: &Dataset, filters: &[Filter]) -> Vec<Filter> {
    let Some(event_time) = dataset.event_time() else {
        return Vec::new();
    };
    let mut lowest: Option<DateTime<Utc>> = None;
    let mut highest: Option<DateTime<Utc>> = None;
    for filter in filters.iter().filter(|filter| filter.column.name() == event_time.name.as_str()) {
        let Some(time) = time(&filter.value) else { continue };
        if matches!(filter.operator, Operator::Eq | Operator::Gt | Operator::Gte) {
            lowest = Some(lowest.map_or(time, |known| known.max(time)));
        }
        if matches!(filter.operator, Operator::Eq | Operator::Lt | Operator::Lte) {
            highest = Some(highest.map_or(time, |known| known.min(time)));
        }
    }
    let values = |time: Option<DateTime<Utc>>| {
        let values = time.and_then(|time| Partition::of(time, Granularity::Hour))?.values();
        <[String; 2]>::try_from(values).ok()
    };
    let key = |name: &str, operator, value| {
        let column = TableColumn::find(dataset, name)?;
        Some(Filter { column, operator, value: Value::Text(value) })
    };
    let found = match (values(lowest), values(highest)) {
        (Some([low_day, low_hour]), Some([high_day, high_hour])) if low_day == high_day => {
            let day = key("dt", Operator::Eq, low_day);
            if low_hour == high_hour {
                // A daily dataset has no key `hour`: nothing is found, and the day stands alone.
                vec![day, key("hour", Operator::Eq, low_hour)]
            } else {
                vec![day, key("hour", Operator::Gte, low_hour), key("hour", Operator::Lte, high_hour)]
            }
        }
        (low, high) => vec![
            low.and_then(|[day, _]| key("dt", Operator::Gte, day)),
            high.and_then(|[day, _]| key("dt", Operator::Lte, day)),
        ],
    };
    found.into_iter().flatten().collect()
}

/// The time that decides the partition: a date counts as its midnight.
fn time(value: &Value) -> Option<DateTime<Utc>> {
    match value {
        Value::Time(time) => Some(*time),
        Value::Day(day) => Some(day.and_time(NaiveTime::MIN).and_utc()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
