//! More targets than the catalog: each gets its heads at its own pace.

use domain::{
    Commit, Partition,
    memory::MemoryTarget,
    port::CatalogError,
    target::{Naming, Target},
};

use super::*;

/// A world that publishes to a second target too.
async fn both() -> (World, Arc<MemoryTarget>) {
    let second = Arc::<MemoryTarget>::default();
    let World { register, dataset, partition } = World::new();
    let world = World { register: register.with_target(second.clone()), dataset, partition };
    assert!(matches!(world.request(DEFINITION).await, Acceptance::Live { version: 1, new: true }));
    (world, second)
}

async fn named(world: &World, target: &MemoryTarget, partition: &Partition) -> Vec<Naming> {
    target.named(&world.dataset, partition).await.unwrap()
}

async fn location(world: &World) -> Option<String> {
    world.registered().await.map(|(location, _)| location)
}

/// What came of each target: its name, and whether it was changed; `None` where it failed.
async fn project_each(world: &World) -> Vec<(&'static str, Option<bool>)> {
    let each = world.register.project_each(&world.dataset, &world.partition, &world.run()).await;
    each.into_iter().map(|published| (published.target, published.answer.ok())).collect()
}

#[tokio::test]
async fn every_target_names_the_head_and_is_told_the_definition() {
    let (world, second) = both().await;
    assert_eq!(second.defined(), [world.dataset.clone()].into());
    for number in [1, 2] {
        let head = world.commit(number).await;
        assert!(world.project().await);
        assert_eq!(location(&world).await, Some(head.location.clone()));
        assert_eq!(named(&world, &second, &world.partition).await, [Naming::of(&head, 1)]);
        assert!(!world.project().await, "a repeated event changes nothing");
    }
}

#[tokio::test]
async fn a_target_that_is_down_holds_up_no_other() {
    let (world, second) = both().await;
    let head = world.commit(1).await;
    second.fail_next(u64::MAX);
    assert_eq!(project_each(&world).await, [("catalog", Some(true)), ("memory", None)]);
    assert_eq!(location(&world).await, Some(head.location.clone()));
    let error = world.register.project(&world.dataset, &world.partition, &world.run()).await.unwrap_err();
    assert!(
        matches!(error, RegisterError::Catalog(CatalogError::Unavailable { .. })),
        "it comes again: {error}"
    );
    second.fail_next(0);
    assert_eq!(project_each(&world).await, [("catalog", Some(false)), ("memory", Some(true))]);
    assert_eq!(named(&world, &second, &world.partition).await, [Naming::of(&head, 1)]);

    // The other way round.
    let head = world.commit(2).await;
    world.register.catalog.fail_next(u64::MAX);
    assert_eq!(project_each(&world).await, [("catalog", None), ("memory", Some(true))]);
    assert_eq!(named(&world, &second, &world.partition).await, [Naming::of(&head, 1)]);
    world.register.catalog.fail_next(0);
    assert_eq!(project_each(&world).await, [("catalog", Some(true)), ("memory", Some(false))]);
}

#[tokio::test]
async fn a_definition_reaches_one_target_while_another_is_down() {
    let (world, second) = both().await;
    let wider = DEFINITION.replace("}]}", r#"}, {"name": "fare", "type": "double"}]}"#);
    let key = key::definition(&world.dataset);
    world.register.store.put(&key, wider.into(), PutMode::Overwrite).await.unwrap();
    second.fail_next(u64::MAX);
    let error = world.register.accept(&world.dataset, &world.run()).await.unwrap_err();
    assert!(matches!(error, RegisterError::Catalog(CatalogError::Unavailable { .. })), "{error}");
    let table = world.register.catalog.table(&world.dataset).await.unwrap().unwrap();
    assert_eq!(table.schema_version, Some(2));
    second.fail_next(0);
    let again = world.register.accept(&world.dataset, &world.run()).await.unwrap();
    assert!(matches!(again, Acceptance::Live { version: 2, new: false }), "{again:?}");
}

#[tokio::test]
async fn the_full_run_mends_each_target_whatever_the_others_do() {
    let (world, second) = both().await;
    let days = world.days(4).await;
    let done = world.register.reconcile(&world.run()).await.unwrap();
    assert_eq!((done.partitions, done.changed), (4, 8));
    let all = async || second.all_named(&world.dataset).await.unwrap();
    let expected = all().await;
    assert_eq!(expected.keys().collect::<Vec<_>>(), days.iter().rev().collect::<Vec<_>>());
    assert_eq!(world.register.reconcile(&world.run()).await.unwrap().changed, 0);

    // One is moved by hand, one follows an older definition, and one is behind; then all of it is lost.
    let older: Commit = world.built(&days[2], 0);
    for (day, naming) in [
        (&days[0], Naming { location: "s3://elsewhere/".to_owned(), schema_version: Some(1) }),
        (&days[1], Naming { schema_version: None, ..expected[&days[1]][0].clone() }),
        (&days[2], Naming::of(&older, 1)),
    ] {
        second.name_by_hand(&world.dataset, day, naming);
    }
    assert_eq!(world.register.reconcile(&world.run()).await.unwrap().changed, 3);
    assert_eq!(all().await, expected);
    second.lose_everything();
    assert_eq!(world.register.reconcile(&world.run()).await.unwrap().changed, 4);
    assert_eq!(all().await, expected);

    // One that is down: the catalog is made again all the same, and the run says that it is not done.
    let world = world.with_catalog(Arc::default());
    let register = world.register.with_target(second.clone());
    let world = World { register, ..world };
    second.fail_next(u64::MAX);
    let error = world.register.reconcile(&world.run()).await.unwrap_err();
    assert!(matches!(error, RegisterError::Catalog(CatalogError::Unavailable { .. })), "{error}");
    assert_eq!(world.register.catalog.partitions(&world.dataset).await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_commit_that_is_damaged_stops_its_partition_in_every_target() {
    let (world, _) = both().await;
    let key = key::commit(&world.dataset, &world.partition, domain::Generation::new(1));
    world.register.store.put(&key, "{".into(), PutMode::Create).await.unwrap();
    assert_eq!(project_each(&world).await, [("catalog", None), ("memory", None)]);
}
