use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::{
    plan::{RowLimits, RowsPlan},
    request::RowsRequest,
    testing,
};

fn derived(dataset: &Dataset, raw: &str) -> Vec<String> {
    let request = RowsRequest::parse(raw).unwrap();
    let plan = RowsPlan::new(dataset, &request, RowLimits { default_rows: 1, max_rows: 1 }).unwrap();
    let text = |condition: &Condition| match condition {
        Condition::Compare(operand, comparison, Value::Text(text)) => {
            let sign = match comparison {
                Comparison::Eq => "=",
                Comparison::Gte => ">=",
                Comparison::Lte => "<=",
                other => panic!("{other:?}"),
            };
            format!("{operand} {sign} {text}")
        }
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
    let by = |granularity, raw: &str| derived(&partitioned(&bookings, granularity), raw);
    assert_eq!(by(Granularity::Month, "booked_at=eq.2026-11-23T10:05:00Z"), ["dt = 2026-11"]);
    assert_eq!(
        by(Granularity::Month, "booked_at=gte.2025-12-31T23:00:00Z&booked_at=lt.2026-02-01T00:00:00Z"),
        ["dt >= 2025-12", "dt <= 2026-02"]
    );
    assert!(by(Granularity::None, "booked_at=eq.2026-11-23T10:05:00Z").is_empty());
    assert!(of("booked_at=neq.2026-11-23T10:05:00Z").is_empty());
    assert!(of("flies_on=eq.2026-11-23").is_empty());
    assert_eq!(derived(&testing::flights(), "departs_on=eq.2026-11-23"), ["dt = 2026-11-23"]);
    assert!(derived(&testing::passengers(), "_ingested_at=gt.2026-11-23T10:05:00Z").is_empty());
}

/// The same dataset, partitioned otherwise.
fn partitioned(dataset: &Dataset, by: Granularity) -> Dataset {
    let definition = domain::Definition { partition_by: by, ..dataset.definition().clone() };
    Dataset::new(definition).unwrap()
}

/// Whether a row passes, by SQL's meaning of a condition: `None` is unknown, which `other` is where it is null.
fn passes(condition: &Condition, of: &impl Fn(&str) -> Option<Value>) -> Option<bool> {
    match condition {
        Condition::Compare(operand, comparison, value) => {
            let found = of(operand.column().name());
            let found = match (found, comparison) {
                (found, Comparison::IsDistinct) => return Some(found.as_ref() != Some(value)),
                (found, _) => found?,
            };
            Some(match comparison {
                Comparison::Eq => found == *value,
                Comparison::Neq => found != *value,
                Comparison::Gt => found > *value,
                Comparison::Gte => found >= *value,
                Comparison::Lt => found < *value,
                Comparison::Lte => found <= *value,
                Comparison::IsDistinct => unreachable!(),
            })
        }
        Condition::In(_, values) if values.is_empty() => Some(false),
        Condition::In(operand, values) => Some(values.contains(&of(operand.column().name())?)),
        Condition::Not(inner) => passes(inner, of).map(|passes| !passes),
        Condition::All(conditions) => {
            let each: Vec<_> = conditions.iter().map(|one| passes(one, of)).collect();
            if each.contains(&Some(false)) {
                Some(false)
            } else {
                each.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
            }
        }
        Condition::Any(conditions) => {
            let each: Vec<_> = conditions.iter().map(|one| passes(one, of)).collect();
            if each.contains(&Some(true)) {
                Some(true)
            } else {
                each.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
            }
        }
        other => panic!("{other:?}"),
    }
}

/// Trees of conditions on the event time and on one more column.
fn condition(time: Operand, other: Operand, hourly: bool) -> impl Strategy<Value = Condition> {
    use Comparison::{Eq, Gt, Gte, IsDistinct, Lt, Lte, Neq};
    let comparison = prop::sample::select(vec![Eq, Neq, Gt, Gte, Lt, Lte, IsDistinct]);
    let compared = (comparison, millis());
    let listed = prop::collection::vec(millis(), 0..3);
    let time_again = time.clone();
    let leaf = prop_oneof![
        4 => compared.prop_map(move |(comparison, at)| Condition::Compare(time.clone(), comparison, value(at, hourly))),
        1 => listed.prop_map(move |all| Condition::In(time_again.clone(), all.into_iter().map(|at| value(at, hourly)).collect())),
        1 => (0_i64..2).prop_map(move |number| Condition::Compare(other.clone(), Eq, Value::Integer(number))),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            several().prop_map(Condition::All),
            several().prop_map(Condition::Any),
            inner.clone().prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
}

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::milliseconds(millis)
}

fn value(millis: i64, hourly: bool) -> Value {
    if hourly { Value::Time(at(millis)) } else { Value::Day(at(millis).date_naive()) }
}

fn operands(hourly: bool, by: Granularity) -> (Dataset, Operand, Operand) {
    let dataset = partitioned(&if hourly { testing::bookings() } else { testing::flights() }, by);
    let operand = |name: &str| Operand::new(TableColumn::find(&dataset, name).unwrap(), &[]).unwrap();
    let other = operand(if hourly { "seats" } else { "flight_id" });
    (dataset.clone(), operand(dataset.event_time().unwrap().name.as_str()), other)
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
    #![proptest_config(ProptestConfig { cases: 4_000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    /// The pruned answer is the unpruned one: of every row that passes, the partition passes too.
    #[test]
    fn no_row_that_the_filters_accept_is_pruned(
        (hourly, by, filters) in (any::<bool>(), 0_usize..4).prop_flat_map(|(hourly, by)| {
            // A date says no hour.
            let finest = if hourly { Granularity::Hour } else { Granularity::Day };
            let by = [finest, Granularity::Day, Granularity::Month, Granularity::None][by];
            let (_, time, other) = operands(hourly, by);
            (Just(hourly), Just(by), prop::collection::vec(condition(time, other, hourly), 0..3))
        }),
        row in millis(),
        other in prop::option::of(0_i64..2),
    ) {
        let (dataset, time, _) = operands(hourly, by);
        let of = |name: &str| {
            if name == time.column().name() { Some(value(row, hourly)) } else { other.map(Value::Integer) }
        };
        prop_assume!(filters.iter().all(|filter| passes(filter, &of) == Some(true)));

        let partition = Partition::of(at(row), dataset.granularity()).unwrap().values();
        let key = |name: &str| {
            let index = dataset.granularity().keys().iter().position(|key| *key == name).unwrap();
            Some(Value::Text(partition[index].clone()))
        };
        for filter in partition_filters(&dataset, &filters) {
            prop_assert_eq!(passes(&filter, &key), Some(true), "{:?} loses {:?}", filter, at(row));
        }
    }
}
