use std::sync::Arc;

use arrow::{
    array::AsArray,
    datatypes::{Float64Type, Int32Type},
};
use chrono::TimeDelta;
use columnar::Lines;
use domain::{
    Commit, CommitKind, Dataset, Generation,
    commit::WriterId,
    landing,
    memory::{ManualClock, MemoryStore, SeededIds},
    port::PutMode,
    settings::Settings,
};

use super::*;
use crate::{limits::Limits, sorted::tests::plain, workers::Workers};

/// The identity is not the first column, and not what the rows are sorted by.
const DEFINITION: &str = r#"{"name": "trips", "identity": ["id"], "sort_by": ["v"], "columns": [
    {"name": "v", "type": "int"}, {"name": "id", "type": "double", "required": true}]}"#;

struct World {
    store: Arc<MemoryStore<ManualClock>>,
    clock: Arc<ManualClock>,
    compactor: Compactor<MemoryStore<ManualClock>, ManualClock, SeededIds>,
    name: DatasetName,
    partition: Partition,
}

impl World {
    async fn new(limits: impl FnOnce(Limits) -> Limits) -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
        let store = Arc::new(MemoryStore::with_clock(clock.clone()));
        store.put("schemas/trips/000001.json", DEFINITION.into(), PutMode::Create).await.unwrap();
        let settings = Settings::read(|_| None).unwrap();
        let mut compactor =
            Compactor::new(store.clone(), clock.clone(), Arc::new(SeededIds::new(1)), &settings);
        compactor.limits = limits(compactor.limits);
        let (name, partition) = (DatasetName::new("trips").unwrap(), "dt=2026-11-23".parse().unwrap());
        Self { store, clock, compactor, name, partition }
    }

    fn run(&self) -> Run {
        Run::new(self.clock.now(), None)
    }

    /// Commits a generation with a file for each list of events, whatever twins are in them: as a version of old.
    async fn commit(&self, files: &[&[(i32, &str)]]) -> Commit {
        let dataset = Dataset::from_json(DEFINITION.as_bytes()).unwrap();
        let generation =
            log::next(log::head(&*self.store, &self.name, &self.partition).await.unwrap().as_ref()).unwrap();
        let writer = WriterId::from(self.compactor.ids.ulid());
        let location = key::generation_prefix(&self.name, &self.partition, generation, &writer);
        let limits = self.compactor.limits;
        let workers = &Workers::new(1);
        let store = &*self.store;
        let workshop = Workshop { store, dataset: &dataset, limits, workers, location: location.clone() };
        let mut made = Vec::new();
        for events in files {
            self.clock.advance(TimeDelta::seconds(1));
            let mut lines = Lines::new(&dataset);
            for (v, id) in *events {
                let mut line = Vec::new();
                let event = format!(r#"{{"v":{v},"id":{id}}}"#);
                landing::Writer::new(self.clock.now()).line(None, &event, &mut line);
                lines.push(line.trim_ascii_end()).unwrap();
            }
            let all = lines.finish().unwrap();
            let rows = plain(&all, (0..all.num_rows() as u32).collect(), &dataset);
            made.extend(workshop.merge(made.len(), Some(&rows), &[]).await.unwrap());
        }
        let commit = Commit {
            format: 1,
            kind: CommitKind::Append,
            dataset: self.name.clone(),
            partition: self.partition.clone(),
            generation,
            schema_version: 1,
            location,
            rows: made.iter().map(|file| file.rows).sum(),
            files: made,
            consumed: Vec::new(),
            duplicates_dropped: 0,
            conflicting: 0,
            discarded: None,
            writer,
            committed_at: self.clock.now(),
            newest_landed_at: None,
        };
        log::append(&*self.store, &*self.clock, &commit).await.unwrap();
        commit
    }

    async fn twins(&self) -> Twins {
        self.compactor.twins(&self.name, &self.partition, &self.run()).await.unwrap()
    }

    async fn repair(&self) -> Report {
        self.compactor.repair(&self.name, &self.partition, &self.run()).await.unwrap()
    }

    async fn head(&self) -> Commit {
        log::head(&*self.store, &self.name, &self.partition).await.unwrap().unwrap()
    }

    /// What each file of the head has, in its order.
    async fn rows(&self) -> Vec<Vec<(i32, f64)>> {
        let dataset = Dataset::from_json(DEFINITION.as_bytes()).unwrap();
        let mut files = Vec::new();
        for file in &self.head().await.files {
            let source = Source::open(&*self.store, file).await.unwrap();
            let mut batches = source.rows(&dataset.arrow_schema(), 8_192).unwrap();
            let mut rows = Vec::new();
            while let Some(batch) = batches.next().await.unwrap() {
                let (v, id) = (batch.column(0).as_primitive::<Int32Type>(), batch.column(1));
                let id = id.as_primitive::<Float64Type>();
                rows.extend(v.values().iter().copied().zip(id.values().iter().copied()));
            }
            files.push(rows);
        }
        files
    }
}

