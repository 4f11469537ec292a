use datafusion::{
    arrow::array::StringArray,
    physical_expr::{PhysicalExpr, expressions::Literal},
};

use super::*;
use crate::{cancel::Cancellation, functions::aggregates::overflow};

const SEPARATOR: usize = 1_000;

fn texts(text: &str) -> ArrayRef {
    Arc::new(StringArray::from(vec![text]))
}

fn listagg(literals: &[Arc<dyn PhysicalExpr>]) -> Gathered {
    let plan = Plan {
        kind: Kind::ListAgg,
        arguments: 4,
        keys: Vec::new(),
        is_distinct: false,
        given: vec![Arrow::Utf8; 4],
        answer: Arrow::Utf8,
        literals: Vec::new(),
        memory: None,
        cancellation: Cancellation::default(),
    };
    let mut group = Gathered::new(plan.with_literals(literals));
    let separator = "s".repeat(SEPARATOR);
    group.update_batch(&[texts("a"), texts(&separator), texts(overflow::ERROR), texts("...")]).unwrap();
    group
}

#[test]
fn groups_share_literals_and_count_the_constants_of_their_own() {
    let literal = |text: &str| -> Arc<dyn PhysicalExpr> {
        Arc::new(Literal::new(ScalarValue::Utf8(Some(text.to_owned()))))
    };
    let separator = "s".repeat(SEPARATOR);
    let literals = [literal("a"), literal(&separator), literal(overflow::ERROR), literal("...")];
    let (mut own, mut shared) = (listagg(&[]), listagg(&literals));
    assert!(own.size() >= shared.size() + COPIES * SEPARATOR, "{} {}", own.size(), shared.size());
    assert_eq!(own.state().unwrap()[0], ScalarValue::Utf8(Some(separator.clone())));
    assert_eq!(shared.state().unwrap()[0], ScalarValue::Utf8(None));
    let expected = ScalarValue::Utf8(Some(format!("a{separator}a")));
    let none: &[Arc<dyn PhysicalExpr>] = &[];
    for (mut group, literals) in [(own, none), (shared, &literals[..])] {
        let states = group.state().unwrap();
        let states: Vec<ArrayRef> = states.iter().map(|state| state.to_array().unwrap()).collect();
        let mut merged = listagg(literals);
        merged.merge_batch(&states).unwrap();
        assert_eq!(merged.evaluate().unwrap(), expected);
    }
}
