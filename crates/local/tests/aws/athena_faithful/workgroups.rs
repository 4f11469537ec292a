//! Workgroups, and the bounds on what a query reads.

use aws_sdk_athena::{
    error::ProvideErrorMetadata,
    types::{
        QueryExecutionState, ResultConfiguration, ResultConfigurationUpdates, WorkGroupConfiguration,
        WorkGroupConfigurationUpdates, WorkGroupState,
    },
};
use domain::settings::{ScanTier, ScanTiers};

use super::{finished, object};
use crate::harness::Lake;

#[tokio::test]
async fn workgroups_are_kept_and_decide_where_results_go() {
    let lake = Lake::start().await;
    let athena = lake.athena();
    let output = |prefix: &str| {
        ResultConfiguration::builder().output_location(format!("s3://tributary/{prefix}")).build()
    };
    let configuration = |location: Option<ResultConfiguration>, enforced: bool| {
        WorkGroupConfiguration::builder()
            .set_result_configuration(location)
            .enforce_work_group_configuration(enforced)
            .build()
    };
    for (name, location, enforced) in [
        ("Strict", Some(output("strict/")), true),
        ("free", Some(output("free")), false),
        ("nowhere", None, false),
    ] {
        let create = athena.create_work_group().name(name).configuration(configuration(location, enforced));
        create.send().await.unwrap();
    }
    let again = athena.create_work_group().name("free").send().await.unwrap_err();
    assert_eq!(again.into_service_error().message(), Some("WorkGroup is already created"));
    let low = WorkGroupConfiguration::builder().bytes_scanned_cutoff_per_query(9_999_999).build();
    let low = athena.create_work_group().name("low").configuration(low).send().await.unwrap_err();
    assert!(low.into_service_error().message().unwrap().contains("greater than or equal to 10000000"));
    assert!(athena.create_work_group().name("a b").send().await.is_err());

    let lake = lake.restart().await;
    let athena = lake.athena();
    let first = athena.list_work_groups().max_results(2).send().await.unwrap();
    let second = athena.list_work_groups().next_token(first.next_token().unwrap()).send().await.unwrap();
    let names = |page: &[aws_sdk_athena::types::WorkGroupSummary]| {
        page.iter().map(|group| group.name().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(first.work_groups()), ["Strict", "free"]);
    assert_eq!(names(second.work_groups()), ["nowhere", "primary", "tributary"]);
    for (group, asked, expected) in [
        ("Strict", Some("mine/"), "strict/"),
        ("free", Some("mine/"), "mine/"),
        ("free", None, "free/"),
        ("nowhere", Some("mine"), "mine/"),
    ] {
        let start = athena.start_query_execution().query_string("SELECT").work_group(group);
        let id = start.set_result_configuration(asked.map(output)).send().await.unwrap();
        let id = id.query_execution_id().unwrap();
        let execution = finished(&lake, id).await;
        let location = execution.result_configuration().unwrap().output_location().unwrap();
        assert_eq!(location, format!("s3://tributary/{expected}{id}.csv"), "{group} {asked:?}");
        assert!(!object(&lake, &format!("{expected}{id}.csv")).await.is_empty());
    }
    let none = athena.start_query_execution().query_string("SELECT").work_group("nowhere").send().await;
    let none = none.unwrap_err().into_service_error();
    assert!(none.message().unwrap().starts_with("No output location provided."), "{none:?}");

    let remove = ResultConfigurationUpdates::builder().remove_output_location(true).build();
    let updates = WorkGroupConfigurationUpdates::builder().result_configuration_updates(remove).build();
    let update = athena.update_work_group().work_group("free").configuration_updates(updates);
    update.description("said").state(WorkGroupState::Disabled).send().await.unwrap();
    assert!(athena.start_query_execution().query_string("SELECT").work_group("free").send().await.is_err());
    let full = athena.delete_work_group().work_group("free").send().await.unwrap_err();
    assert_eq!(full.into_service_error().message(), Some("WorkGroup free is not empty"));

    let lake = lake.restart().await;
    let group = lake.athena().get_work_group().work_group("free").send().await.unwrap();
    let group = group.work_group().unwrap();
    assert_eq!((group.description(), group.state()), (Some("said"), Some(&WorkGroupState::Disabled)));
    let results = group.configuration().unwrap().result_configuration().unwrap();
    assert_eq!(results.output_location(), None);
    lake.athena().delete_work_group().work_group("free").recursive_delete_option(true).send().await.unwrap();
    assert!(lake.athena().delete_work_group().work_group("primary").send().await.is_err());
    let lake = lake.restart().await;
    let gone = lake.athena().get_work_group().work_group("free").send().await.unwrap_err();
    assert_eq!(gone.into_service_error().message(), Some("WorkGroup is not found."));
}

#[tokio::test]
async fn a_scan_beyond_the_workgroups_cutoff_is_cancelled() {
    let lake = Lake::start().await;
    let updates = WorkGroupConfigurationUpdates::builder().bytes_scanned_cutoff_per_query(10_000_000).build();
    let update = lake.athena().update_work_group().work_group("tributary").configuration_updates(updates);
    update.send().await.unwrap();
    let id = lake.start_query("scan").await;
    let execution = lake.until(&id, &QueryExecutionState::Cancelled).await;
    let status = execution.status().unwrap();
    assert_eq!(status.state_change_reason(), Some("Bytes scanned limit was exceeded"));
    assert_eq!(execution.statistics().unwrap().data_scanned_in_bytes(), Some(10_000_000));
    assert!(lake.keys("results/").await.is_empty());
}

/// Two tiers, of which one may read what the query reads.
#[tokio::test]
async fn a_scan_tier_is_there_from_the_start_and_stops_a_query_at_its_bytes() {
    let tier = |workgroup: &str, cutoff| ScanTier { workgroup: workgroup.to_owned(), cutoff };
    let lake = Lake::start_in(tempfile::tempdir().unwrap(), |config| {
        config.scan_tiers = ScanTiers::new(vec![tier("low", 10_000_000), tier("high", 30_000_000)]);
    })
    .await;
    for (workgroup, state, scanned, reason) in [
        ("low", QueryExecutionState::Cancelled, 10_000_000, Some("Bytes scanned limit was exceeded")),
        ("high", QueryExecutionState::Succeeded, 20_004_711, None),
        ("tributary", QueryExecutionState::Succeeded, 20_004_711, None),
    ] {
        let start = lake.athena().start_query_execution().query_string("scan").work_group(workgroup);
        let id = start.send().await.unwrap().query_execution_id().unwrap().to_owned();
        let execution = lake.until(&id, &state).await;
        assert_eq!(execution.work_group(), Some(workgroup));
        assert_eq!(execution.status().unwrap().state_change_reason(), reason, "{workgroup}");
        assert_eq!(execution.statistics().unwrap().data_scanned_in_bytes(), Some(scanned), "{workgroup}");
    }
}
