use arrow_buffer::MemoryPool;
use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, StringArray},
        datatypes::{DataType, Field, Schema},
    },
    physical_plan::{empty::EmptyExec, stream::RecordBatchStreamAdapter},
};
use futures::{FutureExt, stream};

use super::*;
use crate::memory::MemoryLimits;

/// A portion may make 10,000 bytes, and a row 80,000.
fn limits() -> MemoryLimits {
    MemoryLimits { batches: 320_000, ..MemoryLimits::default() }
}

/// Rows of these texts, in so many columns that share them.
fn batch(texts: Vec<String>, columns: usize) -> RecordBatch {
    let texts: ArrayRef = Arc::new(StringArray::from(texts));
    let fields: Vec<Field> =
        (0..columns).map(|n| Field::new(format!("c{n}"), DataType::Utf8, true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), vec![texts; columns]).unwrap()
}

/// Texts of 990 bytes, which begin with their numbers.
fn numbered(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| format!("{number:0>990}")).collect()
}

fn portioned(batches: Vec<RecordBatch>, is_owned: bool, memory: &Memory) -> (PortionedRows, Cancellation) {
    let schema = batches[0].schema();
    let cancellation = Cancellation::default();
    let source = Arc::new(EmptyExec::new(Arc::clone(&schema)));
    let rule = Portioned::around(source, Copies::one(&schema), memory, &cancellation);
    let input = stream::iter(batches.into_iter().map(Ok));
    let rows = PortionedRows {
        input: Box::pin(RecordBatchStreamAdapter::new(schema, input)),
        rest: None,
        held: memory.hold(),
        rule: if is_owned { rule.owned() } else { rule },
    };
    (rows, cancellation)
}

fn next(rows: &mut PortionedRows) -> Option<Result<RecordBatch>> {
    rows.next().now_or_never().unwrap()
}

#[test]
fn batches_are_as_small_as_their_rows_are_copied_often() {
    for (columns, most) in [(1, 10), (2, 5), (5, 2), (11, 1), (40, 1)] {
        for is_owned in [false, true] {
            let memory = Memory::new(limits());
            let mut from = 0;
            let batches = [37, 1, 0, 22].map(|count| {
                from += count;
                batch(numbered(from - count..from), columns)
            });
            let (mut rows, _) = portioned(batches.to_vec(), is_owned, &memory);
            let mut found = Vec::new();
            while let Some(portion) = next(&mut rows).transpose().unwrap() {
                let count = portion.num_rows();
                assert!(count <= most, "{count} rows of {columns} columns");
                // What the operator may make of them is counted while it does.
                assert!(memory.used() >= count * 990 * columns, "{} for {count}", memory.used());
                for column in portion.columns() {
                    assert_eq!(column, portion.column(0));
                }
                found.extend(portion.column(0).as_string::<i32>().iter().flatten().map(str::to_owned));
            }
            assert_eq!(found, numbered(0..60), "{columns} {is_owned}");
            assert_eq!(memory.used(), 0);
        }
    }
}

#[test]
fn short_rows_are_handed_on_as_they_are() {
    let memory = Memory::new(MemoryLimits::default());
    let given = batch(vec!["short".to_owned(); 2_048], 3);
    let (mut rows, _) = portioned(vec![given.clone()], false, &memory);
    let found = next(&mut rows).unwrap().unwrap();
    assert_eq!(found.num_rows(), 2_048);
    let address = |batch: &RecordBatch| batch.column(0).as_string::<i32>().value_data().as_ptr();
    assert_eq!(address(&found), address(&given));
}

/// A row that is copied too often fails after the rows before it.
#[test]
fn a_row_that_makes_too_much_is_refused() {
    for (length, columns, is_refused) in
        [(79_000, 1, false), (90_000, 1, true), (39_000, 2, false), (41_000, 2, true), (2_100, 40, true)]
    {
        let memory = Memory::new(limits());
        let texts = vec!["first".to_owned(), "x".repeat(length)];
        let (mut rows, _) = portioned(vec![batch(texts, columns)], false, &memory);
        assert_eq!(next(&mut rows).unwrap().unwrap().num_rows(), 1);
        let second = next(&mut rows).unwrap();
        let made = (length + 4) * columns;
        match second {
            Ok(portion) => assert!(!is_refused && portion.num_rows() == 1, "{length} {columns}"),
            Err(error) => {
                let expected = format!("to {made} bytes (at most 80000)");
                assert!(is_refused && error.to_string().contains(&expected), "{length} {columns}: {error}");
            }
        }
    }
}

/// What may be made is counted with all that the engine holds.
#[test]
fn a_portion_fails_where_memory_is_full() {
    let memory = Memory::new(limits());
    let mut others = memory.hold();
    others.resize(315_000);
    let (mut rows, _) = portioned(vec![batch(numbered(0..30), 1)], false, &memory);
    assert!(matches!(next(&mut rows), Some(Err(DataFusionError::ResourcesExhausted(_)))));
    drop(others);
    let (mut rows, _) = portioned(vec![batch(numbered(0..30), 1)], false, &memory);
    assert!(matches!(next(&mut rows), Some(Ok(_))));
}

#[test]
fn columns_that_share_a_buffer_are_made_their_own_where_batches_are_kept() {
    let given = || batch(numbered(0..200), 10);
    let own = own_bytes(&given());
    for (is_owned, least, most) in [(false, 0, own / 4), (true, own - own / 10, 3 * own)] {
        let memory = Memory::new(MemoryLimits::default());
        let (mut rows, _) = portioned(vec![given()], is_owned, &memory);
        let found = next(&mut rows).unwrap().unwrap();
        assert_eq!(found, given());
        let size = get_record_batch_memory_size(&found);
        assert!((least..=most).contains(&size), "{is_owned}: {size}, not {least} to {most}");
    }
}

/// Also between two portions of one batch.
#[test]
fn nothing_more_is_handed_on_once_the_query_is_cancelled() {
    let memory = Memory::new(limits());
    let (mut rows, cancellation) = portioned(vec![batch(numbered(0..30), 1)], false, &memory);
    assert!(matches!(next(&mut rows), Some(Ok(_))));
    cancellation.cancel();
    let end = next(&mut rows).unwrap().unwrap_err().to_string();
    assert!(end.contains("the query was cancelled"), "{end}");
    assert_eq!(memory.used(), 0);
}
