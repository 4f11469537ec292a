//! More than fits into memory at once: generations that are merged from several runs.

use super::*;

impl World {
    /// Compacts with parts of the inputs that have one batch each, and with so many bytes of runs in memory.
    async fn compact_in_runs(&self, bytes: u64) -> Report {
        let mut compactor = self.compactor().with_parts_of(1);
        compactor.limits.runs = bytes;
        let run = Run::new(self.clock.now(), None);
        compactor.compact(&self.dataset, &self.partition, &run).await.unwrap()
    }
}

#[tokio::test]
async fn as_many_runs_as_there_is_memory_for_become_one_generation() {
    for (bytes, committed) in [(1, 4), (1 << 20, 1)] {
        let world = World::new().await;
        for seats in [[1, 2, 3], [3, 4, 5], [5, 6, 1]] {
            world.land(&seats).await;
        }
        world.land_lines(&[r#"{"seat":4,"who":"somebody else"}"#.into()]).await;
        let report = world.compact_in_runs(bytes).await;
        let counts = (report.committed, report.batches, report.rows);
        assert_eq!(counts, (committed, 4, 6), "with {bytes} bytes");
        assert_eq!((report.duplicates_dropped, report.conflicting), (4, 1), "with {bytes} bytes");
        assert_eq!(world.seats().await, once(1..=6));
        let head = world.head().await;
        assert_eq!(head.consumed.len(), 4);
        if committed == 1 {
            let bytes: u64 = head.files.iter().map(|file| file.bytes).sum();
            assert_eq!((head.files.len(), report.encoded_bytes), (1, bytes), "each row is encoded once");
        }
        let found = world.store.list_all("tables/").await.unwrap();
        let of_head = found.iter().filter(|object| object.key.starts_with(&head.location));
        assert_eq!(of_head.count(), head.files.len(), "nothing else is left behind");
    }
}

/// What is in the table wins over all runs, and is merged with them.
#[tokio::test]
async fn runs_are_merged_with_the_files_that_there_are() {
    let world = World::new().await;
    for seat in [10, 20, 30] {
        world.land(&[seat]).await;
        world.compact().await.unwrap();
    }
    for seats in [[5, 10], [15, 20], [10, 25]] {
        world.land(&seats).await;
    }
    let report = world.compact_in_runs(1 << 20).await;
    assert_eq!((report.committed, report.rows, report.duplicates_dropped), (1, 6, 3));
    assert_eq!(world.seats().await, once([5, 10, 15, 20, 25, 30]));
    assert_eq!(world.head().await.generation.number(), 4);
}

/// Without time for more parts, what has been read is committed, and the next run goes on.
#[tokio::test]
async fn a_run_without_time_for_another_part_commits_what_it_has() {
    let world = World::new().await;
    for seat in 0..3 {
        world.land(&[seat]).await;
    }
    let compactor = world.compactor().with_parts_of(1);
    let listing = inputs::list(&*world.store, &world.dataset, &world.partition, None).await.unwrap();
    let accepted = compactor.accepted(&world.dataset, &world.partition, None).await.unwrap();
    let writer = WriterId::from(world.ids.ulid());
    let draft = crate::round::Draft {
        kind: domain::CommitKind::Append,
        accepted: &accepted,
        partition: &world.partition,
        head: None,
        writer,
        consumed: Vec::new(),
    };
    let workshop = compactor.workshop(&draft).unwrap();
    for (seconds, consumed) in [(5, 1), (600, 3)] {
        let run = Run::new(world.clock.now(), Some(world.clock.now() + TimeDelta::seconds(seconds)));
        let outcome =
            compactor.append_in_runs(&workshop, &world.partition, &[], &listing, &run).await.unwrap();
        assert_eq!(outcome.consumed.len(), consumed);
        assert_eq!(outcome.made.files.iter().map(|file| file.rows).sum::<u64>(), consumed as u64);
    }
}

/// What has been read has to be merged before the time is up.
#[tokio::test]
async fn no_part_is_read_without_the_time_to_merge_what_is_there() {
    let world = World::new().await;
    let compactor = world.compactor();
    for (minutes, gibibytes, may) in
        [(2, 0, true), (2, 1, true), (2, 2, false), (15, 2, true), (15, 16, false)]
    {
        let run = Run::new(world.clock.now(), Some(world.clock.now() + TimeDelta::minutes(minutes)));
        assert_eq!(compactor.may_read_on(gibibytes << 30, &run), may, "{gibibytes} GiB in {minutes} minutes");
    }
    assert!(!compactor.may_read_on(u64::MAX, &Run::new(world.clock.now(), Some(world.clock.now()))));
}
