//! `SHOW`, `DESCRIBE` and `EXPLAIN`: text in the form in which Athena leaves it.

use aws_sdk_athena::types::{QueryExecution, QueryExecutionState};
use aws_sdk_glue::types::{Column, DatabaseInput, PartitionInput, SerDeInfo, StorageDescriptor, TableInput};

use crate::harness::{BUCKET, Lake};

mod explain;

fn column(name: &str, data_type: &str, comment: Option<&str>) -> Column {
    Column::builder().name(name).r#type(data_type).set_comment(comment.map(str::to_owned)).build().unwrap()
}

/// A lake with a table of two partitions, and a plain one.
async fn lake() -> Lake {
    let lake = Lake::start().await;
    let glue = lake.glue();
    let descriptor = |name: &str| {
        StorageDescriptor::builder()
            .columns(column("id", "bigint", Some("the traveller's number")))
            .columns(column("a_very_long_name_of_a_column", "array<string>", None))
            .location(format!("s3://{BUCKET}/tables/{name}/"))
            .input_format("InputFormat")
            .output_format("OutputFormat")
            .serde_info(SerDeInfo::builder().serialization_library("Serde").build())
            .build()
    };
    for (name, keys) in [("bookings", &["dt", "hour"][..]), ("Plain", &[])] {
        let mut table = TableInput::builder().name(name).storage_descriptor(descriptor(name));
        table = table
            .table_type("EXTERNAL_TABLE")
            .parameters("EXTERNAL", "TRUE")
            .parameters("classification", "parquet");
        for key in keys {
            table = table.partition_keys(column(key, "string", None));
        }
        glue.create_table()
            .database_name("tributary")
            .table_input(table.build().unwrap())
            .send()
            .await
            .unwrap();
    }
    for hour in ["00", "01"] {
        let partition = PartitionInput::builder()
            .values("2026-11-23")
            .values(hour)
            .storage_descriptor(descriptor("bookings"));
        let create = glue.create_partition().database_name("tributary").table_name("bookings");
        create.partition_input(partition.build()).send().await.unwrap();
    }
    let other = DatabaseInput::builder().name("other").build().unwrap();
    glue.create_database().database_input(other).send().await.unwrap();
    lake
}

async fn run(lake: &Lake, sql: &str) -> QueryExecution {
    let id = lake.start_query(sql).await;
    for _ in 0..10_000 {
        let execution = lake.execution(&id).await;
        match execution.status().unwrap().state().unwrap() {
            QueryExecutionState::Queued | QueryExecutionState::Running => tokio::task::yield_now().await,
            _ => return execution,
        }
    }
    panic!("{sql} does not end");
}

