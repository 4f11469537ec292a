use datafusion::{
    arrow::{
        array::{Array, ListArray, StringArray},
        buffer::OffsetBuffer,
        datatypes::{DataType, Field, Schema},
    },
    physical_plan::{empty::EmptyExec, stream::RecordBatchStreamAdapter},
};
use futures::{FutureExt, stream};

use super::*;
use crate::memory::MemoryLimits;

/// Two rows, each a list of ten texts of so many bytes.
fn lists(length: usize) -> RecordBatch {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(length); 20]));
    let element = Arc::new(Field::new_list_field(DataType::Utf8, true));
    let lists = ListArray::try_new(element, OffsetBuffer::from_lengths([10, 10]), texts, None).unwrap();
    let field = Field::new("kept", lists.data_type().clone(), true);
    RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::new(lists)]).unwrap()
}

/// How many of a hundred batches leave, each dropped before the next, and the error that ends them.
fn leaving(length: usize, is_passed_on: bool, query: &QueryMemory) -> (usize, Option<DataFusionError>) {
    let schema = lists(length).schema();
    let all = stream::repeat_with(move || Ok::<_, DataFusionError>(lists(length))).take(100);
    let source: Arc<dyn ExecutionPlan> = Arc::new(EmptyExec::new(Arc::clone(&schema)));
    let rule = Counted::around(source, query.memory(), &Cancellation::default());
    let mut rows = CountedRows {
        input: Box::pin(RecordBatchStreamAdapter::new(schema, all)),
        rows: 1_000,
        rest: None,
        rule: if is_passed_on { rule.passed_on(query) } else { rule },
        seen: 0,
        widest: 0,
    };
    let mut left = 0;
    loop {
        match rows.next().now_or_never().unwrap() {
            Some(Ok(_)) => left += 1,
            Some(Err(error)) => return (left, Some(error)),
            None => return (left, None),
        }
    }
}

#[test]
fn long_rows_that_are_passed_on_are_counted_after_they_are_dropped() {
    let limits = MemoryLimits { batches: 1_000_000, ..MemoryLimits::default() };
    let memory = Memory::new(limits);
    // Lists of 10 kB, two in a batch, and of 1 kB.
    for (length, is_passed_on, expected) in
        [(1_000, false, 100), (100, true, 100), (1_000, true, 24), (5_000, true, 4)]
    {
        let query = QueryMemory::new(memory.clone());
        let (left, error) = leaving(length, is_passed_on, &query);
        assert_eq!(left, expected, "{length} {is_passed_on}: {error:?}");
        assert_eq!(error.is_some(), left < 100);
        if let Some(error) = error {
            assert!(error.to_string().contains("more than 500000 bytes"), "{error}");
        }
        drop(query);
        memory.check().unwrap();
        assert_eq!(arrow_buffer::MemoryPool::used(&memory), 0, "{length} {is_passed_on}");
    }
}
