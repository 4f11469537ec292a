use arrow::{array::AsArray, datatypes::Int64Type};
use domain::{
    DataFile,
    memory::MemoryStore,
    port::{ObjectStore as _, PutMode},
    settings::Settings,
};
use proptest::prelude::*;

use super::*;
use crate::{
    columns::{Columns, tests::line},
    files::Source,
    generation::Workshop,
    limits::Limits,
};

fn dataset() -> Dataset {
    Dataset::from_json(
        br#"{"name": "d", "sort_by": ["v"], "columns": [
            {"name": "v", "type": "bigint"}, {"name": "s", "type": "array<string>"}]}"#,
    )
    .unwrap()
}

/// Rows in order; `from` says which input they are of.
fn rows(values: &[Option<i64>], from: usize) -> RecordBatch {
    let dataset = dataset();
    let mut columns = Columns::new(&dataset);
    for value in values {
        let value = value.map_or("null".to_owned(), |value| value.to_string());
        columns.push(line(&format!(r#"{{"v":{value},"s":["{from}"]}}"#)).trim_end()).unwrap();
    }
    columns.finish().unwrap()
}

fn limits(target: u64, batch: u64) -> Limits {
    let limits = Limits::new(&Settings::read(|_| None).unwrap());
    Limits { target, row_group: target, batch, ..limits }
}

/// All values of the files, each with the input that it is of.
async fn read(store: &MemoryStore, files: &[DataFile]) -> Vec<(Option<i64>, String)> {
    let mut found = Vec::new();
    for file in files {
        let source = Source::open(store, file).await.unwrap();
        let mut batches = source.rows(&dataset().arrow_schema(), 100).unwrap();
        while let Some(batch) = batches.next().await.unwrap() {
            let (values, texts) =
                (batch.column(0).as_primitive::<Int64Type>(), batch.column(1).as_list::<i32>());
            for (row, value) in values.iter().enumerate() {
                found.push((value, texts.value(row).as_string::<i32>().value(0).to_owned()));
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Against a stable sort of everything, over files of any number of row groups and batches of any size.
    #[test]
    fn files_and_rows_become_one_stream_in_order(
        inputs in prop::collection::vec(prop::collection::vec(prop::option::of(-5_i64..5), 0..40), 1..6),
        target in 200_u64..20_000,
        batch in 1_u64..4_000,
    ) {
        let (store, dataset) = (MemoryStore::default(), dataset());
        let mut expected = Vec::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(async {
            let (mut files, mut new) = (Vec::new(), None);
            let last = inputs.len() - 1;
            for (from, values) in inputs.iter().enumerate() {
                let mut values = values.clone();
                values.sort();
                expected.extend(values.iter().map(|value| (*value, from.to_string())));
                let rows = rows(&values, from);
                if from == last {
                    new = Some(rows);
                } else {
                    let location = format!("tables/d/in-{from}/");
                    let workshop = Workshop { store: &store, dataset: &dataset, limits: limits(1 << 20, 1 << 20), location };
                    files.extend(workshop.merge(0, Some(rows), &[]).await.unwrap());
                }
            }
            let workshop = Workshop { store: &store, dataset: &dataset, limits: limits(target, batch), location: "tables/d/out/".into() };
            let made = workshop.merge(0, new, &workshop.open(&files).await.unwrap()).await.unwrap();
            for file in &made {
                assert_eq!(store.head(&file.key).await.unwrap().size, file.bytes);
                assert_eq!(file.sealed, file.bytes >= target / 2);
            }
            read(&store, &made).await
        });
        expected.sort_by_key(|(value, _)| *value);
        prop_assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn a_file_that_is_not_what_its_commit_says_is_an_error_with_its_key() {
    let (store, dataset) = (MemoryStore::default(), dataset());
    let location = "tables/d/g/".to_owned();
    let workshop = Workshop { store: &store, dataset: &dataset, limits: limits(1 << 20, 1 << 20), location };
    let file = workshop.merge(0, Some(rows(&[Some(1)], 0)), &[]).await.unwrap().remove(0);
    let body = store.get(&file.key).await.unwrap();
    for (wrong, words) in [
        (DataFile { rows: 2, ..file.clone() }, "2 rows, the file has 1"),
        (DataFile { bytes: file.bytes + 1, ..file.clone() }, "bytes"),
    ] {
        let error = Source::open(&store, &wrong).await.unwrap_err();
        assert!(domain::chain(&error).contains(words) && error.to_string().contains(&file.key), "{error:?}");
    }
    store.put(&file.key, vec![0; body.len()].into(), PutMode::Overwrite).await.unwrap();
    let error = Source::open(&store, &file).await.unwrap_err();
    assert!(matches!(&error, CompactError::DataFile { key, .. } if *key == file.key), "{error:?}");
}
