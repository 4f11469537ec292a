//! A drop reaches every place where commits are published.

use domain::{
    memory::MemoryTarget,
    port::CatalogError,
    target::{Naming, Target},
};

use super::*;

#[tokio::test]
async fn a_drop_withdraws_the_dataset_from_every_target() {
    let world = World::filled().await;
    let second = Arc::<MemoryTarget>::default();
    let targets: [Arc<dyn Target>; 1] = [second.clone()];
    world.register().with_target(second.clone()).reconcile(&world.run()).await.unwrap();
    let named = async || second.all_named(&world.name).await.unwrap();
    assert_eq!(named().await.len(), 1);

    let compactor = world.compactor();
    let dropper = Dropper {
        store: &*world.store,
        catalog: &*world.catalog,
        targets: &targets,
        compactor: &compactor,
        clock: &*world.clock,
        name: &world.name,
    };
    second.fail_next(1);
    let error = dropper.drop(false).await.unwrap_err();
    assert!(matches!(error, DropError::Catalog(CatalogError::Unavailable { .. })), "{error}");
    assert!(!world.has_table().await, "the target that is down held up the catalog");
    assert_eq!(dropper.drop(false).await.unwrap(), Outcome::Dropped, "the same command goes on");
    assert_eq!((named().await.len(), second.defined().len()), (0, 0));

    // What a late `register` publishes again is found by the second look.
    let partition: Partition = "dt=2026-11-23".parse().unwrap();
    second.land_after_withdrawal(
        &world.name,
        &partition,
        Naming { location: "late/".to_owned(), schema_version: None },
    );
    assert_eq!(dropper.drop(false).await.unwrap(), Outcome::Dropped);
    assert_eq!(named().await.len(), 0);
}
