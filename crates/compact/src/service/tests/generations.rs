//! What generations are made of: merged, carried over, waited for, and given up.

use std::ops::Range;

use bytes::Bytes;
use domain::{
    CommitKind,
    port::{DeleteFailure, ListPage, ObjectMeta, Version},
};

use super::*;
use crate::round::in_numbers;

/// A store in which an object is deleted as soon as somebody asks for it, once: by another run that was faster.
#[derive(Debug)]
struct Vanishing {
    inner: Arc<MemoryStore<ManualClock>>,
    prefix: &'static str,
    left: std::sync::atomic::AtomicU32,
}

impl Vanishing {
    async fn vanish(&self, key: &str) {
        let left = &self.left;
        let order = std::sync::atomic::Ordering::SeqCst;
        if key.starts_with(self.prefix) && left.fetch_update(order, order, |left| left.checked_sub(1)).is_ok()
        {
            self.inner.delete(&[key.to_owned()]).await.unwrap();
        }
    }
}

impl ObjectStore for Vanishing {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        self.vanish(key).await;
        self.inner.get(key).await
    }
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.inner.get_range(key, range).await
    }
    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        self.inner.get_versioned(key).await
    }
    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.inner.head(key).await
    }
    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        self.vanish(from).await;
        self.inner.copy(from, to).await
    }
    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        self.inner.put(key, body, mode).await
    }
    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        self.inner.delete(keys).await
    }
    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        self.inner.list(prefix, after).await
    }
}

impl World {
    /// Compacts with this store in place of the world's, and files that are sealed from this size on.
    async fn compact_with<S: ObjectStore>(&self, store: Arc<S>, target: u64) -> Result<Report, CompactError> {
        let mut compactor = compactor(&store, &self.clock, &self.ids);
        compactor.limits.target = target;
        let run = Run::new(self.clock.now(), None);
        compactor.compact(&self.dataset, &self.partition, &run).await
    }

    fn vanishing(&self, prefix: &'static str) -> Arc<Vanishing> {
        Arc::new(Vanishing { inner: self.store.clone(), prefix, left: 1.into() })
    }

    /// Keys of the head's files without the directory, with their rows.
    async fn files(&self) -> Vec<(String, u64)> {
        let head = self.head().await;
        let name = |key: &str| key.strip_prefix(&head.location).unwrap().to_owned();
        head.files.iter().map(|file| (name(&file.key), file.rows)).collect()
    }
}

const PLENTY: u64 = 1 << 30;

#[tokio::test]
async fn four_files_of_a_tier_become_one_and_the_others_are_carried_over() {
    let world = World::new().await;
    world.land(&(0..100).collect::<Vec<_>>()).await;
    world.compact().await.unwrap();
    for seat in 100..103 {
        world.land(&[seat]).await;
        let report = world.compact().await.unwrap();
        assert!(report.copied_bytes > 0 && report.encoded_bytes > 0);
    }
    assert_eq!(world.files().await.iter().map(|file| file.1).collect::<Vec<_>>(), [1, 1, 1, 100]);
    world.land(&[103]).await;
    world.compact().await.unwrap();
    let files = world.files().await;
    assert_eq!(files, [("part-00000.parquet".to_owned(), 4), ("part-00001.parquet".to_owned(), 100)]);
    assert_eq!(world.seats().await, once(0..104));
}

#[tokio::test]
async fn a_batch_of_nothing_but_twins_is_consumed_all_the_same() {
    let world = World::new().await;
    world.land(&[1, 2]).await;
    world.compact().await.unwrap();
    world.land(&[2]).await;
    let report = world.compact().await.unwrap();
    assert_eq!((report.committed, report.rows, report.duplicates_dropped), (1, 2, 1));
    assert_eq!(world.head().await.consumed.len(), 2);
    assert_eq!(world.seats().await, once(1..=2));
}

#[tokio::test]
async fn few_new_events_wait_for_more_where_much_is_sealed() {
    let world = World::new().await;
    world.land(&(0..2_000).collect::<Vec<_>>()).await;
    let sealing = 2_000;
    world.compact_with(world.store.clone(), sealing).await.unwrap();
    assert!(world.head().await.files.iter().all(|file| file.sealed));
    world.land(&[2_000]).await;
    let report = world.compact_with(world.store.clone(), sealing).await.unwrap();
    assert_eq!((report.committed, report.waiting), (0, true));
    world.clock.advance(TimeDelta::minutes(5));
    let report = world.compact_with(world.store.clone(), sealing).await.unwrap();
    assert_eq!((report.committed, report.waiting), (1, false));
    assert!(report.copied_bytes >= sealing / 2 && report.encoded_bytes > 0);
    world.land(&[2_001]).await;
    let run = Run::new(world.clock.now(), None);
    let report = world.compactor().compact_now(&world.dataset, &world.partition, &run).await.unwrap();
    assert!(!report.waiting && report.committed > 0, "whoever asks does not wait: {report:?}");
    assert_eq!(world.seats().await, once(0..2_002));
}

