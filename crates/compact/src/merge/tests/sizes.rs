//! How large the batches of a merge are in memory.

use super::*;

/// A text that repeats is in a file once, and in memory as often as there are rows: a few messages with one long text a thousand
/// times over would else be gigabytes when they are merged.
#[tokio::test]
async fn a_batch_of_texts_that_repeat_is_as_small_as_one_of_others() {
    const LENGTH: usize = 10_000;
    let (store, dataset, text) = (MemoryStore::default(), dataset(), "x".repeat(LENGTH));
    let new = parsed(&dataset, (0..2_000).map(|n| format!(r#"{{"v":{n},"s":["{text}"]}}"#)));
    let location = "tables/d/g/".to_owned();
    let (limits, workers) = (limits(64 << 20, 1 << 20), &Workers::new(1));
    let workshop = Workshop { store: &store, dataset: &dataset, limits, workers, location };
    let file = workshop.merge(0, Some(&new), &[]).await.unwrap().remove(0);
    let source = Source::open(&store, &file).await.unwrap();
    let in_file: i64 = source.metadata().row_groups().iter().map(RowGroupMetaData::total_byte_size).sum();
    assert!(in_file < 1 << 20, "{in_file} bytes: the text is in there more than once");
    let row_bytes = source.row_bytes(limits.batch).await;
    assert!(row_bytes >= LENGTH as u64, "{row_bytes}");
    let mut batches = source.rows(&dataset.arrow_schema(), limits.batch_rows(row_bytes)).unwrap();
    let mut rows = 0;
    while let Some(batch) = batches.next().await.unwrap() {
        assert!(batch.num_rows() * LENGTH <= 1 << 20, "{} rows", batch.num_rows());
        rows += batch.num_rows();
    }
    assert_eq!(rows, 2_000);
}

/// The average says nothing of rows that stand side by side: a thousand events with one long text, among many others, would be
/// one batch.
#[tokio::test]
async fn long_rows_that_stand_side_by_side_do_not_make_one_batch() {
    const LENGTH: usize = 100_000;
    const BATCH: u64 = 1 << 20;
    let text = Dataset::from_json(
        br#"{"name": "d", "sort_by": ["v"], "columns": [
            {"name": "v", "type": "bigint"}, {"name": "s", "type": "string"}]}"#,
    )
    .unwrap();
    for (dataset, open, close) in [(dataset(), "[", "]"), (text, "", "")] {
        for (long, rows) in [(10_000..10_300, 20_000), (0..0, 20_000)] {
            let (store, text) = (MemoryStore::default(), "x".repeat(LENGTH));
            let events = (0..rows).map(|n| {
                let text = if long.contains(&n) { text.as_str() } else { "y" };
                format!(r#"{{"v":{n},"s":{open}"{text}"{close}}}"#)
            });
            let new = parsed(&dataset, events);
            let (limits, workers) = (limits(64 << 20, BATCH), &Workers::new(1));
            let location = "tables/d/g/".to_owned();
            let workshop = Workshop { store: &store, dataset: &dataset, limits, workers, location };
            let file = workshop.merge(0, Some(&new), &[]).await.unwrap().remove(0);
            let source = Source::open(&store, &file).await.unwrap();
            let batch_rows = limits.batch_rows(source.row_bytes(BATCH).await);
            // Where no row is long, batches are as large as the average lets them be.
            assert_eq!(batch_rows >= 5_000, long.is_empty(), "{batch_rows} rows of {open}");
            let mut batches = source.rows(&dataset.arrow_schema(), batch_rows).unwrap();
            let mut found = 0;
            while let Some(batch) = batches.next().await.unwrap() {
                let here = found..found + batch.num_rows();
                let longs = here.filter(|row| long.contains(row)).count();
                assert!((longs * LENGTH) as u64 <= 8 * BATCH, "{longs} long rows of {open}");
                found += batch.num_rows();
            }
            assert_eq!(found, rows);
        }
    }
}
