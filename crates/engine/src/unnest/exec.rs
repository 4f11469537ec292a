use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch},
        datatypes::SchemaRef,
    },
    common::tree_node::TreeNodeRecursion,
    error::Result,
    execution::{RecordBatchStream, SendableRecordBatchStream, TaskContext},
    physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
        execution_plan::{Boundedness, EmissionType},
    },
};
use futures::{Stream, StreamExt};

use super::rows::{Pending, Rule};

/// The operator of an `UNNEST`. No batch of it has more rows than one of the query should have, however long an array is.
#[derive(Debug)]
pub(crate) struct UnnestExec {
    input: Arc<dyn ExecutionPlan>,
    /// Arrays and maps, of the input's columns.
    exprs: Vec<Arc<dyn PhysicalExpr>>,
    rule: Rule,
    properties: Arc<PlanProperties>,
}

impl UnnestExec {
    pub(super) fn new(
        input: Arc<dyn ExecutionPlan>,
        exprs: Vec<Arc<dyn PhysicalExpr>>,
        schema: SchemaRef,
        has_ordinality: bool,
        keeps_all: bool,
    ) -> Self {
        Self::with_rule(input, exprs, Rule { schema, has_ordinality, keeps_all })
    }

    fn with_rule(input: Arc<dyn ExecutionPlan>, exprs: Vec<Arc<dyn PhysicalExpr>>, rule: Rule) -> Self {
        let partitions = input.output_partitioning().partition_count();
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&rule.schema)),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self { input, exprs, rule, properties: Arc::new(properties) }
    }
}

impl DisplayAs for UnnestExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnnestExec")
    }
}

impl ExecutionPlan for UnnestExec {
    fn name(&self) -> &'static str {
        "UnnestExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let mut next = TreeNodeRecursion::Continue;
        for expr in &self.exprs {
            next = next.visit_sibling(|| f(expr))?;
        }
        Ok(next)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.pop().unwrap_or_else(|| Arc::clone(&self.input));
        Ok(Arc::new(Self::with_rule(input, self.exprs.clone(), self.rule.clone())))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = context.session_config().batch_size();
        Ok(Box::pin(UnnestedRows {
            input: self.input.execute(partition, context)?,
            exprs: self.exprs.clone(),
            rule: self.rule.clone(),
            rows,
            pending: None,
        }))
    }
}

struct UnnestedRows {
    input: SendableRecordBatchStream,
    exprs: Vec<Arc<dyn PhysicalExpr>>,
    rule: Rule,
    /// The most of a batch.
    rows: usize,
    /// A batch of the input, of which some rows were not looked at yet.
    pending: Option<Pending>,
}

impl UnnestedRows {
    fn arrays(&self, batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let arrays = self.exprs.iter().map(|expr| expr.evaluate(batch)?.into_array(batch.num_rows()));
        arrays.collect()
    }
}

impl Stream for UnnestedRows {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(pending) = &mut this.pending {
                match pending.next(&this.rule, this.rows).transpose() {
                    Some(batch) => return Poll::Ready(Some(batch)),
                    None => this.pending = None,
                }
            }
            let batch = match ready!(this.input.poll_next_unpin(context)) {
                Some(Ok(batch)) => batch,
                other => return Poll::Ready(other),
            };
            match this.arrays(&batch).and_then(|arrays| Pending::new(batch, arrays)) {
                Ok(pending) => this.pending = Some(pending),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl RecordBatchStream for UnnestedRows {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.rule.schema)
    }
}
