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

/// Numbers in lists have some bits each in a file, where they repeat, and 8 bytes in memory: a few rows of them would else be one
/// batch of any size.
#[tokio::test]
async fn a_batch_of_long_lists_is_as_small_as_one_of_other_rows() {
    const VALUES: usize = 10_000;
    const ROWS: usize = 100;
    const BATCH: u64 = 1 << 20;
    for (element, value) in [
        ("bigint", "7"),
        ("int", "7"),
        ("double", "1.5"),
        ("decimal(9,2)", "1.5"),
        ("boolean", "true"),
        ("date", r#""2026-11-23""#),
        ("string", r#""yy""#),
        ("bigint", "null"),
        ("array<int>", "[7]"),
        ("array<array<boolean>>", "[[]]"),
        ("struct<a:int,b:bigint>", r#"{"a":7,"b":8}"#),
    ] {
        let definition = format!(
            r#"{{"name": "d", "sort_by": ["v"], "columns": [
                {{"name": "v", "type": "bigint"}}, {{"name": "s", "type": "array<{element}>"}}]}}"#
        );
        let dataset = Dataset::from_json(definition.as_bytes()).unwrap();
        let list = vec![value; VALUES].join(",");
        let new = parsed(&dataset, (0..ROWS).map(|n| format!(r#"{{"v":{n},"s":[{list}]}}"#)));
        let (store, location) = (MemoryStore::default(), "tables/d/g/".to_owned());
        let (limits, workers) = (limits(64 << 20, BATCH), &Workers::new(1));
        let workshop = Workshop { store: &store, dataset: &dataset, limits, workers, location };
        let file = workshop.merge(0, Some(&new), &[]).await.unwrap().remove(0);
        let source = Source::open(&store, &file).await.unwrap();
        let average = limits.batch_rows(source.average_row_bytes());
        assert!((4..100).contains(&average), "{element}: {average} rows");
        let batch_rows = limits.batch_rows(source.row_bytes(BATCH).await);
        let mut batches = source.rows(&dataset.arrow_schema(), batch_rows).unwrap();
        let mut rows = 0;
        while let Some(batch) = batches.next().await.unwrap() {
            let bytes = crate::ordered::bytes(&batch) as u64;
            assert!(bytes <= BATCH, "{element} of {value}: {bytes} bytes in {} rows", batch.num_rows());
            rows += batch.num_rows();
        }
        assert_eq!(rows, ROWS);
    }
}

/// A few rows with the longest lists of small numbers that events can have, side by side among many short ones: their average
/// says nothing, and each has 4 MB in memory. As many batches are held as have about the bytes of one, and so are rows.
#[tokio::test]
async fn rows_with_the_longest_lists_make_small_batches_and_few_are_held() {
    const VALUES: usize = 500_000;
    const BATCH: u64 = 1 << 20;
    let dataset = Dataset::from_json(
        br#"{"name": "d", "sort_by": ["v"], "columns": [
            {"name": "v", "type": "bigint"}, {"name": "s", "type": "array<bigint>"}]}"#,
    )
    .unwrap();
    let long = vec!["1"; VALUES].join(",");
    let events = (0..1_000).map(|n| {
        let list = if (500..512).contains(&n) { long.as_str() } else { "1" };
        format!(r#"{{"v":{n},"s":[{list}]}}"#)
    });
    let new = parsed(&dataset, events);
    let (store, location) = (MemoryStore::default(), "tables/d/g/".to_owned());
    let (limits, workers) = (limits(64 << 20, BATCH), &Workers::new(1));
    let workshop = Workshop { store: &store, dataset: &dataset, limits, workers, location };
    let file = workshop.merge(0, Some(&new), &[]).await.unwrap().remove(0);
    let source = Source::open(&store, &file).await.unwrap();
    let schema = dataset.arrow_schema();
    let batch_rows = limits.batch_rows(source.row_bytes(BATCH).await);
    let mut batches = source.rows(&schema, batch_rows).unwrap();
    let mut most = 0;
    while let Some(batch) = batches.next().await.unwrap() {
        most = most.max(crate::ordered::bytes(&batch));
    }
    assert!(most as u64 <= 8 * BATCH, "{most} bytes in {batch_rows} rows");
    // As a merge holds them: it takes what is there, and reads on.
    let order = Order::new(&dataset).unwrap();
    let mut cursor = Cursor::new(Input::File(Box::new(source.rows(&schema, batch_rows).unwrap())));
    let size = Size { batch: batch_rows, held: 8_192, bytes: 1 << 20 };
    let mut found = 0;
    loop {
        cursor.fill(&order, size, workers).await.unwrap();
        let rows = cursor.rows();
        if rows == 0 {
            break;
        }
        assert!(cursor.bytes() < (1 << 20) + most, "{} bytes", cursor.bytes());
        found += rows;
        cursor.take(rows, &mut Gathered::new(order.schema()), &mut Vec::new());
    }
    assert_eq!(found, 1_000);
}

/// Whatever the batches are, the rows are the same, and in order.
#[tokio::test]
async fn files_of_long_lists_are_merged_row_by_row() {
    const VALUES: usize = 10_000;
    const FILES: i64 = 4;
    const ROWS: i64 = 30;
    let dataset = Dataset::from_json(
        br#"{"name": "d", "sort_by": ["v"], "columns": [
            {"name": "v", "type": "bigint"}, {"name": "s", "type": "array<bigint>"}]}"#,
    )
    .unwrap();
    let (store, workers) = (MemoryStore::default(), &Workers::new(2));
    let limits = limits(64 << 20, 256 << 10);
    let mut files = Vec::new();
    for file in 0..FILES {
        let events = (0..ROWS).map(|row| {
            let v = row * FILES + file;
            format!(r#"{{"v":{v},"s":[{}]}}"#, vec![v.to_string(); VALUES].join(","))
        });
        let (rows, location) = (parsed(&dataset, events), format!("tables/d/in-{file}/"));
        let workshop = Workshop { store: &store, dataset: &dataset, limits, workers, location };
        files.extend(workshop.merge(0, Some(&rows), &[]).await.unwrap());
    }
    let location = "tables/d/out/".to_owned();
    let workshop = Workshop { store: &store, dataset: &dataset, limits, workers, location };
    let made = workshop.merge(0, None, &workshop.open(&files).await.unwrap()).await.unwrap();
    let mut next = 0;
    for file in &made {
        let source = Source::open(&store, file).await.unwrap();
        let mut batches = source.rows(&dataset.arrow_schema(), 7).unwrap();
        while let Some(batch) = batches.next().await.unwrap() {
            let values = batch.column(0).as_primitive::<Int64Type>();
            let lists = batch.column(1).as_list::<i32>();
            for row in 0..batch.num_rows() {
                assert_eq!(values.value(row), next);
                let list = lists.value(row);
                let list = list.as_primitive::<Int64Type>();
                assert_eq!(list.len(), VALUES);
                assert!(list.values().iter().all(|value| *value == next), "row {next}");
                next += 1;
            }
        }
    }
    assert_eq!(next, FILES * ROWS);
}
