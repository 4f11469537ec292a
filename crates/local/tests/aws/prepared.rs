//! Prepared statements, by the API and in SQL.

use aws_sdk_athena::{error::ProvideErrorMetadata, types::QueryExecutionState};

use crate::harness::Lake;

#[tokio::test]
async fn statements_are_kept_listed_changed_and_forgotten() {
    let lake = Lake::start().await;
    let athena = lake.athena();
    for name in ["b", "a", "c"] {
        let create = athena.create_prepared_statement().statement_name(name).work_group("tributary");
        create.query_statement("SELECT ?").description("one value").send().await.unwrap();
    }
    let again = athena.create_prepared_statement().statement_name("a").work_group("tributary");
    let again = again.query_statement("SELECT 1").send().await.unwrap_err();
    assert!(again.into_service_error().is_invalid_request_exception());
    let elsewhere = athena.create_prepared_statement().statement_name("a").work_group("primary");
    elsewhere.query_statement("SELECT 2").send().await.unwrap();

    let lake = lake.restart().await;
    let athena = lake.athena();
    let first =
        athena.list_prepared_statements().work_group("tributary").max_results(2).send().await.unwrap();
    let second = athena.list_prepared_statements().work_group("tributary");
    let second = second.next_token(first.next_token().unwrap()).send().await.unwrap();
    let names = |page: &[aws_sdk_athena::types::PreparedStatementSummary]| {
        page.iter().map(|one| one.statement_name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(first.prepared_statements()), ["a", "b"]);
    assert_eq!((names(second.prepared_statements()), second.next_token()), (vec!["c".to_owned()], None));

    let update = athena.update_prepared_statement().statement_name("a").work_group("tributary");
    update.query_statement("SELECT 3").send().await.unwrap();
    let get =
        |name: &str| athena.get_prepared_statement().statement_name(name).work_group("tributary").send();
    let found = get("a").await.unwrap();
    let found = found.prepared_statement().unwrap();
    assert_eq!((found.query_statement(), found.description()), (Some("SELECT 3"), None));
    assert_eq!(found.work_group_name(), Some("tributary"));
    let batch = athena.batch_get_prepared_statement().work_group("tributary");
    let batch = batch.prepared_statement_names("b").prepared_statement_names("x").send().await.unwrap();
    let missing = batch.unprocessed_prepared_statement_names();
    assert_eq!((batch.prepared_statements().len(), missing[0].statement_name()), (1, Some("x")));

    let delete = || athena.delete_prepared_statement().statement_name("a").work_group("tributary").send();
    delete().await.unwrap();
    assert!(delete().await.unwrap_err().into_service_error().is_resource_not_found_exception());
    assert!(get("a").await.unwrap_err().into_service_error().is_resource_not_found_exception());
    let update = athena.update_prepared_statement().statement_name("a").work_group("tributary");
    let update = update.query_statement("SELECT 3").send().await.unwrap_err();
    assert!(update.into_service_error().is_resource_not_found_exception());
    for (name, group, sql) in
        [("1a", "tributary", "SELECT 1"), ("a", "none", "SELECT 1"), ("a", "tributary", "")]
    {
        let wrong = athena.create_prepared_statement().statement_name(name).work_group(group);
        let wrong = wrong.query_statement(sql).send().await.unwrap_err().into_service_error();
        assert!(wrong.is_invalid_request_exception(), "{name} {group} {sql}: {wrong:?}");
    }
    let lake = lake.restart().await;
    let left = lake.athena().list_prepared_statements().work_group("tributary").send().await.unwrap();
    assert_eq!(names(left.prepared_statements()), ["b", "c"]);
}

/// A workgroup of the same name begins without them, also after a restart.
#[tokio::test]
async fn statements_end_with_their_workgroup() {
    let lake = Lake::start().await;
    let athena = lake.athena();
    let make = || athena.create_work_group().name("mine").send();
    make().await.unwrap();
    for group in ["mine", "tributary"] {
        let create = athena.create_prepared_statement().statement_name("a").work_group(group);
        create.query_statement("SELECT 1").send().await.unwrap();
    }
    athena.delete_work_group().work_group("mine").send().await.unwrap();
    make().await.unwrap();
    let lake = lake.restart().await;
    for (group, expected) in [("mine", 0), ("tributary", 1)] {
        let left = lake.athena().list_prepared_statements().work_group(group).send().await.unwrap();
        assert_eq!(left.prepared_statements().len(), expected, "{group}");
    }
}

#[tokio::test]
async fn a_prepared_statement_is_executed_with_its_values() {
    let lake = Lake::start().await;
    let run = async |sql: &str, parameters: &[&str]| {
        let start = lake.athena().start_query_execution().query_string(sql).work_group("tributary");
        let parameters: Vec<String> = parameters.iter().map(|one| (*one).to_owned()).collect();
        let start = start.set_execution_parameters(Some(parameters).filter(|all| !all.is_empty()));
        let id = start.send().await.unwrap().query_execution_id().unwrap().to_owned();
        for _ in 0..10_000 {
            let execution = lake.execution(&id).await;
            match execution.status().unwrap().state().unwrap() {
                QueryExecutionState::Queued | QueryExecutionState::Running => tokio::task::yield_now().await,
                _ => return execution,
            }
        }
        panic!("{sql} does not end")
    };
    let succeeded = Some(&QueryExecutionState::Succeeded);
    let prepared = run("PREPARE P FROM SELECT x FROM t WHERE n = ? AND s = ?", &[]).await;
    assert_eq!(prepared.status().unwrap().state(), succeeded);
    assert!(prepared.result_configuration().unwrap().output_location().unwrap().ends_with(".txt"));
    for (sql, parameters) in [("EXECUTE p", &["1", "'a, b'"][..]), ("EXECUTE p USING 1, 'a, b'", &[])] {
        let executed = run(sql, parameters).await;
        assert_eq!(executed.status().unwrap().state(), succeeded, "{sql}");
        assert_eq!(executed.query(), Some(sql));
        let ran = lake.runner.ran.lock().unwrap().pop().unwrap();
        let values = vec!["1".to_owned(), "'a, b'".to_owned()];
        assert_eq!(ran, ("SELECT x FROM t WHERE n = ? AND s = ?".to_owned(), values), "{sql}");
        let results =
            lake.athena().get_query_results().query_execution_id(executed.query_execution_id().unwrap());
        assert_eq!(results.send().await.unwrap().result_set().unwrap().rows().len(), 26, "{sql}");
    }
    assert_eq!(run("DEALLOCATE PREPARE p", &[]).await.status().unwrap().state(), succeeded);
    for sql in ["EXECUTE p", "DEALLOCATE PREPARE p"] {
        let failed = run(sql, &[]).await;
        let reason = failed.status().unwrap().state_change_reason().unwrap();
        assert_eq!(reason, "NOT_FOUND: Prepared statement not found: p", "{sql}");
    }
    let refused = lake.athena().start_query_execution().query_string("PREPARE p").send().await.unwrap_err();
    let refused = refused.into_service_error();
    assert_eq!(refused.message(), Some("line 1:10: mismatched input '<EOF>'. Expecting: 'FROM'"));
    assert!(refused.code().is_some());
}
