//! Where the rows of a dataset go on: behind the last row of an answer, by the values that rows are ordered by. No two
//! rows tie, so these values are one place in the order, whatever is published meanwhile.

use domain::DataType;

use super::{
    Condition, OrderBy, OrderKey,
    column::{Operand, OutputColumn, Role},
    condition::Comparison,
    select::{Expression, Selected},
    value::{self, Value},
};
use crate::problem::{Problem, ProblemKind};

/// With more terms, an order has no such place: the condition grows with their square.
const MAX_KEYS: usize = 16;

/// What a statement selects so that an answer can say where the next rows begin.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Keys {
    /// Where in a row of the result the value of each term of the order is; empty if there is no such place.
    pub(crate) places: Vec<usize>,
    /// Which of them have floating-point numbers.
    pub(crate) floating: Vec<usize>,
    /// The columns that are selected for that alone, behind those of the answer.
    pub(crate) hidden: Vec<Selected>,
}

/// The keys of rows that are ordered so. Rows have none that are ordered by something computed or by bytes: no filter
/// compares with that.
pub(super) fn keys(columns: &[Selected], order: &[OrderBy]) -> Keys {
    let operands: Option<Vec<&Operand>> = order.iter().map(operand).collect();
    let Some(operands) = operands.filter(|operands| operands.len() <= MAX_KEYS) else {
        return Keys::default();
    };
    let mut keys = Keys::default();
    for operand in operands {
        let shown = columns.iter().position(|selected| is_value(selected, operand));
        let place = shown.unwrap_or(columns.len() + keys.hidden.len());
        if shown.is_none() {
            let (name, data_type) = (unused(columns, place), operand.data_type().clone());
            let output = OutputColumn { name, data_type };
            keys.hidden.push(Selected { output, expression: Expression::Value(operand.clone()) });
        }
        if matches!(operand.data_type(), DataType::Float | DataType::Double) {
            keys.floating.push(place);
        }
        keys.places.push(place);
    }
    keys
}

/// The condition that the rows behind these values pass, which are one for each term of the order.
pub(super) fn after(order: &[OrderBy], texts: &[Option<String>]) -> Result<Condition, Problem> {
    let unusable = || {
        let detail =
            "the cursor is none of this request's: follow the Link of the page before, or leave cursor out";
        Problem::new(ProblemKind::InvalidCursor, detail).with("parameter", "cursor")
    };
    // With more terms than these, no answer has such a cursor.
    if order.len() != texts.len() || order.is_empty() || order.len() > MAX_KEYS {
        return Err(unusable());
    }
    let (mut branches, mut equal) = (Vec::new(), Vec::<Condition>::new());
    for (term, text) in order.iter().zip(texts) {
        let operand = operand(term).ok_or_else(unusable)?;
        let value =
            text.as_deref().map(|text| value::exactly(operand, text).ok_or_else(unusable)).transpose()?;
        if let Some(behind) = behind(term, operand, value.as_ref()) {
            branches.push(match equal.as_slice() {
                [] => behind,
                equal => Condition::All([equal, &[behind]].concat()),
            });
        }
        equal.push(match value {
            Some(value) => Condition::Compare(operand.clone(), Comparison::Eq, value),
            None => Condition::IsNull(operand.clone()),
        });
    }
    // A term that is null and sorts last has nothing behind it. The last term is never null: it is a partition's key.
    if branches.is_empty() { Err(unusable()) } else { Ok(Condition::Any(branches)) }
}

/// What comes behind this value of one term.
fn behind(term: &OrderBy, operand: &Operand, value: Option<&Value>) -> Option<Condition> {
    let null = || Condition::IsNull(operand.clone());
    let Some(value) = value else {
        return term.nulls_first.then(|| Condition::Not(Box::new(null())));
    };
    let comparison = if term.descending { Comparison::Lt } else { Comparison::Gt };
    let beyond = Condition::Compare(operand.clone(), comparison, value.clone());
    // The keys of partitions are never null.
    let has_nulls = !matches!(operand.role(), Role::Day | Role::Month | Role::Whole | Role::Hour);
    Some(if has_nulls && !term.nulls_first { Condition::Any(vec![beyond, null()]) } else { beyond })
}

