//! Crashes at every call, and two vacuums at the same time.

use std::{collections::BTreeSet, sync::Arc};

use domain::{Commit, port::ObjectStore};
use futures::future::join_all;

use crate::testing::{HOUR, RETENTION, World};
use crate::vacuum::VacuumError;

/// Garbage, a crashed writer's directory and an overtaken one's, all of it due.
async fn due() -> World {
    let world = World::new().await;
    for number in 1..=3 {
        world.commit(number).await;
    }
    let head = world.commit(4).await;
    world.name(&head.location).await;
    world.write(&world.commit_of(4)).await;
    world.write(&world.commit_of(5)).await;
    world.vacuum().await.unwrap();
    world.clock.advance(RETENTION);
    world
}

/// The head is whole, and no files of garbage are left without their commit: the next vacuum finds them by that.
fn holds(world: &World, head: &str) {
    assert_eq!(world.committed().last(), Some(&4));
    assert!(world.locations().contains(head));
    for location in world.locations() {
        let number: u64 = location["tables/seats/dt=2026-11-23/g".len()..][..10].parse().unwrap();
        assert!(number >= 4 || world.committed().contains(&number), "{location} is left without its commit");
    }
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_what_the_next_vacuum_finishes() {
    let mut crashes = 0;
    for calls in 0.. {
        let world = due().await;
        let bytes = world.bucket.inner.get("commits/seats/dt=2026-11-23/0000000004.json").await.unwrap();
        let location = serde_json::from_slice::<Commit>(&bytes).unwrap().location;
        world.faults(|faults| faults.crash_after = Some(calls));
        let outcome = world.vacuum().await;
        let crashed = matches!(outcome, Err(VacuumError::Store(_)));
        assert!(crashed || outcome.is_ok(), "{outcome:?}");
        holds(&world, &location);
        world.faults(|faults| faults.crash_after = None);
        world.clock.advance(HOUR);
        world.vacuum().await.unwrap();
        assert_eq!(world.committed(), [4], "after a crash at call {calls}");
        assert_eq!(world.locations(), BTreeSet::from([location]), "after a crash at call {calls}");
        if !crashed {
            break;
        }
        crashes += 1;
    }
    assert!(crashes >= 20, "{crashes}");
}

#[tokio::test]
async fn a_write_of_the_notes_whose_reply_is_lost_deletes_nothing_this_time() {
    let world = World::new().await;
    world.commit(1).await;
    let head = world.commit(2).await;
    world.name(&head.location).await;
    world.bucket.inner.lose_replies(1);
    assert!(matches!(world.vacuum().await, Err(VacuumError::Store(_))));
    world.clock.advance(RETENTION);
    assert_eq!(world.vacuum().await.unwrap().generations, 1, "they were written all the same");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn vacuums_at_the_same_time_delete_the_same_and_no_more() {
    for _ in 0..20 {
        let world = Arc::new(due().await);
        let vacuums = (0..4).map(|_| {
            let world = world.clone();
            tokio::spawn(async move { world.vacuum().await.unwrap() })
        });
        let done: Vec<_> = join_all(vacuums).await.into_iter().map(|done| done.unwrap()).collect();
        assert!(done.iter().any(|done| !done.yielded));
        world.vacuum().await.unwrap();
        assert_eq!((world.committed(), world.locations().len()), (vec![4], 1));
    }
}
