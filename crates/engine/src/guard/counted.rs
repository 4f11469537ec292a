use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, UInt64Array},
        compute::take_record_batch,
        datatypes::SchemaRef,
    },
    common::tree_node::TreeNodeRecursion,
    error::{DataFusionError, Result},
    execution::{RecordBatchStream, SendableRecordBatchStream, TaskContext},
    physical_expr::PhysicalExpr,
    physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, coop::cooperative},
};
use futures::{Stream, StreamExt};

use super::width::{own_bytes, shares_with_others, widest};
use crate::{
    cancel::Cancellation,
    error::Failure,
    memory::{EXCEEDED, LONG_GROUP, Memory, QueryMemory},
};

/// Counts the batches of an operator for as long as they live, and fails the query where all of them are too many.
/// None that leaves has more rows than the query's batches should have. Once the query is cancelled, the next fails it.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    input: Arc<dyn ExecutionPlan>,
    memory: Memory,
    cancellation: Cancellation,
    is_narrow: bool,
    repeated: Repeated,
    /// Counts long rows until the query is over: see [`QueryMemory::pass_on`].
    passed_on: Option<QueryMemory>,
}

/// What the operator above repeats for every row of its whole input.
#[derive(Debug, Clone, Default)]
pub(super) struct Repeated {
    /// Columns of which one value may come to be in every row.
    pub(super) columns: Vec<usize>,
    /// The bytes of literals that may.
    pub(super) literals: usize,
}

impl Repeated {
    fn is_nothing(&self) -> bool {
        self.columns.is_empty() && self.literals == 0
    }
}

impl Counted {
    pub(super) fn around(
        input: Arc<dyn ExecutionPlan>,
        memory: &Memory,
        cancellation: &Cancellation,
    ) -> Self {
        if let Some(counted) = input.downcast_ref::<Self>() {
            return counted.clone();
        }
        let (memory, cancellation) = (memory.clone(), cancellation.clone());
        Self { input, memory, cancellation, is_narrow: false, repeated: Repeated::default(), passed_on: None }
    }

    /// Refuses a row that is too wide to be repeated.
    pub(super) fn narrow(self) -> Self {
        Self { is_narrow: true, ..self }
    }

    /// Counts long rows until the query is over, not only for as long as they live.
    pub(super) fn passed_on(self, memory: &QueryMemory) -> Self {
        Self { passed_on: Some(memory.clone()), ..self }
    }

    /// Refuses so many rows that what is repeated for each of them is too much.
    pub(super) fn repeated(self, repeated: Repeated) -> Self {
        Self { repeated, ..self }
    }
}

impl DisplayAs for Counted {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

impl ExecutionPlan for Counted {
    fn name(&self) -> &'static str {
        "Counted"
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
        Ok(Arc::new(Self { input, ..Self::clone(&self) }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = context.session_config().batch_size();
        let rows = CountedRows {
            input: self.input.execute(partition, context)?,
            rows,
            rest: None,
            rule: self.clone(),
            seen: 0,
            widest: 0,
        };
        // A join makes many batches of one of its input, and only inputs yield to other queries by themselves.
        Ok(Box::pin(cooperative(rows)))
    }
}

struct CountedRows {
    input: SendableRecordBatchStream,
    /// The most of a batch.
    rows: usize,
    /// What has not left yet of a batch with more.
    rest: Option<RecordBatch>,
    rule: Counted,
    seen: usize,
    /// Of what is repeated, in bytes.
    widest: usize,
}

impl CountedRows {
    fn count(&mut self, batch: &RecordBatch) -> Result<()> {
        let Counted { memory, is_narrow, repeated, passed_on, .. } = &self.rule;
        batch.claim(memory);
        memory.check()?;
        if let Some(query) = passed_on {
            let own = own_bytes(batch);
            if own > batch.num_rows().saturating_mul(LONG_GROUP) {
                query.pass_on(own)?;
            }
        }
        let limits = memory.limits();
        if *is_narrow {
            let width = widest(batch.columns().iter(), limits.row());
            if width > limits.row() {
                let most = limits.row();
                return refuse(format!(
                    "a join, a window function or an UNNEST of rows of {width} bytes: at most {most}"
                ));
            }
        }
        if repeated.is_nothing() {
            return Ok(());
        }
        let columns = repeated.columns.iter().filter_map(|index| batch.columns().get(*index));
        let columns: Vec<&ArrayRef> = columns.collect();
        self.widest = self.widest.max(widest(columns.iter().copied(), 0).saturating_add(repeated.literals));
        self.seen = self.seen.saturating_add(batch.num_rows());
        // It takes half of what all may.
        if self.seen.saturating_mul(self.widest) > limits.batches / 2 {
            let (seen, widest) = (self.seen, self.widest);
            return refuse(format!(
                "a window function that may repeat {widest} bytes for each of {seen} rows and more"
            ));
        }
        Ok(())
    }

    /// The next rows of what has not left yet. Rows that share much larger buffers with others are copied: a sort
    /// counts all that a batch shares, once for each slice of it.
    fn part(&mut self) -> Result<Option<RecordBatch>> {
        let Some(rest) = self.rest.take() else { return Ok(None) };
        let rows = rest.num_rows().min(self.rows);
        if rows < rest.num_rows() {
            self.rest = Some(rest.slice(rows, rest.num_rows() - rows));
        }
        let part = rest.slice(0, rows);
        if !shares_with_others(&part, own_bytes(&part)) {
            return Ok(Some(part));
        }
        let all = UInt64Array::from_iter_values((0..rows).map(|row| row as u64));
        let part = take_record_batch(&part, &all)?;
        part.claim(&self.rule.memory);
        Ok(Some(part))
    }
}

fn refuse(what: String) -> Result<()> {
    let failure = Failure::new(EXCEEDED, format!("{what} needs more memory than the local engine may use"));
    Err(DataFusionError::External(Box::new(failure)))
}

impl Stream for CountedRows {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Err(cancelled) = this.rule.cancellation.check() {
            return Poll::Ready(Some(Err(cancelled.into())));
        }
        if this.rest.is_none() {
            match ready!(this.input.poll_next_unpin(context)) {
                Some(Ok(batch)) => {
                    if let Err(error) = this.count(&batch) {
                        return Poll::Ready(Some(Err(error)));
                    }
                    this.rest = Some(batch);
                }
                other => return Poll::Ready(other),
            }
        }
        Poll::Ready(this.part().transpose())
    }
}

impl RecordBatchStream for CountedRows {
    fn schema(&self) -> SchemaRef {
        self.input.schema()
    }
}

#[cfg(test)]
mod tests;
