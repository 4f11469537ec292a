use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, RecordBatch, StringArray},
        datatypes::{Field, Schema},
    },
    error::DataFusionError,
    logical_expr::Operator,
    physical_expr::{
        Partitioning,
        expressions::{BinaryExpr, Column, Literal},
    },
    physical_plan::{
        stream::RecordBatchStreamAdapter,
        streaming::{PartitionStream, StreamingTableExec},
    },
    prelude::SessionConfig,
    scalar::ScalarValue,
};
use futures::{StreamExt, TryStreamExt, stream};

use super::*;
use crate::{
    cancel::Cancellation,
    guard,
    memory::{Memory, MemoryLimits, QueryMemory},
};

/// The rows of the source, each in a batch of its own, and how many of them a batch should have.
const ROWS: usize = 1_000;
const BATCH: usize = 2_048;

/// Far fewer than all rows, and far more than two streams need until each has one.
const FEW: usize = 100;

/// Numbers, with long texts or without, and how many of them were asked for.
#[derive(Debug)]
struct Source {
    schema: SchemaRef,
    asked: Arc<AtomicUsize>,
    /// What the session said when it began.
    batch_size: Arc<AtomicUsize>,
}

impl Source {
    fn new(has_texts: bool) -> Self {
        let mut fields = vec![Field::new("n", DataType::Int64, false)];
        if has_texts {
            fields.push(Field::new("s", DataType::Utf8, false));
        }
        Self { schema: Arc::new(Schema::new(fields)), asked: Arc::default(), batch_size: Arc::default() }
    }

    /// How many rows were asked for, how many a batch should have, and the plan of this source.
    fn plan(self) -> (Arc<AtomicUsize>, Arc<AtomicUsize>, Arc<dyn ExecutionPlan>) {
        let (asked, batch_size) = (Arc::clone(&self.asked), Arc::clone(&self.batch_size));
        let schema = Arc::clone(&self.schema);
        let plan = StreamingTableExec::try_new(schema, vec![Arc::new(self)], None, [], false, None).unwrap();
        (asked, batch_size, Arc::new(plan))
    }
}

impl PartitionStream for Source {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        self.batch_size.store(context.session_config().batch_size(), Ordering::Relaxed);
        let (schema, asked) = (Arc::clone(&self.schema), Arc::clone(&self.asked));
        let rows = stream::iter(0..ROWS).map(move |row| {
            asked.fetch_add(1, Ordering::Relaxed);
            let number: ArrayRef = Arc::new(Int64Array::from(vec![i64::try_from(row).unwrap()]));
            let text: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(10_000)]));
            let columns: Vec<ArrayRef> = [number, text].into_iter().take(schema.fields().len()).collect();
            RecordBatch::try_new(Arc::clone(&schema), columns).map_err(DataFusionError::from)
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows))
    }
}

type Around = fn(Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan>;

/// Deals the rows out to two streams by their numbers.
fn repartition(input: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
    let by = Partitioning::Hash(vec![Arc::new(Column::new("n", 0))], 2);
    Arc::new(RepartitionExec::try_new(input, by).unwrap())
}

/// Keeps all rows.
fn filter(input: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
    let zero = Arc::new(Literal::new(ScalarValue::Int64(Some(0))));
    let condition = Arc::new(BinaryExpr::new(Arc::new(Column::new("n", 0)), Operator::GtEq, zero));
    let filter = FilterExec::try_new(condition, input).unwrap();
    Arc::new(filter.with_batch_size(BATCH).unwrap())
}

fn guarded(plan: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
    let memory = QueryMemory::new(Memory::new(MemoryLimits::default()));
    guard::around(plan, BATCH, &memory, &Cancellation::default()).unwrap()
}

fn context() -> Arc<TaskContext> {
    let config = SessionConfig::new().with_batch_size(BATCH);
    Arc::new(TaskContext::default().with_session_config(config))
}

/// A thousand rows of 10 kB would be 10 MB in a buffer, and 2,048 of 1 MiB two gigabytes.
#[tokio::test]
async fn long_rows_are_passed_on_before_many_of_them_are_there() {
    let cases: [(&str, Around); 2] = [("repartition", repartition), ("filter", filter)];
    for (name, around) in cases {
        for (has_texts, is_soon) in [(true, true), (false, false)] {
            let (asked, batch_size, source) = Source::new(has_texts).plan();
            let plan = guarded(around(source));
            let mut rows = plan.execute(0, context()).unwrap();
            let first = rows.next().await.unwrap().unwrap();
            let before = asked.load(Ordering::Relaxed);
            assert_eq!(before < FEW, is_soon, "{name}: {before} rows were asked for, {has_texts}");
            assert_eq!(first.num_rows() < FEW, is_soon, "{name}: {}", first.num_rows());
            assert_eq!(
                batch_size.load(Ordering::Relaxed),
                BATCH,
                "{name}: what is below makes other batches"
            );
        }
    }
}

#[tokio::test]
async fn no_row_is_lost_and_none_comes_twice() {
    let (_, _, source) = Source::new(true).plan();
    let plan = guarded(filter(repartition(filter(source))));
    let mut numbers = Vec::new();
    let streams: Vec<_> = (0..2).map(|stream| plan.execute(stream, context()).unwrap()).collect();
    let all = futures::future::try_join_all(streams.into_iter().map(TryStreamExt::try_collect::<Vec<_>>));
    for batch in all.await.unwrap().into_iter().flatten() {
        let column = batch.column(0).as_any().downcast_ref::<Int64Array>().unwrap();
        numbers.extend(column.values().iter().copied());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (0..i64::try_from(ROWS).unwrap()).collect::<Vec<_>>());
}
