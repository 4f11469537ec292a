//! Tables of files that somebody else has put there, and tables in partitions, as dbt-athena and ibis make them.

use bytes::Bytes;
use domain::port::{ObjectStore, PutMode};

use crate::{
    harness::TestLake,
    statements::{fails, lake, read, rows, succeeds, written},
};

async fn put(lake: &TestLake, key: &str, text: &str) {
    lake.store.put(key, Bytes::copy_from_slice(text.as_bytes()), PutMode::Overwrite).await.unwrap();
}

/// As dbt-athena loads a seed.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_csv_is_read_as_hives_class_reads_it() {
    let lake = lake().await;
    let seats =
        "\"seat\",\"cabin\",\"pitch\"\n\"1A\",\"first, \"\"front\"\"\",60\n\"12B\",\"Peña\",\n\"12C\"\n";
    put(&lake, "scratch/seats/seats.csv", seats).await;
    put(&lake, "scratch/seats/more.csv", "seat,cabin,pitch\r\n2D,,31,beyond\r\n").await;
    let made = "create external table `tributary`.`seats` (`seat` string, `cabin` string, `pitch` string) row format serde \
                'org.apache.hadoop.hive.serde2.OpenCSVSerde' location 's3://tributary/scratch/seats' tblproperties \
                ('skip.header.line.count'='1')";
    assert_eq!(succeeds(&lake, made).await.substatement_type(), Some("CREATE_TABLE"));
    assert_eq!(
        rows(&lake, "SELECT * FROM seats ORDER BY seat").await,
        "\"12B\",\"Peña\",\"\"\n\"12C\",,\n\"1A\",\"first, \"\"front\"\"\",\"60\"\n\"2D\",\"\",\"31\"\n"
    );
    let typed = "CREATE TABLE typed WITH (external_location = 's3://tributary/scratch/typed') AS SELECT seat, \
                 CAST(nullif(pitch, '') AS integer) AS pitch FROM \"awsdatacatalog\".\"tributary\".\"seats\"";
    assert_eq!(written(&lake, &succeeds(&lake, typed).await).await.0, 4);
    assert_eq!(rows(&lake, "SELECT sum(pitch), count(*) FROM typed").await, "\"91\",\"4\"\n");
    assert_eq!(
        rows(&lake, "SELECT DISTINCT \"$path\" FROM seats WHERE seat = '2D'").await,
        "\"s3://tributary/scratch/seats/more.csv\"\n"
    );
    fails(&lake, made, "FAILED: Execution Error").await;
    fails(
        &lake,
        "INSERT INTO seats VALUES ('a', 'b', 'c')",
        "NOT_SUPPORTED: INSERT INTO a table whose files",
    )
    .await;
    succeeds(&lake, "DROP TABLE seats").await;
    assert_eq!(lake.store.list_all("scratch/seats/").await.unwrap().len(), 2, "the files stay");
    lake.stop().await;
}

/// The marks, and what is refused: other formats by name, and the lake's own places.
#[tokio::test(flavor = "multi_thread")]
async fn formats_are_read_or_refused_by_name() {
    let lake = lake().await;
    put(&lake, "scratch/marks/a", "1;'a;b'\n2;~\n").await;
    succeeds(
        &lake,
        "CREATE EXTERNAL TABLE marks (n string, s string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH \
         SERDEPROPERTIES ('separatorChar' = ';', 'quoteChar' = '''', 'escapeChar' = '~') LOCATION 's3://tributary/scratch/marks/'",
    )
    .await;
    assert_eq!(rows(&lake, "SELECT * FROM marks ORDER BY n").await, "\"1\",\"a;b\"\n\"2\",\"\"\n");
    for (at, expected) in [
        ("s3://tributary/access/", "INVALID_TABLE_PROPERTY: "),
        ("s3://tributary/tables/passengers/", "INVALID_TABLE_PROPERTY: "),
        ("s3://tributary/Tables/passengers/", "INVALID_TABLE_PROPERTY: "),
        ("s3://nowhere/x", "INVALID_TABLE_PROPERTY: "),
        ("scratch/x", "INVALID_TABLE_PROPERTY: "),
    ] {
        fails(
            &lake,
            &format!("CREATE EXTERNAL TABLE x (a string) STORED AS PARQUET LOCATION '{at}'"),
            expected,
        )
        .await;
    }
    fails(
        &lake,
        "CREATE EXTERNAL TABLE x (a string) LOCATION 's3://tributary/scratch/x'",
        "NOT_SUPPORTED: CREATE EXTERNAL TABLE with files of the format TEXTFILE",
    )
    .await;
    put(&lake, "scratch/packed/a.csv.gz", "x").await;
    succeeds(
        &lake,
        "CREATE EXTERNAL TABLE packed (a string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION \
         's3://tributary/scratch/packed'",
    )
    .await;
    fails(&lake, "SELECT * FROM packed", "NOT_SUPPORTED: compressed CSV").await;

    // A table that is made through Glue.
    let glue = aws_sdk_glue::Client::new(lake.aws.sdk_config());
    let serde = aws_sdk_glue::types::SerDeInfo::builder()
        .serialization_library("org.openx.data.jsonserde.JsonSerDe")
        .build();
    let column = aws_sdk_glue::types::Column::builder().name("a").r#type("string").build().unwrap();
    let storage = aws_sdk_glue::types::StorageDescriptor::builder()
        .location("s3://tributary/scratch/json/")
        .columns(column)
        .serde_info(serde)
        .build();
    let table =
        aws_sdk_glue::types::TableInput::builder().name("lines").storage_descriptor(storage).build().unwrap();
    glue.create_table().database_name("tributary").table_input(table).send().await.unwrap();
    fails(&lake, "SELECT * FROM lines", "NOT_SUPPORTED: the table lines, whose files org.openx").await;
    lake.stop().await;
}