async fn text(lake: &Lake, execution: &QueryExecution) -> String {
    let location = execution.result_configuration().unwrap().output_location().unwrap();
    let key = location.strip_prefix(&format!("s3://{BUCKET}/")).unwrap();
    let object = lake.s3().get_object().bucket(BUCKET).key(key).send().await.unwrap();
    String::from_utf8(object.body.collect().await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn the_catalog_is_shown_as_hive_shows_it() {
    let lake = lake().await;
    let described = "id                  \tbigint              \tthe traveller's number\n\
                     a_very_long_name_of_a_column\tarray<string>       \t                    \n";
    let keys = "dt                  \tstring              \t                    \n\
                hour                \tstring              \t                    \n";
    let partitioned = format!(
        "{described}{keys}\t \t \n# Partition Information\t \t \n\
         # col_name          \tdata_type           \tcomment             \n\t \t \n{keys}"
    );
    let created = "CREATE EXTERNAL TABLE `tributary.plain`(\n  `id` bigint COMMENT 'the traveller\\'s number', \n  \
                   `a_very_long_name_of_a_column` array<string>)\nROW FORMAT SERDE \n  'Serde' \nSTORED AS INPUTFORMAT \n  \
                   'InputFormat' \nOUTPUTFORMAT \n  'OutputFormat'\nLOCATION\n  's3://tributary/tables/Plain/'\nTBLPROPERTIES (\n  \
                   'classification'='parquet')\n";
    for (sql, columns, substatement, expected) in [
        ("SHOW DATABASES", &["database_name"][..], "SHOW_DATABASES", "other\ntributary\n".to_owned()),
        ("SHOW SCHEMAS LIKE 'o*'", &["database_name"], "SHOW_DATABASES", "other\n".to_owned()),
        ("SHOW TABLES", &["tab_name"], "SHOW_TABLES", "bookings\nplain\n".to_owned()),
        ("SHOW TABLES IN other", &["tab_name"], "SHOW_TABLES", String::new()),
        ("SHOW TABLES '*ain|x*'", &["tab_name"], "SHOW_TABLES", "plain\n".to_owned()),
        ("SHOW VIEWS", &["views"], "SHOW_VIEWS", String::new()),
        (
            "SHOW COLUMNS IN plain",
            &["field"],
            "SHOW_COLUMNS",
            "id                  \na_very_long_name_of_a_column\n".to_owned(),
        ),
        (
            "SHOW PARTITIONS bookings",
            &["partition"],
            "SHOW_PARTITIONS",
            "dt=2026-11-23/hour=00\ndt=2026-11-23/hour=01\n".to_owned(),
        ),
        (
            "SHOW TBLPROPERTIES plain",
            &["prpt_name", "prpt_value"],
            "SHOW_TBLPROPERTIES",
            "EXTERNAL\tTRUE\nclassification\tparquet\n".to_owned(),
        ),
        (
            "SHOW TBLPROPERTIES plain('classification')",
            &["prpt_name", "prpt_value"],
            "SHOW_TBLPROPERTIES",
            "classification\tparquet\n".to_owned(),
        ),
        ("DESCRIBE `plain`", &["col_name", "data_type", "comment"], "DESCRIBE_TABLE", described.to_owned()),
        ("DESC tributary.Bookings;", &["col_name", "data_type", "comment"], "DESCRIBE_TABLE", partitioned),
        ("SHOW CREATE TABLE plain", &["createtab_stmt"], "SHOW_CREATE_TABLE", created.to_owned()),
    ] {
        let execution = run(&lake, sql).await;
        let status = execution.status().unwrap();
        assert_eq!(status.state(), Some(&QueryExecutionState::Succeeded), "{sql}: {status:?}");
        assert_eq!(execution.substatement_type(), Some(substatement), "{sql}");
        assert_eq!(execution.statement_type().unwrap().as_str(), "UTILITY", "{sql}");
        assert!(
            execution.result_configuration().unwrap().output_location().unwrap().ends_with(".txt"),
            "{sql}"
        );
        assert_eq!(text(&lake, &execution).await, expected, "{sql}");
        let results =
            lake.athena().get_query_results().query_execution_id(execution.query_execution_id().unwrap());
        let results = results.send().await.unwrap();
        let set = results.result_set().unwrap();
        let info = set.result_set_metadata().unwrap().column_info();
        assert_eq!(
            info.iter().map(aws_sdk_athena::types::ColumnInfo::name).collect::<Vec<_>>(),
            columns,
            "{sql}"
        );
        assert!(info.iter().all(|one| one.r#type() == "string"), "{sql}");
        // There is no header, and a line is one value.
        let rows: Vec<_> = set.rows().iter().map(|row| row.data()[0].var_char_value().unwrap()).collect();
        assert_eq!(rows, expected.lines().collect::<Vec<_>>(), "{sql}");
    }
    assert!(lake.runner.ran.lock().unwrap().is_empty(), "none of it is a query");
}

#[tokio::test]
async fn what_is_not_there_fails_and_says_so() {
    let lake = lake().await;
    for (sql, expected) in [
        ("DESCRIBE nothing", "FAILED: SemanticException [Error 10001]: Table not found tributary.nothing"),
        ("SHOW PARTITIONS plain", "FAILED: Execution Error"),
        ("SHOW TABLES IN nowhere", "FAILED: EntityNotFoundException"),
        ("SHOW CREATE VIEW plain", "SYNTAX_ERROR: 'plain' is no view"),
        ("DROP TABLE nothing", "TABLE_NOT_FOUND: Table 'tributary.nothing' does not exist"),
        ("DROP VIEW plain", "GENERIC_USER_ERROR: 'plain' is a table: use DROP TABLE"),
        ("SHOW FUNCTIONS", "NOT_SUPPORTED: SHOW FUNCTIONS is not supported by the local Athena"),
        ("EXPLAIN (TYPE IO) SHOW TABLES", "NOT_SUPPORTED: EXPLAIN (TYPE IO) of what is neither a query"),
        ("EXPLAIN (TYPE IO) fail", "COLUMN_NOT_FOUND: line 1:8"),
        (
            "EXPLAIN (TYPE IO) INSERT INTO nothing SELECT 1",
            "TABLE_NOT_FOUND: Table 'awsdatacatalog.tributary.nothing'",
        ),
        (
            "EXPLAIN (TYPE IO) CREATE TABLE plain AS SELECT 1 AS n",
            "TABLE_ALREADY_EXISTS: Table 'awsdatacatalog.tributary.plain'",
        ),
        ("EXPLAIN SHOW TABLES", "NOT_SUPPORTED: EXPLAIN of what is neither a query"),
        ("EXPLAIN INSERT INTO nothing SELECT 1", "TABLE_NOT_FOUND: Table 'awsdatacatalog.tributary.nothing'"),
        (
            "EXPLAIN (TYPE VALIDATE) CREATE TABLE plain AS SELECT 1 AS n",
            "TABLE_ALREADY_EXISTS: Table 'awsdatacatalog.tributary.plain'",
        ),
        ("EXPLAIN (FORMAT JSON) SELECT 1", "NOT_SUPPORTED: EXPLAIN (FORMAT JSON) is not supported"),
    ] {
        let execution = run(&lake, sql).await;
        let status = execution.status().unwrap();
        assert_eq!(status.state(), Some(&QueryExecutionState::Failed), "{sql}");
        let reason = status.state_change_reason().unwrap();
        assert!(reason.starts_with(expected), "{sql}: {reason}");
        assert_eq!(status.athena_error().unwrap().error_category(), Some(2), "{sql}");
    }
    assert!(
        run(&lake, "DROP TABLE IF EXISTS nothing").await.status().unwrap().state()
            == Some(&QueryExecutionState::Succeeded)
    );
    let changed =
        run(&lake, "ALTER TABLE plain SET TBLPROPERTIES ('classification' = 'orc', 'note' = 'x')").await;
    assert_eq!(text(&lake, &changed).await, "");
    let shown = run(&lake, "SHOW TBLPROPERTIES plain").await;
    assert_eq!(text(&lake, &shown).await, "EXTERNAL\tTRUE\nclassification\torc\nnote\tx\n");
    let dropped = run(&lake, "DROP TABLE plain").await;
    assert_eq!(text(&lake, &dropped).await, "");
    assert_eq!(text(&lake, &run(&lake, "SHOW TABLES").await).await, "bookings\n");
    // The parser's complaint comes before there is an execution.
    let refused =
        lake.athena().start_query_execution().query_string("SHOW TABLES IN").send().await.unwrap_err();
    assert!(refused.into_service_error().is_invalid_request_exception());
    let refused =
        lake.athena().start_query_execution().query_string("EXPLAIN SELEC 1").send().await.unwrap_err();
    assert!(refused.into_service_error().is_invalid_request_exception(), "the query within counts");
}

#[tokio::test]
async fn databases_are_made_once() {
    let lake = lake().await;
    let state = async |sql: &str| run(&lake, sql).await.status().unwrap().state().unwrap().clone();
    assert_eq!(state("CREATE SCHEMA IF NOT EXISTS `tributary`").await, QueryExecutionState::Succeeded);
    assert_eq!(state("CREATE DATABASE IF NOT EXISTS Tributary").await, QueryExecutionState::Succeeded);
    assert_eq!(state("CREATE DATABASE tributary").await, QueryExecutionState::Failed);
    // No query could read it.
    for sql in ["CREATE DATABASE more", "CREATE SCHEMA IF NOT EXISTS more"] {
        let refused = run(&lake, sql).await;
        let status = refused.status().unwrap();
        assert_eq!(status.state(), Some(&QueryExecutionState::Failed), "{sql}");
        let reason = status.state_change_reason().unwrap();
        assert!(reason.starts_with("NOT_SUPPORTED: CREATE DATABASE more"), "{sql}: {reason}");
    }
    assert_eq!(text(&lake, &run(&lake, "SHOW DATABASES").await).await, "other\ntributary\n");
}

#[tokio::test]
async fn databases_are_dropped_without_tables_or_with_them() {
    let lake = lake().await;
    let more = DatabaseInput::builder().name("more").build().unwrap();
    lake.glue().create_database().database_input(more).send().await.unwrap();
    let table = TableInput::builder().name("mine").build().unwrap();
    lake.glue().create_table().database_name("more").table_input(table).send().await.unwrap();
    let reason = async |sql: &str| {
        let execution = run(&lake, sql).await;
        let status = execution.status().unwrap();
        assert_eq!(status.state(), Some(&QueryExecutionState::Failed), "{sql}");
        status.state_change_reason().unwrap().to_owned()
    };
    for (sql, expected) in [
        ("DROP DATABASE more", "FAILED: InvalidOperationException(message:Database more is not empty."),
        (
            "DROP DATABASE more RESTRICT",
            "FAILED: InvalidOperationException(message:Database more is not empty.",
        ),
        ("DROP DATABASE none", "FAILED: SemanticException [Error 10072]: Database does not exist: none"),
        ("DROP DATABASE tributary CASCADE", "NOT_SUPPORTED: DROP DATABASE of 'tributary', the lake's"),
    ] {
        let reason = reason(sql).await;
        assert!(reason.starts_with(expected), "{sql}: {reason}");
    }
    assert_eq!(text(&lake, &run(&lake, "DROP DATABASE IF EXISTS none").await).await, "");
    assert_eq!(text(&lake, &run(&lake, "DROP SCHEMA more CASCADE").await).await, "");
    assert_eq!(text(&lake, &run(&lake, "SHOW DATABASES").await).await, "other\ntributary\n");
}
