//! Operators that collect rows until a batch has its number of rows, however long the rows are.
//!
//! `RepartitionExec` and `FilterExec` of DataFusion 55.2 copy rows into a buffer that no pool counts
//! (`LimitedBatchCoalescer`). A batch has up to 2,048 rows, and a text up to 1 MiB: between two stages of a `GROUP BY`,
//! such a buffer takes gigabytes. It passes a batch of more than half of the wanted rows on as it is. So where a row may
//! be long, these operators are told that a batch should have one row, and collect none. There are then as many batches
//! behind them as before them, or as many for each stream. What waits for a stream is counted by DataFusion's pool.

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, SchemaRef},
    common::tree_node::TreeNodeRecursion,
    error::Result,
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::PhysicalExpr,
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, filter::FilterExec,
        repartition::RepartitionExec, replace_children_if_necessary,
    },
};

/// With more rows than half of this, which are any, a batch is passed on as it is.
const ANY: usize = 1;

/// The operator, so that it collects no long rows. What is below it makes batches of so many `rows`, as before.
pub(super) fn uncollected(node: Arc<dyn ExecutionPlan>, rows: usize) -> Result<Arc<dyn ExecutionPlan>> {
    if !has_long_rows(&node.schema()) {
        return Ok(node);
    }
    if let Some(filter) = node.downcast_ref::<FilterExec>() {
        return Ok(Arc::new(filter.with_batch_size(ANY)?));
    }
    // A repartition that keeps an order merges its inputs, and counts what it holds of them.
    let collects =
        node.downcast_ref::<RepartitionExec>().is_some_and(|repartition| !repartition.preserve_order());
    if !collects {
        return Ok(node);
    }
    let as_before = |input: &Arc<dyn ExecutionPlan>| -> Arc<dyn ExecutionPlan> {
        Arc::new(BatchRows { input: Arc::clone(input), rows })
    };
    let inputs = node.children().into_iter().map(as_before).collect();
    let input = replace_children_if_necessary(node, inputs)?;
    Ok(Arc::new(BatchRows { input, rows: ANY }))
}

/// Whether a row has a value without a fixed width.
fn has_long_rows(schema: &SchemaRef) -> bool {
    schema.fields().iter().any(|field| may_be_long(field.data_type()))
}

/// Whether a value of the type has no fixed width.
pub(super) fn may_be_long(data_type: &DataType) -> bool {
    !data_type.is_primitive() && !matches!(data_type, DataType::Boolean | DataType::Null)
}

/// Runs its input as if the query's batches should have so many rows.
#[derive(Debug)]
struct BatchRows {
    input: Arc<dyn ExecutionPlan>,
    rows: usize,
}

impl DisplayAs for BatchRows {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BatchRows: rows={}", self.rows)
    }
}

impl ExecutionPlan for BatchRows {
    fn name(&self) -> &'static str {
        "BatchRows"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.pop().unwrap_or_else(|| Arc::clone(&self.input));
        Ok(Arc::new(Self { input, rows: self.rows }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let config = context.session_config().clone().with_batch_size(self.rows.max(1));
        let context = TaskContext::new(
            context.task_id(),
            context.session_id(),
            config,
            context.scalar_functions().clone(),
            context.higher_order_functions().clone(),
            context.aggregate_functions().clone(),
            context.window_functions().clone(),
            context.runtime_env(),
        );
        self.input.execute(partition, Arc::new(context))
    }
}

#[cfg(test)]
mod tests;
