//! Correct from the first day: nothing lost, nothing twice, nothing held back by a bad neighbour.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use aws::{RandomIds, SystemClock};
use compact::Compactor;
use domain::{
    DatasetName, Partition,
    key::{self, ParsedKey},
    port::{Clock, ObjectStore},
    quarantine::Original,
    run::Run,
};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::harness::TestLake;

#[tokio::test(flavor = "multi_thread")]
async fn the_seed_comes_back_as_its_users_know_it() {
    let lake = TestLake::passengers().await;
    let seed = include_str!("../../../../events/seed/passengers.ndjson");
    let events: Vec<String> = seed.lines().map(str::to_owned).collect();
    lake.publish_all("passengers", &events).await;
    lake.rows("/v1/datasets/passengers/rows", 20).await;
    let answer = lake.json("/v1/datasets/passengers/rows?format=columns&order=passenger_id&limit=20").await;
    let expected: Value =
        serde_json::from_str(include_str!("../../../../events/seed/response.json")).unwrap();
    assert_eq!(answer, expected);

    let dataset = lake.json("/v1/datasets/passengers").await;
    assert_eq!(dataset["rows"], 20, "{dataset}");
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_publish_five_times_is_one_row() {
    let lake = TestLake::passengers().await;
    for _ in 0..5 {
        lake.publish("passengers", r#"{"passenger_id": 7, "name": "Gabriel Ramirez"}"#).await;
    }
    lake.publish("passengers", r#"{"passenger_id": 8}"#).await;
    let rows = lake.rows("/v1/datasets/passengers/rows", 2).await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[0]["name"], "Gabriel Ramirez");
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_batch_makes_the_next_generation_and_both_are_visible() {
    let lake = TestLake::passengers().await;
    let generation = async || {
        let dataset = lake.json("/v1/datasets/passengers").await;
        dataset["partition_list"][0]["generation"].as_u64().unwrap_or_else(|| panic!("{dataset}"))
    };
    lake.publish("passengers", r#"{"passenger_id": 1}"#).await;
    lake.rows("/v1/datasets/passengers/rows", 1).await;
    let first = generation().await;
    lake.publish("passengers", r#"{"passenger_id": 2}"#).await;
    let rows = lake.rows("/v1/datasets/passengers/rows", 2).await;
    assert_eq!(rows.iter().map(|row| &row["passenger_id"]).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((first, generation().await), (1, 2));
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_event_is_kept_with_its_reason_and_its_neighbours_go_through() {
    let lake = TestLake::passengers().await;
    let wrong_type = r#"{"passenger_id": "one"}"#;
    let broken = r#"{"passenger_id": 2"#;
    let good = |id: i64| format!(r#"{{"passenger_id": {id}}}"#);
    lake.publish_all("passengers", &[good(1), wrong_type.into(), good(2), broken.into(), good(3)]).await;
    lake.publish("pasengers", &good(4)).await;

    let rows = lake.rows("/v1/datasets/passengers/rows", 3).await;
    assert_eq!(rows.len(), 3);
    let kept = lake.quarantine("passengers/").await;
    let reason = |text: &str| {
        let found = kept.iter().find(|line| line.original == Original::Text(text.to_owned()));
        found.unwrap_or_else(|| panic!("{text} is not in {kept:?}")).reason.clone()
    };
    assert_eq!(
        reason(wrong_type),
        r#"column passenger_id: expected bigint (a whole number of 64 bits), found "one""#
    );
    assert!(reason(broken).starts_with("expected one JSON object: the text ends"), "{}", reason(broken));
    let unrouted = lake.quarantine("_unrouted/").await;
    assert_eq!(unrouted[0].reason, r#"unknown dataset "pasengers": did you mean "passengers"?"#);
    assert_eq!(unrouted[0].original, Original::Text(good(4)));
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_compactors_and_five_publishers_lose_and_double_nothing() {
    const PUBLISHERS: i64 = 5;
    const EACH: i64 = 60;
    let lake = Arc::new(TestLake::passengers().await);
    let done = Arc::new(AtomicBool::new(false));

    let publishers = (0..PUBLISHERS).map(|publisher| {
        let lake = lake.clone();
        tokio::spawn(async move {
            for n in 0..EACH {
                // Every other event is published by two of them.
                let id = if n % 2 == 0 { n } else { publisher * EACH + n };
                lake.publish("passengers", &json!({"passenger_id": id}).to_string()).await;
            }
        })
    });
    let compactors = (0..5).map(|_| {
        let (lake, done) = (lake.clone(), done.clone());
        tokio::spawn(async move {
            let store = Arc::new(lake.aws.store(&lake.settings));
            let compactor = Compactor::new(store, Arc::new(SystemClock), Arc::new(RandomIds), &lake.settings);

            while !done.load(Ordering::SeqCst) {
                for (dataset, partition) in compactor.due().await.unwrap() {
                    let run = Run::new(SystemClock.now(), None);
                    // Whoever is overtaken by appends has its work done by them: nobody gives up.
                    if let Err(error) = compactor.compact(&dataset, &partition, &run).await {
                        panic!("{}", domain::chain(&error));
                    }
                }
            }
        })
    });
    let compactors: Vec<_> = compactors.collect();
    join_all(publishers).await.into_iter().for_each(|publisher| publisher.unwrap());
    done.store(true, Ordering::SeqCst);
    join_all(compactors).await.into_iter().for_each(|compactor| compactor.unwrap());

    let expected: BTreeSet<i64> = (0..PUBLISHERS)
        .flat_map(|publisher| (0..EACH).map(move |n| if n % 2 == 0 { n } else { publisher * EACH + n }))
        .collect();
    let path = "/v1/datasets/passengers/rows?select=passenger_id&limit=10000";
    let rows = lake.rows(path, expected.len()).await;
    let found: Vec<i64> = rows.iter().map(|row| row["passenger_id"].as_i64().unwrap()).collect();
    assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "every event once, in order");
    a_contiguous_log(&lake).await;
}

/// I2, for every partition: all numbers from 1 to the head.
async fn a_contiguous_log(lake: &TestLake) {
    let mut logs: std::collections::BTreeMap<(DatasetName, Partition), Vec<u64>> = Default::default();
    for object in lake.store.list_all(key::COMMITS).await.unwrap() {
        let Ok(ParsedKey::Commit(dataset, partition, generation)) = ParsedKey::parse(&object.key) else {
            panic!("{} is in the log", object.key)
        };
        logs.entry((dataset, partition)).or_default().push(generation.number());
    }
    for log in logs.values() {
        assert_eq!(*log, (1..=log.len() as u64).collect::<Vec<_>>());
    }
    assert!(!logs.is_empty());
}
