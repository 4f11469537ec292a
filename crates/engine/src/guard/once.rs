use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use datafusion::{
    common::tree_node::TreeNodeRecursion,
    error::{DataFusionError, Result},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::PhysicalExpr,
    physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties},
};

/// The left side of a nested loop join, which is read once.
///
/// Where the side does not fit into memory, the join of DataFusion 55 reads it again, from its beginning, to write it to
/// a file (apache/datafusion#24676, #24661). An operator that hands its input out once, as `RepartitionExec` does,
/// panics then: `partition not used yet`. And some outer joins answer rows twice after that
/// (apache/datafusion#22641). So the second time is a failure for want of memory, which the first time was.
#[derive(Debug)]
pub(super) struct Once {
    input: Arc<dyn ExecutionPlan>,
    is_read: AtomicBool,
}

impl Once {
    pub(super) fn around(input: Arc<dyn ExecutionPlan>) -> Self {
        Self { input, is_read: AtomicBool::new(false) }
    }
}

impl DisplayAs for Once {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Once")
    }
}

impl ExecutionPlan for Once {
    fn name(&self) -> &'static str {
        "Once"
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
        Ok(Arc::new(Self::around(input)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        if self.is_read.swap(true, Ordering::Relaxed) {
            let what = "the left side of a nested loop join does not fit into memory";
            return Err(DataFusionError::ResourcesExhausted(what.to_owned()));
        }
        self.input.execute(partition, context)
    }
}
