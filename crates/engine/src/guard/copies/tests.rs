use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, StringArray},
        datatypes::{DataType, Field},
    },
    common::ScalarValue,
    functions_aggregate::{
        array_agg::array_agg_udaf,
        count::count_udaf,
        min_max::{max_udaf, min_udaf},
    },
    logical_expr::AggregateUDF,
    physical_expr::{PhysicalSortExpr, aggregate::AggregateExprBuilder},
    physical_plan::{
        aggregates::{AggregateMode, PhysicalGroupBy},
        empty::EmptyExec,
    },
};

use super::*;

/// The columns `a` and `b`, numbers, and `x`, a text.
fn source() -> Arc<dyn ExecutionPlan> {
    let field = |name, data_type| Field::new(name, data_type, true);
    let fields = [field("a", DataType::Int64), field("b", DataType::Int64), field("x", DataType::Utf8)];
    Arc::new(EmptyExec::new(Arc::new(Schema::new(fields.to_vec()))))
}

fn column(name: &str) -> Arc<dyn PhysicalExpr> {
    let index = ["a", "b", "x"].iter().position(|known| *known == name).unwrap();
    Arc::new(Column::new(name, index))
}

type Call = (Arc<AggregateUDF>, &'static str, bool);

/// Each set is the keys that it has, of all that there are.
fn aggregate(
    keys: &[&str],
    sets: &[&[&str]],
    calls: Vec<Call>,
    mode: AggregateMode,
) -> Arc<dyn ExecutionPlan> {
    let input = source();
    let named = keys.iter().map(|key| (column(key), (*key).to_owned())).collect();
    let null = |key: &&str| {
        let null = if *key == "x" { ScalarValue::Utf8(None) } else { ScalarValue::Int64(None) };
        (Arc::new(Literal::new(null)) as Arc<dyn PhysicalExpr>, (*key).to_owned())
    };
    let is_null = |set: &&[&str]| keys.iter().map(|key| !set.contains(key)).collect::<Vec<bool>>();
    let groups = PhysicalGroupBy::new(
        named,
        keys.iter().map(null).collect(),
        sets.iter().map(is_null).collect(),
        sets.len() > 1,
    );
    let function = |(place, (function, argument, is_distinct)): (usize, Call)| {
        let function = AggregateExprBuilder::new(function, vec![column(argument)]);
        let function = function.schema(input.schema()).alias(format!("f{place}")).with_distinct(is_distinct);
        Arc::new(function.build().unwrap())
    };
    let functions: Vec<_> = calls.into_iter().enumerate().map(function).collect();
    let filters = vec![None; functions.len()];
    let (schema, input) = (input.schema(), Arc::clone(&input));
    Arc::new(AggregateExec::try_new(mode, groups, functions, filters, input, schema).unwrap())
}

fn row(length: usize) -> RecordBatch {
    let number: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let text: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(length)]));
    RecordBatch::try_new(source().schema(), vec![Arc::clone(&number), number, text]).unwrap()
}

/// How often the operator copies `x`, and what it makes of a row without it.
fn made(node: &Arc<dyn ExecutionPlan>) -> (usize, usize) {
    let copies = Copies::of(node).unwrap();
    let [short, long] = [0, 1_000].map(|length| copies.bytes(&row(length), 0..1));
    ((long - short) / 1_000, short)
}

