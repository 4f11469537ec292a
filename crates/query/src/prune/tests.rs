use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::{plan::Limits, plan::RowsPlan, request::RowsRequest, testing};

fn derived(dataset: &Dataset, raw: &str) -> Vec<String> {
    let request = RowsRequest::parse(raw).unwrap();
    let plan = RowsPlan::new(dataset, &request, Limits { default_rows: 1, max_rows: 1 }).unwrap();
    let text = |filter: &Filter| match &filter.value {
        Value::Text(text) => format!("{} {} {text}", filter.column.name(), filter.operator.sql()),
        other => panic!("{other:?}"),
    };
    plan.filters[request.filters.len()..].iter().map(text).collect()
}

#[test]
fn bounds_on_the_event_time_become_bounds_on_the_partition() {
    let bookings = testing::bookings();
    let of = |raw: &str| derived(&bookings, raw);
    assert_eq!(of("booked_at=eq.2026-11-23T10:05:00Z"), ["dt = 2026-11-23", "hour = 10"]);
    assert_eq!(of("booked_at=gt.2026-11-23T10:05:00Z"), ["dt >= 2026-11-23"]);
    assert_eq!(of("booked_at=lte.2026-11-23T00:05:00%2B01:00"), ["dt <= 2026-11-22"]);
    assert_eq!(
        of("booked_at=gte.2026-11-22T10:00:00Z&booked_at=lt.2026-11-24T00:00:00Z"),
        ["dt >= 2026-11-22", "dt <= 2026-11-24"]
    );
    assert_eq!(
        of("booked_at=gte.2026-11-23T09:00:00Z&booked_at=lt.2026-11-23T11:00:00Z"),
        ["dt = 2026-11-23", "hour >= 09", "hour <= 11"]
    );
    assert!(of("booked_at=neq.2026-11-23T10:05:00Z").is_empty());
    assert!(of("flies_on=eq.2026-11-23").is_empty());
    assert_eq!(derived(&testing::flights(), "departs_on=eq.2026-11-23"), ["dt = 2026-11-23"]);
    assert!(derived(&testing::passengers(), "_ingested_at=gt.2026-11-23T10:05:00Z").is_empty());
}

/// Whether a row passes, by the meaning of the operators.
fn passes<T: PartialOrd>(operator: Operator, left: &T, right: &T) -> bool {
    match operator {
        Operator::Eq => left == right,
        Operator::Neq => left != right,
        Operator::Gt => left > right,
        Operator::Gte => left >= right,
        Operator::Lt => left < right,
        Operator::Lte => left <= right,
    }
}

fn operator() -> impl Strategy<Value = Operator> {
    use Operator::{Eq, Gt, Gte, Lt, Lte, Neq};
    prop::sample::select(vec![Eq, Neq, Gt, Gte, Lt, Lte])
}

/// Times close enough to each other that days and hours coincide often.
fn millis() -> impl Strategy<Value = i64> {
    let around = 1_795_392_000_000_i64;
    prop_oneof![
        (around - 200_000_000..around + 200_000_000),
        (-48_i64..48).prop_map(move |hours| around + hours * 3_600_000),
        (-62_135_596_800_000_i64..253_402_300_799_999),
    ]
}

proptest! {
    #[test]
    fn no_row_that_the_filters_accept_is_pruned(
        row in millis(),
        bounds in prop::collection::vec((operator(), millis()), 0..4),
        hourly: bool,
    ) {
        let dataset = if hourly { testing::bookings() } else { testing::flights() };
        let column = TableColumn::find(&dataset, dataset.event_time().unwrap().name.as_str()).unwrap();
        let at = |millis: i64| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::milliseconds(millis);
        let value = |time: DateTime<Utc>| if hourly { Value::Time(time) } else { Value::Day(time.date_naive()) };
        let filters: Vec<Filter> = bounds
            .iter()
            .map(|(operator, bound)| Filter { column: column.clone(), operator: *operator, value: value(at(*bound)) })
            .collect();
        let row_value = value(at(row));
        prop_assume!(filters.iter().all(|filter| passes(filter.operator, &row_value, &filter.value)));

        let partition = Partition::of(at(row), dataset.granularity()).unwrap().values();
        for filter in partition_filters(&dataset, &filters) {
            let index = dataset.granularity().keys().iter().position(|key| *key == filter.column.name()).unwrap();
            let stored = Value::Text(partition[index].clone());
            prop_assert!(passes(filter.operator, &stored, &filter.value), "{filter:?} loses {row_value:?}");
        }
    }
}
