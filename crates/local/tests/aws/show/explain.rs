//! `EXPLAIN`: a plan as text, the tables of a statement, and whether it is valid.

use aws_sdk_athena::types::QueryExecutionState;

use super::{lake, run, text};

#[tokio::test]
async fn a_plan_is_text() {
    let lake = lake().await;
    let execution = run(&lake, "EXPLAIN SELECT 1").await;
    assert_eq!(text(&lake, &execution).await, "Output\n  Scan t\n");
    assert_eq!(
        (execution.statement_type().unwrap().as_str(), execution.substatement_type()),
        ("DML", Some("EXPLAIN"))
    );
    let results =
        lake.athena().get_query_results().query_execution_id(execution.query_execution_id().unwrap());
    let results = results.send().await.unwrap();
    let set = results.result_set().unwrap();
    assert_eq!(set.result_set_metadata().unwrap().column_info()[0].name(), "Query Plan");
    assert_eq!(set.rows()[1].data()[0].var_char_value(), Some("  Scan t"));
    assert_eq!(lake.runner.ran.lock().unwrap()[0].0, "SELECT 1");
    // Of what would write rows, the plan is its query's, and nothing is written.
    for sql in
        ["EXPLAIN CREATE TABLE made AS SELECT 1", "EXPLAIN CREATE TABLE IF NOT EXISTS plain AS SELECT 1"]
    {
        let execution = run(&lake, sql).await;
        assert_eq!(text(&lake, &execution).await, "Output\n  Scan t\n", "{sql}");
        assert_eq!(execution.substatement_type(), Some("EXPLAIN"), "{sql}");
    }
    assert_eq!(text(&lake, &run(&lake, "SHOW TABLES 'made'").await).await, "");
    let refused = lake.athena().start_query_execution().query_string("EXPLAIN CREATE TABLE made AS SELEC 1");
    assert!(refused.send().await.unwrap_err().into_service_error().is_invalid_request_exception());
}

/// The members are those of Trino's `IoPlanPrinter.IoPlan`, in their order; the inputs are what the runner says.
#[tokio::test]
async fn what_a_statement_reads_and_writes_is_one_row() {
    let lake = lake().await;
    let unknown = "\"estimate\":{\"outputRowCount\":\"NaN\",\"outputSizeInBytes\":\"NaN\",\"cpuCost\":\"NaN\",\
                   \"maxMemory\":\"NaN\",\"networkCost\":\"NaN\"}";
    let read = "\"inputTableColumnInfos\":[{\"table\":\"t\"}]";
    let written = "\"outputTable\":{\"catalog\":\"awsdatacatalog\",\"schemaTable\":{\"schema\":\"tributary\",\
                   \"table\":\"made\"}}";
    for (sql, expected) in [
        ("EXPLAIN (TYPE IO) SELECT 1", format!("{{{read},{unknown}}}\n")),
        ("EXPLAIN (TYPE IO, FORMAT JSON) SELECT 1", format!("{{{read},{unknown}}}\n")),
        (
            "EXPLAIN (TYPE IO) CREATE TABLE made WITH (format = 'PARQUET') AS SELECT 1",
            format!("{{{read},{written},{unknown}}}\n"),
        ),
        // Nothing would be done.
        (
            "EXPLAIN (TYPE IO) CREATE TABLE IF NOT EXISTS plain AS SELECT 1",
            format!("{{\"inputTableColumnInfos\":[],{unknown}}}\n"),
        ),
    ] {
        let execution = run(&lake, sql).await;
        assert_eq!(text(&lake, &execution).await, expected, "{sql}");
        assert_eq!(execution.statement_type().unwrap().as_str(), "DML", "{sql}");
        assert_eq!(execution.substatement_type(), Some("EXPLAIN"), "{sql}");
        let id = execution.query_execution_id().unwrap();
        let results = lake.athena().get_query_results().query_execution_id(id).send().await.unwrap();
        let set = results.result_set().unwrap();
        let info = set.result_set_metadata().unwrap().column_info();
        assert_eq!((info[0].name(), info[0].r#type()), ("Query Plan", "varchar"), "{sql}");
        let rows: Vec<_> = set.rows().iter().map(|row| row.data()[0].var_char_value()).collect();
        assert_eq!(rows, [expected.strip_suffix('\n')], "{sql}");
    }
    assert_eq!(text(&lake, &run(&lake, "SHOW TABLES 'made'").await).await, "", "it is only explained");
    let refused = lake.athena().start_query_execution().query_string("EXPLAIN (TYPE IO) SELEC 1");
    assert!(refused.send().await.unwrap_err().into_service_error().is_invalid_request_exception());
}

/// As in the example of Trino's documentation (EXPLAIN, section "EXPLAIN (TYPE VALIDATE)").
#[tokio::test]
async fn a_valid_query_is_said_to_be() {
    let lake = lake().await;
    let execution = run(&lake, "EXPLAIN (TYPE VALIDATE) SELECT 1").await;
    assert_eq!(text(&lake, &execution).await, "true\n");
    assert_eq!(execution.substatement_type(), Some("EXPLAIN"));
    let results =
        lake.athena().get_query_results().query_execution_id(execution.query_execution_id().unwrap());
    let results = results.send().await.unwrap();
    let column = &results.result_set().unwrap().result_set_metadata().unwrap().column_info()[0];
    assert_eq!((column.name(), column.r#type()), ("Valid", "boolean"));
    assert_eq!(lake.runner.ran.lock().unwrap()[0].0, "SELECT 1");
    let made = run(&lake, "EXPLAIN (TYPE VALIDATE) CREATE TABLE made AS SELECT 1").await;
    assert_eq!(text(&lake, &made).await, "true\n");
    assert_eq!(text(&lake, &run(&lake, "SHOW TABLES 'made'").await).await, "");
    let wrong = run(&lake, "EXPLAIN (TYPE VALIDATE) fail").await;
    let status = wrong.status().unwrap();
    assert_eq!(status.state(), Some(&QueryExecutionState::Failed));
    assert!(status.state_change_reason().unwrap().starts_with("COLUMN_NOT_FOUND: line 1:8"));
    let refused = lake.athena().start_query_execution().query_string("EXPLAIN (TYPE VALIDATE) SELEC 1");
    assert!(refused.send().await.unwrap_err().into_service_error().is_invalid_request_exception());
}
