//! Tables in partitions whose keys are no texts: made by a query, filled, and declared over files that are there. The
//! paths are those that Trino gives such values (`HiveWriteUtils.toPartitionValue`, `FileUtils.escapePathName`).

use crate::{
    harness::TestLake,
    statements::{fails, lake, rows, succeeds, written},
};

/// The directories of the files that the statement has written below the place, in order.
async fn directories(lake: &TestLake, sql: &str, place: &str) -> Vec<String> {
    let (_, files) = written(lake, &succeeds(lake, sql).await).await;
    let directory = |file: &String| {
        let below = file.strip_prefix(place).unwrap_or_else(|| panic!("{file} is not below {place}"));
        below.rsplit_once('/').unwrap().0.to_owned()
    };
    let mut directories: Vec<String> = files.iter().map(directory).collect();
    directories.sort();
    directories
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_every_type_are_written_and_read() {
    let lake = lake().await;
    // The type, the smaller and the larger value in SQL, and both in paths. As texts, most have the other order.
    for (index, (hive, smaller, larger, in_paths)) in [
        ("tinyint", "CAST(9 AS tinyint)", "CAST(10 AS tinyint)", ["10", "9"]),
        ("smallint", "CAST(9 AS smallint)", "CAST(10 AS smallint)", ["10", "9"]),
        ("int", "9", "10", ["10", "9"]),
        ("bigint", "CAST(9 AS bigint)", "CAST(10 AS bigint)", ["10", "9"]),
        ("float", "REAL '9.5'", "REAL '1E7'", ["1.0E7", "9.5"]),
        ("double", "9.5e0", "10e0", ["10.0", "9.5"]),
        ("decimal(5,2)", "CAST(9.5 AS decimal(5,2))", "CAST(10 AS decimal(5,2))", ["10", "9.5"]),
        ("boolean", "false", "true", ["false", "true"]),
        ("date", "DATE '0999-12-31'", "DATE '2026-01-05'", ["0999-12-31", "2026-01-05"]),
        (
            "timestamp",
            "TIMESTAMP '2026-01-05 10:00:00'",
            "TIMESTAMP '2026-01-05 10:00:00.500'",
            ["2026-01-05 10%3A00%3A00", "2026-01-05 10%3A00%3A00.5"],
        ),
        ("string", "'10'", "'9'", ["10", "9"]),
    ]
    .into_iter()
    .enumerate()
    {
        let table = format!("t{index}");
        let place = format!("s3://tributary/scratch/{table}/");
        let made = format!(
            "CREATE TABLE {table} WITH (external_location = '{place}', partitioned_by = ARRAY['k']) AS SELECT n, k FROM \
             (VALUES (1, {smaller}), (2, {larger}), (3, NULL)) AS v (n, k)"
        );
        let null = "k=__HIVE_DEFAULT_PARTITION__".to_owned();
        let mut expected: Vec<String> =
            in_paths.iter().map(|value| format!("k={value}")).chain([null]).collect();
        expected.sort();
        assert_eq!(directories(&lake, &made, &place).await, expected, "{hive}");
        let described = rows_of_describe(&lake, &table).await;
        assert!(described.ends_with(&format!("k {hive}")), "{hive}: {described}");
        assert_eq!(rows(&lake, &format!("SELECT n FROM {table} ORDER BY k")).await, "\"1\"\n\"2\"\n\"3\"\n");
        let largest = format!("SELECT n FROM {table} ORDER BY k DESC NULLS LAST LIMIT 1");
        assert_eq!(rows(&lake, &largest).await, "\"2\"\n", "{hive}");
        assert_eq!(rows(&lake, &format!("SELECT n FROM {table} WHERE k < {larger}")).await, "\"1\"\n");
        // Rows of a partition that is there go to it.
        let more = format!("INSERT INTO {table} VALUES (4, {smaller}), (5, NULL)");
        assert_eq!(directories(&lake, &more, &place).await.len(), 2);
        assert_eq!(rows(&lake, &format!("SELECT count(*) FROM \"{table}$partitions\"")).await, "\"3\"\n");
        let both = format!("SELECT array_agg(n ORDER BY n) FROM {table} GROUP BY k ORDER BY k");
        assert_eq!(rows(&lake, &both).await, "\"[1, 4]\"\n\"[2]\"\n\"[3, 5]\"\n", "{hive}");
    }
    lake.stop().await;
}

/// The last line of DESCRIBE, with single blanks.
async fn rows_of_describe(lake: &TestLake, table: &str) -> String {
    let execution = succeeds(lake, &format!("DESCRIBE {table}")).await;
    let location = execution.result_configuration().unwrap().output_location().unwrap();
    let text = crate::statements::read(lake, location).await;
    let text = String::from_utf8(text.to_vec()).unwrap();
    text.lines().last().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_declared_with_keys_is_filled_and_shown() {
    let lake = lake().await;
    succeeds(
        &lake,
        "CREATE EXTERNAL TABLE hours (n bigint) PARTITIONED BY (day date, hour int) STORED AS PARQUET LOCATION \
         's3://tributary/scratch/hours/'",
    )
    .await;
    // Values are converted to the key's type, as those of other columns are.
    let filled = "INSERT INTO hours VALUES (1, DATE '2026-01-05', CAST(9 AS smallint)), (2, DATE '2026-01-05', CAST(10 AS smallint))";
    let place = "s3://tributary/scratch/hours/";
    assert_eq!(directories(&lake, filled, place).await, ["day=2026-01-05/hour=10", "day=2026-01-05/hour=9"]);
    fails(&lake, "INSERT INTO hours VALUES (1, '2026-01-05', 9)", "TYPE_MISMATCH: ").await;
    assert_eq!(rows(&lake, "SELECT n FROM hours WHERE hour < 10").await, "\"1\"\n");
    assert_eq!(
        rows(
            &lake,
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'hours' ORDER BY ordinal_position"
        )
        .await,
        "\"n\",\"bigint\"\n\"day\",\"date\"\n\"hour\",\"integer\"\n"
    );
    // A partition that somebody else has added, whose value is none.
    let glue = aws_sdk_glue::Client::new(lake.aws.sdk_config());
    let storage =
        aws_sdk_glue::types::StorageDescriptor::builder().location("s3://tributary/scratch/odd/").build();
    let partition = aws_sdk_glue::types::PartitionInput::builder()
        .values("2026-01-05")
        .values("noon")
        .storage_descriptor(storage)
        .build();
    let call =
        glue.create_partition().database_name("tributary").table_name("hours").partition_input(partition);
    call.send().await.unwrap();
    let expected = "HIVE_INVALID_PARTITION_VALUE: Invalid partition value 'noon' for INTEGER partition key: hour, of the table hours";
    fails(&lake, "SELECT n FROM hours", expected).await;
    lake.stop().await;
}
