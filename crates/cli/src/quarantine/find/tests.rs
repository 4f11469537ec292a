use domain::{
    memory::{ManualClock, MemoryStore},
    port::{Clock, PutMode},
};
use std::{sync::Arc, time::Duration};

use super::*;

/// Three places with objects on ten days each, and something that is no batch.
async fn lake(per_day: u64) -> MemoryStore<ManualClock> {
    let clock = Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
    let store = MemoryStore::with_clock(clock.clone());
    let mut objects = vec!["quarantine/readme.txt".to_owned()];
    for place in ["_unrouted", "a", "a0"] {
        for day in 10..20 {
            for batch in 0..per_day {
                objects.push(format!("quarantine/{place}/dt=2026-11-{day}/{batch:040x}.ndjson.zst"));
            }
        }
    }
    for key in objects {
        clock.sleep(Duration::from_secs(1)).await;
        store.put(&key, bytes::Bytes::new(), PutMode::Create).await.unwrap();
    }
    store
}

fn selection(arguments: &[&str]) -> Selection {
    use clap::Parser;
    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        selection: Selection,
    }
    Only::parse_from([&["test"], arguments].concat()).selection
}

async fn found(store: &MemoryStore<ManualClock>, arguments: &[&str]) -> Listing {
    find(store, &selection(arguments), |_| ()).await.unwrap()
}

#[tokio::test]
async fn every_selected_object_is_found_over_pages_and_jumps() {
    // More than a page a day, so that a jump skips whole pages.
    let store = lake(150).await;
    for (arguments, expected) in [
        (&[][..], 3 * 10 * 150),
        (&["--dataset", "a"], 10 * 150),
        (&["--dataset", "_unrouted", "--since", "2026-11-19"], 150),
        (&["--since", "2026-11-18", "--until", "2026-11-18"], 3 * 150),
        (&["--until", "2026-11-10"], 3 * 150),
        (&["--since", "2026-11-20"], 0),
        (&["--dataset", "b"], 0),
    ] {
        let listing = found(&store, arguments).await;
        assert_eq!(listing.objects.len(), expected, "{arguments:?}");
        let days = |found: &Found| selection(arguments).has_day(found.key.day);
        assert!(listing.objects.iter().all(days));
    }
}

#[tokio::test]
async fn the_newest_come_first_and_the_oldest_are_left_out() {
    let store = lake(2).await;
    let listing = found(&store, &["--dataset", "a", "--max-objects", "3"]).await;
    let days: Vec<String> = listing.objects.iter().map(|found| found.key.day.to_string()).collect();
    assert_eq!(days, ["2026-11-19", "2026-11-19", "2026-11-18"]);
    assert!(listing.objects[0].at > listing.objects[1].at);
    assert_eq!(listing.left_out, 17);
}

#[tokio::test]
async fn one_key_is_one_object_and_strangers_are_named() {
    let store = lake(1).await;
    let key = format!("quarantine/a/dt=2026-11-12/{:040x}.ndjson.zst", 0);
    assert_eq!(found(&store, &["--key", &key]).await.objects.len(), 1);
    assert_eq!(found(&store, &[]).await.strangers, ["quarantine/readme.txt"]);
    let gone = key.replace("2026-11-12", "2026-12-12");
    let error = find(&store, &selection(&["--key", &gone]), |_| ()).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }));
}
