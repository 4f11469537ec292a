//! Other writers that are always faster.

use std::{
    ops::Range,
    sync::atomic::{AtomicI64, AtomicU32, Ordering},
};

use bytes::Bytes;
use domain::{
    CommitKind,
    port::{DeleteFailure, ListPage, ObjectMeta, Version},
};

use super::*;

/// What somebody does right before each commit of the run under test, in the world's partition.
pub(super) enum Intruder {
    /// Compacts, after so many more batches have landed: a busy partition.
    Compacts { land: i64 },
    /// Commits the head's files once more, and consumes nothing.
    Merges,
    /// The same so many times, and then compacts.
    MergesThenCompacts(u32),
    /// Nobody is faster, but a batch lands after each commit: a partition that is never quiet.
    Lands,
    /// Nobody is faster.
    None,
}

/// A world in which others are faster. Each call lets other runs go on, so that runs are in each other's midst.
pub(super) struct Contended {
    pub(super) world: World,
    intruder: Intruder,
    attempts: AtomicU32,
    next_seat: AtomicI64,
}

impl Contended {
    fn new(world: World, intruder: Intruder) -> Arc<Self> {
        Arc::new(Self { world, intruder, attempts: 0.into(), next_seat: 1_000.into() })
    }

    async fn land_more(&self) {
        self.world.land(&[self.next_seat.fetch_add(1, Ordering::SeqCst)]).await;
    }

    async fn merge(&self) {
        let (head, writer) = (self.world.head().await, WriterId::from(self.world.ids.ulid()));
        let generation = head.generation.next().unwrap();
        let location = key::generation_prefix(&head.dataset, &head.partition, generation, &writer);
        let merge = Commit { generation, location, kind: CommitKind::Merge, writer, ..head };
        let body = serde_json::to_vec(&merge).unwrap();
        self.world.store.put(&merge.key(), body.into(), PutMode::Create).await.unwrap();
    }

    async fn before_commit(&self) {
        let attempt = self.attempts.fetch_add(1, Ordering::SeqCst) + 1;
        match self.intruder {
            Intruder::Compacts { land } => {
                for _ in 0..land {
                    self.land_more().await;
                }
                self.world.compact().await.unwrap();
                // So that the next look finds something again.
                self.land_more().await;
            }
            Intruder::MergesThenCompacts(merges) if attempt > merges => {
                self.world.compact().await.unwrap();
            }
            Intruder::Merges | Intruder::MergesThenCompacts(_) => self.merge().await,
            Intruder::Lands => self.world.clock.advance(TimeDelta::seconds(20)),
            Intruder::None => {}
        }
    }

    async fn compact(self: &Arc<Self>, run: &Run) -> Result<Report, CompactError> {
        let World { clock, ids, dataset, partition, .. } = &self.world;
        compactor(self, clock, ids).compact(dataset, partition, run).await
    }
}

impl ObjectStore for Contended {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        self.world.store.get(key).await
    }
    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.world.store.get_range(key, range).await
    }
    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        self.world.store.get_versioned(key).await
    }
    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.world.store.head(key).await
    }
    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        self.world.store.copy(from, to).await
    }
    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        tokio::task::yield_now().await;
        let World { dataset, partition, .. } = &self.world;
        let is_commit = key.starts_with(&key::commits_prefix(dataset, partition));
        if is_commit {
            self.before_commit().await;
        }
        let answer = self.world.store.put(key, body, mode).await;
        if is_commit && matches!(self.intruder, Intruder::Lands) {
            self.land_more().await;
        }
        answer
    }
    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        self.world.store.delete(keys).await
    }
    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        tokio::task::yield_now().await;
        self.world.store.list(prefix, after).await
    }
}

/// A partition with a generation, in which one more batch has landed.
pub(super) async fn contended(intruder: Intruder) -> Arc<Contended> {
    let world = World::new().await;
    world.land(&[1, 2]).await;
    world.compact().await.unwrap();
    world.land(&[3, 4]).await;
    Contended::new(world, intruder)
}

impl Contended {
    pub(super) fn run(&self) -> Run {
        Run::new(self.world.clock.now(), None)
    }

    /// The directories with files.
    fn directories(&self) -> usize {
        let keys = self.world.store.keys().into_iter().filter(|key| key.starts_with(key::TABLES));
        keys.map(|key| key::generation_of(&key).unwrap().3.to_string()).collect::<BTreeSet<_>>().len()
    }
}

/// At the first loss: it does not fight for what has landed since it began.
#[tokio::test]
async fn a_run_whose_work_others_have_done_is_done() {
    for land in [0, 1, 5] {
        let contended = contended(Intruder::Compacts { land }).await;
        let report = contended.compact(&contended.run()).await.unwrap();
        let expected = Report { overtaken: 1, ..Report::default() };
        assert_eq!(report, expected);
        assert_eq!(contended.world.seats().await, once((1..=4).chain(1_000..1_000 + land)));
        assert_eq!(contended.world.store.list_all("landing/").await.unwrap().len() as i64, 3 + land);
        assert_eq!(contended.directories(), 2, "what was built in vain is gone");
    }
}

