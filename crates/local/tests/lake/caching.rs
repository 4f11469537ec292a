//! What a caller has already is not queried again, until there is something new.

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

    let ran = lake.executions().await.len();
    let conditional = [("if-none-match", tag.as_str())];
    for _ in 0..3 {
        let same = lake.send("GET", ROWS, &conditional, None).await;
        assert_eq!((same.status, same.body.len(), same.header("etag")), (304, 0, tag.as_str()));
        assert_eq!((same.header("tributary-cache"), same.header("tributary-cost-usd")), ("hit", "0"));
        assert_eq!(same.header("tributary-generation"), first.header("tributary-generation"));
    }
    assert_eq!(lake.executions().await.len(), ran, "a 304 took a query");
    // Another form of the same rows is another answer.
    let columns = lake.send("GET", &format!("{ROWS}&format=columns"), &conditional, None).await;
    assert_eq!(columns.status, 200);

    lake.publish("passengers", r#"{"passenger_id": 2}"#).await;
    lake.rows(ROWS, 2).await;
    let changed = lake.send("GET", ROWS, &conditional, None).await;
    assert_eq!((changed.status, changed.text()), (200, "[{\"passenger_id\":1},\n{\"passenger_id\":2}]"));
    assert_ne!(changed.header("etag"), tag);
    assert_ne!(changed.header("tributary-generation"), first.header("tributary-generation"));
    assert!(changed.header("tributary-freshness") > first.header("tributary-freshness"));
    lake.stop().await;
}
