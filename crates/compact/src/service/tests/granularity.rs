//! A partition that the dataset cannot have: refused by name, before anything is looked at twice.

use domain::{Generation, OtherGranularity};

use super::*;
use crate::{Refused, RollbackError};

/// The hour has a log, and the day's prefix is the hour's too: the day must not be taken for a partition with a head.
async fn hourly() -> World {
    let store_world = World::new().await;
    let definition = r#"{"name": "seats", "identity": ["seat"], "event_time": "at", "partition_by": "hour", "columns": [
        {"name": "seat", "type": "bigint", "required": true},
        {"name": "at", "type": "timestamp", "required": true}]}"#;
    let key = key::schema(&store_world.dataset, 2);
    store_world.store.put(&key, definition.into(), PutMode::Create).await.unwrap();
    let world = World { partition: "dt=2026-11-23/hour=10".parse().unwrap(), ..store_world };
    for seat in [1, 2] {
        world.land_lines(&[format!(r#"{{"seat":{seat},"at":"2026-11-23T10:00:00Z"}}"#)]).await;
        world.compact().await.unwrap();
    }
    assert_eq!(world.head().await.generation, Generation::new(2));
    world
}

fn is_refused<T: std::fmt::Debug>(answer: Result<T, CompactError>, found: &Partition) {
    match answer.unwrap_err() {
        CompactError::OtherGranularity(OtherGranularity { partition, .. }) => assert_eq!(partition, *found),
        other => panic!("{found} was refused by {other}"),
    }
}

#[tokio::test]
async fn a_day_of_an_hourly_dataset_is_refused_at_once() {
    let world = hourly().await;
    let (compactor, day) = (world.compactor(), "dt=2026-11-23".parse::<Partition>().unwrap());
    let run = Run::new(world.clock.now(), None);
    let (begun, keys) = (world.clock.now(), world.store.keys());
    is_refused(compactor.compact_now(&world.dataset, &day, &run).await, &day);
    is_refused(compactor.rebuild(&world.dataset, &day, &run).await, &day);
    is_refused(compactor.repair(&world.dataset, &day, &run).await, &day);
    let to = Generation::new(1);
    match compactor.rollback(&world.dataset, &day, to, &run).await.unwrap_err() {
        RollbackError::Failed(error) => is_refused(Err::<(), _>(error), &day),
        RollbackError::Refused(refused) => panic!("{refused}"),
    }
    assert_eq!(world.clock.now(), begun, "nobody waited for a writer that there is not");
    assert_eq!(world.store.keys(), keys, "nothing was written");
}

/// What comes by itself, as a notification or in a sweep, finds that there is nothing of the day.
#[tokio::test]
async fn the_log_of_an_hour_is_not_its_days() {
    let world = hourly().await;
    let (compactor, day) = (world.compactor(), "dt=2026-11-23".parse::<Partition>().unwrap());
    let run = Run::new(world.clock.now(), None);
    assert!(log::head(&*world.store, &world.dataset, &day).await.unwrap().is_none());
    assert!(compactor.log(&world.dataset, &day).await.unwrap().is_empty());
    let report = compactor.compact(&world.dataset, &day, &run).await.unwrap();
    assert_eq!(report, Report::default());
    assert_eq!(compactor.twins(&world.dataset, &day, &run).await.unwrap().generation, 0);
}

/// Somebody put a batch where none of the dataset's can be: it is not made a partition of the other kind.
#[tokio::test]
async fn a_batch_in_a_partition_of_the_other_granularity_is_not_compacted() {
    for (world, partition) in
        [(hourly().await, "dt=2026-11-23"), (World::new().await, "dt=2026-11-23/hour=10")]
    {
        let world = World { partition: partition.parse().unwrap(), ..world };
        world.land(&[7]).await;
        is_refused(world.compact().await, &world.partition);
        assert!(log::head(&*world.store, &world.dataset, &world.partition).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn an_hour_of_a_daily_dataset_is_refused_by_name_and_its_day_is_not() {
    let world = World::new().await;
    world.land(&[1]).await;
    let (compactor, run) = (world.compactor(), Run::new(world.clock.now(), None));
    let hour = "dt=2026-11-23/hour=10".parse::<Partition>().unwrap();
    let error = compactor.compact_now(&world.dataset, &hour, &run).await.unwrap_err();
    let words = "dataset seats is partitioned by day, and dt=2026-11-23/hour=10 is an hour: name its day, dt=2026-11-23";
    assert_eq!(error.to_string(), words);
    assert!(!error.stops(), "no partition stops");
    assert_eq!(compactor.compact_now(&world.dataset, &world.partition, &run).await.unwrap().committed, 1);
    // The right kind of partition, and no such generation.
    let refused =
        compactor.rollback(&world.dataset, &"dt=2026-11-22".parse().unwrap(), Generation::new(1), &run).await;
    assert!(
        matches!(refused, Err(RollbackError::Refused(Refused::NotInLog { log: None, .. }))),
        "{refused:?}"
    );
}

/// What works without the definition, as the vacuum, goes on where the newest one is of a later version or damaged.
#[tokio::test]
async fn a_definition_that_cannot_be_read_allows_any_partition() {
    let world = World::new().await;
    let (day, hour) = (world.partition.clone(), "dt=2026-11-23/hour=10".parse::<Partition>().unwrap());
    is_refused(world.compactor().check_partition(&world.dataset, &hour).await, &hour);
    let key = key::schema(&world.dataset, 2);
    world.store.put(&key, "damaged".into(), PutMode::Create).await.unwrap();
    for partition in [&day, &hour] {
        world.compactor().check_partition(&world.dataset, partition).await.unwrap();
    }
    // To write rows, the definition is needed all the same.
    world.land(&[7]).await;
    assert!(matches!(world.compact().await, Err(CompactError::Definition(_))));
}

/// Months, and the only partition there is: twins are found in all of it, and what does not fit is kept under a day on which
/// somebody looks for it.
#[tokio::test]
async fn months_and_the_only_partition_are_compacted_as_days_are() {
    for (by, partition, other) in [("month", "dt=2026-11", "dt=2026-11-23"), ("none", "dt=all", "dt=2026-11")]
    {
        let world = World::new().await;
        let definition = DEFINITION.replacen('{', &format!(r#"{{"partition_by": "{by}", "#), 1);
        let key = key::schema(&world.dataset, 1);
        world.store.put(&key, definition.into(), PutMode::Overwrite).await.unwrap();
        let world = World { partition: partition.parse().unwrap(), ..world };
        world.land(&[1, 2]).await;
        world.compact().await.unwrap();
        world.clock.advance(TimeDelta::days(3));
        world
            .land_lines(&[
                r#"{"seat":2}"#.to_owned(),
                r#"{"seat":3}"#.to_owned(),
                r#"{"seat":"x"}"#.to_owned(),
            ])
            .await;
        let report = world.compact().await.unwrap();
        assert_eq!((report.rows, report.duplicates_dropped), (3, 1), "{by}");
        assert_eq!(world.seats().await, once(1..=3), "{by}");
        let kept = world.store.keys().into_iter().filter(|key| key.starts_with("quarantine/"));
        let kept: Vec<String> = kept.collect();
        assert!(kept.len() == 1 && kept[0].starts_with("quarantine/seats/dt=2026-11-26/"), "{by}: {kept:?}");

        let run = Run::new(world.clock.now(), None);
        let other = other.parse().unwrap();
        is_refused(world.compactor().compact_now(&world.dataset, &other, &run).await, &other);
        world.compactor().rebuild(&world.dataset, &world.partition, &run).await.unwrap();
        assert_eq!(world.seats().await, once(1..=3), "{by}, rebuilt");
    }
}
