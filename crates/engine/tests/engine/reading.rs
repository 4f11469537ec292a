//! Data files as tables: which are read, what is in them, and what happens when one is gone or damaged.

mod damaged;

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, StringArray,
    TimestampMillisecondArray,
};
use engine::{EngineError, csv};

use crate::lake::Lake;

fn ints(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Int64Array>())
}

/// Three days, one number each.
async fn three_days() -> Lake {
    let lake = Lake::new();
    lake.table("t", &[("n", "bigint")]).await;
    for (dt, n) in [("2026-11-21", 1), ("2026-11-22", 2), ("2026-11-23", 3)] {
        let location = format!("tables/t/dt={dt}/g1/");
        lake.file(&format!("{location}part-00000.parquet"), vec![("n", ints([n]))]).await;
        lake.point("t", dt, &location).await;
    }
    lake.reads();
    lake
}

#[tokio::test]
async fn pruned_partitions_are_neither_listed_nor_read() {
    let lake = three_days().await;
    for (filter, expected) in [
        ("dt = '2026-11-22'", vec![2]),
        ("dt >= '2026-11-22'", vec![2, 3]),
        ("dt IN ('2026-11-21', '2026-11-23')", vec![1, 3]),
        ("dt = '2026-11-22' OR dt LIKE '%-23'", vec![2, 3]),
        ("dt BETWEEN '2026-11-20' AND '2026-11-21' AND n > 0", vec![1]),
        ("(dt = '2026-11-21' OR dt = '2026-11-22') AND NOT dt = '2026-11-22'", vec![1]),
        ("lower(dt) = '2026-11-22'", vec![2]),
        ("dt = '1999-01-01'", vec![]),
        ("dt IS NULL", vec![]),
        ("dt = NULL", vec![]),
    ] {
        let sql = format!("SELECT n FROM t WHERE {filter} ORDER BY n");
        let rows: String = expected.iter().map(|n| format!("\"{n}\"\n")).collect();
        assert_eq!(lake.rows(&sql).await, rows, "{filter}");
        let reads = lake.reads();
        for (index, dt) in ["2026-11-21", "2026-11-22", "2026-11-23"].into_iter().enumerate() {
            let read = reads.iter().any(|key| key.contains(dt));
            assert_eq!(read, expected.contains(&(index + 1)), "{filter}: {dt} in {reads:?}");
        }
    }
}

#[tokio::test]
async fn a_filter_on_rows_and_partitions_together_is_no_pruning_but_right() {
    let lake = three_days().await;
    assert_eq!(
        lake.rows("SELECT n FROM t WHERE n = 1 OR dt = '2026-11-23' ORDER BY n").await,
        "\"1\"\n\"3\"\n"
    );
    assert_eq!(lake.rows("SELECT n FROM t WHERE dt = (SELECT max(dt) FROM t)").await, "\"3\"\n");
}

#[tokio::test]
async fn a_file_that_is_gone_matters_only_where_it_is_read() {
    let lake = three_days().await;
    let execution = lake.engine.execute("SELECT n FROM t", &[]).await.unwrap();
    lake.remove("tables/t/dt=2026-11-21/g1/part-00000.parquet").await;
    let error = csv::write(execution, Vec::new()).await.unwrap_err();
    let csv::CsvError::Query(error) = error else { panic!("{error}") };
    assert!(matches!(error, EngineError::Store { retryable: true, .. }), "{error:?}");
    assert!(error.to_string().contains("dt=2026-11-21/g1/part-00000.parquet"), "{error}");
    assert_eq!(lake.rows("SELECT n FROM t WHERE dt = '2026-11-22'").await, "\"2\"\n");
}

#[tokio::test]
async fn a_query_sees_the_generation_that_the_catalog_named_when_it_began() {
    let lake = three_days().await;
    lake.file("tables/t/dt=2026-11-23/g2/part-00000.parquet", vec![("n", ints([3, 4]))]).await;
    let sum = "SELECT sum(n) FROM t WHERE dt = '2026-11-23'";
    let before = lake.engine.execute(sum, &[]).await.unwrap();
    lake.point("t", "2026-11-23", "tables/t/dt=2026-11-23/g2/").await;
    let text = csv::write(before, Vec::new()).await.unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), "\"_col0\"\n\"3\"\n");
    assert_eq!(lake.rows(sum).await, "\"7\"\n");
    // The old generation's files are still below the table's root, and never read.
    assert_eq!(lake.rows("SELECT count(*) FROM t").await, "\"4\"\n");
}

