//! Rows of many columns that are one long text: in memory once, and as text as often as there are columns.

use domain::port::ObjectStore;

use crate::statements::{fails, lake, rows, succeeds, written};

/// A query of one row.
fn wide(columns: usize) -> String {
    let columns: Vec<String> = (0..columns).map(|n| format!("w AS c{n}")).collect();
    let one = "SELECT rpad(name, 1000000, 'b') AS w FROM passengers WHERE passenger_id = 1";
    format!("SELECT {} FROM ({one})", columns.join(", "))
}

fn create(name: &str, more: &str, query: &str) -> String {
    let location = format!("external_location = 's3://tributary/scratch/{name}/'");
    format!("CREATE TABLE {name} WITH (format = 'PARQUET', {location}{more}) AS {query}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wide_row_is_written_whole_or_refused() {
    let lake = lake().await;
    let text = format!("\"Ana{}\"", "b".repeat(999_997));
    let expected = vec![text; 20].join(",") + "\n";
    let found = rows(&lake, &wide(20)).await;
    assert!(found == expected, "{} bytes, and not {}", found.len(), expected.len());

    let made = succeeds(&lake, &create("narrow", "", &wide(20))).await;
    assert_eq!(written(&lake, &made).await.0, 1);
    let found = rows(&lake, "SELECT count(*), max(length(c0)), max(length(c19)) FROM narrow").await;
    assert_eq!(found, "\"1\",\"1000000\",\"1000000\"\n");

    // 80 MB, where 64 MiB are the most.
    let in_partitions = wide(80).replace(" FROM (SELECT", ", 'x' AS kind FROM (SELECT");
    for statement in [
        create("wide", "", &wide(80)),
        create("wide", ", partitioned_by = ARRAY['kind']", &in_partitions),
        format!("UNLOAD ({}) TO 's3://tributary/scratch/wide/' WITH (format = 'PARQUET')", wide(80)),
    ] {
        fails(&lake, &statement, "EXCEEDED_LOCAL_MEMORY_LIMIT: a row of 800").await;
    }
    assert!(lake.store.list_all("scratch/wide").await.unwrap().is_empty());
    assert_eq!(rows(&lake, "SELECT count(*) FROM passengers").await, "\"3\"\n");
    lake.stop().await;
}
