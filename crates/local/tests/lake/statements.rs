//! Tables and views of one's own beside the lake's, made by statements, and read again.

mod explained;
mod tables;

use aws_sdk_athena::types::{QueryExecution, QueryExecutionState};
use bytes::Bytes;
use domain::port::ObjectStore;

use crate::harness::TestLake;

const PASSENGERS: [&str; 3] = [
    r#"{"passenger_id": 1, "flight_id": 7, "name": "Ana", "seat_number": "12A"}"#,
    r#"{"passenger_id": 2, "flight_id": 7, "name": "Bea"}"#,
    r#"{"passenger_id": 9007199254740993, "flight_id": 8, "name": "O'Brien"}"#,
];

pub(crate) async fn lake() -> TestLake {
    let lake = TestLake::passengers().await;
    lake.publish_all("passengers", &PASSENGERS.map(str::to_owned)).await;
    lake.rows("/v1/datasets/passengers/rows", 3).await;
    lake
}

/// The execution of a statement when it is over.
async fn run(lake: &TestLake, sql: &str) -> QueryExecution {
    let athena = lake.athena();
    let started = athena.start_query_execution().query_string(sql).work_group("tributary").send().await;
    let id =
        started.unwrap_or_else(|error| panic!("{sql}: {error:?}")).query_execution_id().unwrap().to_owned();
    loop {
        let answer = athena.get_query_execution().query_execution_id(&id).send().await.unwrap();
        let execution = answer.query_execution().unwrap().clone();
        match execution.status().unwrap().state().unwrap() {
            QueryExecutionState::Queued | QueryExecutionState::Running => tokio::task::yield_now().await,
            _ => return execution,
        }
    }
}

pub(crate) async fn succeeds(lake: &TestLake, sql: &str) -> QueryExecution {
    let execution = run(lake, sql).await;
    let status = execution.status().unwrap();
    assert_eq!(
        status.state(),
        Some(&QueryExecutionState::Succeeded),
        "{sql}: {:?}",
        status.state_change_reason()
    );
    execution
}

pub(crate) async fn fails(lake: &TestLake, sql: &str, expected: &str) {
    let execution = run(lake, sql).await;
    let status = execution.status().unwrap();
    assert_eq!(status.state(), Some(&QueryExecutionState::Failed), "{sql}");
    let reason = status.state_change_reason().unwrap();
    assert!(reason.starts_with(expected), "{sql}: {reason}");
}

/// The rows of a query, less its header.
pub(crate) async fn rows(lake: &TestLake, sql: &str) -> String {
    let execution = succeeds(lake, sql).await;
    let location = execution.result_configuration().unwrap().output_location().unwrap();
    let text = read(lake, location).await;
    String::from_utf8(text.to_vec()).unwrap().split_once('\n').unwrap().1.to_owned()
}

pub(crate) async fn read(lake: &TestLake, location: &str) -> Bytes {
    lake.store.get(location.strip_prefix("s3://tributary/").unwrap()).await.unwrap()
}

