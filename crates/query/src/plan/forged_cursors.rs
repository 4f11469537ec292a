//! Cursors of a dataset's rows are not signed: whatever one says, it only leaves rows out.

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::testing;

const LIMITS: RowLimits = RowLimits { default_rows: 100, max_rows: 1_000 };

/// Requests whose rows can be followed, with filters of several kinds, of a dataset in days and of one in hours.
fn requests() -> Vec<(Dataset, &'static str)> {
    let passengers = [
        "",
        "name=eq.a&select=name&limit=5",
        "dt=gte.today-7d&order=name.desc",
        "or=(name.eq.a,name.is.null)",
    ];
    let bookings =
        ["", "booked_at=gte.now-7d&limit=7", "price=lt.5&order=price.desc.nullslast&select=price,paid"];
    let passengers = passengers.map(|raw| (testing::passengers(), raw));
    passengers.into_iter().chain(bookings.map(|raw| (testing::bookings(), raw))).collect()
}

/// Values that are of some column's type, and texts that are of none.
fn any_value() -> impl Strategy<Value = Option<String>> {
    prop::option::weighted(
        0.9,
        prop_oneof![
            any::<i64>().prop_map(|number| number.to_string()),
            Just("2026-11-23".to_owned()),
            Just("2026-11-23 10:05:00.000".to_owned()),
            Just("10".to_owned()),
            Just("12.50".to_owned()),
            Just("x' OR '1'='1".to_owned()),
            any::<String>(),
        ],
    )
}

proptest! {
    #[test]
    fn a_forged_cursor_leaves_rows_out_and_does_nothing_else(
        which in any::<prop::sample::Index>(),
        after in prop::collection::vec(any_value(), 0..6),
        now in 0_i64..4_000_000_000,
    ) {
        let all = requests();
        let (dataset, raw) = which.get(&all);
        let mut request = RowsRequest::parse(raw).unwrap();
        request.now = DateTime::from_timestamp(now, 0).unwrap();
        let without = RowsPlan::new(dataset, &request, LIMITS).unwrap();
        let filters = filters::filters(dataset, &request).unwrap();
        request.after = Some(after);
        match RowsPlan::new(dataset, &request, LIMITS) {
            Err(problem) => prop_assert!(matches!(problem.kind(), ProblemKind::InvalidCursor | ProblemKind::TooMuch), "{}", problem),
            Ok(with) => {
                // A row must pass all of these.
                prop_assert!(with.filters.len() > filters.len());
                prop_assert_eq!(&with.filters[..filters.len()], &filters[..]);
                let same = RowsPlan { filters: without.filters.clone(), ..with };
                prop_assert_eq!(same, without);
            }
        }
    }
}

/// So that the property is not one of refusals alone.
#[test]
fn values_of_the_right_types_are_taken() {
    for (dataset, raw) in requests() {
        let mut request = RowsRequest::parse(raw).unwrap();
        let plan = RowsPlan::new(&dataset, &request, LIMITS).unwrap();
        let value = |term: &OrderBy| -> Option<String> {
            let OrderKey::Value(operand) = &term.key else { return None };
            let texts = ["7", "2026-11-23", "2026-11-23 10:05:00.000", "10", "12.50", "true", "x"];
            let text = texts.iter().find(|text| super::value::exactly(operand, text).is_some())?;
            Some((*text).to_owned())
        };
        request.after = Some(plan.order.iter().map(value).collect());
        assert!(RowsPlan::new(&dataset, &request, LIMITS).is_ok(), "{} {raw}", dataset.name());
    }
}
