use aws_sdk_athena::{
    error::ProvideErrorMetadata,
    types::{QueryExecution, QueryExecutionContext, QueryExecutionState, ResultConfiguration},
};
use local::Service;

use crate::harness::Lake;

impl Lake {
    pub(crate) async fn start_query(&self, sql: &str) -> String {
        let start = self.athena().start_query_execution().query_string(sql).work_group("tributary");
        start.send().await.unwrap().query_execution_id().unwrap().to_owned()
    }

    pub(crate) async fn execution(&self, id: &str) -> QueryExecution {
        let answer = self.athena().get_query_execution().query_execution_id(id).send().await.unwrap();
        answer.query_execution().unwrap().clone()
    }

    pub(crate) async fn until(&self, id: &str, wanted: &QueryExecutionState) -> QueryExecution {
        for _ in 0..10_000 {
            let execution = self.execution(id).await;
            if execution.status().unwrap().state() == Some(wanted) {
                return execution;
            }
            tokio::task::yield_now().await;
        }
        panic!("{id} never became {wanted}: {:?}", self.execution(id).await.status());
    }
}

#[tokio::test]
async fn a_query_runs_and_leaves_its_result_in_s3() {
    let lake = Lake::start().await;
    let start =
        lake.athena().start_query_execution().query_string("SELECT ? FROM t").execution_parameters("'a'");
    let context = QueryExecutionContext::builder().database("tributary").catalog("AwsDataCatalog").build();
    let id =
        start.query_execution_context(context).send().await.unwrap().query_execution_id().unwrap().to_owned();
    let execution = lake.until(&id, &QueryExecutionState::Succeeded).await;
    let statistics = execution.statistics().unwrap();
    assert_eq!(statistics.data_scanned_in_bytes(), Some(4_711));
    assert!(
        statistics.engine_execution_time_in_millis().is_some()
            && statistics.query_queue_time_in_millis().is_some()
    );
    assert_eq!(execution.work_group(), Some("primary"));
    assert_eq!(execution.execution_parameters(), ["'a'"]);
    let location = execution.result_configuration().unwrap().output_location().unwrap();
    assert_eq!(location, format!("s3://tributary/results/{id}.csv"));
    assert_eq!(
        lake.keys("results/").await,
        [format!("results/{id}.csv"), format!("results/{id}.csv.metadata")]
    );
    assert_eq!(lake.created.lock().unwrap().len(), 2);
    assert_eq!(lake.runner.ran.lock().unwrap()[0], ("SELECT ? FROM t".to_owned(), vec!["'a'".to_owned()]));
    let all = lake.athena().batch_get_query_execution().query_execution_ids(&id).query_execution_ids("no");
    let all = all.send().await.unwrap();
    assert_eq!((all.query_executions().len(), all.unprocessed_query_execution_ids().len()), (1, 1));
}