/// How many rows the statement says that it has written, and the files of its list.
pub(crate) async fn written(lake: &TestLake, execution: &QueryExecution) -> (i64, Vec<String>) {
    let id = execution.query_execution_id().unwrap();
    let results = lake.athena().get_query_results().query_execution_id(id).send().await.unwrap();
    let set = results.result_set().unwrap();
    let columns: Vec<_> = set
        .result_set_metadata()
        .unwrap()
        .column_info()
        .iter()
        .map(aws_sdk_athena::types::ColumnInfo::name)
        .collect();
    assert_eq!((set.rows().len(), columns), (0, vec!["rows"]));
    let manifest = execution.statistics().unwrap().data_manifest_location().unwrap();
    let manifest = String::from_utf8(read(lake, manifest).await.to_vec()).unwrap();
    (results.update_count().unwrap(), manifest.lines().map(str::to_owned).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_made_read_changed_and_dropped() {
    let lake = lake().await;
    succeeds(
        &lake,
        "CREATE VIEW seated AS SELECT passenger_id AS id, name FROM passengers WHERE seat_number IS NOT NULL",
    )
    .await;
    fails(&lake, "CREATE VIEW seated AS SELECT 1 AS n", "GENERIC_USER_ERROR: View already exists").await;
    assert_eq!(rows(&lake, "SELECT * FROM seated").await, "\"1\",\"Ana\"\n");
    succeeds(&lake, "CREATE OR REPLACE VIEW seated AS SELECT name FROM passengers -- all of them").await;
    succeeds(
        &lake,
        "CREATE VIEW short AS SELECT name AS who, length(name) AS n FROM seated WHERE length(name) < 4",
    )
    .await;
    assert_eq!(
        rows(&lake, "WITH passengers AS (SELECT 1 AS x) SELECT who, n FROM short ORDER BY who").await,
        "\"Ana\",\"3\"\n\"Bea\",\"3\"\n"
    );
    let listed = rows(&lake, "SELECT table_name, table_type FROM information_schema.tables ORDER BY 1").await;
    assert_eq!(listed, "\"passengers\",\"BASE TABLE\"\n\"seated\",\"VIEW\"\n\"short\",\"VIEW\"\n");
    let columns = rows(
        &lake,
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'short' ORDER BY 1",
    )
    .await;
    assert_eq!(columns, "\"n\",\"bigint\"\n\"who\",\"varchar\"\n");
    let made = succeeds(&lake, "SHOW CREATE VIEW seated").await;
    let made = read(&lake, made.result_configuration().unwrap().output_location().unwrap()).await;
    assert_eq!(
        String::from_utf8(made.to_vec()).unwrap(),
        "CREATE VIEW tributary.seated AS\nSELECT name FROM passengers\n"
    );
    for (sql, expected) in [
        ("CREATE VIEW bad AS SELECT nme FROM passengers", "COLUMN_NOT_FOUND: "),
        ("CREATE VIEW bad AS SELECT 1, 2", "COLUMN_NAME_NOT_SPECIFIED: "),
        ("CREATE OR REPLACE VIEW passengers AS SELECT 1 AS n", "TABLE_ALREADY_EXISTS: "),
        ("INSERT INTO seated VALUES ('x')", "NOT_SUPPORTED: Inserting into views"),
        ("DROP TABLE seated", "GENERIC_USER_ERROR: 'seated' is a view"),
    ] {
        fails(&lake, sql, expected).await;
    }
    // One that names itself, and two that name each other, would be read for ever. The old one stays.
    for query in ["SELECT name FROM seated", "SELECT who AS name FROM short"] {
        let sql = format!("CREATE OR REPLACE VIEW seated AS {query}");
        fails(&lake, &sql, "VIEW_IS_RECURSIVE: Statement would create a recursive view").await;
    }
    assert_eq!(rows(&lake, "SELECT count(*) FROM short").await, "\"2\"\n");
    succeeds(&lake, "CREATE OR REPLACE VIEW short AS SELECT name AS who FROM seated").await;
    succeeds(&lake, "DROP VIEW seated").await;
    fails(&lake, "SELECT * FROM short", "TABLE_NOT_FOUND: ").await;
    succeeds(&lake, "DROP VIEW IF EXISTS seated").await;
    // The API knows datasets alone.
    let refused =
        lake.send("POST", "/v1/queries", &[], Some(serde_json::json!({"sql": "SELECT * FROM short"}))).await;
    assert_ne!(refused.status, 200);
    lake.stop().await;
}

/// What a prepared statement is decides on the form of its result, and on what a view may have.
#[tokio::test(flavor = "multi_thread")]
async fn prepared_statements_are_answered_as_what_they_are() {
    let lake = lake().await;
    let made = "CREATE TABLE mine WITH (external_location = 's3://tributary/scratch/mine') AS SELECT passenger_id AS id FROM \
                passengers WHERE flight_id = ?";
    succeeds(&lake, &format!("PREPARE made FROM {made}")).await;
    assert_eq!(written(&lake, &succeeds(&lake, "EXECUTE made USING 8").await).await.0, 1);
    let more = "INSERT INTO mine SELECT passenger_id FROM passengers WHERE flight_id = ?";
    succeeds(&lake, &format!("PREPARE more FROM {more}")).await;
    assert_eq!(written(&lake, &succeeds(&lake, "EXECUTE more USING 7").await).await.0, 2);
    assert_eq!(rows(&lake, "SELECT count(*) FROM mine").await, "\"3\"\n");
    succeeds(&lake, "PREPARE shown FROM SHOW TABLES").await;
    let shown = succeeds(&lake, "EXECUTE shown").await;
    let id = shown.query_execution_id().unwrap();
    let results = lake.athena().get_query_results().query_execution_id(id).send().await.unwrap();
    let names: Vec<_> =
        results.result_set().unwrap().rows().iter().map(|row| row.data()[0].var_char_value()).collect();
    assert_eq!(names, [Some("mine"), Some("passengers")]);
    succeeds(
        &lake,
        "PREPARE viewed FROM CREATE VIEW sevens AS SELECT name FROM passengers WHERE flight_id = ?",
    )
    .await;
    fails(&lake, "EXECUTE viewed USING 7", "INVALID_PARAMETER_USAGE: ").await;
    fails(&lake, "SELECT * FROM sevens", "TABLE_NOT_FOUND: ").await;
    lake.stop().await;
}