fn operand(term: &OrderBy) -> Option<&Operand> {
    match &term.key {
        OrderKey::Value(operand) => Some(operand).filter(|operand| operand.is_comparable()),
        OrderKey::Output(_) => None,
    }
}

fn is_value(selected: &Selected, operand: &Operand) -> bool {
    matches!(&selected.expression, Expression::Value(same) if same == operand)
}

/// A name that no column of the answer has.
fn unused(columns: &[Selected], place: usize) -> String {
    let mut name = format!("_key_{place}");
    while columns.iter().any(|selected| selected.output.name == name) {
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    use domain::Granularity;

    use super::super::{RowLimits, RowsPlan};
    use crate::{
        problem::ProblemKind,
        request::RowsRequest,
        sql::{Statement, compile},
        testing,
    };

    fn plan(dataset: &domain::Dataset, raw: &str, after: Option<&[Option<&str>]>) -> RowsPlan {
        let mut request = RowsRequest::parse(raw).unwrap();
        request.after = after.map(|texts| texts.iter().map(|text| text.map(str::to_owned)).collect());
        RowsPlan::new(dataset, &request, RowLimits { default_rows: 100, max_rows: 1_000 }).unwrap()
    }

    fn statement(dataset: &domain::Dataset, raw: &str, after: &[Option<&str>]) -> Statement {
        compile(&plan(dataset, raw, Some(after)), "tributary")
    }

    #[test]
    fn the_rows_behind_are_those_that_the_order_puts_there() {
        let passengers = testing::passengers();
        let next = statement(&passengers, "select=name&limit=5", &[Some("7"), Some("2026-11-23")]);
        assert_eq!(
            next.sql,
            "SELECT \"name\", \"passenger_id\" AS \"_key_1\", \"dt\" AS \"_key_2\" FROM \
             \"tributary\".\"passengers\" WHERE ((\"passenger_id\" > ? OR \"passenger_id\" IS NULL) OR \
             (\"passenger_id\" = ? AND \"dt\" > ?)) ORDER BY \"passenger_id\" ASC NULLS LAST, \
             \"dt\" ASC NULLS LAST LIMIT 6"
        );
        let parameters: Vec<String> = next.parameters.iter().map(ToString::to_string).collect();
        assert_eq!(parameters, ["7", "7", "'2026-11-23'"]);

        // Descending, nulls come first: behind a value there are none, behind a null there is everything that is none.
        let order = "select=name,passenger_id,dt&order=name.desc&limit=5";
        let value = statement(&passengers, order, &[Some("b"), Some("7"), Some("2026-11-23")]).sql;
        assert!(value.contains("WHERE (\"name\" < ? OR (\"name\" = ? AND (\"passenger_id\" > ?"), "{value}");
        let null = statement(&passengers, order, &[None, Some("7"), Some("2026-11-23")]).sql;
        assert!(
            null.contains("WHERE (NOT (\"name\" IS NULL) OR (\"name\" IS NULL AND (\"passenger_id\""),
            "{null}"
        );
        // Behind a null that sorts last there is only what ties with it.
        let last = "select=name,passenger_id,dt&order=name.desc.nullslast&limit=5";
        let last = statement(&passengers, last, &[None, Some("7"), Some("2026-11-23")]).sql;
        assert!(last.contains("WHERE ((\"name\" IS NULL AND (\"passenger_id\" > ?"), "{last}");
    }

    /// The last key is a partition's, whose text is as its dataset is partitioned.
    #[test]
    fn rows_are_followed_in_partitions_of_every_granularity() {
        for (by, dt) in
            [(Granularity::Day, "2026-11-23"), (Granularity::Month, "2026-11"), (Granularity::None, "all")]
        {
            let definition =
                domain::Definition { partition_by: by, ..testing::passengers().definition().clone() };
            let dataset = domain::Dataset::new(definition).unwrap();
            let next = statement(&dataset, "select=name&limit=5", &[Some("7"), Some(dt)]);
            let last = next.parameters.last().unwrap().as_str();
            assert_eq!(last, format!("'{dt}'"), "{by:?}");
            assert!(next.sql.contains("AND \"dt\" > ?))"), "{by:?}: {}", next.sql);
        }
    }

    #[test]
    fn what_is_selected_anyway_is_not_selected_twice() {
        let keys = |raw: &str| plan(&testing::passengers(), raw, None).keys;
        let of = |raw: &str| {
            let keys = keys(raw);
            let hidden: Vec<String> =
                keys.hidden.iter().map(|selected| selected.output.name.clone()).collect();
            (keys.places, hidden)
        };
        assert_eq!(of(""), (vec![0, 4], vec!["_key_4".to_owned()]));
        assert_eq!(of("select=dt,passenger_id"), (vec![1, 0], vec![]));
        assert_eq!(of("select=_key_1:name,passenger_id"), (vec![1, 2], vec!["_key_2".to_owned()]));
        assert_eq!(of("select=_key_1:name"), (vec![1, 2], vec!["_key_1_".to_owned(), "_key_2".to_owned()]));
        // No rows, so none behind them.
        assert_eq!(of("limit=0"), (vec![], vec![]));
        // Groups, and what no filter compares with.
        assert_eq!(of("select=name,count()"), (vec![], vec![]));
        assert_eq!(plan(&testing::parcels(), "", None).keys.places, [] as [usize; 0]);
        assert_eq!(
            plan(&testing::bookings(), "select=t:booked_at.date_trunc(hour)&order=t", None).keys.places,
            [] as [usize; 0]
        );
    }

    #[test]
    fn a_place_is_found_again_in_partitions_of_every_kind() {
        use domain::Granularity;
        for (by, dt, other) in [
            (Granularity::Day, "2026-11-23", "2026-11"),
            (Granularity::Month, "2026-11", "2026-11-23"),
            (Granularity::None, "all", "2026-11"),
        ] {
            let definition =
                domain::Definition { partition_by: by, ..testing::passengers().definition().clone() };
            let dataset = domain::Dataset::new(definition).unwrap();
            let next = statement(&dataset, "select=name&limit=5", &[Some("7"), Some(dt)]);
            let parameters: Vec<String> = next.parameters.iter().map(ToString::to_string).collect();
            assert_eq!(parameters, ["7", "7", &format!("'{dt}'")]);

            let mut request = RowsRequest::parse("").unwrap();
            request.after = Some(vec![Some("7".to_owned()), Some(other.to_owned())]);
            let limits = RowLimits { default_rows: 100, max_rows: 1_000 };
            assert_eq!(
                RowsPlan::new(&dataset, &request, limits).unwrap_err().kind(),
                ProblemKind::InvalidCursor
            );
        }
    }

    /// The condition of an order of many terms would have thousands of comparisons.
    #[test]
    fn no_order_is_followed_by_more_terms_than_its_cursors_have() {
        let limits = RowLimits { default_rows: 100, max_rows: 1_000 };
        for (terms, is_followed) in [(14, true), (15, false), (40, false)] {
            let mut definition = testing::passengers().definition().clone();
            let column = definition.columns.iter().find(|column| column.name == "name").unwrap().clone();
            let names: Vec<String> = (0..terms).map(|term| format!("more_{term}")).collect();
            for name in &names {
                let mut more = column.clone();
                more.name.clone_from(name);
                definition.columns.push(more);
            }
            let dataset = domain::Dataset::new(definition).unwrap();
            let mut request = RowsRequest::parse(&format!("order={}", names.join(","))).unwrap();
            let mut after = vec![Some("x".to_owned()); terms];
            // Behind the caller's terms come those that tell any two rows apart.
            after.extend([Some("7".to_owned()), Some("2026-11-23".to_owned())]);
            request.after = Some(after);
            match RowsPlan::new(&dataset, &request, limits) {
                Ok(plan) => assert!(is_followed && plan.keys.places.len() == terms + 2, "{terms}"),
                Err(problem) => {
                    assert_eq!((is_followed, problem.kind()), (false, ProblemKind::InvalidCursor), "{terms}");
                }
            }
        }
    }

    #[test]
    fn a_place_of_another_order_is_refused() {
        for after in
            [vec![], vec![Some("7")], vec![Some("x"), Some("2026-11-23")], vec![Some("7"), Some("23")]]
        {
            let mut request = RowsRequest::parse("").unwrap();
            request.after = Some(after.iter().map(|text| text.map(str::to_owned)).collect());
            let limits = RowLimits { default_rows: 100, max_rows: 1_000 };
            let problem = RowsPlan::new(&testing::passengers(), &request, limits).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::InvalidCursor, "{after:?}");
        }
    }
}
