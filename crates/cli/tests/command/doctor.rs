//! `tributary doctor`: what is damaged is named, and what the reconcile mends is no difference any more.

use std::time::{Duration, Instant};

use aws::SystemClock;
use domain::{
    DatasetName,
    port::{Catalog, Clock, ObjectStore},
};
use serde_json::Value;

use crate::{
    lake::{Lake, checked},
    process::said,
};

/// The only difference that doctor finds.
fn only(lake: &Lake) -> Option<Value> {
    let output = lake.run(&["doctor", "--json"]);
    if output.status.success() {
        return None;
    }
    assert!(said(&output).contains("error: 1 difference"), "{}", said(&output));
    let mut report: Value = serde_json::from_str(&checked(&output, 1)).unwrap();
    Some(report["differences"][0].take())
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_named_and_the_reconcile_mends_what_it_can() {
    let lake = Lake::start();
    for id in 0..3 {
        lake.publish("passengers", &format!("{{\"passenger_id\": {id}}}")).await;
    }
    lake.settled("passengers", 3).await;
    assert_eq!(lake.output(0, &["doctor"]), "No difference: 1 dataset and 1 partition looked at.\n");

    let (name, catalog) = (DatasetName::new("passengers").unwrap(), lake.catalog());
    let entry = catalog.partitions(&name).await.unwrap().remove(0);
    let missing = loop {
        // Once in a minute the lake reconciles, perhaps before doctor has looked.
        let errors = catalog.delete_partitions(&name, std::slice::from_ref(&entry.values)).await.unwrap();
        assert!(errors.is_empty(), "{errors:?}");
        if let Some(missing) = only(&lake) {
            break missing;
        }
    };
    assert_eq!(
        (missing["kind"].as_str(), missing["dataset"].as_str()),
        (Some("entry_missing"), Some("passengers"))
    );
    assert_eq!(missing["partition"], format!("dt={}", entry.values[0]));

    let lake = lake.restarted();
    let began = Instant::now();
    while only(&lake).is_some() {
        assert!(began.elapsed() < Duration::from_secs(120), "it was not reconciled");
        SystemClock.sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(lake.catalog().partitions(&name).await.unwrap(), std::slice::from_ref(&entry));

    let file = lake.store().list_all(&entry.location).await.unwrap().remove(0).key;
    assert!(lake.store().delete(std::slice::from_ref(&file)).await.unwrap().is_empty());
    let gone = only(&lake).unwrap();
    assert_eq!((gone["kind"].as_str(), gone["key"].as_str()), (Some("file_missing"), Some(file.as_str())));
    let text = lake.output(1, &["doctor", "--dataset", "passengers"]);
    assert!(text.contains(&format!("data file {file} is gone, with ")), "{text}");
    assert!(text.contains("[1] tributary restore --from BACKUP --dataset passengers"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_is_none_is_refused() {
    let lake = Lake::start();
    for (arguments, words) in [
        (&["doctor", "--dataset", "nobody"][..], "there is no dataset nobody"),
        (&["doctor", "--partition", "dt=2026-11-23"], "--dataset <NAME>"),
        (&["doctor", "--dataset", "passengers", "--partition", "yesterday"], "expected dt=YYYY-MM-DD"),
    ] {
        let output = lake.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(words), "{}", said(&output));
    }
}