#[tokio::test]
async fn the_earliest_stays_what_differs_is_counted_and_files_without_twins_are_copied() {
    let world = World::new(|limits| limits).await;
    world
        .commit(&[
            &[(9, "1.5"), (1, "2"), (5, "0")],
            &[(7, "3"), (8, "4")],
            // The same, and another one; then two within a file, later than the first of all.
            &[(1, "2.0"), (2, "1.5"), (3, "-0.0"), (6, "5"), (4, "5")],
        ])
        .await;
    assert_eq!(world.twins().await, Twins { generation: 1, rows: 10, twins: 4, conflicting: 3 });
    let report = world.repair().await;
    let counted = (report.committed, report.rows, report.duplicates_dropped, report.conflicting);
    assert_eq!(counted, (1, 6, 4, 3));
    let (head, rows) = (world.head().await, world.rows().await);
    assert_eq!(
        (head.kind, head.format, head.duplicates_dropped, head.conflicting),
        (CommitKind::Repair, 2, 4, 3)
    );
    // Files that are rewritten come first.
    assert_eq!(rows, [vec![(4, 5.0)], vec![(1, 2.0), (5, 0.0), (9, 1.5)], vec![(7, 3.0), (8, 4.0)]]);
    assert!(report.copied_bytes > 0 && report.encoded_bytes > 0, "{report:?}");

    assert_eq!(world.twins().await, Twins { generation: 2, rows: 6, twins: 0, conflicting: 0 });
    assert_eq!(world.repair().await, Report::default());
    let to = Generation::new(1);
    let refused =
        world.compactor.rollback(&world.name, &world.partition, to, &world.run()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "generation 2 dropped 4 twins at 2026-11-23 10:00:03 UTC, which generation 1 still has: to go back would \
         double them again"
    );
}

#[tokio::test]
async fn identities_that_do_not_fit_into_memory_are_looked_at_share_by_share() {
    let small = |limits| Limits { held: 1 << 10, row_group_rows: 7, ..limits };
    let world = World::new(small).await;
    let ids: Vec<String> = (0..200).map(|n| (n % 150).to_string()).collect();
    let events: Vec<(i32, &str)> = (0..).zip(&ids).map(|(v, id)| (v, id.as_str())).collect();
    world.commit(&[&events[..40], &events[40..120], &events[120..]]).await;
    assert_eq!(world.twins().await, Twins { generation: 1, rows: 200, twins: 50, conflicting: 50 });
    world.repair().await;
    let mut rows: Vec<(i32, f64)> = world.rows().await.concat();
    rows.sort_unstable_by_key(|(v, _)| *v);
    let expected: Vec<(i32, f64)> = (0..150).map(|n| (n, f64::from(n))).collect();
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn a_file_in_another_order_keeps_it_and_does_not_say_that_it_is_in_the_new_one() {
    let world = World::new(|limits| limits).await;
    world.commit(&[&[(1, "9"), (2, "8"), (3, "8")], &[(4, "7"), (5, "6")]]).await;
    let sorted_by_id = DEFINITION.replace(r#""sort_by": ["v"]"#, r#""sort_by": ["id"]"#);
    world.store.put("schemas/trips/000002.json", sorted_by_id.clone().into(), PutMode::Create).await.unwrap();
    world.repair().await;
    assert_eq!(world.rows().await, [vec![(1, 9.0), (2, 8.0)], vec![(4, 7.0), (5, 6.0)]]);
    let dataset = Dataset::from_json(sorted_by_id.as_bytes()).unwrap();
    for file in &world.head().await.files {
        assert!(!Source::open(&*world.store, file).await.unwrap().is_in_order_of(&dataset), "{file:?}");
    }
    let report = world.compactor.rebuild(&world.name, &world.partition, &world.run()).await.unwrap();
    assert_eq!(report.rows, 4);
    assert_eq!(world.rows().await, [vec![(5, 6.0), (4, 7.0), (2, 8.0), (1, 9.0)]]);
}

/// Applied anew with another identity, a definition makes rows of before that have none.
#[tokio::test]
async fn rows_without_an_identity_are_nobodys_twins() {
    let world = World::new(|limits| limits).await;
    world.commit(&[&[(1, "1"), (2, "2")], &[(3, "2")]]).await;
    let by_event =
        r#"{"name": "trips", "columns": [{"name": "v", "type": "int"}, {"name": "id", "type": "double"}]}"#;
    world.store.put("schemas/trips/000001.json", by_event.into(), PutMode::Overwrite).await.unwrap();
    assert_eq!(world.twins().await, Twins { generation: 1, rows: 3, twins: 0, conflicting: 0 });
    assert_eq!(world.repair().await, Report::default());
    let other = DEFINITION.replace(r#""identity": ["id"]"#, r#""identity": ["w"]"#).replace(
        r#""required": true}"#,
        r#""required": true}, {"name": "w", "type": "string", "required": true}"#,
    );
    world.store.put("schemas/trips/000001.json", other.into(), PutMode::Overwrite).await.unwrap();
    assert_eq!(world.repair().await, Report::default());
}

#[tokio::test]
async fn nothing_is_changed_where_there_is_nothing_or_no_time() {
    let world = World::new(|limits| limits).await;
    assert_eq!(world.twins().await, Twins::default());
    assert_eq!(world.repair().await, Report::default());
    world.commit(&[&[(1, "1"), (2, "1")]]).await;
    let late = Run::new(world.clock.now(), Some(world.clock.now() + TimeDelta::seconds(1)));
    let answer = world.compactor.repair(&world.name, &world.partition, &late).await;
    assert!(matches!(answer, Err(CompactError::Expired(_))), "{answer:?}");
    assert_eq!(world.head().await.kind, CommitKind::Append);
}
