use std::sync::Arc;

use domain::{Consumed, port::PutMode};

use super::*;
use crate::testing::{HOUR, World, ready};

async fn rollback(world: &World, to: u64) -> Result<Commit, RollbackError> {
    let (dataset, partition) = (&world.dataset, &world.partition);
    world.compactor().rollback(dataset, partition, Generation::new(to), &world.run()).await
}

async fn refused(world: &World, to: u64) -> Refused {
    let before = world.bucket.inner.keys();
    match rollback(world, to).await {
        Err(RollbackError::Refused(refused)) => {
            assert_eq!(world.bucket.inner.keys(), before, "nothing was changed");
            refused
        }
        other => panic!("{other:?}"),
    }
}

async fn text(world: &World, key: &str) -> String {
    String::from_utf8(world.bucket.inner.get(key).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn it_commits_copies_of_the_older_files_and_keeps_what_the_head_has_consumed() {
    let world = World::new().await;
    let first = world.commit(1).await;
    world.put(&first.files[0].key, "older").await;
    let batch = domain::batch::BatchName::parse(&"0".repeat(40)).unwrap();
    let consumed = vec![Consumed { batch, at: world.clock.now() }];
    let head = Commit {
        kind: CommitKind::Rebuild,
        schema_version: 2,
        consumed: consumed.clone(),
        ..world.commit_of(2)
    };
    world.write(&head).await;
    world.put(&head.key(), serde_json::to_vec(&head).unwrap()).await;

    let commit = rollback(&world, 1).await.unwrap();
    assert_eq!(
        (commit.kind, commit.generation, commit.schema_version),
        (CommitKind::Rollback, Generation::new(3), 1)
    );
    assert_eq!((commit.rows, &commit.consumed), (2, &consumed));
    assert!(commit.location.contains("/g0000000003-"));
    assert_eq!(text(&world, &commit.files[0].key).await, "older");
    let facts = |commit: &Commit| -> Vec<_> {
        commit.files.iter().map(|file| (file.rows, file.bytes, file.sealed)).collect()
    };
    assert_eq!(facts(&commit), facts(&first));
    let stored = world.bucket.inner.get(&commit.key()).await.unwrap();
    assert_eq!(Commit::parse(&commit.key(), &stored).unwrap(), commit);
    // And forth again: what it undid is in the log, and consumed nothing.
    assert_eq!(rollback(&world, 2).await.unwrap().generation, Generation::new(4));
}

#[tokio::test]
async fn events_that_came_since_forbid_it() {
    let world = World::new().await;
    world.commit(1).await;
    let append = world.commit(2).await;
    world.clock.advance(HOUR);
    world.commit(3).await;
    world.commit_as(CommitKind::Merge, 4).await;
    let refusal = refused(&world, 1).await;
    assert_eq!(
        refusal,
        Refused::Consumed { to: Generation::new(1), by: Generation::new(2), at: append.committed_at }
    );
    assert_eq!(
        refusal.to_string(),
        "generation 2 took in new events at 2026-11-23 10:00:00 UTC, which generation 1 does not have: to go back \
         would lose them"
    );
    assert!(rollback(&world, 3).await.is_ok());
}

#[tokio::test]
async fn what_is_not_in_the_live_log_cannot_be_gone_back_to() {
    let world = World::new().await;
    let empty = refused(&world, 1).await;
    assert_eq!(empty.to_string(), "generation 1 is not in the log of seats/dt=2026-11-23, which is empty");
    for number in [1, 3, 4] {
        world.commit_as(CommitKind::Merge, number).await;
    }
    // 1 is debris, below a gap.
    for to in [0, 1, 2, 5] {
        let refusal = refused(&world, to).await;
        assert!(matches!(refusal, Refused::NotInLog { .. }), "{refusal}");
        assert!(refusal.to_string().ends_with("which has 3 to 4; what is older was vacuumed"), "{refusal}");
    }
    assert_eq!(refused(&world, 4).await, Refused::IsHead(Generation::new(4)));
}

#[tokio::test]
async fn files_that_are_gone_forbid_it_and_copies_do_not_stay() {
    let world = World::new().await;
    let first = world.commit(1).await;
    world.commit_as(CommitKind::Merge, 2).await;
    let key = first.files[1].key.clone();
    world.bucket.inner.delete(std::slice::from_ref(&key)).await.unwrap();
    assert_eq!(refused(&world, 1).await, Refused::Vacuumed { to: Generation::new(1), key });
}

#[tokio::test]
async fn a_log_whose_rows_do_not_agree_is_not_trusted() {
    let world = World::new().await;
    world.commit(1).await;
    let late = Commit { kind: CommitKind::Merge, rows: 3, ..world.commit_of(2) };
    world.put(&late.key(), serde_json::to_vec(&late).unwrap()).await;
    assert!(matches!(refused(&world, 1).await, Refused::OtherRows { to_rows: 2, head_rows: 3, .. }));
}

#[tokio::test]
async fn overtaken_by_a_merge_it_goes_on_and_by_new_events_it_is_refused() {
    for (kind, allowed) in [(CommitKind::Merge, true), (CommitKind::Append, false)] {
        let world = World::new().await;
        let first = world.commit(1).await;
        world.commit_as(CommitKind::Rebuild, 2).await;
        let theirs = Commit { kind, ..world.commit_of(3) };
        let (key, body) = (theirs.key(), serde_json::to_vec(&theirs).unwrap());
        world.intrude(&format!("put {key}"), move |store| {
            ready(store.put(&theirs.key(), body.into(), PutMode::Create)).unwrap();
        });
        let outcome = rollback(&world, 1).await;
        match (allowed, outcome) {
            (true, Ok(commit)) => assert_eq!(commit.generation, Generation::new(4)),
            (false, Err(RollbackError::Refused(Refused::Consumed { by, .. }))) => {
                assert_eq!(by, Generation::new(3));
            }
            (_, outcome) => panic!("{outcome:?}"),
        }
        let own = world.locations().into_iter().filter(|location| location.contains("/g0000000003-"));
        assert_eq!(own.count(), 0, "what the overtaken attempt copied is gone");
        assert!(world.locations().contains(&first.location));
    }
}

#[tokio::test]
async fn a_target_that_is_vacuumed_while_it_is_looked_for_is_refused() {
    let world = World::new().await;
    let first = world.commit(1).await;
    world.commit_as(CommitKind::Merge, 2).await;
    let key = first.key();
    world.intrude(&first.key(), move |store| {
        ready(store.delete(&[key])).unwrap();
    });
    assert!(matches!(rollback(&world, 1).await, Err(RollbackError::Refused(Refused::NotInLog { .. }))));
}

#[tokio::test]
async fn a_run_that_grows_too_old_commits_nothing() {
    let world = World::new().await;
    let first = world.commit(1).await;
    world.commit_as(CommitKind::Merge, 2).await;
    let clock = Arc::clone(&world.clock);
    // Frozen when the first file was copied.
    world.intrude(&first.key(), move |_| clock.advance(HOUR));
    let frozen = rollback(&world, 1).await;
    assert!(matches!(frozen, Err(RollbackError::Failed(CompactError::Expired(_)))), "{frozen:?}");
    assert_eq!(world.committed(), [1, 2]);
}