#[tokio::test]
async fn all_files_below_a_location_count_except_hidden_ones() {
    let lake = three_days().await;
    let root = "tables/t/dt=2026-11-22/g1/";
    lake.file(&format!("{root}part-00001.parquet"), vec![("n", ints([20]))]).await;
    lake.file(&format!("{root}deep/part-00000.parquet"), vec![("n", ints([200]))]).await;
    lake.file(&format!("{root}_temporary/part-00000.parquet"), vec![("n", ints([2_000]))]).await;
    lake.file(&format!("{root}.part-00000.parquet"), vec![("n", ints([20_000]))]).await;
    assert_eq!(lake.rows("SELECT sum(n) FROM t WHERE dt = '2026-11-22'").await, "\"222\"\n");
}

#[tokio::test]
async fn a_location_outside_the_lake_is_an_error_that_names_the_partition() {
    let lake = three_days().await;
    lake.point("t", "2026-11-22", "s3://elsewhere/t/").await;
    let error = lake.error("SELECT n FROM t", &[]).await.to_string();
    assert!(error.starts_with("HIVE_INVALID_METADATA") && error.contains("dt=2026-11-22"), "{error}");
    assert_eq!(lake.rows("SELECT n FROM t WHERE dt = '2026-11-23'").await, "\"3\"\n");
}

