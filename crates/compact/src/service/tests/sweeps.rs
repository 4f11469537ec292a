//! Sweeps of partitions that others are at.

use std::sync::Mutex;

use tracing::{Event, Level, Metadata, Subscriber, span};

use super::{
    contention::{Intruder, contended},
    *,
};

/// Keeps the levels of what is logged.
#[derive(Clone, Default)]
struct Levels(Arc<Mutex<Vec<Level>>>);

impl Subscriber for Levels {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push(*event.metadata().level());
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

impl World {
    /// Another partition of the same dataset.
    fn beside(&self, partition: &str) -> Self {
        let World { store, clock, ids, dataset, .. } = self;
        Self {
            store: store.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            dataset: dataset.clone(),
            partition: partition.parse().unwrap(),
        }
    }
}

#[tokio::test]
async fn a_partition_in_which_others_are_always_faster_is_no_failure_and_no_error_in_the_log() {
    let contended = contended(Intruder::Merges).await;
    let other = contended.world.beside("dt=2026-11-24");
    other.land(&[7]).await;
    let levels = Levels::default();
    let logged = tracing::subscriber::set_default(levels.clone());
    // While `tracing` knows one subscriber alone, what a thread without any is the first to log is logged nowhere any more:
    // https://github.com/tokio-rs/tracing/issues/3611.
    let _other = tracing::Dispatch::new(levels.clone());
    let World { clock, ids, .. } = &contended.world;
    let reports = compactor(&contended, clock, ids).sweep(&contended.run()).await.unwrap();
    drop(logged);
    let [lost, done] = &reports[..] else { panic!("{reports:?}") };
    assert_eq!(*lost, Report { overtaken: ATTEMPTS, waiting: true, ..Report::default() });
    assert_eq!((done.committed, done.waiting), (1, false));
    let levels = levels.0.lock().unwrap();
    let of = |level: Level| levels.iter().filter(|found| **found == level).count();
    assert_eq!((of(Level::ERROR), of(Level::WARN)), (0, 1));
}

#[tokio::test]
async fn a_partition_that_is_never_quiet_does_not_keep_the_others_waiting() {
    let contended = contended(Intruder::Lands).await;
    let other = contended.world.beside("dt=2026-11-24");
    other.land(&[7]).await;
    let World { clock, ids, .. } = &contended.world;
    let reports = compactor(&contended, clock, ids).sweep(&contended.run()).await.unwrap();
    assert_eq!(reports.iter().map(|report| report.committed).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(contended.world.seats().await, once(1..=4));
    assert_eq!(other.seats().await, once([7]));
}

#[tokio::test]
async fn a_partition_that_another_run_is_at_is_left_to_it() {
    let world = World::new().await;
    world.land(&[1]).await;
    let other = world.beside("dt=2026-11-24");
    other.land(&[7]).await;
    let (compactor, run) = (world.compactor(), Run::new(world.clock.now(), None));
    let turn = compactor.turns.now(&world.dataset, &world.partition).unwrap();
    let reports = compactor.sweep(&run).await.unwrap();
    assert_eq!(
        reports.iter().map(|report| (report.committed, report.waiting)).collect::<Vec<_>>(),
        [(0, true), (1, false)]
    );
    assert_eq!(other.seats().await, once([7]));
    drop(turn);
    let reports = compactor.sweep(&run).await.unwrap();
    assert_eq!(reports.iter().map(|report| report.committed).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(world.seats().await, once([1]));
}
