//! The sweep over all partitions.

use chrono::TimeDelta;
use domain::{Partition, port::Clock, run::Run};

use crate::testing::{HOUR, RETENTION, World};
use crate::vacuum::{Swept, Vacuumed};

/// This partition has garbage for the retention.
async fn make_due(world: &mut World, partition: &str) {
    world.partition = partition.parse().unwrap();
    world.commit(1).await;
    let head = world.commit(2).await;
    world.name(&head.location).await;
    world.vacuum().await.unwrap();
}

async fn due(world: &World) -> Vec<String> {
    let due: Vec<(_, Partition)> = world.service().due().await.unwrap();
    due.into_iter().map(|(_, partition)| partition.to_string()).collect()
}

#[tokio::test]
async fn every_partition_with_something_to_do_is_due_and_no_other() {
    let mut world = World::new().await;
    world.partition = "dt=2026-11-01".parse().unwrap();
    world.commit(7).await;
    world.partition = "dt=2026-11-02".parse().unwrap();
    world.commit(1).await;
    world.write(&world.commit_of(1)).await;
    world.partition = "dt=2026-11-03".parse().unwrap();
    world.write(&world.commit_of(1)).await;
    world.partition = "dt=2026-11-04".parse().unwrap();
    world.commit(1).await;
    world.put("vacuum/seats/dt=2026-11-04.json", "{}").await;
    world.partition = "dt=2026-11-05".parse().unwrap();
    world.commit(1).await;
    world.commit(2).await;
    world.partition = "dt=2026-11-06".parse().unwrap();
    let mut empty = world.commit_of(1);
    empty.files.clear();
    world.put(&empty.key(), serde_json::to_vec(&empty).unwrap()).await;
    let found = due(&world).await;
    assert_eq!(found, ["dt=2026-11-02", "dt=2026-11-03", "dt=2026-11-04", "dt=2026-11-05"]);
}

#[tokio::test]
async fn the_most_overdue_is_first_and_one_that_stops_holds_back_no_other() {
    let mut world = World::new().await;
    make_due(&mut world, "dt=2026-11-20").await;
    world.clock.advance(HOUR);
    make_due(&mut world, "dt=2026-11-10").await;
    world.clock.advance(HOUR);
    make_due(&mut world, "dt=2026-11-15").await;
    world.clock.advance(RETENTION);
    assert_eq!(due(&world).await, ["dt=2026-11-20", "dt=2026-11-10", "dt=2026-11-15"]);

    world.put("commits/seats/dt=2026-11-10/0000000002.json", r#"{"format": 9}"#).await;
    let swept = world.service().sweep(&world.run()).await.unwrap();
    let vacuumed = Vacuumed { generations: 2, objects: 4, bytes: 16, ..Vacuumed::default() };
    assert_eq!(swept, Swept { partitions: 2, failed: 1, left: 0, vacuumed });
    let after = world.service().sweep(&world.run()).await.unwrap();
    assert_eq!((after.partitions, after.failed, after.vacuumed.generations), (2, 1, 0));
    assert_eq!(due(&world).await, ["dt=2026-11-10"], "the others are at rest");
}

#[tokio::test]
async fn it_ends_in_time_and_the_next_one_goes_on_where_it_ended() {
    let mut world = World::new().await;
    for partition in ["dt=2026-11-20", "dt=2026-11-21"] {
        make_due(&mut world, partition).await;
        world.clock.advance(TimeDelta::minutes(1));
    }
    world.clock.advance(RETENTION);
    let clock = world.clock.clone();
    world.intrude("tables/seats/dt=2026-11-20/", move |_| clock.advance(TimeDelta::seconds(30)));
    let run = Run::new(world.clock.now(), Some(world.clock.now() + TimeDelta::seconds(40)));
    let swept = world.service().sweep(&run).await.unwrap();
    assert_eq!((swept.partitions, swept.left, swept.vacuumed.generations), (1, 1, 1));
    // The first has notes that nothing needs any more, and its oldest object is the younger one.
    let run = Run::new(world.clock.now(), Some(world.clock.now() + TimeDelta::seconds(40)));
    let swept = world.service().sweep(&run).await.unwrap();
    assert_eq!((swept.left, swept.vacuumed.generations), (0, 1));
}
