//! What is garbage, and for how long.

use domain::port::{ObjectStore, PutMode};

use crate::testing::{HOUR, RETENTION, World, ready};
use crate::vacuum::Vacuumed;

#[tokio::test]
async fn garbage_goes_after_the_retention_files_first_and_commit_last() {
    let world = World::new().await;
    let (first, second, third) = (world.commit(1).await, world.commit(2).await, world.commit(3).await);
    world.name(&third.location).await;
    let noted = world.vacuum().await.unwrap();
    assert_eq!(noted, Vacuumed { waiting: 2, ..Vacuumed::default() });
    assert_eq!(world.notes().await.unwrap().garbage.len(), 1);

    world.clock.advance(RETENTION - HOUR);
    assert_eq!(world.vacuum().await.unwrap().waiting, 2, "not yet");
    world.clock.advance(HOUR);
    let done = world.vacuum().await.unwrap();
    assert_eq!((done.generations, done.objects, done.bytes, done.waiting), (2, 4, 16, 0));
    assert_eq!(world.committed(), [3]);
    assert_eq!(world.locations(), [third.location].into());
    let deleted = world.faults(|faults| std::mem::take(&mut faults.deleted));
    let of = |commit: &domain::Commit| {
        let place = |key: &String| deleted.iter().position(|deleted| deleted == key).unwrap();
        (commit.files.iter().map(|file| place(&file.key)).max().unwrap(), place(&commit.key()))
    };
    for commit in [&first, &second] {
        let (file, itself) = of(commit);
        assert!(file < itself, "{deleted:?}");
    }

    // At rest there is nothing to note either.
    assert_eq!(world.vacuum().await.unwrap(), Vacuumed::default());
    assert_eq!(world.notes().await, None);
}

#[tokio::test]
async fn what_the_catalog_names_and_what_is_newer_stays_however_old() {
    let world = World::new().await;
    world.commit(1).await;
    let named = world.commit(2).await;
    world.commit(3).await;
    world.commit(4).await;
    world.name(&named.location).await;
    for _ in 0..5 {
        world.vacuum().await.unwrap();
        world.clock.advance(RETENTION);
    }
    assert_eq!(world.committed(), [2, 3, 4]);
    assert_eq!(world.locations().len(), 3);
}

#[tokio::test]
async fn a_head_that_is_older_than_what_the_catalog_names_stays() {
    // The commit that the catalog names was put between the listing and the look at the catalog.
    let world = World::new().await;
    world.commit(1).await;
    let head = world.commit(2).await;
    let next = world.commit_of(3);
    world.write(&next).await;
    world.name(&head.location).await;
    world.vacuum().await.unwrap();
    world.clock.advance(RETENTION);
    world.name(&next.location).await;
    let (key, body) = (next.key(), serde_json::to_vec(&next).unwrap());
    world.intrude(&next.key(), move |store| {
        ready(store.put(&key, body.into(), PutMode::Create)).unwrap();
    });
    let done = world.vacuum().await.unwrap();
    assert_eq!((done.generations, done.waiting), (1, 0));
    assert_eq!(world.committed(), [2, 3]);
    assert!(world.locations().contains(&head.location));
}

#[tokio::test]
async fn a_catalog_that_goes_back_makes_the_retention_begin_anew() {
    let world = World::new().await;
    let first = world.commit(1).await;
    world.commit(2).await;
    let third = world.commit(3).await;
    world.name(&third.location).await;
    world.vacuum().await.unwrap();
    world.clock.advance(HOUR * 5);
    // A late register, or a person.
    world.name(&first.location).await;
    assert_eq!(world.vacuum().await.unwrap().waiting, 0);
    world.clock.advance(HOUR);
    world.name(&third.location).await;
    assert_eq!(world.vacuum().await.unwrap().waiting, 2);
    world.clock.advance(HOUR * 5);
    assert_eq!(world.vacuum().await.unwrap().generations, 0);
    world.clock.advance(HOUR);
    assert_eq!(world.vacuum().await.unwrap().generations, 2);
}

/// What the model found: a register that wakes up late names an older generation once more, and nobody vacuums before
/// another one puts that right. Its retention must not have been counting all the while.
#[tokio::test]
async fn what_a_late_register_may_still_name_is_not_noted_yet() {
    let world = World::new().await;
    let (first, second) = (world.commit(1).await, world.commit(2).await);
    world.name_just_now(&second.location).await;
    world.vacuum().await.unwrap();
    assert_eq!(world.notes().await.map(|notes| notes.garbage), Some(Vec::new()));
    world.clock.advance(HOUR);
    world.name_just_now(&first.location).await;
    world.clock.advance(RETENTION - HOUR);
    // A reader has just been sent to the first one.
    world.name_just_now(&second.location).await;
    assert_eq!(world.vacuum().await.unwrap().generations, 0);
    world.clock.advance(RETENTION);
    assert_eq!(world.vacuum().await.unwrap().generations, 1);
}

#[tokio::test]
async fn debris_below_a_gap_is_garbage_too() {
    let world = World::new().await;
    world.commit(1).await;
    world.commit(2).await;
    let head = world.commit(9).await;
    world.name(&head.location).await;
    world.vacuum().await.unwrap();
    world.clock.advance(RETENTION);
    assert_eq!(world.vacuum().await.unwrap().generations, 2);
    assert_eq!(world.committed(), [9]);
}

#[tokio::test]
async fn more_garbage_than_one_call_deletes_goes_in_steps() {
    let world = World::new().await;
    for number in 1..=1_100 {
        world.commit(number).await;
    }
    let head = world.commit(1_101).await;
    world.name(&head.location).await;
    world.vacuum().await.unwrap();
    world.clock.advance(RETENTION);
    let done = world.vacuum().await.unwrap();
    assert_eq!((done.generations, done.objects), (1_100, 2_200));
    assert_eq!((world.committed(), world.locations()), (vec![1_101], [head.location].into()));
}