#[tokio::test]
async fn the_header_row_is_on_the_first_page_only() {
    let lake = Lake::start().await;
    let id = lake.start_query("SELECT").await;
    lake.until(&id, &QueryExecutionState::Succeeded).await;
    let (mut rows, mut token, mut pages) = (Vec::new(), None, Vec::new());
    loop {
        let page = lake.athena().get_query_results().query_execution_id(&id).max_results(10);
        let page = page.set_next_token(token).send().await.unwrap();
        token = page.next_token().map(str::to_owned);
        let set = page.result_set().unwrap();
        let columns = set.result_set_metadata().unwrap().column_info();
        assert_eq!((columns[1].name(), columns[1].r#type()), ("price", "decimal"));
        assert_eq!((columns[1].precision(), columns[1].scale()), (12, 2));
        pages.push(set.rows().len());
        rows.extend(set.rows().iter().map(|row| {
            row.data().iter().map(|datum| datum.var_char_value().map(str::to_owned)).collect::<Vec<_>>()
        }));
        if token.is_none() {
            break;
        }
    }
    assert_eq!(pages, [10, 10, 6]);
    assert_eq!(rows[0], [Some("n".to_owned()), Some("price".to_owned())]);
    assert_eq!(rows[1], [Some("0".to_owned()), Some(String::new())]);
    assert_eq!(rows[2], [Some("1".to_owned()), None]);
    assert_eq!(rows[25], [Some("24".to_owned()), Some(String::new())]);

    let key = format!("results/{id}.csv");
    lake.s3().delete_object().bucket("tributary").key(key).send().await.unwrap();
    let gone = lake.athena().get_query_results().query_execution_id(&id).send().await.unwrap_err();
    assert!(gone.into_service_error().is_invalid_request_exception());
}

#[tokio::test]
async fn a_token_starts_a_query_once() {
    let lake = Lake::start().await;
    let token = "t".repeat(32);
    let start = |sql: &str| {
        lake.athena().start_query_execution().query_string(sql).client_request_token(&token).send()
    };
    let ids = futures::future::join_all((0..8).map(|_| start("SELECT 1"))).await;
    let ids: Vec<_> =
        ids.into_iter().map(|id| id.unwrap().query_execution_id().unwrap().to_owned()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    lake.until(&ids[0], &QueryExecutionState::Succeeded).await;
    assert_eq!(lake.runner.ran.lock().unwrap().len(), 1);
    let other = start("SELECT 2").await.unwrap_err();
    assert!(other.into_service_error().is_invalid_request_exception());
}

#[tokio::test]
async fn failures_say_whose_they_are() {
    let lake = Lake::start().await;
    let id = lake.start_query("fail").await;
    let failed = lake.until(&id, &QueryExecutionState::Failed).await;
    let status = failed.status().unwrap();
    assert_eq!(status.state_change_reason(), Some("COLUMN_NOT_FOUND: line 1:8"));
    let error = status.athena_error().unwrap();
    assert_eq!((error.error_category(), error.retryable()), (Some(2), false));
    let results = lake.athena().get_query_results().query_execution_id(&id).send().await.unwrap_err();
    assert!(results.into_service_error().is_invalid_request_exception());

    let id = lake.start_query("panic").await;
    let failed = lake.until(&id, &QueryExecutionState::Failed).await;
    let error = failed.status().unwrap().athena_error().unwrap().clone();
    // It would panic again.
    assert_eq!((error.error_category(), error.retryable()), (Some(1), false));
}

#[tokio::test]
async fn queries_queue_are_bounded_and_can_be_stopped() {
    let directory = tempfile::tempdir().unwrap();
    let lake = Lake::start_in(directory, |config| {
        config.max_active_queries = 3;
        config.max_running_queries = 1;
    })
    .await;
    let first = lake.start_query("wait").await;
    lake.until(&first, &QueryExecutionState::Running).await;
    let (second, third) = (lake.start_query("wait").await, lake.start_query("SELECT").await);
    lake.until(&second, &QueryExecutionState::Queued).await;
    let over = lake.athena().start_query_execution().query_string("SELECT").send().await.unwrap_err();
    assert!(over.into_service_error().is_too_many_requests_exception());

    let stop = |id: &str| lake.athena().stop_query_execution().query_execution_id(id).send();
    stop(&second).await.unwrap();
    lake.until(&second, &QueryExecutionState::Cancelled).await;
    stop(&first).await.unwrap();
    lake.until(&first, &QueryExecutionState::Cancelled).await;
    // The slot is free again, and what is over stays as it is.
    lake.until(&third, &QueryExecutionState::Succeeded).await;
    stop(&third).await.unwrap();
    lake.until(&third, &QueryExecutionState::Succeeded).await;
    assert_eq!(lake.keys("results/").await.len(), 2);
    assert!(stop("none").await.unwrap_err().into_service_error().is_invalid_request_exception());
}

#[tokio::test]
async fn a_query_that_runs_for_too_long_is_ended() {
    let directory = tempfile::tempdir().unwrap();
    let lake = Lake::start_in(directory, |config| {
        config.max_running_queries = 1;
        config.query_timeout = std::time::Duration::from_millis(50);
    })
    .await;
    let (long, next) = (lake.start_query("wait").await, lake.start_query("SELECT").await);
    let failed = lake.until(&long, &QueryExecutionState::Failed).await;
    assert!(failed.status().unwrap().state_change_reason().unwrap().starts_with("Query timeout"));
    // Its slot is free again.
    lake.until(&next, &QueryExecutionState::Succeeded).await;
}

/// Otherwise queries that only seem to be over could take all threads from the others, which would run and compute
/// nothing until their time is over.
#[tokio::test]
async fn a_query_that_is_over_counts_as_running_while_it_is_computed() {
    for by_timeout in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let lake = Lake::start_in(directory, |config| {
            config.max_running_queries = 2;
            if by_timeout {
                // Long enough for the query that is to succeed, on a machine with other work.
                config.query_timeout = std::time::Duration::from_secs(3);
            }
        })
        .await;
        for _ in 0..2 {
            let deaf = lake.start_query("deaf").await;
            if by_timeout {
                lake.until(&deaf, &QueryExecutionState::Failed).await;
            } else {
                lake.until(&deaf, &QueryExecutionState::Running).await;
                lake.athena().stop_query_execution().query_execution_id(&deaf).send().await.unwrap();
                lake.until(&deaf, &QueryExecutionState::Cancelled).await;
            }
        }
        let next = lake.start_query("SELECT").await;
        for _ in 0..50 {
            let status = lake.execution(&next).await.status().unwrap().clone();
            assert_eq!(status.state(), Some(&QueryExecutionState::Queued), "by timeout: {by_timeout}");
        }
        lake.runner.gate.notify_one();
        lake.until(&next, &QueryExecutionState::Succeeded).await;
    }
}

#[tokio::test]
async fn a_result_may_be_as_large_as_the_limit() {
    let large = Lake::start().await;
    let id = large.start_query("SELECT").await;
    large.until(&id, &QueryExecutionState::Succeeded).await;
    let key = format!("results/{id}.csv");
    let result = large.s3().head_object().bucket("tributary").key(key).send().await.unwrap();
    let bytes = u64::try_from(result.content_length().unwrap()).unwrap();
    for (most, state) in [(bytes, QueryExecutionState::Succeeded), (bytes - 1, QueryExecutionState::Failed)] {
        let directory = tempfile::tempdir().unwrap();
        let lake = Lake::start_in(directory, |config| config.max_result_bytes = most).await;
        let id = lake.start_query("SELECT").await;
        let execution = lake.until(&id, &state).await;
        if state == QueryExecutionState::Succeeded {
            continue;
        }
        let status = execution.status().unwrap();
        let reason = status.state_change_reason().unwrap();
        assert!(reason.starts_with("EXCEEDED_LOCAL_RESULT_LIMIT: "), "{reason}");
        let error = status.athena_error().unwrap();
        assert_eq!((error.error_category(), error.retryable()), (Some(2), false));
        assert!(lake.keys("results/").await.is_empty());
    }
}

#[tokio::test]
async fn what_athena_refuses_is_refused() {
    let lake = Lake::start().await;
    let start = || lake.athena().start_query_execution().query_string("SELECT 1");
    let output = |location: &str| ResultConfiguration::builder().output_location(location).build();
    for refused in [
        start().query_string(""),
        start().query_string("x".repeat(262_145)),
        start().client_request_token("short"),
        start().execution_parameters(""),
        start().execution_parameters("x".repeat(1_025)),
        start().work_group("none"),
        start().result_configuration(output("file:///etc")),
        start().result_configuration(output("s3://no-bucket/x/")),
        start().result_configuration(output("s3://tributary/../x/")),
        start().query_execution_context(QueryExecutionContext::builder().catalog("other").build()),
    ] {
        let error = refused.clone().send().await.expect_err(&format!("{refused:?}"));
        assert!(error.into_service_error().is_invalid_request_exception(), "{refused:?}");
    }
    let elsewhere = start().result_configuration(output("s3://tributary/mine")).send().await.unwrap();
    let id = elsewhere.query_execution_id().unwrap();
    lake.until(id, &QueryExecutionState::Succeeded).await;
    assert_eq!(lake.keys("mine/").await.len(), 2);
    let other = QueryExecutionContext::builder().database("other").build();
    let other = start().query_execution_context(other).send().await.unwrap();
    let failed = lake.until(other.query_execution_id().unwrap(), &QueryExecutionState::Failed).await;
    assert!(
        failed.status().unwrap().state_change_reason().unwrap().contains("Schema 'other' does not exist")
    );
    let missing = lake.athena().get_query_execution().query_execution_id("none").send().await.unwrap_err();
    assert!(missing.into_service_error().is_invalid_request_exception());
}

#[tokio::test]
async fn workgroups_say_where_results_go() {
    let lake = Lake::start().await;
    let group = lake.athena().get_work_group().work_group("tributary").send().await.unwrap();
    let configuration = group.work_group().unwrap().configuration().unwrap();
    let location = configuration.result_configuration().unwrap().output_location();
    assert_eq!(location, Some("s3://tributary/results/"));
    let all = lake.athena().list_work_groups().send().await.unwrap();
    assert_eq!(all.work_groups().len(), 2);
    let missing = lake.athena().list_named_queries().send().await.unwrap_err();
    assert_eq!(missing.into_service_error().code(), Some("NotImplemented"));
}

#[tokio::test]
async fn throttled_starts_start_nothing() {
    let lake = Lake::start().await;
    lake.aws.faults().throttle(Service::Athena, Some("StartQueryExecution"), 1);
    let start = lake.athena().start_query_execution().query_string("SELECT").send().await.unwrap_err();
    assert!(start.into_service_error().is_too_many_requests_exception());
    assert!(lake.runner.ran.lock().unwrap().is_empty());
}
