//! Events within an object around them.

use domain::quarantine::Holds;

use super::*;

async fn with_records() -> World {
    let world = world(&[]).await;
    let trails = r#"{"name": "trails", "unwrap": "Records", "columns": [
        {"name": "event_name", "type": "string", "required": true, "from": "eventName"}]}"#;
    world.store.put("schemas/trails/000001.json", trails.into(), PutMode::Create).await.unwrap();
    world
}

#[tokio::test]
async fn each_element_is_an_event_with_an_identity_of_its_own() {
    let world = with_records().await;
    let body = r#"{"Records": [{"eventName": "Get"}, {"eventName": 1}, 7, {"eventName": "Put"}], "n": 1}"#;
    let batch = format!("[{body}, {{\"eventName\": \"Plain\"}}, {{\"Records\": []}}]");
    let messages = [message("a", Some("trails"), &batch), message("b", Some("passengers"), body)];
    let report = world.ingest.store(&messages, NEVER).await.unwrap();
    // Of the other dataset it is one event, which lacks what is required.
    assert_eq!((report.accepted, report.quarantined), (3, 3));
    let mut ids: Vec<String> = world
        .lines("landing/trails/")
        .await
        .iter()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["_id"].as_str().unwrap().to_owned()
        })
        .collect();
    ids.sort();
    assert_eq!(ids, ["a:1", "a:2147483648", "a:2147483651"]);
    let rejected = world.rejected("quarantine/trails/").await;
    let positions: Vec<usize> = rejected.iter().map(|rejected| rejected.position).collect();
    assert_eq!(positions, [2_147_483_649, 2_147_483_650]);
    assert!(rejected.iter().all(|rejected| rejected.carrier.holds == Holds::Event));
    assert_eq!(rejected[0].original, Original::Text(r#"{"eventName": 1}"#.to_owned()));
}

#[tokio::test]
async fn a_message_has_as_many_events_within_as_others_have() {
    let world = with_records().await;
    let elements = vec!["{\"eventName\":\"x\"}"; 30_000].join(",");
    let object = format!("{{\"Records\":[{elements}]}}");
    let body = format!("[{object},{object}]");
    let report = world.ingest.store(&[message("a", Some("trails"), &body)], NEVER).await.unwrap();
    assert_eq!((report.accepted, report.quarantined), (30_000, 1));
    let reason = &world.rejected("quarantine/trails/").await[0].reason;
    assert!(reason.starts_with("a message may have 50000 events"), "{reason}");
}