#[tokio::test]
async fn a_run_that_others_leave_its_work_gives_up_and_says_what_to_do() {
    let contended = contended(Intruder::Merges).await;
    let began = contended.world.clock.now();
    let error = contended.compact(&contended.run()).await.unwrap_err();
    assert!(matches!(error, CompactError::Contention(ATTEMPTS)) && !error.stops(), "{error:?}");
    assert!(error.to_string().contains("try again when fewer write"), "{error}");
    assert_eq!(contended.attempts.load(Ordering::SeqCst), ATTEMPTS);
    let paused = contended.world.clock.now() - began;
    assert!(paused > TimeDelta::seconds(10), "the pauses grow: {paused}");
    assert!(paused < TimeDelta::seconds(70), "and not without end: {paused}");
    assert_eq!(contended.world.compact().await.unwrap().batches, 1, "the next run finds it");
    assert_eq!(contended.world.seats().await, once(1..=4));
}

#[tokio::test]
async fn before_it_gives_up_it_looks_once_more() {
    let contended = contended(Intruder::MergesThenCompacts(ATTEMPTS - 1)).await;
    let report = contended.compact(&contended.run()).await.unwrap();
    assert_eq!((report.committed, report.overtaken), (0, ATTEMPTS));
    assert_eq!(contended.world.seats().await, once(1..=4));
}

#[tokio::test]
async fn a_merge_that_others_overtook_is_left_to_them() {
    let world = World::new().await;
    for seat in 0..3 {
        world.land(&[seat]).await;
        world.compact().await.unwrap();
    }
    world.clock.advance(TimeDelta::minutes(10));
    let contended = Contended::new(world, Intruder::Compacts { land: 1 });
    let report = contended.compact(&contended.run()).await.unwrap();
    assert_eq!((report.committed, report.overtaken), (0, 1));
    assert_eq!(contended.world.seats().await, once((0..3).chain([1_000])));
}

#[tokio::test]
async fn more_batches_than_a_commit_lists_are_not_taken_for_done() {
    let world = World::new().await;
    let count = i64::try_from(MAX_CONSUMED).unwrap() + 1;
    for seat in 0..count {
        world.land(&[seat]).await;
    }
    let contended = Contended::new(world, Intruder::Compacts { land: 0 });
    let report = contended.compact(&contended.run()).await.unwrap();
    assert!(report.waiting, "one batch is left: {report:?}");
}

#[tokio::test]
async fn a_partition_that_is_never_quiet_is_no_failure_of_the_run_that_did_its_work() {
    let contended = contended(Intruder::Lands).await;
    let now = contended.world.clock.now();
    let report = contended.compact(&Run::new(now, Some(now + TimeDelta::minutes(1)))).await.unwrap();
    assert!(report.committed > 1 && report.overtaken == 0, "{report:?}");
    let seats = contended.world.seats().await;
    assert!((1..=4).all(|seat| seats.get(&seat) == Some(&1)), "{seats:?}");
    // With time for one generation of several, what is left is owed.
    let contended = self::contended(Intruder::Merges).await;
    let now = contended.world.clock.now();
    let late = contended.compact(&Run::new(now, Some(now + TimeDelta::seconds(21)))).await;
    assert!(matches!(late, Err(CompactError::Expired(_))), "{late:?}");
}

#[tokio::test]
async fn a_rebuild_that_others_overtake_gets_through_when_they_pause_or_says_what_to_do() {
    let rebuild = async |contended: &Arc<Contended>| {
        let World { clock, ids, dataset, partition, .. } = &contended.world;
        compactor(contended, clock, ids).rebuild(dataset, partition, &contended.run()).await
    };
    let busy = contended(Intruder::Compacts { land: 1 }).await;
    let error = rebuild(&busy).await.unwrap_err();
    assert!(matches!(error, CompactError::Contention(ATTEMPTS)), "{error:?}");
    assert!(error.to_string().contains("try again when fewer write"), "{error}");
    let rows = busy.world.head().await.rows;
    assert_eq!(busy.world.seats().await.len() as u64, rows);

    let calmer = contended(Intruder::MergesThenCompacts(ATTEMPTS - 2)).await;
    assert_eq!(rebuild(&calmer).await.unwrap().committed, 1);
    assert_eq!(calmer.world.head().await.kind, CommitKind::Rebuild);
    assert_eq!(calmer.world.seats().await, once(1..=4));
}

#[tokio::test]
async fn runs_of_one_service_wait_for_each_other() {
    let contended = Contended::new(World::new().await, Intruder::None);
    let World { clock, ids, dataset, partition, .. } = &contended.world;
    let (compactor, run) = (&compactor(&contended, clock, ids), contended.run());
    let mut overtaken = 0;
    for round in 0..10 {
        contended.world.land(&[round]).await;
        let runs = (0..4).map(|n| async move {
            match n % 2 {
                0 => compactor.compact(dataset, partition, &run).await.unwrap(),
                _ => compactor.compact_now(dataset, partition, &run).await.unwrap(),
            }
        });
        overtaken += join_all(runs).await.iter().map(|report| report.overtaken).sum::<u32>();
    }
    assert_eq!(overtaken, 0);
    assert_eq!(contended.world.seats().await, once(0..10));
}
