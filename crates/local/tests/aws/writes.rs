//! Statements that write files: what fails leaves none, and none writes more than a result may have.

use std::sync::{Arc, mpsc};

use aws_sdk_athena::{
    error::ProvideErrorMetadata,
    types::{
        QueryExecutionState, ResultConfiguration, ResultConfigurationUpdates, WorkGroupConfiguration,
        WorkGroupConfigurationUpdates,
    },
};
use aws_sdk_glue::types::{StorageDescriptor, TableInput};
use local::Service;

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

/// CTAS in two partitions.
fn in_partitions() -> String {
    CREATE.replace(") AS", ", partitioned_by = ARRAY['day']) AS")
}

/// Once a statement makes visible what it has written, it cannot be stopped: no row is seen of one that is CANCELLED.
#[tokio::test]
async fn a_statement_that_publishes_is_not_stopped() {
    for create in [CREATE.to_owned(), in_partitions()] {
        let lake = Lake::start().await;
        // Who hears of new objects does not come back: the statement stands still at the first one that it writes.
        let created = Arc::clone(&lake.created);
        let (is_held, until_held) = mpsc::channel();
        let (release, until_released) = mpsc::channel::<()>();
        let holder = std::thread::spawn(move || {
            let _held = created.lock().unwrap();
            is_held.send(()).unwrap();
            until_released.recv().unwrap();
        });
        until_held.recv().unwrap();
        let id = lake.start_query(&format!("{create}SELECT")).await;
        let manifest = format!("results/tables/{id}-manifest.csv");
        while !lake.keys("results/").await.contains(&manifest) {
            tokio::task::yield_now().await;
        }
        lake.athena().stop_query_execution().query_execution_id(&id).send().await.unwrap();
        let state = lake.execution(&id).await.status().unwrap().state().unwrap().clone();
        assert_eq!(state, QueryExecutionState::Running, "{create}");
        release.send(()).unwrap();
        holder.join().unwrap();
        lake.until(&id, &QueryExecutionState::Succeeded).await;
        assert!(!lake.keys("mine/").await.is_empty(), "{create}");
        lake.glue().get_table().database_name("tributary").name("mine").send().await.unwrap();
    }
}