/// As ibis makes a table of a frame in memory: the file is there first.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_parquet_is_read_where_it_is() {
    let lake = lake().await;
    let made = "UNLOAD (SELECT passenger_id AS a, name AS b FROM passengers) TO 's3://tributary/scratch/frame' WITH (format = \
                'PARQUET')";
    succeeds(&lake, made).await;
    succeeds(
        &lake,
        "CREATE EXTERNAL TABLE `awsdatacatalog`.`tributary`.`frame` (`a` BIGINT, `b` STRING) STORED AS PARQUET LOCATION \
         's3://tributary/scratch/frame'",
    )
    .await;
    assert_eq!(rows(&lake, "SELECT b FROM frame WHERE a = 2").await, "\"Bea\"\n");
    succeeds(&lake, "INSERT INTO frame VALUES (3, 'Cai')").await;
    assert_eq!(rows(&lake, "SELECT count(*) FROM frame").await, "\"4\"\n");
    // As dbt-athena does for on_schema_change.
    succeeds(&lake, "alter table `tributary`.`frame` add columns (c int, `D` string)").await;
    succeeds(&lake, "INSERT INTO frame (a, c, d) VALUES (4, 5, 'x')").await;
    assert_eq!(
        rows(&lake, "SELECT a, b, c, d FROM frame WHERE a > 2 ORDER BY a").await,
        "\"3\",\"Cai\",,\n\"4\",,\"5\",\"x\"\n\"9007199254740993\",\"O'Brien\",,\n"
    );
    fails(&lake, "ALTER TABLE frame ADD COLUMNS (c int)", "FAILED: Execution Error").await;
    fails(&lake, "ALTER TABLE passengers ADD COLUMNS (c int)", "NOT_SUPPORTED: ALTER TABLE of 'passengers'")
        .await;
    succeeds(&lake, "DROP TABLE IF EXISTS `frame`").await;
    lake.stop().await;
}

