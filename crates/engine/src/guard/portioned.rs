use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use arrow_buffer::MemoryReservation;
use datafusion::{
    arrow::{
        array::{RecordBatch, UInt64Array},
        compute::take_record_batch,
        datatypes::SchemaRef,
    },
    common::{tree_node::TreeNodeRecursion, utils::memory::get_record_batch_memory_size},
    error::{DataFusionError, Result},
    execution::{RecordBatchStream, SendableRecordBatchStream, TaskContext},
    physical_expr::PhysicalExpr,
    physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties},
};
use futures::{Stream, StreamExt};

use super::{
    copies::Copies,
    width::{UNSHARED, own_bytes, shares_with_others},
};
use crate::{
    cancel::Cancellation,
    error::Failure,
    memory::{EXCEEDED, Hold, Memory},
};

/// Hands the operator above no more at once than it may copy before it counts the copies.
///
/// What the operator may make of a batch is counted until it asks for the next one: by then it has told DataFusion's pool what
/// it holds, or handed rows on that are counted themselves. A row of which it would make too much fails the query.
#[derive(Debug, Clone)]
pub(super) struct Portioned {
    input: Arc<dyn ExecutionPlan>,
    copies: Copies,
    memory: Memory,
    cancellation: Cancellation,
    is_owned: bool,
}

impl Portioned {
    pub(super) fn around(
        input: Arc<dyn ExecutionPlan>,
        copies: Copies,
        memory: &Memory,
        cancellation: &Cancellation,
    ) -> Self {
        Self { input, copies, memory: memory.clone(), cancellation: cancellation.clone(), is_owned: false }
    }

    /// Copies rows whose columns share buffers, and a part of a larger batch: an operator that keeps batches counts a buffer once,
    /// and copies each column that is in it when it puts the batches together.
    pub(super) fn owned(self) -> Self {
        Self { is_owned: true, ..self }
    }
}

impl DisplayAs for Portioned {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Portioned")
    }
}

impl ExecutionPlan for Portioned {
    fn name(&self) -> &'static str {
        "Portioned"
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
        let input = self.input.execute(partition, context)?;
        Ok(Box::pin(PortionedRows { input, rest: None, held: self.memory.hold(), rule: self.clone() }))
    }
}

struct PortionedRows {
    input: SendableRecordBatchStream,
    /// What has not left yet of a batch.
    rest: Option<RecordBatch>,
    /// For what left last.
    held: Hold,
    rule: Portioned,
}

impl PortionedRows {
    fn portion(&mut self) -> Result<Option<RecordBatch>> {
        let Some(batch) = self.rest.take() else { return Ok(None) };
        let Portioned { copies, memory, is_owned, .. } = &self.rule;
        let (limits, all) = (memory.limits(), batch.num_rows());
        let mut made = copies.bytes(&batch, 0..all);
        let mut rows = all;
        if made > limits.portion() {
            (rows, made) = copies.first(&batch, limits.portion());
            let most = limits.copied_row();
            if made > most {
                return Err(refused(made, most));
            }
        }
        self.held.resize(made);
        memory.check()?;
        let portion = if rows < all {
            self.rest = Some(batch.slice(rows, all - rows));
            batch.slice(0, rows)
        } else {
            batch
        };
        if !*is_owned || !shares(&portion) {
            return Ok(Some(portion));
        }
        let each = UInt64Array::from_iter_values((0..rows).map(|row| row as u64));
        let portion = take_record_batch(&portion, &each)?;
        portion.claim(memory);
        Ok(Some(portion))
    }
}

/// Whether its columns share buffers with each other, or with rows of other batches.
fn shares(batch: &RecordBatch) -> bool {
    let own = own_bytes(batch);
    let is_shared_within = || get_record_batch_memory_size(batch).saturating_mul(2) < own;
    shares_with_others(batch, own) || (own > UNSHARED && is_shared_within())
}

fn refused(made: usize, most: usize) -> DataFusionError {
    let message = format!(
        "a row that grouping sets, aggregates, sorts or joins copy to {made} bytes (at most {most}) needs more memory than \
         the local engine may use"
    );
    DataFusionError::External(Box::new(Failure::new(EXCEEDED, message)))
}

impl Stream for PortionedRows {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        // Whoever asks for more has counted what it made of the last rows.
        this.held.resize(0);
        if let Err(cancelled) = this.rule.cancellation.check() {
            return Poll::Ready(Some(Err(cancelled.into())));
        }
        if this.rest.is_none() {
            match ready!(this.input.poll_next_unpin(context)) {
                Some(Ok(batch)) => this.rest = Some(batch),
                other => return Poll::Ready(other),
            }
        }
        Poll::Ready(this.portion().transpose())
    }
}

impl RecordBatchStream for PortionedRows {
    fn schema(&self) -> SchemaRef {
        self.input.schema()
    }
}

#[cfg(test)]
mod tests;
