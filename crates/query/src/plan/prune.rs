//! Filters on the event time, turned into filters on the partition keys, so that Athena reads fewer
//! partitions. They may keep a partition too many and never leave one out.

use chrono::{DateTime, NaiveTime, Utc};
use domain::{Dataset, Granularity, Partition};

use super::{
    column::{Operand, TableColumn},
    condition::{Comparison, Condition},
    value::Value,
};

/// The conditions on the partition keys that follow from `filters`, at most three.
///
/// An event's partition is that of its event time. So where all times lie between two bounds, all partitions
/// do, and the text of `dt` sorts as days and months do; `hour` sorts only within one day.
pub(crate) fn partition_filters(dataset: &Dataset, filters: &[Condition]) -> Vec<Condition> {
    let Some(event_time) = dataset.event_time() else {
        return Vec::new();
    };
    let name = event_time.name.as_str();
    let span = filters.iter().map(|filter| span(filter, name, false)).fold(Span::default(), Span::and);
    // As the dataset has them; with the hour too where they are days, which then is the key of no column.
    let granularity = match dataset.granularity() {
        Granularity::None => return Vec::new(),
        Granularity::Month => Granularity::Month,
        Granularity::Day | Granularity::Hour => Granularity::Hour,
    };
    let values = |time: Option<DateTime<Utc>>| {
        let mut values = Partition::of(time?, granularity)?.values().into_iter();
        Some([values.next()?, values.next().unwrap_or_default()])
    };
    let key = |name: &str, comparison, value| {
        let operand = Operand::new(TableColumn::find(dataset, name)?, &[]).ok()?;
        Some(Condition::Compare(operand, comparison, Value::Text(value)))
    };
    let found = match (values(span.lowest), values(span.highest)) {
        (Some([low_day, low_hour]), Some([high_day, high_hour])) if low_day == high_day => {
            let day = key("dt", Comparison::Eq, low_day);
            if low_hour == high_hour {
                // Only an hourly dataset has a key `hour`: in others nothing is found, and `dt` stands alone.
                vec![day, key("hour", Comparison::Eq, low_hour)]
            } else {
                vec![day, key("hour", Comparison::Gte, low_hour), key("hour", Comparison::Lte, high_hour)]
            }
        }
        (low, high) => vec![
            low.and_then(|[day, _]| key("dt", Comparison::Gte, day)),
            high.and_then(|[day, _]| key("dt", Comparison::Lte, day)),
        ],
    };
    found.into_iter().flatten().collect()
}

/// Between which times, both of them included, the event time of every row lies that passes; `None` is no bound.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    lowest: Option<DateTime<Utc>>,
    highest: Option<DateTime<Utc>>,
}

impl Span {
    /// What lies in both.
    fn and(self, other: Self) -> Self {
        // `None` is less than every time: the later of two lower bounds is their maximum.
        let highest = match (self.highest, other.highest) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Self { lowest: self.lowest.max(other.lowest), highest }
    }

    /// What holds both.
    fn or(self, other: Self) -> Self {
        let highest = self.highest.zip(other.highest).map(|(one, two)| one.max(two));
        Self { lowest: self.lowest.min(other.lowest), highest }
    }
}

/// The span that follows from the condition, or from its opposite. That which is unknown does not pass either way,
/// so the opposite of `time >= x` is `time < x`.
fn span(condition: &Condition, event_time: &str, negated: bool) -> Span {
    let is_meant = |operand: &Operand| operand.fields().is_empty() && operand.column().name() == event_time;
    let all = |conditions: &[Condition], negated| {
        conditions.iter().map(|one| span(one, event_time, negated)).fold(Span::default(), Span::and)
    };
    let any = |conditions: &[Condition], negated| {
        let spans = conditions.iter().map(|one| span(one, event_time, negated));
        spans.reduce(Span::or).unwrap_or_default()
    };
    match condition {
        Condition::Compare(operand, comparison, value) if is_meant(operand) => {
            let time = time(value);
            let (low, high) = (Span { lowest: time, highest: None }, Span { lowest: None, highest: time });
            match (comparison, negated) {
                (Comparison::Eq, false) | (Comparison::Neq | Comparison::IsDistinct, true) => low.and(high),
                (Comparison::Gt | Comparison::Gte, false) | (Comparison::Lt | Comparison::Lte, true) => low,
                (Comparison::Lt | Comparison::Lte, false) | (Comparison::Gt | Comparison::Gte, true) => high,
                (Comparison::Eq, true) | (Comparison::Neq | Comparison::IsDistinct, false) => Span::default(),
            }
        }
        Condition::In(operand, values) if is_meant(operand) && !negated => {
            let times = values.iter().map(|value| Span { lowest: time(value), highest: time(value) });
            times.reduce(Span::or).unwrap_or_default()
        }
        Condition::Not(inner) => span(inner, event_time, !negated),
        Condition::All(conditions) if negated => any(conditions, true),
        Condition::All(conditions) => all(conditions, false),
        Condition::Any(conditions) if negated => all(conditions, true),
        Condition::Any(conditions) => any(conditions, false),
        Condition::Compare(..)
        | Condition::In(..)
        | Condition::IsNull(_)
        | Condition::IsBoolean(..)
        | Condition::Like { .. }
        | Condition::Matches(..)
        | Condition::Contains(..) => Span::default(),
    }
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
