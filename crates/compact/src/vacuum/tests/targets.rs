//! More targets than the catalog: what any of them names is kept.

use std::sync::Arc;

use domain::{
    Commit,
    memory::MemoryTarget,
    port::CatalogError,
    run::MAX_LIFE,
    target::{Naming, Target},
};

use crate::{
    testing::{HOUR, RETENTION, World},
    vacuum::{VacuumError, Vacuumed},
};

/// A world with a second target.
struct Both {
    world: World,
    second: Arc<MemoryTarget>,
}

impl Both {
    async fn new() -> Self {
        Self { world: World::new().await, second: Arc::default() }
    }

    async fn vacuum(&self) -> Result<Vacuumed, VacuumError> {
        let World { dataset, partition, .. } = &self.world;
        let second: Arc<dyn Target> = self.second.clone();
        self.world.service().with_target(second).vacuum(dataset, partition, &self.world.run()).await
    }

    fn name(&self, location: &str) {
        let World { dataset, partition, .. } = &self.world;
        let naming = Naming { location: location.to_owned(), schema_version: Some(1) };
        self.second.name_by_hand(dataset, partition, naming);
    }

    /// The catalog names the last of these commits, and the second target this one, for long enough to be noted.
    async fn at(named: usize) -> (Self, [Commit; 3]) {
        let both = Self::new().await;
        let world = &both.world;
        let commits = [world.commit(1).await, world.commit(2).await, world.commit(3).await];
        both.name(&commits[named].location);
        world.name(&commits[2].location).await;
        (both, commits)
    }
}

#[tokio::test]
async fn what_a_target_names_that_is_behind_stays_and_so_does_what_is_newer() {
    let (both, [_, second, third]) = Both::at(1).await;
    for _ in 0..3 {
        both.vacuum().await.unwrap();
        both.world.clock.advance(RETENTION);
    }
    assert_eq!(both.world.committed(), [2, 3], "the first one is garbage for both");

    // Now it catches up: only since then is the second one garbage.
    both.name(&third.location);
    assert_eq!(both.vacuum().await.unwrap().waiting, 1);
    both.world.clock.advance(RETENTION - HOUR);
    assert_eq!(both.vacuum().await.unwrap().waiting, 1, "not yet");
    both.world.clock.advance(HOUR);
    assert_eq!(both.vacuum().await.unwrap().generations, 1);
    assert_eq!(both.world.committed(), [3]);
    assert!(!both.world.locations().contains(&second.location));
}

#[tokio::test]
async fn the_catalog_counts_as_much_where_it_is_the_one_that_is_behind() {
    let both = Both::new().await;
    let [first, second, third] =
        [both.world.commit(1).await, both.world.commit(2).await, both.world.commit(3).await];
    both.name(&third.location);
    both.world.name(&second.location).await;
    for _ in 0..3 {
        both.vacuum().await.unwrap();
        both.world.clock.advance(RETENTION);
    }
    assert_eq!(both.world.committed(), [2, 3]);
    assert!(!both.world.locations().contains(&first.location));
}

#[tokio::test]
async fn while_a_target_cannot_be_asked_nothing_is_deleted() {
    let (both, commits) = Both::at(2).await;
    both.vacuum().await.unwrap();
    both.world.clock.advance(RETENTION);
    both.second.fail_next(1);
    let error = both.vacuum().await.unwrap_err();
    assert!(
        matches!(error, VacuumError::Catalog(CatalogError::Unavailable { .. })) && !error.stops(),
        "{error}"
    );
    assert_eq!(both.world.committed(), [1, 2, 3]);
    assert_eq!(both.world.locations().len(), commits.len());
    assert_eq!(both.vacuum().await.unwrap().generations, 2, "it answers again");
}

#[tokio::test]
async fn while_a_target_names_nothing_nothing_is_garbage() {
    let (both, [.., third]) = Both::at(2).await;
    assert_eq!(both.vacuum().await.unwrap().waiting, 2);
    both.world.clock.advance(RETENTION);
    both.second.lose_everything();
    assert_eq!(both.vacuum().await.unwrap(), Vacuumed::default());
    assert_eq!(both.world.notes().await, None, "it may name any of them again");
    // What is no generation is as good as nothing.
    both.name("s3://elsewhere/seats/");
    assert_eq!(both.vacuum().await.unwrap(), Vacuumed::default());

    both.name(&third.location);
    assert_eq!(both.vacuum().await.unwrap().waiting, 2, "the retention begins anew");
    both.world.clock.advance(RETENTION);
    assert_eq!(both.vacuum().await.unwrap().generations, 2);
}

#[tokio::test]
async fn a_directory_without_a_commit_stays_while_only_the_second_target_names_it() {
    let both = Both::new().await;
    let (head, late) = (both.world.commit(1).await, both.world.commit_of(2));
    both.world.write(&late).await;
    both.world.name(&head.location).await;
    both.name(&late.location);
    both.world.clock.advance(RETENTION + MAX_LIFE);
    assert_eq!(both.vacuum().await.unwrap().uncommitted, 0);
    assert!(both.world.locations().contains(&late.location));
    both.name(&head.location);
    assert_eq!(both.vacuum().await.unwrap().uncommitted, 1);
    assert_eq!(both.world.locations(), [head.location].into());
}
