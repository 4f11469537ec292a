//! A lake that is stopped, or torn down, and started again.

use domain::port::ObjectStore;
use serde_json::json;

use crate::harness::{PASSENGERS, TestLake};

fn events(from: i64, to: i64) -> Vec<String> {
    (from..to).map(|id| json!({"passenger_id": id}).to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_finds_everything() {
    let lake = TestLake::passengers().await;
    lake.publish_all("passengers", &events(0, 30)).await;
    lake.rows("/v1/datasets/passengers/rows", 30).await;
    let directory = lake.stop().await;
    // Without asking for the dataset again: it is live.
    std::fs::remove_file(directory.path().join("definitions/passengers.json")).unwrap();
    let lake = TestLake::start_in(directory, &[]).await;
    assert_eq!(lake.json("/v1/datasets/passengers/rows").await.as_array().unwrap().len(), 30);
    lake.publish_all("passengers", &events(20, 40)).await;
    assert_eq!(lake.rows("/v1/datasets/passengers/rows", 40).await.len(), 40);
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_just_before_a_stop_becomes_visible_after_it() {
    let mut directory = None;
    for round in 0..3 {
        let lake = match directory.take() {
            None => TestLake::passengers().await,
            Some(directory) => TestLake::start_in(directory, &[("passengers", PASSENGERS)]).await,
        };
        lake.publish_all("passengers", &events(round * 10, round * 10 + 10)).await;
        // At once: compaction has hardly begun.
        directory = Some(lake.stop().await);
    }
    let lake = TestLake::start_in(directory.unwrap(), &[]).await;
    let rows = lake.rows("/v1/datasets/passengers/rows", 30).await;
    assert_eq!(rows.len(), 30);
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_definition_evolves_at_the_next_start_and_a_forbidden_change_does_not() {
    let lake = TestLake::passengers().await;
    lake.publish("passengers", r#"{"passenger_id": 1, "meal": "none"}"#).await;
    lake.rows("/v1/datasets/passengers/rows", 1).await;
    let directory = lake.stop().await;

    let wider = PASSENGERS.replace(
        r#""comment": "Row and letter, as 12A" }"#,
        r#""comment": "Row and letter, as 12A" }, { "name": "meal", "type": "string" }"#,
    );
    let lake = TestLake::start_in(directory, &[("passengers", &wider)]).await;
    assert!(lake.lake.not_live().is_empty());
    lake.publish("passengers", r#"{"passenger_id": 2, "meal": "vegan"}"#).await;
    let rows = lake.rows("/v1/datasets/passengers/rows?select=passenger_id,meal,_extra", 2).await;
    assert_eq!(rows[0], json!({"passenger_id": 1, "meal": null, "_extra": "{\"meal\":\"none\"}"}));
    assert_eq!(rows[1], json!({"passenger_id": 2, "meal": "vegan", "_extra": null}));
    let directory = lake.stop().await;

    let retyped = PASSENGERS.replacen(r#""type": "bigint""#, r#""type": "string""#, 1);
    let lake = TestLake::start_in(directory, &[("passengers", &retyped)]).await;
    let [not_live] = lake.lake.not_live() else { panic!("{:?}", lake.lake.not_live()) };
    let reason = not_live.reason.to_string();
    assert!(reason.contains("column passenger_id was changed from bigint to string"), "{reason}");
    assert!(reason.contains("column meal was removed"), "{reason}");
    assert_eq!(lake.json("/v1/datasets/passengers/rows").await.as_array().unwrap().len(), 2);
    assert_eq!(lake.store.list_all("schemas/").await.unwrap().len(), 2);
    lake.stop().await;
}
