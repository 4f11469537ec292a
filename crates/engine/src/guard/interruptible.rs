use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::tree_node::TreeNodeRecursion,
    error::Result,
    execution::{RecordBatchStream, SendableRecordBatchStream, TaskContext},
    physical_expr::PhysicalExpr,
    physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties},
};
use futures::{Stream, StreamExt};

use crate::cancel::Cancellation;

/// An operator that fails at its next batch once the query is cancelled.
///
/// An operator that takes batches in a loop, as a filter does that keeps none and an aggregate, asks its input for
/// each: so the inputs look at the flag.
#[derive(Debug)]
pub(super) struct Interruptible {
    input: Arc<dyn ExecutionPlan>,
    cancellation: Cancellation,
}

impl Interruptible {
    pub(super) fn around(input: Arc<dyn ExecutionPlan>, cancellation: &Cancellation) -> Self {
        Self { input, cancellation: cancellation.clone() }
    }
}

impl DisplayAs for Interruptible {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interruptible")
    }
}

impl ExecutionPlan for Interruptible {
    fn name(&self) -> &'static str {
        "Interruptible"
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
        Ok(Arc::new(Self::around(input, &self.cancellation)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, context)?;
        Ok(Box::pin(InterruptibleRows { input, cancellation: self.cancellation.clone() }))
    }
}

struct InterruptibleRows {
    input: SendableRecordBatchStream,
    cancellation: Cancellation,
}

impl Stream for InterruptibleRows {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Err(cancelled) = self.cancellation.check() {
            return Poll::Ready(Some(Err(cancelled.into())));
        }
        self.input.poll_next_unpin(context)
    }
}

impl RecordBatchStream for InterruptibleRows {
    fn schema(&self) -> SchemaRef {
        self.input.schema()
    }
}

#[cfg(test)]
mod tests {
    use datafusion::{
        arrow::{
            array::{ArrayRef, Int64Array},
            datatypes::{DataType, Field, Schema},
        },
        error::DataFusionError,
        physical_plan::stream::RecordBatchStreamAdapter,
    };
    use futures::{FutureExt, stream};

    use super::*;

    #[test]
    fn the_flag_is_looked_at_before_each_batch() {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![numbers]).unwrap();
        let endless = stream::repeat_with(move || Ok::<_, DataFusionError>(batch.clone()));
        let input: SendableRecordBatchStream = Box::pin(RecordBatchStreamAdapter::new(schema, endless));
        let cancellation = Cancellation::default();
        let mut rows = InterruptibleRows { input, cancellation: cancellation.clone() };
        for _ in 0..3 {
            assert!(matches!(rows.next().now_or_never(), Some(Some(Ok(_)))));
        }
        cancellation.cancel();
        let end = rows.next().now_or_never().flatten().unwrap().unwrap_err();
        assert!(end.to_string().contains("the query was cancelled"), "{end}");
    }
}
