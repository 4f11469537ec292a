use domain::{memory::MemoryStore, port::PutMode};

use super::*;

const NOW: &str = "2026-11-23T10:00:00Z";

async fn listed(keys: impl Iterator<Item = String>, limit: usize) -> Heads {
    let store = MemoryStore::default();
    for key in keys {
        store.put(&key, bytes::Bytes::new(), PutMode::Create).await.unwrap();
    }
    heads(&store, &DatasetName::new("d").unwrap(), NOW.parse().unwrap(), limit).await.unwrap()
}

fn commits(day: &str, generations: u32) -> impl Iterator<Item = String> {
    let prefix = format!("commits/d/dt={day}/");
    (1..=generations).map(move |generation| format!("{prefix}{generation:010}.json"))
}

#[tokio::test]
async fn the_head_is_the_highest_number_of_each_partition() {
    let keys =
        commits("2026-11-22", 12).chain(commits("2026-11-23", 3)).chain(["commits/d/readme".to_owned()]);
    let found = listed(keys, 100).await;
    let numbers: Vec<_> = found.numbers.values().map(|number| number.number()).collect();
    assert_eq!((numbers, found.cut), (vec![12, 3], false));
}

#[tokio::test]
async fn where_there_are_too_many_the_last_days_are_listed_all_the_same() {
    let keys =
        commits("2026-01-01", 1_500).chain(commits("2026-01-02", 1)).chain(commits("2026-11-23", 1_500));
    let found = listed(keys, 1_000).await;
    assert!(found.cut);
    let newest = found.numbers.last_key_value().unwrap();
    assert_eq!((newest.0.to_string(), newest.1.number()), ("dt=2026-11-23".to_owned(), 1_000));
    assert_eq!(found.newest(1).first(), Some(newest.0));
}