/// Keys, sets, calls, and how many copies they make.
type Case = (&'static [&'static str], &'static [&'static [&'static str]], Vec<Call>, usize);

#[test]
fn a_text_is_copied_for_each_grouping_set_that_has_it_and_each_aggregate_that_keeps_it() {
    let [max, min] = [max_udaf(), min_udaf()].map(|function| (function, "x", false));
    let (kept, counted) = ((array_agg_udaf(), "x", false), (count_udaf(), "x", false));
    let distinct = (count_udaf(), "x", true);
    let cube: &[&[&str]] = &[&[], &["a"], &["b"], &["a", "b"]];
    let of_texts: &[&[&str]] = &[&["x"], &["x", "a"], &["a"], &["x"]];
    let (one, both): (&[&[&str]], &[&str]) = (&[&["a"]], &["a", "b"]);
    let cases: [Case; 10] = [
        (&["a"], one, vec![max.clone()], 1),
        (&["a"], one, vec![max.clone(), min.clone()], 2),
        (&["a"], one, vec![kept.clone()], 2),
        (&["a"], one, vec![counted.clone()], 0),
        (both, cube, vec![max.clone()], 4),
        (both, cube, vec![max.clone(), min, kept], 16),
        (both, cube, vec![counted.clone(), distinct], 8),
        (&["x", "a"], of_texts, vec![], 3),
        (&["x", "a"], of_texts, vec![max.clone(), counted], 7),
        (&[], &[&[]], vec![max], 1),
    ];
    for (place, (keys, sets, calls, expected)) in cases.into_iter().enumerate() {
        let node = aggregate(keys, sets, calls, AggregateMode::Partial);
        assert_eq!(made(&node).0, expected, "case {place}");
    }
}

#[test]
fn groups_take_memory_for_themselves_for_each_grouping_set() {
    let count = || vec![(count_udaf(), "a", false)];
    let alone = made(&aggregate(&["a"], &[&["a"]], count(), AggregateMode::Partial)).1;
    let cube: &[&[&str]] = &[&[], &["a"], &["b"], &["a", "b"]];
    let all = made(&aggregate(&["a", "b"], cube, count(), AggregateMode::Partial)).1;
    assert!(alone >= GROUP + STATE && all >= 4 * (GROUP + STATE), "{alone} {all}");
    // The only group of all rows takes none of a row.
    assert_eq!(made(&aggregate(&[], &[&[]], count(), AggregateMode::Partial)).1, 0);
}

/// The input of the last stage has one column for each key and state.
#[test]
fn the_last_stage_keeps_each_column_once() {
    let first = aggregate(&["a"], &[&["a"]], vec![(max_udaf(), "x", false)], AggregateMode::Partial);
    let partial = first.downcast_ref::<AggregateExec>().unwrap();
    let last = AggregateExec::try_new(
        AggregateMode::FinalPartitioned,
        partial.group_expr().as_final(),
        partial.aggr_expr().to_vec(),
        vec![None],
        Arc::clone(&first),
        partial.input_schema(),
    );
    let last: Arc<dyn ExecutionPlan> = Arc::new(last.unwrap());
    let copies = Copies::of(&last).unwrap();
    assert_eq!(copies.columns, [(0, 1), (1, 1)]);
    assert!(copies.row > 0);
}

#[test]
fn what_selects_sorts_or_deals_out_rows_copies_each_column() {
    let condition = Arc::new(Literal::new(ScalarValue::Boolean(Some(true))));
    let filter = FilterExec::try_new(condition, source()).unwrap();
    let order = |names: &[&str]| {
        let keys = names.iter().map(|name| PhysicalSortExpr::new_default(column(name)));
        datafusion::physical_expr::LexOrdering::new(keys).unwrap()
    };
    let by = |by| Arc::new(RepartitionExec::try_new(source(), by).unwrap());
    let cases: [(Arc<dyn ExecutionPlan>, Option<usize>); 6] = [
        (Arc::new(filter), Some(1)),
        (Arc::new(SortExec::new(order(&["a"]), source())), Some(1)),
        (Arc::new(SortExec::new(order(&["x", "a"]), source())), Some(2)),
        (Arc::new(SortPreservingMergeExec::new(order(&["x"]), source())), Some(2)),
        (by(Partitioning::Hash(vec![column("a")], 2)), Some(1)),
        (by(Partitioning::RoundRobinBatch(2)), None),
    ];
    for (place, (node, expected)) in cases.into_iter().enumerate() {
        assert_eq!(Copies::of(&node).is_some(), expected.is_some(), "case {place}");
        if let Some(expected) = expected {
            assert_eq!(made(&node).0, expected, "case {place}");
        }
    }
    assert_eq!(Copies::of(&source()), None);
}

#[test]
fn only_long_values_and_very_many_short_ones_are_much() {
    let numbers = |count: usize| {
        let fields: Vec<Field> =
            (0..count).map(|n| Field::new(format!("c{n}"), DataType::Int64, true)).collect();
        SchemaRef::new(Schema::new(fields))
    };
    for (schema, expected) in [(numbers(3), false), (numbers(10_000), true), (source().schema(), true)] {
        let copies = Copies::one(&schema);
        assert_eq!(copies.may_be_much(&schema, 2_048, 32 << 20), expected, "{}", schema.fields().len());
    }
}

#[test]
fn portions_are_as_large_as_they_may_be_and_no_larger() {
    let schema = source().schema();
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(100); 20]));
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1; 20]));
    let batch = RecordBatch::try_new(schema, vec![Arc::clone(&numbers), numbers, texts]).unwrap();
    for times in [1, 2, 7] {
        let copies = Copies { columns: vec![(2, times)], row: 10 };
        // A text of 100 bytes has an offset of 4.
        let each = 104 * times + 10;
        assert_eq!(copies.bytes(&batch, 3..8), 5 * each);
        for (most, expected) in [(0, 1), (each, 1), (3 * each, 3), (4 * each - 1, 3), (100 * each, 20)] {
            assert_eq!(copies.first(&batch, most), (expected, expected * each), "{times} {most}");
        }
    }
}