/// As dbt-athena's incremental models: a table in partitions, some of them replaced.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_made_in_partitions_and_filled() {
    let lake = lake().await;
    let made = "CREATE TABLE days WITH (table_type = 'hive', is_external = true, external_location = \
                's3://tributary/scratch/days', partitioned_by = ARRAY['day', 'kind'], format = 'parquet') AS SELECT n, day, kind \
                FROM (VALUES (1, '2026-01-05', 'a'), (2, '2026-01-05', 'a'), (3, '2026-01-06', NULL), (4, '2026-01-06', 'b c')) \
                AS t (n, day, kind)";
    let execution = succeeds(&lake, made).await;
    let (count, mut files) = written(&lake, &execution).await;
    files.sort();
    let id = execution.query_execution_id().unwrap();
    let file = |path: &str| format!("s3://tributary/scratch/days/{path}/{id}-00000.parquet");
    assert_eq!(count, 4);
    assert_eq!(
        files,
        [
            file("day=2026-01-05/kind=a"),
            file("day=2026-01-06/kind=__HIVE_DEFAULT_PARTITION__"),
            file("day=2026-01-06/kind=b c"),
        ]
    );
    let all = "SELECT n, day, kind FROM days ORDER BY n";
    assert_eq!(
        rows(&lake, all).await,
        "\"1\",\"2026-01-05\",\"a\"\n\"2\",\"2026-01-05\",\"a\"\n\"3\",\"2026-01-06\",\n\"4\",\"2026-01-06\",\"b c\"\n"
    );
    assert_eq!(
        rows(&lake, "SELECT day, count(*) FROM \"days$partitions\" GROUP BY day ORDER BY day").await,
        "\"2026-01-05\",\"1\"\n\"2026-01-06\",\"2\"\n"
    );
    // The keys are the last columns, however they are named.
    succeeds(&lake, "INSERT INTO days (kind, day, n) SELECT 'a', '2026-01-05', 5").await;
    succeeds(&lake, "INSERT INTO days VALUES (6, '2026-01-07', 'a'), (7, '2026-01-05', 'a')").await;
    assert_eq!(
        rows(
            &lake,
            "SELECT day, kind, array_agg(n ORDER BY n) FROM days GROUP BY day, kind ORDER BY day, kind"
        )
        .await,
        "\"2026-01-05\",\"a\",\"[1, 2, 5, 7]\"\n\"2026-01-06\",\"b c\",\"[4]\"\n\"2026-01-06\",,\"[3]\"\n\"2026-01-07\",\"a\",\"[6]\"\n"
    );
    // A partition that is elsewhere gets its rows there.
    let glue = aws_sdk_glue::Client::new(lake.aws.sdk_config());
    let storage =
        aws_sdk_glue::types::StorageDescriptor::builder().location("s3://tributary/scratch/moved/").build();
    let partition = aws_sdk_glue::types::PartitionInput::builder()
        .values("2026-01-08")
        .values("a")
        .storage_descriptor(storage)
        .build();
    let call =
        glue.create_partition().database_name("tributary").table_name("days").partition_input(partition);
    call.send().await.unwrap();
    let moved = succeeds(&lake, "INSERT INTO days VALUES (8, '2026-01-08', 'a')").await;
    let (_, files) = written(&lake, &moved).await;
    assert!(files[0].starts_with("s3://tributary/scratch/moved/"), "{files:?}");
    assert_eq!(rows(&lake, "SELECT n FROM days WHERE day = '2026-01-08'").await, "\"8\"\n");
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_that_cannot_be_are_refused_and_leave_nothing() {
    let lake = lake().await;
    let made = |keys: &str, query: &str| {
        format!(
            "CREATE TABLE p WITH (external_location = 's3://tributary/scratch/p', partitioned_by = ARRAY[{keys}]) AS {query}"
        )
    };
    for (keys, query, expected) in [
        (
            "'k'",
            "SELECT 1 AS n, ARRAY[1] AS k",
            "NOT_SUPPORTED: the partition key k of the type array(integer)",
        ),
        ("'k'", "SELECT 'a' AS k, 1 AS n", "HIVE_COLUMN_ORDER_MISMATCH: "),
        ("'x'", "SELECT 1 AS n, 'a' AS k", "INVALID_TABLE_PROPERTY: Partition columns not present"),
        ("'k'", "SELECT 'a' AS k", "INVALID_TABLE_PROPERTY: Table contains only"),
        ("'k'", "SELECT 1 AS n, 'é' AS k", "HIVE_INVALID_PARTITION_VALUE: "),
        ("'k'", "SELECT 1 AS n, '' AS k", "NOT_SUPPORTED: the empty text"),
        (
            "'k'",
            "SELECT x AS n, CAST(x AS varchar) AS k FROM UNNEST(sequence(1, 101)) AS t (x)",
            "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers",
        ),
    ] {
        fails(&lake, &made(keys, query), expected).await;
        fails(&lake, "SELECT * FROM p", "TABLE_NOT_FOUND: ").await;
        assert!(lake.store.list_all("scratch/p/").await.unwrap().is_empty(), "{query}");
    }
    let hundred = "SELECT x AS n, CAST(x AS varchar) AS k FROM UNNEST(sequence(1, 100)) AS t (x)";
    let execution = succeeds(&lake, &made("'k'", hundred)).await;
    assert_eq!(written(&lake, &execution).await.1.len(), 100);
    assert_eq!(rows(&lake, "SELECT sum(n) FROM p WHERE k IN ('1', '99', '100')").await, "\"200\"\n");
    // Only the file of the partition is read.
    let one = succeeds(&lake, "SELECT n FROM p WHERE k = '7'").await;
    let location = one.result_configuration().unwrap().output_location().unwrap();
    assert_eq!(read(&lake, location).await, "\"n\"\n\"7\"\n");
    lake.stop().await;
}