#[tokio::test]
async fn small_files_are_merged_once_their_partition_is_quiet() {
    let world = World::new().await;
    for seat in 0..3 {
        world.land(&[seat]).await;
        world.compact().await.unwrap();
    }
    assert_eq!(world.compact().await.unwrap(), Report::default(), "not yet");
    world.clock.advance(TimeDelta::minutes(10));
    let report = world.compact().await.unwrap();
    assert_eq!((report.committed, report.batches, report.rows, report.cleaned), (1, 0, 3, 3));
    let head = world.head().await;
    assert_eq!((head.kind, head.files.len(), head.consumed.len()), (CommitKind::Merge, 1, 3));
    assert_eq!(world.seats().await, once(0..3));
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(world.compact().await.unwrap().committed, 0, "and then it is left alone");
}

#[tokio::test]
async fn without_the_time_for_a_merge_events_go_in_all_the_same() {
    let world = World::new().await;
    for seat in 0..3 {
        world.land(&[seat]).await;
        world.compact().await.unwrap();
    }
    // Files that say they are large, so that merging them would take minutes.
    let mut head = world.head().await;
    head.generation = head.generation.next().unwrap();
    head.files.iter_mut().for_each(|file| file.bytes = 1 << 30);
    let run = Run::new(world.clock.now(), Some(world.clock.now() + TimeDelta::minutes(2)));
    assert!(world.compactor().plan(&head.files, 1, 0, &run).merged.is_empty());
    let run = Run::new(world.clock.now(), Some(world.clock.now() + TimeDelta::minutes(15)));
    assert_eq!(world.compactor().plan(&head.files, 1, 0, &run).merged.len(), 3);
    // The new rows are in runs, and have to be merged in any case.
    assert!(world.compactor().plan(&head.files, 1, 16 << 30, &run).merged.is_empty());
}

#[tokio::test]
async fn an_input_or_a_file_that_vanishes_ends_the_attempt_and_its_output_goes() {
    for prefix in ["landing/", "tables/"] {
        let world = World::new().await;
        let mut landed = vec![world.land(&[1]).await];
        world.compact().await.unwrap();
        let kept = world.head().await.files[0].clone();
        landed.push(world.land(&[2]).await);
        let report = world.compact_with(world.vanishing(prefix), PLENTY).await;
        if prefix == "landing/" {
            // Another run consumed it, as far as this one can tell.
            assert_eq!(report.unwrap().committed, 0);
            assert_eq!(world.store.list_all("tables/").await.unwrap().len(), 1, "what was made is gone");
        } else {
            // Nobody was faster: the head is the same, and its file is lost.
            assert!(matches!(report, Err(CompactError::DataFile { key, .. }) if key == kept.key));
            assert_eq!(world.store.list_all("tables/").await.unwrap().len(), 0);
            assert_eq!(world.store.list_all("landing/").await.unwrap().len(), 2, "and nothing else is");
        }
    }
}

#[tokio::test]
async fn files_in_another_order_are_carried_over_until_a_rebuild() {
    let world = World::new().await;
    for seats in [[3, 1], [4, 2], [6, 5]] {
        world.land(&seats).await;
        world.compact().await.unwrap();
    }
    let by_who = DEFINITION.replace(r#""columns""#, r#""sort_by": ["who"], "columns""#);
    world.store.put("schemas/seats/000002.json", by_who.into(), PutMode::Create).await.unwrap();
    world.land_lines(&[r#"{"seat":7,"who":"b"}"#.into(), r#"{"seat":8,"who":"a"}"#.into()]).await;
    let report = world.compact().await.unwrap();
    assert_eq!((report.committed, report.rows), (1, 8));
    assert_eq!(world.files().await.len(), 4, "the fourth of its tier, and none is merged");
    let run = Run::new(world.clock.now(), None);
    world.compactor().rebuild(&world.dataset, &world.partition, &run).await.unwrap();
    assert_eq!(world.files().await.iter().map(|file| file.1).collect::<Vec<_>>(), [8]);
    assert_eq!(world.seats().await, once(1..=8));
}

/// I3 in numbers. Twice the rows of another attempt, or one row less than there should be, are not committed.
#[tokio::test]
async fn a_commit_has_the_rows_of_its_head_and_those_that_were_added() {
    let world = World::new().await;
    world.land(&[1, 2]).await;
    world.compact().await.unwrap();
    let head = world.head().await;
    assert_eq!(head.rows, 2);
    for (kind, rows, added, is_right) in [
        (CommitKind::Append, 5, 3, true),
        (CommitKind::Append, 4, 3, false),
        (CommitKind::Append, 6, 3, false),
        (CommitKind::Append, 2, 0, true),
        (CommitKind::Merge, 2, 0, true),
        (CommitKind::Merge, 3, 0, false),
        (CommitKind::Rebuild, 1, 0, false),
    ] {
        let next = Commit { kind, rows, duplicates_dropped: 0, ..head.clone() };
        let found = in_numbers(&next, Some(&head), added);
        assert_eq!(found.is_ok(), is_right, "a {kind:?} of {rows} rows, {added} of them added");
    }
}
