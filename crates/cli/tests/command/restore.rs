//! `tributary restore` on the local lake: its bucket is emptied, and all its rows come back from a replica.

use std::time::{Duration, Instant};

use aws::{S3Store, SystemClock};
use domain::{
    key,
    port::{Clock, ObjectStore, PutMode},
    settings::Settings,
};

use crate::{lake::Lake, process::said};

const REPLICA: &str = "replica";

/// Everything in the lake's bucket, in another one.
async fn replicate(lake: &Lake) -> S3Store {
    let client = aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(lake.aws().sdk_config()).force_path_style(true).build(),
    );
    client.create_bucket().bucket(REPLICA).send().await.unwrap();
    let named = |name: &str| (name == "TRIBUTARY_BUCKET").then(|| REPLICA.to_owned());
    let (store, replica) = (lake.store(), lake.aws().store(&Settings::read(named).unwrap()));
    for object in store.list_all("").await.unwrap() {
        let body = store.get(&object.key).await.unwrap();
        replica.put(&object.key, body, PutMode::Create).await.unwrap();
    }
    replica
}

async fn delete(store: &S3Store, prefix: &str) -> usize {
    let keys: Vec<String> =
        store.list_all(prefix).await.unwrap().into_iter().map(|object| object.key).collect();
    assert!(store.delete(&keys).await.unwrap().is_empty());
    keys.len()
}

async fn healthy(lake: &Lake) {
    let began = Instant::now();
    loop {
        let output = lake.run(&["doctor"]);
        if output.status.success() {
            return;
        }
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(began.elapsed() < Duration::from_secs(120), "{text}");
        SystemClock.sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_back_after_a_prefix_and_after_everything_was_deleted() {
    let lake = Lake::start();
    for id in 0..3 {
        lake.publish("passengers", &format!("{{\"passenger_id\": {id}}}")).await;
    }
    lake.settled("passengers", 3).await;
    replicate(&lake).await;
    let store = lake.store();

    let restore = |arguments: &[&str]| lake.json(&[&["restore", "--from", REPLICA][..], arguments].concat());
    let objects = |report: &serde_json::Value, what: &str| -> u64 {
        let steps = report["steps"].as_array().unwrap().iter();
        steps.filter(|step| step["what"] == what).map(|step| step["objects"].as_u64().unwrap()).sum()
    };

    assert!(delete(&store, key::COMMITS).await > 0);
    let dry = restore(&["--dry-run"]);
    assert_eq!((objects(&dry, "commits"), objects(&dry, "data files")), (1, 0), "{dry:#}");
    assert_eq!(store.list_all(key::COMMITS).await.unwrap().len(), 0, "a dry run changed something");
    restore(&[]);
    lake.settled("passengers", 3).await;

    for prefix in [key::COMMITS, key::TABLES, key::SCHEMAS, key::DATASETS, key::LANDING, key::QUERIES] {
        delete(&store, prefix).await;
    }
    let done = restore(&[]);
    assert!(objects(&done, "commits") == 1 && objects(&done, "data files") > 0, "{done:#}");
    lake.settled("passengers", 3).await;
    healthy(&lake).await;
    // It goes on from there.
    lake.publish("passengers", "{\"passenger_id\": 3}").await;
    lake.settled("passengers", 4).await;
    healthy(&lake).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_none_is_refused() {
    let lake = Lake::start();
    for (arguments, status, words) in [
        (&["restore"][..], 2, "--from <BUCKET>"),
        (&["restore", "--from", "tributary"], 2, "is the lake's own bucket"),
        (&["restore", "--at", "yesterday"], 2, "--at"),
        (&["restore", "--from-region", "eu-west-1"], 2, "--from <BUCKET>"),
        (&["restore", "--from", "nowhere"], 1, "NoSuchBucket"),
        // The local S3 has no versions, and says so.
        (&["restore", "--at", "2026-11-27T09:30:00Z"], 1, "NotImplemented"),
    ] {
        let output = lake.run(arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(words), "{arguments:?}: {}", said(&output));
    }
}
