use arrow_buffer::MemoryPool;
use datafusion::{
    arrow::array::StringArray,
    physical_expr::{PhysicalExpr, expressions::Literal},
};

use super::*;
use crate::{
    cancel::Cancellation,
    functions::aggregates::overflow,
    memory::{Memory, MemoryLimits, QueryMemory},
};

const SEPARATOR: usize = 1_000;

fn texts(text: &str) -> ArrayRef {
    Arc::new(StringArray::from(vec![text]))
}

fn listagg(literals: &[Arc<dyn PhysicalExpr>], memory: Option<QueryMemory>) -> Gathered {
    let plan = Plan {
        kind: Kind::ListAgg,
        arguments: 4,
        keys: Vec::new(),
        is_distinct: false,
        given: vec![Arrow::Utf8; 4],
        answer: Arrow::Utf8,
        literals: Vec::new(),
        memory,
        cancellation: Cancellation::default(),
    };
    let mut group = Gathered::new(plan.with_literals(literals));
    add(&mut group);
    group
}

fn add(group: &mut Gathered) {
    let separator = "s".repeat(SEPARATOR);
    group.update_batch(&[texts("a"), texts(&separator), texts(overflow::ERROR), texts("...")]).unwrap();
}

fn literals() -> [Arc<dyn PhysicalExpr>; 4] {
    let literal = |text: &str| -> Arc<dyn PhysicalExpr> {
        Arc::new(Literal::new(ScalarValue::Utf8(Some(text.to_owned()))))
    };
    [literal("a"), literal(&"s".repeat(SEPARATOR)), literal(overflow::ERROR), literal("...")]
}

#[test]
fn groups_share_literals_and_count_the_constants_of_their_own() {
    let separator = "s".repeat(SEPARATOR);
    let literals = literals();
    let (mut own, mut shared) = (listagg(&[], None), listagg(&literals, None));
    assert!(own.size() >= shared.size() + COPIES * SEPARATOR, "{} {}", own.size(), shared.size());
    assert_eq!(own.state().unwrap()[0], ScalarValue::Utf8(Some(separator.clone())));
    assert_eq!(shared.state().unwrap()[0], ScalarValue::Utf8(None));
    let expected = ScalarValue::Utf8(Some(format!("a{separator}a")));
    let none: &[Arc<dyn PhysicalExpr>] = &[];
    for (mut group, literals) in [(own, none), (shared, &literals[..])] {
        let states = group.state().unwrap();
        let states: Vec<ArrayRef> = states.iter().map(|state| state.to_array().unwrap()).collect();
        let mut merged = listagg(literals, None);
        merged.merge_batch(&states).unwrap();
        assert_eq!(merged.evaluate().unwrap(), expected);
    }
}

/// A few short rows and a long separator make a long text.
#[test]
fn long_answers_are_counted_until_the_query_is_over() {
    let memory = Memory::new(MemoryLimits { batches: 1_000_000, ..MemoryLimits::default() });
    let query = QueryMemory::new(memory.clone());
    let literals = literals();
    let answer = |rows: usize| {
        let mut group = listagg(&literals, Some(query.clone()));
        (1..rows).for_each(|_| add(&mut group));
        group.evaluate()
    };
    for _ in 0..1_000 {
        answer(2).unwrap();
    }
    assert_eq!(memory.used(), 0);
    let (mut answered, mut bytes) = (0, 0);
    let error = loop {
        match answer(50) {
            Ok(text) => {
                answered += 1;
                bytes += text.size();
            }
            Err(error) => break error.to_string(),
        }
    };
    assert!(error.contains("more than 500000 bytes"), "{error}");
    assert!((3..=10).contains(&answered), "{answered}");
    assert!((300_000..=500_000).contains(&bytes) && memory.used() == bytes, "{bytes} {}", memory.used());
    drop(query);
    assert_eq!(memory.used(), 0);
}