#[tokio::test]
async fn types_nulls_and_empty_strings_round_trip() {
    let types = [
        ("b", "boolean"),
        ("i", "int"),
        ("l", "bigint"),
        ("d", "double"),
        ("s", "string"),
        ("day", "date"),
        ("at", "timestamp"),
    ];
    let lake = Lake::with(
        &types,
        vec![
            ("b", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
            ("i", Arc::new(Int32Array::from(vec![Some(i32::MIN), Some(7), None]))),
            ("l", Arc::new(Int64Array::from(vec![Some(i64::MAX), Some(-7), None]))),
            ("d", Arc::new(Float64Array::from(vec![Some(1e10), Some(0.1), None]))),
            ("s", Arc::new(StringArray::from(vec![Some(""), Some("Peña, \"日本\"\n"), None]))),
            ("day", Arc::new(Date32Array::from(vec![Some(20_780), Some(-1), None]))),
            ("at", Arc::new(TimestampMillisecondArray::from(vec![Some(1_795_428_300_123), Some(-1), None]))),
        ],
    )
    .await;
    let expected = "\"b\",\"i\",\"l\",\"d\",\"s\",\"day\",\"at\",\"dt\"\n\
        \"true\",\"-2147483648\",\"9223372036854775807\",\"1.0E10\",\"\",\"2026-11-23\",\"2026-11-23 10:05:00.123\",\"2026-11-23\"\n\
        \"false\",\"7\",\"-7\",\"0.1\",\"Peña, \"\"日本\"\"\n\",\"1969-12-31\",\"1969-12-31 23:59:59.999\",\"2026-11-23\"\n\
        ,,,,,,,\"2026-11-23\"\n";
    assert_eq!(lake.text("SELECT * FROM t", &[]).await.unwrap(), expected);
    let execution = lake.engine.execute("SELECT *, count(*) OVER () FROM t", &[]).await.unwrap();
    let words: Vec<&str> = execution.columns.iter().map(|column| column.data_type.as_str()).collect();
    let expected =
        ["boolean", "integer", "bigint", "double", "varchar", "date", "timestamp", "varchar", "bigint"];
    assert_eq!(words, expected);
    assert_eq!(execution.columns.last().unwrap().name, "_col8");
}

#[tokio::test]
async fn old_files_read_a_new_column_as_null() {
    let lake = three_days().await;
    lake.table("t", &[("n", "bigint"), ("note", "string")]).await;
    let location = "tables/t/dt=2026-11-24/g1/";
    let note: ArrayRef = Arc::new(StringArray::from(vec!["new"]));
    lake.file(&format!("{location}part-00000.parquet"), vec![("n", ints([4])), ("note", note)]).await;
    lake.point("t", "2026-11-24", location).await;
    let rows = lake.rows("SELECT n, note FROM t WHERE n > 2 ORDER BY n").await;
    assert_eq!(rows, "\"3\",\n\"4\",\"new\"\n");
    assert_eq!(lake.rows("SELECT n FROM t WHERE note IS NULL ORDER BY n").await, "\"1\"\n\"2\"\n\"3\"\n");
    assert_eq!(lake.rows("SELECT n FROM t WHERE note = 'new'").await, "\"4\"\n");
}

#[tokio::test]
async fn a_column_of_another_type_in_a_file_is_bad_data_where_it_is_read() {
    let lake = three_days().await;
    lake.table("t", &[("n", "bigint"), ("x", "int")]).await;
    let x: ArrayRef = Arc::new(StringArray::from(vec!["7"]));
    lake.file("tables/t/dt=2026-11-21/g1/part-00000.parquet", vec![("n", ints([1])), ("x", x)]).await;
    for sql in ["SELECT x FROM t", "SELECT n FROM t WHERE x = 7"] {
        let error = lake.error(sql, &[]).await.to_string();
        assert!(error.starts_with("HIVE_BAD_DATA: column x of table t"), "{error}");
    }
    assert_eq!(lake.rows("SELECT sum(n) FROM t").await, "\"6\"\n");
}

#[tokio::test]
async fn a_limit_ends_the_reading() {
    let lake = three_days().await;
    let rows = lake.rows("SELECT n FROM t LIMIT 1").await;
    assert_eq!(rows.lines().count(), 1);
    assert_eq!(lake.rows("SELECT n FROM t ORDER BY n OFFSET 1 LIMIT 1").await, "\"2\"\n");
    assert_eq!(lake.rows("SELECT n FROM t ORDER BY n OFFSET 2 LIMIT 1").await, "\"3\"\n");
    assert_eq!(lake.rows("SELECT n FROM t LIMIT 0").await, "");
}

#[tokio::test]
async fn the_store_and_the_catalog_being_down_is_retryable() {
    let lake = three_days().await;
    lake.catalog.fail_next(1);
    let error = lake.error("SELECT n FROM t", &[]).await;
    assert!(matches!(error, EngineError::Catalog(_)) && error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn a_table_without_partitions_is_empty() {
    let lake = Lake::new();
    lake.table("t", &[("n", "bigint")]).await;
    assert_eq!(lake.text("SELECT * FROM t", &[]).await.unwrap(), "\"n\",\"dt\"\n");
    assert_eq!(lake.rows("SELECT count(*), max(n) FROM t").await, "\"0\",\n");
}

#[tokio::test]
async fn a_struct_that_grew_is_null_where_files_lack_the_field() {
    let old = [
        ("n", "int"),
        ("s", "struct<a:int>"),
        ("l", "array<struct<a:int>>"),
        ("m", "map<string,struct<a:int,d:struct<x:int>>>"),
    ];
    let new = [
        ("n", "int"),
        ("s", "struct<a:int,b:string>"),
        ("l", "array<struct<a:int,b:string>>"),
        ("m", "map<string,struct<a:int,d:struct<x:int,y:array<int>>,e:decimal(4,2)>>"),
    ];
    let lake =
        Lake::of(&old, &[r#"{"n":1,"s":{"a":1},"l":[{"a":1},null],"m":{"k":{"a":1,"d":{"x":2}},"l":null}}"#])
            .await;
    lake.table("t", &new).await;
    let row = r#"{"n":2,"s":{"a":2,"b":"x"},"l":[],"m":{"k":{"a":1,"d":{"x":2,"y":[3]},"e":"1.5"}}}"#;
    lake.rows_of("2026-11-24", &new, &[row]).await;
    for (sql, expected) in [
        (
            "SELECT s, l, m FROM t WHERE n = 1",
            "{a=1, b=null}|[{a=1, b=null}, null]|{k={a=1, d={x=2, y=null}, e=null}, l=null}",
        ),
        ("SELECT s, l, m FROM t WHERE n = 2", "{a=2, b=x}|[]|{k={a=1, d={x=2, y=[3]}, e=1.50}}"),
        ("SELECT n FROM t WHERE s.b IS NULL", "1"),
        ("SELECT n FROM t WHERE s.b = 'x'", "2"),
        ("SELECT sum(s.a) FROM t", "3"),
        (
            "SELECT json_format(CAST(m AS JSON)) FROM t WHERE n = 1",
            r#"{""k"":{""a"":1,""d"":{""x"":2,""y"":null},""e"":null},""l"":null}"#,
        ),
    ] {
        let expected: Vec<String> = expected.split('|').map(|value| format!("\"{value}\"")).collect();
        assert_eq!(lake.rows(sql).await, expected.join(",") + "\n", "{sql}");
    }
}

#[tokio::test]
async fn a_nested_column_of_another_type_in_a_file_is_bad_data() {
    for (file, table) in [
        ("struct<a:int>", "struct<a:string>"),
        ("array<int>", "array<date>"),
        ("map<string,struct<a:int>>", "map<string,struct<a:array<int>>>"),
        ("array<int>", "struct<a:int>"),
        ("decimal(4,2)", "decimal(6,3)"),
    ] {
        let lake = Lake::of(&[("x", file)], &["{}"]).await;
        lake.table("t", &[("x", table)]).await;
        let error = lake.error("SELECT x FROM t", &[]).await.to_string();
        assert!(error.starts_with("HIVE_BAD_DATA: column x of table t"), "{file} as {table}: {error}");
    }
}
