use bytes::Bytes;
use domain::{
    DataFile,
    batch::BatchName,
    commit::{FORMAT, WriterId},
    memory::{MemoryCatalog, MemoryStore},
    port::PutMode,
    quarantine::{Carrier, Original, Rejected},
};

use super::*;

const NOW: &str = "2026-11-23T10:00:00Z";

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

fn dataset() -> DatasetName {
    DatasetName::new("d").unwrap()
}

async fn put(store: &MemoryStore, key: &str, body: Vec<u8>) {
    store.put(key, Bytes::from(body), PutMode::Create).await.unwrap();
}

async fn commit(store: &MemoryStore, kind: CommitKind, generation: u64, rows: u64, duplicates_dropped: u64) {
    let (partition, generation): (Partition, _) =
        ("dt=2026-11-23".parse().unwrap(), Generation::new(generation));
    let writer = WriterId::new("01JD0000000000000000000000").unwrap();
    let commit = Commit {
        format: FORMAT,
        kind,
        dataset: dataset(),
        location: key::generation_prefix(&dataset(), &partition, generation, &writer),
        partition,
        generation,
        schema_version: 1,
        files: vec![DataFile { key: "f".into(), rows, bytes: 100, sealed: false }],
        consumed: Vec::new(),
        rows,
        duplicates_dropped,
        conflicting: 0,
        discarded: None,
        writer,
        committed_at: now(),
        newest_landed_at: None,
    };
    put(store, &commit.key(), serde_json::to_vec(&commit).unwrap()).await;
}

async fn refuse(store: &MemoryStore, batch: &str, reasons: &[&str]) {
    let mut lines = Vec::new();
    for (position, reason) in reasons.iter().enumerate() {
        let rejected = Rejected {
            message_id: "m".into(),
            position,
            dataset: Some(dataset()),
            reason: (*reason).to_owned(),
            at: now(),
            carrier: Carrier::default(),
            original: Original::Text("{}".into()),
        };
        rejected.write(&mut lines);
    }
    let batch = BatchName::of("d", batch, []);
    let key = key::quarantine(Some(&dataset()), now().date_naive(), &batch);
    put(store, &key, zstd::bulk::compress(&lines, 3).unwrap()).await;
}

#[tokio::test]
async fn what_was_there_before_is_not_counted_and_what_comes_is_counted_once() {
    let (store, catalog) = (MemoryStore::default(), MemoryCatalog::default());
    commit(&store, CommitKind::Append, 1, 10, 0).await;
    refuse(&store, "old", &["column a: expected int, found \"x\""]).await;
    let mut follower = Follower::begin(&store, &dataset(), now()).await.unwrap();
    let followed = follower.look(&store, &catalog, now()).await.unwrap();
    assert_eq!((followed.landed, followed.refused, followed.settled()), (0, 0, 0));

    commit(&store, CommitKind::Append, 2, 13, 2).await;
    commit(&store, CommitKind::Merge, 3, 13, 0).await;
    commit(&store, CommitKind::Append, 4, 14, 0).await;
    refuse(
        &store,
        "new",
        &["column a: is required", "column b: expected int, found 1.5", "column a: is required"],
    )
    .await;
    for _ in 0..2 {
        let followed = follower.look(&store, &catalog, now()).await.unwrap().clone();
        assert_eq!((followed.landed, followed.twins, followed.refused), (6, 2, 3), "{followed:?}");
        assert!(followed.most_frequent_reason.unwrap().contains("column a"));
        assert!(!followed.visible, "no table has it");
    }
    commit(&store, CommitKind::Append, 5, 15, 0).await;
    assert_eq!(follower.look(&store, &catalog, now()).await.unwrap().settled(), 10);
}