/// A statement that changes the catalog alone is not stopped in the middle either: it would be CANCELLED, and done.
#[tokio::test]
async fn a_statement_that_changes_the_catalog_is_not_stopped() {
    for (statement, has_mine) in [
        ("DROP TABLE mine", false),
        ("CREATE DATABASE IF NOT EXISTS tributary", true),
        ("PREPARE mine FROM SELECT 1", true),
    ] {
        let lake = Lake::start().await;
        lake.create_mine().await;
        // It stands still when it has written what it answers, which comes last.
        let created = Arc::clone(&lake.created);
        let (is_held, until_held) = mpsc::channel();
        let (release, until_released) = mpsc::channel::<()>();
        let holder = std::thread::spawn(move || {
            let _held = created.lock().unwrap();
            is_held.send(()).unwrap();
            until_released.recv().unwrap();
        });
        until_held.recv().unwrap();
        let id = lake.start_query(statement).await;
        while !lake.keys("results/").await.iter().any(|key| key.contains(&id)) {
            tokio::task::yield_now().await;
        }
        lake.athena().stop_query_execution().query_execution_id(&id).send().await.unwrap();
        let state = lake.execution(&id).await.status().unwrap().state().unwrap().clone();
        assert_eq!(state, QueryExecutionState::Running, "{statement}");
        release.send(()).unwrap();
        holder.join().unwrap();
        lake.until(&id, &QueryExecutionState::Succeeded).await;
        let found = lake.glue().get_table().database_name("tributary").name("mine").send().await;
        assert_eq!(found.is_ok(), has_mine, "{statement}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_published_takes_the_others_along() {
    let lake = Lake::start().await;
    let id = lake.start_query(&format!("{}wait", in_partitions())).await;
    while lake.runner.ran.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    // An object where the directory of the second partition would be.
    let in_the_way = lake.s3().put_object().bucket("tributary").key("mine/day=2026-11-28");
    in_the_way.send().await.unwrap();
    lake.runner.gate.notify_one();
    failed(&lake, &id).await;
    assert_eq!(lake.keys("mine/").await, ["mine/day=2026-11-28"]);
    assert!(lake.glue().get_table().database_name("tributary").name("mine").send().await.is_err());
}

#[tokio::test]
async fn a_table_whose_partitions_cannot_be_registered_is_dropped_again() {
    let lake = Lake::start().await;
    lake.aws.faults().throttle(Service::GlueOfAthena, Some("BatchCreatePartition"), 1);
    let id = lake.start_query(&format!("{}SELECT", in_partitions())).await;
    let reason = failed(&lake, &id).await;
    assert!(reason.contains("ThrottlingException"), "{reason}");
    assert!(lake.keys("mine/").await.is_empty());
    let tables = lake.glue().get_tables().database_name("tributary").send().await.unwrap();
    assert!(tables.table_list().is_empty());

    // The same statement goes well then.
    let id = lake.start_query(&format!("{}SELECT", in_partitions())).await;
    lake.until(&id, &QueryExecutionState::Succeeded).await;
    assert_eq!(lake.keys("mine/").await.len(), 2);
}

#[tokio::test]
async fn no_result_goes_between_the_lakes_files() {
    let lake = Lake::start().await;
    let athena = lake.athena();
    let elsewhere = StorageDescriptor::builder().location("s3://tributary/elsewhere/t").build();
    let dataset = TableInput::builder().name("t").parameters("tributary.dataset", "t");
    let dataset = dataset.storage_descriptor(elsewhere).build().unwrap();
    lake.glue().create_table().database_name("tributary").table_input(dataset).send().await.unwrap();
    let output = |location: &str| ResultConfiguration::builder().output_location(location).build();
    let start = |statement: &str, location: &str| {
        let start = athena.start_query_execution().query_string(statement);
        start.result_configuration(output(location))
    };
    athena.create_work_group().name("mine").send().await.unwrap();
    for place in [
        "access/usage/",
        "commits",
        "datasets/",
        "landing/x",
        "quarantine/",
        "queries/",
        "schemas",
        "tables/passengers/",
        "vacuum/",
        // One directory with `landing/`, where the case of letters is ignored.
        "LANDING",
        "Tables/passengers/",
    ] {
        let location = format!("s3://tributary/{place}");
        let expected = format!(
            "outputLocation {location} is where the lake keeps its own files: name another one, such as \
             s3://tributary/results/"
        );
        let refused = start("SELECT", &location).send().await.unwrap_err().into_service_error();
        assert_eq!(refused.message(), Some(expected.as_str()));
        let configuration = WorkGroupConfiguration::builder().result_configuration(output(&location)).build();
        let refused = athena.create_work_group().name("other").configuration(configuration).send().await;
        assert_eq!(refused.unwrap_err().into_service_error().message(), Some(expected.as_str()));
        let updates = ResultConfigurationUpdates::builder().output_location(&location).build();
        let updates = WorkGroupConfigurationUpdates::builder().result_configuration_updates(updates).build();
        let refused =
            athena.update_work_group().work_group("mine").configuration_updates(updates).send().await;
        assert_eq!(refused.unwrap_err().into_service_error().message(), Some(expected.as_str()));
    }
    for (statement, location, why) in [
        // What Athena appends to the location leads there.
        ("CREATE TABLE mine AS SELECT", "s3://tributary/", "where the lake keeps its own files"),
        ("SELECT", "s3://tributary/elsewhere/t/", "a dataset's of the lake"),
        ("SELECT", "s3://tributary/elsewhere/t/dt=1", "a dataset's of the lake"),
        ("SELECT", "s3://tributary/Elsewhere/T/dt=1", "a dataset's of the lake"),
    ] {
        let refused = start(statement, location).send().await.unwrap_err().into_service_error();
        assert!(refused.message().unwrap().contains(why), "{location}: {refused:?}");
    }
    assert!(lake.runner.ran.lock().unwrap().is_empty());
    assert!(lake.created.lock().unwrap().is_empty());
    for location in ["s3://tributary/elsewhere/", "s3://tributary/elsewhere/tables/", "s3://tributary/"] {
        let id = start("SELECT", location).send().await.unwrap().query_execution_id().unwrap().to_owned();
        lake.until(&id, &QueryExecutionState::Succeeded).await;
    }
}
