//! Tables and files that a query fills: `CREATE TABLE AS`, `INSERT`, `UNLOAD`.

use domain::port::ObjectStore;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{fails, lake, read, rows, succeeds, written};

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_made_of_a_query_filled_and_dropped() {
    let lake = lake().await;
    let made = "CREATE TABLE \"tributary\".\"mine\"\nWITH(\n  external_location = 's3://tributary/results/mine',\n  \
                write_compression = 'SNAPPY',\n  format = 'PARQUET')\nAS SELECT passenger_id AS id, name AS Name, CAST(1.5 AS \
                decimal(5,2)) AS d, DATE '2026-11-23' AS day FROM passengers WHERE flight_id = 7";
    let execution = succeeds(&lake, made).await;
    assert_eq!(execution.statement_type().unwrap().as_str(), "DDL");
    assert_eq!(execution.substatement_type(), Some("CREATE_TABLE_AS_SELECT"));
    let (count, files) = written(&lake, &execution).await;
    assert_eq!((count, files.len()), (2, 1));
    assert!(files[0].starts_with("s3://tributary/results/mine/"), "{files:?}");
    let file = ParquetRecordBatchReaderBuilder::try_new(read(&lake, &files[0]).await).unwrap();
    assert_eq!(file.metadata().file_metadata().num_rows(), 2);
    assert_eq!(file.metadata().row_group(0).column(0).compression(), parquet::basic::Compression::SNAPPY);

    let glue = aws_sdk_glue::Client::new(lake.aws.sdk_config());
    let table = glue.get_table().database_name("tributary").name("mine").send().await.unwrap();
    let table = table.table().unwrap();
    let columns = table.storage_descriptor().unwrap().columns().iter();
    let columns: Vec<_> = columns.map(|one| (one.name(), one.r#type().unwrap())).collect();
    assert_eq!(columns, [("id", "bigint"), ("name", "string"), ("d", "decimal(5,2)"), ("day", "date")]);
    assert_eq!(
        rows(&lake, "SELECT * FROM mine ORDER BY id").await,
        "\"1\",\"Ana\",\"1.50\",\"2026-11-23\"\n\"2\",\"Bea\",\"1.50\",\"2026-11-23\"\n"
    );

    fails(&lake, made, "TABLE_ALREADY_EXISTS: ").await;
    succeeds(&lake, "CREATE TABLE IF NOT EXISTS mine AS SELECT 1 AS n").await;
    let inserted = succeeds(
        &lake,
        "INSERT INTO mine (name, id, day) VALUES ('Cai', 3, NULL), ('Dan', 4, DATE '2026-11-24')",
    )
    .await;
    assert_eq!(written(&lake, &inserted).await.0, 2);
    let all = "\"1\",\"Ana\",\"1.50\",\"2026-11-23\"\n\"2\",\"Bea\",\"1.50\",\"2026-11-23\"\n\"3\",\"Cai\",,\n\"4\",\"Dan\",,\"2026-11-24\"\n";
    assert_eq!(rows(&lake, "SELECT * FROM mine ORDER BY id").await, all);
    fails(&lake, "INSERT INTO mine (id) SELECT name FROM passengers", "TYPE_MISMATCH: ").await;
    assert_eq!(rows(&lake, "SELECT count(*) FROM mine").await, "\"4\"\n");

    succeeds(&lake, "DROP TABLE mine").await;
    fails(&lake, "SELECT * FROM mine", "TABLE_NOT_FOUND: ").await;
    assert_eq!(lake.store.list_all("results/mine/").await.unwrap().len(), 2, "the files stay");
    // Where there are files, there is no place for a table.
    fails(&lake, made, "HIVE_PATH_ALREADY_EXISTS: ").await;
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_unloaded_and_nothing_where_there_are_none() {
    let lake = lake().await;
    let unload =
        |query: &str, to: &str, properties: &str| format!("UNLOAD ({query}) TO '{to}' WITH ({properties})");
    let all = "SELECT name, flight_id FROM passengers ORDER BY name";
    let place = "s3://tributary/scratch/unloaded";
    for (at, compression, expected) in [
        ("a", ", compression = 'GZIP'", "GZIP"),
        ("b", ", compression = 'snappy'", "SNAPPY"),
        ("c", ", compression = 'ZSTD'", "ZSTD"),
        ("d", "", "GZIP"),
        ("e", ", compression = 'NONE'", "UNCOMPRESSED"),
    ] {
        let sql = unload(all, &format!("{place}/{at}/"), &format!("format = 'PARQUET'{compression}"));
        let execution = succeeds(&lake, &sql).await;
        assert_eq!(execution.substatement_type(), Some("UNLOAD"));
        let (count, files) = written(&lake, &execution).await;
        assert_eq!((count, files.len()), (3, 1));
        let file = ParquetRecordBatchReaderBuilder::try_new(read(&lake, &files[0]).await).unwrap();
        let found = format!("{:?}", file.metadata().row_group(0).column(0).compression());
        assert!(found.starts_with(expected), "{found}");
    }
    let none = unload(
        "SELECT name FROM passengers WHERE name = 'nobody'",
        &format!("{place}/none"),
        "format = 'PARQUET'",
    );
    assert_eq!(written(&lake, &succeeds(&lake, &none).await).await, (0, vec![]));
    assert!(lake.store.list_all("scratch/unloaded/none").await.unwrap().is_empty());
    for (query, to, properties, expected) in [
        (all, "s3://tributary/scratch/unloaded/a", "format = 'PARQUET'", "HIVE_PATH_ALREADY_EXISTS: "),
        (all, "s3://tributary/tables/passengers/x", "format = 'PARQUET'", "INVALID_TABLE_PROPERTY: "),
        (all, "s3://tributary/", "format = 'PARQUET'", "INVALID_TABLE_PROPERTY: "),
        (all, "s3://tributary/LANDING/", "format = 'PARQUET'", "INVALID_TABLE_PROPERTY: "),
        (all, "s3://nowhere/x", "format = 'PARQUET'", "INVALID_TABLE_PROPERTY: "),
        (all, "s3://tributary/scratch/f", "format = 'JSON'", "NOT_SUPPORTED: the format JSON"),
        (
            all,
            "s3://tributary/scratch/f",
            "format = 'PARQUET', partitioned_by = ARRAY['name']",
            "NOT_SUPPORTED: the property partitioned_by",
        ),
        (
            "SELECT nme FROM passengers",
            "s3://tributary/scratch/f",
            "format = 'PARQUET'",
            "COLUMN_NOT_FOUND: ",
        ),
        (
            "SELECT 1 / (flight_id - 7) AS n FROM passengers",
            "s3://tributary/scratch/f",
            "format = 'PARQUET'",
            "DIVISION_BY_ZERO: ",
        ),
    ] {
        fails(&lake, &unload(query, to, properties), expected).await;
    }
    assert!(lake.store.list_all("scratch/f").await.unwrap().is_empty(), "what failed leaves nothing");
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lakes_own_tables_are_the_lakes() {
    let lake = lake().await;
    for (sql, statement) in [
        ("INSERT INTO passengers SELECT * FROM passengers", "INSERT INTO"),
        ("ALTER TABLE `passengers` SET TBLPROPERTIES ('a' = 'b')", "ALTER TABLE"),
        ("DROP TABLE passengers", "DROP TABLE"),
        ("DROP TABLE IF EXISTS tributary.passengers", "DROP TABLE"),
    ] {
        let expected = format!("NOT_SUPPORTED: {statement} of 'passengers', a dataset of the lake: ");
        fails(&lake, sql, &expected).await;
    }
    fails(&lake, "CREATE TABLE passengers AS SELECT 1 AS n", "TABLE_ALREADY_EXISTS: ").await;
    fails(&lake, "DROP VIEW passengers", "GENERIC_USER_ERROR: ").await;
    // Nor does another table become one of them.
    succeeds(
        &lake,
        "CREATE TABLE mine WITH (external_location = 's3://tributary/scratch/mine') AS SELECT 1 AS n",
    )
    .await;
    let change = "ALTER TABLE mine SET TBLPROPERTIES ('a' = 'b', 'tributary.version' = '1')";
    fails(&lake, change, "NOT_SUPPORTED: the property 'tributary.version'").await;
    for properties in ["'tributary.dataset' = 'fake'", "'a' = 'b', 'tributary.version' = '1'"] {
        let fake = format!(
            "CREATE EXTERNAL TABLE fake (a int) STORED AS PARQUET LOCATION 's3://tributary/scratch/fake/' \
             TBLPROPERTIES ({properties})"
        );
        fails(&lake, &fake, "NOT_SUPPORTED: the property 'tributary.").await;
        fails(&lake, "SELECT * FROM fake", "TABLE_NOT_FOUND: ").await;
    }
    let fake = "CREATE TABLE fake WITH (\"tributary.dataset\" = 'fake') AS SELECT 1 AS n";
    fails(&lake, fake, "NOT_SUPPORTED: the property tributary.dataset").await;
    succeeds(&lake, "ALTER TABLE mine SET TBLPROPERTIES ('a' = 'b')").await;
    succeeds(&lake, "DROP TABLE mine").await;
    for sql in [
        "DELETE FROM passengers",
        "UPDATE passengers SET name = 'x'",
        "ALTER TABLE passengers DROP COLUMN name",
    ] {
        fails(&lake, sql, "NOT_SUPPORTED: ").await;
    }
    assert_eq!(rows(&lake, "SELECT count(*) FROM passengers").await, "\"3\"\n");
    lake.stop().await;
}

/// No statement leaves a table that each query of it fails.
#[tokio::test(flavor = "multi_thread")]
async fn types_that_no_query_reads_are_refused_before_anything_is_written() {
    let lake = lake().await;
    let place = "s3://tributary/scratch/odd";
    for value in [
        "CAST(1 AS tinyint)",
        "CAST(1 AS smallint)",
        "ARRAY[CAST(1 AS smallint)]",
        "map(ARRAY[1], ARRAY['a'])",
        "map(ARRAY['a'], ARRAY[map(ARRAY[1], ARRAY['b'])])",
    ] {
        for statement in [
            format!("CREATE TABLE odd WITH (external_location = '{place}') AS SELECT 1 AS n, {value} AS x"),
            format!(
                "CREATE TABLE odd WITH (external_location = '{place}', partitioned_by = ARRAY['k']) AS \
                 SELECT {value} AS x, 'a' AS k"
            ),
            format!("UNLOAD (SELECT {value} AS x) TO '{place}' WITH (format = 'PARQUET')"),
        ] {
            fails(&lake, &statement, "NOT_SUPPORTED: the column x of the type ").await;
            fails(&lake, "SELECT * FROM odd", "TABLE_NOT_FOUND: ").await;
            assert!(lake.store.list_all("scratch/odd").await.unwrap().is_empty(), "{statement}");
        }
    }
    // A table that somebody else has declared.
    let glue = aws_sdk_glue::Client::new(lake.aws.sdk_config());
    let column = aws_sdk_glue::types::Column::builder().name("x").r#type("smallint").build().unwrap();
    let serde = aws_sdk_glue::types::SerDeInfo::builder()
        .serialization_library("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe")
        .build();
    let storage = aws_sdk_glue::types::StorageDescriptor::builder()
        .columns(column)
        .location(format!("{place}/"))
        .serde_info(serde)
        .build();
    let table = aws_sdk_glue::types::TableInput::builder().name("odd").storage_descriptor(storage);
    let table = table.table_type("EXTERNAL_TABLE").build().unwrap();
    glue.create_table().database_name("tributary").table_input(table).send().await.unwrap();
    let insert = "INSERT INTO odd SELECT CAST(1 AS smallint) AS x";
    fails(&lake, insert, "NOT_SUPPORTED: the column x of the type smallint").await;
    assert!(lake.store.list_all("scratch/odd").await.unwrap().is_empty());
    lake.stop().await;
}

/// And what is not refused is read again.
#[tokio::test(flavor = "multi_thread")]
async fn nested_types_that_are_written_are_read() {
    let lake = lake().await;
    for (index, (value, expected)) in [
        ("map(ARRAY['a'], ARRAY[1])", "{a=1}"),
        ("map(ARRAY['a'], ARRAY[map(ARRAY['b'], ARRAY[1])])", "{a={b=1}}"),
        ("map(ARRAY['a'], ARRAY[ARRAY[map(ARRAY['b'], ARRAY[DATE '2026-01-05'])]])", "{a=[{b=2026-01-05}]}"),
        ("ARRAY[CAST(ROW(1, 'x') AS row(n integer, s varchar))]", "[{n=1, s=x}]"),
    ]
    .into_iter()
    .enumerate()
    {
        let table = format!("nested{index}");
        let place = format!("s3://tributary/scratch/{table}");
        let made =
            format!("CREATE TABLE {table} WITH (external_location = '{place}') AS SELECT {value} AS x");
        succeeds(&lake, &made).await;
        assert_eq!(
            rows(&lake, &format!("SELECT x FROM {table}")).await,
            format!("\"{expected}\"\n"),
            "{value}"
        );
        succeeds(&lake, &format!("INSERT INTO {table} SELECT {value}")).await;
        assert_eq!(rows(&lake, &format!("SELECT count(x) FROM {table}")).await, "\"2\"\n", "{value}");
    }
    lake.stop().await;
}
