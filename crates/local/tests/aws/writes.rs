//! Statements that write files: what fails leaves none, and none writes more than a result may have.

use aws_sdk_athena::types::QueryExecutionState;
use aws_sdk_glue::types::TableInput;

use crate::harness::Lake;

const CREATE: &str =
    "CREATE TABLE mine WITH (format = 'PARQUET', external_location = 's3://tributary/mine/') AS ";

impl Lake {
    async fn create_mine(&self) {
        let table = TableInput::builder().name("mine").build().unwrap();
        self.glue().create_table().database_name("tributary").table_input(table).send().await.unwrap();
    }
}

/// The statement as it fails, and why.
async fn failed(lake: &Lake, id: &str) -> String {
    let execution = lake.until(id, &QueryExecutionState::Failed).await;
    execution.status().unwrap().state_change_reason().unwrap().to_owned()
}

#[tokio::test]
async fn a_table_that_cannot_be_registered_leaves_no_file() {
    let in_partitions = CREATE.replace(") AS", ", partitioned_by = ARRAY['day']) AS");
    for (create, files) in [(CREATE, 1), (in_partitions.as_str(), 2)] {
        let lake = Lake::start().await;
        let id = lake.start_query(&format!("{create}wait")).await;
        // The statement has seen that there is no such table, and its query is at work.
        while lake.runner.ran.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        lake.create_mine().await;
        lake.runner.gate.notify_one();
        let reason = failed(&lake, &id).await;
        assert!(reason.contains("AlreadyExistsException"), "{create}: {reason}");
        assert!(lake.keys("mine/").await.is_empty(), "{create}");

        // The place is free for the next one.
        lake.glue().delete_table().database_name("tributary").name("mine").send().await.unwrap();
        let id = lake.start_query(&format!("{create}SELECT")).await;
        lake.until(&id, &QueryExecutionState::Succeeded).await;
        assert_eq!(lake.keys("mine/").await.len(), files, "{create}");
    }
}

#[tokio::test]
async fn a_statement_that_is_stopped_leaves_no_file() {
    let lake = Lake::start().await;
    let id = lake.start_query(&format!("{CREATE}wait")).await;
    while lake.runner.ran.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    lake.athena().stop_query_execution().query_execution_id(&id).send().await.unwrap();
    lake.runner.gate.notify_one();
    lake.until(&id, &QueryExecutionState::Cancelled).await;
    assert!(lake.keys("mine/").await.is_empty());
    let tables = lake.glue().get_tables().database_name("tributary").send().await.unwrap();
    assert!(tables.table_list().is_empty());
}

#[tokio::test]
async fn what_is_written_has_the_bound_of_a_result() {
    let lake = Lake::start_in(tempfile::tempdir().unwrap(), |config| config.max_result_bytes = 20).await;
    for statement in [
        format!("{CREATE}SELECT"),
        CREATE.replace(") AS", ", partitioned_by = ARRAY['day']) AS") + "SELECT",
        "UNLOAD (SELECT) TO 's3://tributary/mine/' WITH (format = 'PARQUET')".to_owned(),
    ] {
        let id = lake.start_query(&statement).await;
        let reason = failed(&lake, &id).await;
        assert!(reason.starts_with("EXCEEDED_LOCAL_RESULT_LIMIT"), "{statement}: {reason}");
    }
    assert!(lake.keys("mine/").await.is_empty());
    let tables = lake.glue().get_tables().database_name("tributary").send().await.unwrap();
    assert!(tables.table_list().is_empty());
}
