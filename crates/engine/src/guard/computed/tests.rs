use datafusion::{
    arrow::datatypes::{DataType, Field, Schema},
    functions_aggregate::min_max::max_udaf,
    physical_expr::{aggregate::AggregateExprBuilder, expressions::cast},
    physical_plan::{aggregates::AggregateMode, empty::EmptyExec},
};

use super::*;

/// A number and a text.
fn source() -> Arc<dyn ExecutionPlan> {
    let fields = vec![Field::new("n", DataType::Int64, true), Field::new("s", DataType::Utf8, true)];
    Arc::new(EmptyExec::new(Arc::new(Schema::new(fields))))
}

fn number() -> Arc<dyn PhysicalExpr> {
    Arc::new(Column::new("n", 0))
}

fn text() -> Arc<dyn PhysicalExpr> {
    Arc::new(Column::new("s", 1))
}

fn computed(data_type: DataType) -> Arc<dyn PhysicalExpr> {
    cast(number(), &source().schema(), data_type).unwrap()
}

fn aggregate(
    mode: AggregateMode,
    key: Arc<dyn PhysicalExpr>,
    argument: Arc<dyn PhysicalExpr>,
) -> AggregateExec {
    let input = source();
    let function = AggregateExprBuilder::new(max_udaf(), vec![argument]);
    let function = function.schema(input.schema()).alias("greatest").build().unwrap();
    let keys = PhysicalGroupBy::new_single(vec![(key, "key".to_owned())]);
    let schema = input.schema();
    AggregateExec::try_new(mode, keys, vec![Arc::new(function)], vec![None], input, schema).unwrap()
}

fn columns_before(aggregate: &AggregateExec) -> Option<usize> {
    let above = before(aggregate, Arc::clone).unwrap()?;
    assert_eq!(above.schema(), aggregate.schema());
    let input = Arc::clone(above.children()[0]);
    assert!(input.is::<ProjectionExec>());
    Some(input.schema().fields().len())
}

#[test]
fn long_values_that_are_computed_become_columns_and_nothing_else_does() {
    let short = || computed(DataType::Float64);
    let long = || computed(DataType::Utf8);
    for mode in [AggregateMode::Partial, AggregateMode::Single] {
        for (key, argument, expected) in [
            (number(), text(), None),
            (text(), text(), None),
            (short(), short(), None),
            (number(), long(), Some(3)),
            (long(), number(), Some(3)),
            (long(), long(), Some(4)),
            (short(), long(), Some(3)),
        ] {
            let shown = format!("{key} {argument}");
            assert_eq!(columns_before(&aggregate(mode, key, argument)), expected, "{shown}");
        }
    }
}
