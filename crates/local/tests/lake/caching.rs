//! What a caller has already is not queried again, until there is something new.

use std::collections::BTreeSet;

use futures::future::join_all;

use crate::harness::TestLake;

const ROWS: &str = "/v1/datasets/passengers/rows?select=passenger_id";

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_dataset_runs_no_query_and_a_compaction_changes_its_tag() {
    let lake = TestLake::passengers().await;
    lake.publish("passengers", r#"{"passenger_id": 1}"#).await;
    lake.rows(ROWS, 1).await;
    let first = lake.fetch(ROWS).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag:?}");
    assert!(first.header("cache-control").starts_with("private, max-age="));
    assert_eq!(first.header("tributary-cache"), "miss");

    let ran = lake.executions().await;
    let conditional = [("if-none-match", tag.as_str())];
    for _ in 0..3 {
        let same = lake.send("GET", ROWS, &conditional, None).await;
        assert_eq!((same.status, same.body.len(), same.header("etag")), (304, 0, tag.as_str()));
        assert_eq!((same.header("tributary-cache"), same.header("tributary-cost-usd")), ("hit", "0"));
        assert_eq!(same.header("tributary-generation"), first.header("tributary-generation"));
    }
    assert_eq!(lake.executions().await, ran, "a 304 took a query");
    // Another form of the same rows is another answer.
    let columns = lake.send("GET", &format!("{ROWS}&format=columns"), &conditional, None).await;
    assert_eq!(columns.status, 200);

    lake.publish("passengers", r#"{"passenger_id": 2}"#).await;
    lake.rows(ROWS, 2).await;
    let changed = lake.send("GET", ROWS, &conditional, None).await;
    assert_eq!((changed.status, changed.text()), (200, "[{\"passenger_id\":1},\n{\"passenger_id\":2}]"));
    assert_ne!(changed.header("etag"), tag);
    assert_ne!(changed.header("tributary-generation"), first.header("tributary-generation"));
    // The listing of S3 has whole seconds.
    assert!(changed.header("tributary-freshness") >= first.header("tributary-freshness"));
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn identical_requests_at_the_same_time_share_a_query() {
    let lake = TestLake::passengers().await;
    lake.publish("passengers", r#"{"passenger_id": 1}"#).await;
    lake.rows(ROWS, 1).await;
    let before = lake.executions().await;
    let replies = join_all((0..50).map(|_| lake.fetch(ROWS))).await;
    let ran = lake.executions().await - before;
    let of = |state| replies.iter().filter(|reply| reply.header("tributary-cache") == state).count();
    assert_eq!((of("miss"), of("miss") + of("shared")), (ran, replies.len()));
    assert!(ran < replies.len(), "none was shared");
    let ids: BTreeSet<&str> = replies.iter().map(|reply| reply.header("tributary-query-id")).collect();
    assert_eq!(ids.len(), ran);
    assert!(replies.iter().all(|reply| reply.text() == "[{\"passenger_id\":1}]"));
    // Who shares a query adds nothing to the bill.
    let free = replies.iter().filter(|reply| reply.header("tributary-cost-usd") == "0").count();
    assert_eq!(free, of("shared"));
    lake.stop().await;
}
