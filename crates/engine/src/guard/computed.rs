//! What an aggregation computes of the rows that it takes, as in `max(rpad(s, 1000))` and `GROUP BY lower(s)`.
//!
//! It computes that for a whole batch, and copies it for every grouping set. How long it is cannot be told from the batch. So
//! it becomes columns of a projection below the aggregation, and batches get as small as these are long.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::SchemaRef,
    error::Result,
    physical_expr::{
        PhysicalExpr,
        expressions::{Column, Literal},
        utils::collect_columns,
    },
    physical_plan::{
        ExecutionPlan, InputOrderMode,
        aggregates::{AggregateExec, AggregateInputMode, PhysicalGroupBy},
        projection::ProjectionExec,
        udaf::AggregateFunctionExpr,
    },
};

use super::uncollected::may_be_long;

/// How the columns of the projection begin. No name of Athena's does.
const COMPUTED: &str = "?computed";

/// The aggregation of the projection, around which `guarded` puts what guards it; `None` if nothing long is computed.
pub(super) fn before(
    aggregate: &AggregateExec,
    guarded: impl Fn(&Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan>,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let functions = aggregate.aggr_expr();
    let is_ordered = *aggregate.input_order_mode() != InputOrderMode::Linear
        || functions.iter().any(|function| !function.order_bys().is_empty() || function.is_reversed());
    if aggregate.mode().input_mode() != AggregateInputMode::Raw || is_ordered {
        return Ok(None);
    }
    let mut computed = Computed::of(aggregate.input().schema());
    let given = computed.columns.len();
    let grouping = aggregate.group_expr();
    let keys = grouping.expr().iter().map(|(key, name)| (computed.column(key), name.clone())).collect();
    let mut replaced = Vec::with_capacity(functions.len());
    for function in functions {
        let Some(function) = computed.function(function) else { return Ok(None) };
        replaced.push(Arc::new(function));
    }
    if computed.columns.len() == given {
        return Ok(None);
    }
    let projection = ProjectionExec::try_new(computed.columns, Arc::clone(aggregate.input()))?;
    let input = guarded(&(Arc::new(projection) as Arc<dyn ExecutionPlan>));
    let (nulls, sets) = (grouping.null_expr().to_vec(), grouping.groups().to_vec());
    let above = AggregateExec::try_new(
        *aggregate.mode(),
        PhysicalGroupBy::new(keys, nulls, sets, grouping.has_grouping_set()),
        replaced,
        aggregate.filter_expr().to_vec(),
        input,
        aggregate.input_schema(),
    )?;
    let above = above.with_limit_options(aggregate.limit_options());
    let is_same = above.schema() == aggregate.schema();
    Ok(is_same.then(|| Arc::new(above) as Arc<dyn ExecutionPlan>))
}

struct Computed {
    schema: SchemaRef,
    /// Those of the input, and after them what is computed.
    columns: Vec<(Arc<dyn PhysicalExpr>, String)>,
}

impl Computed {
    fn of(schema: SchemaRef) -> Self {
        let columns = schema.fields().iter().enumerate().map(|(index, field)| {
            let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new(field.name(), index));
            (column, field.name().clone())
        });
        let columns = columns.collect();
        Self { schema, columns }
    }

    /// The column that has the value, if it is computed of columns and may be long; else the expression as it is.
    fn column(&mut self, expr: &Arc<dyn PhysicalExpr>) -> Arc<dyn PhysicalExpr> {
        let is_there = expr.is::<Column>() || expr.is::<Literal>() || collect_columns(expr).is_empty();
        if is_there || !expr.data_type(&self.schema).is_ok_and(|data_type| may_be_long(&data_type)) {
            return Arc::clone(expr);
        }
        let index = self.columns.len();
        let name = format!("{COMPUTED} {index}");
        let column = Arc::new(Column::new(&name, index));
        self.columns.push((Arc::clone(expr), name));
        column
    }

    /// The aggregate of these columns; `None` if it takes no others.
    fn function(&mut self, function: &AggregateFunctionExpr) -> Option<AggregateFunctionExpr> {
        let arguments = function.expressions();
        let arguments = arguments.iter().map(|argument| self.column(argument)).collect();
        function.with_new_expressions(arguments, Vec::new())
    }
}

#[cfg(test)]
mod tests;
