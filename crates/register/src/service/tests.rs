use std::sync::Arc;

use domain::{
    DatasetName, key,
    port::{Catalog, Clock, ObjectStore, PartitionKey, PutMode, Table, Upsert},
    run::Run,
    schemas,
};

use crate::{
    Acceptance, Reconciled, RegisterError,
    world::{DEFINITION, World},
};

mod granularity;
mod late;
mod targets;

#[tokio::test]
async fn a_definition_goes_live_once_and_evolves() {
    let world = World::new();
    assert!(matches!(world.request(DEFINITION).await, Acceptance::Live { version: 1, new: true }));
    assert!(matches!(world.request(DEFINITION).await, Acceptance::Live { version: 1, new: false }));
    let table = world.register.catalog.table(&world.dataset).await.unwrap().unwrap();
    let names: Vec<_> = table.columns.iter().map(|c| (c.name.as_str(), c.data_type.as_str())).collect();
    let system = [("_id", "string"), ("_ingested_at", "timestamp"), ("_extra", "string")];
    assert_eq!(names, [&[("seat", "bigint")], &system[..]].concat());
    assert_eq!(
        (table.partition_keys, table.location.as_str()),
        (vec![PartitionKey::string("dt")], "tables/seats/")
    );

    let wider = DEFINITION.replace("}]}", r#"}, {"name": "fare", "type": "double"}]}"#);
    assert!(matches!(world.request(&wider).await, Acceptance::Live { version: 2, new: true }));
    let table = world.register.catalog.table(&world.dataset).await.unwrap().unwrap();
    assert_eq!((table.columns.len(), table.schema_version), (5, Some(2)));
}

#[tokio::test]
async fn columns_keep_their_field_ids_and_new_ones_get_the_next() {
    let ids = async |world: &World, name: &str| {
        let live = schemas::load(&*world.register.store, &world.dataset).await.unwrap().unwrap();
        live.dataset.field_ids().unwrap().of(name)
    };
    let wider = DEFINITION.replace("}]}", r#"}, {"name": "fare", "type": "double"}]}"#);
    // One version by this `register` or by an older one, which gave no ids, and one more.
    for accepted_before in [false, true] {
        let world = World::new();
        if accepted_before {
            let key = key::schema(&world.dataset, 1);
            world.register.store.put(&key, DEFINITION.into(), PutMode::Create).await.unwrap();
            assert!(matches!(world.request(DEFINITION).await, Acceptance::Live { version: 1, new: false }));
        } else {
            assert!(matches!(world.request(DEFINITION).await, Acceptance::Live { version: 1, new: true }));
        }
        let first = (ids(&world, "seat").await, ids(&world, "_id").await);
        assert_eq!(first, (Some(16), Some(1)));
        assert!(matches!(world.request(&wider).await, Acceptance::Live { version: 2, new: true }));
        let second = schemas::load_version(&*world.register.store, &world.dataset, 2).await.unwrap();
        let second = second.dataset.field_ids().unwrap();
        assert_eq!(["seat", "fare", "_id"].map(|name| second.of(name)), [Some(16), Some(17), Some(1)]);
    }
}

#[tokio::test]
async fn a_bad_definition_never_goes_live() {
    let world = World::new();
    world.request(DEFINITION).await;
    for (bad, words) in [
        ("{", "does not parse"),
        (&DEFINITION.replace("bigint", "strng"), "unknown type"),
        (&DEFINITION.replace("bigint", "string"), "changed from bigint to string"),
        (&DEFINITION.replace("seats", "chairs"), "named seats.json but defines chairs"),
    ] {
        match world.request(bad).await {
            Acceptance::Rejected(rejected) => assert!(rejected.to_string().contains(words), "{rejected}"),
            other => panic!("{bad} was taken: {other:?}"),
        }
    }
    assert_eq!(world.register.store.list_all("schemas/").await.unwrap().len(), 1);
}

#[tokio::test]
async fn types_are_written_to_the_catalog_as_text() {
    let world = World::new();
    let nested = "map<string,array<struct<city:string,price:decimal(12,2)>>>";
    world
        .request(&DEFINITION.replace("}]}", &format!(r#"}}, {{"name": "n", "type": "{nested}"}}]}}"#)))
        .await;
    let table = world.register.catalog.table(&world.dataset).await.unwrap().unwrap();
    assert_eq!(table.columns[1].data_type, nested);
}

#[tokio::test]
async fn a_cloudevents_type_has_one_dataset() {
    let world = World::new();
    let typed = |name: &str, cloudevents_type: &str| {
        let definition = DEFINITION.replace("\"seats\"", &format!("\"{name}\""));
        definition.replacen('{', &format!(r#"{{"cloudevents_type": "{cloudevents_type}", "#), 1)
    };
    let chairs = World { dataset: DatasetName::new("chairs").unwrap(), ..world };
    assert!(matches!(chairs.request(&typed("chairs", "sold")).await, Acceptance::Live { new: true, .. }));
    let seats = World { dataset: DatasetName::new("seats").unwrap(), ..chairs };
    match seats.request(&typed("seats", "sold")).await {
        Acceptance::Rejected(rejected) => assert_eq!(
            rejected.to_string(),
            "cloudevents_type \"sold\" is already that of dataset chairs: give this one another type, or take it \
             from chairs first"
        ),
        other => panic!("taken twice: {other:?}"),
    }
    assert!(matches!(seats.request(&typed("seats", "booked")).await, Acceptance::Live { version: 1, .. }));
    // To take over a type that is live elsewhere is a change too; to keep one's own is none.
    assert!(matches!(seats.request(&typed("seats", "sold")).await, Acceptance::Rejected(_)));
    let described = typed("seats", "booked").replace("Sold", "Sold seats");
    assert!(matches!(seats.request(&described).await, Acceptance::Live { version: 2, new: true }));
}

#[tokio::test]
async fn a_partition_follows_its_head_and_only_its_head() {
    let world = World::new();
    world.request(DEFINITION).await;
    assert!(!world.project().await, "no commits, nothing to do");
    let first = world.commit(1).await;
    assert!(world.project().await);
    assert_eq!(world.registered().await, Some((first.location, 1)));
    assert!(!world.project().await, "a repeated event changes nothing");
    world.commit(2).await;
    let third = world.commit(3).await;
    assert!(world.project().await, "a lost event does not matter");
    assert_eq!(world.registered().await, Some((third.location, 3)));
}

#[tokio::test]
async fn a_commit_may_come_before_its_table() {
    let world = World::new();
    let key = key::schema(&world.dataset, 1);
    world.register.store.put(&key, DEFINITION.into(), PutMode::Create).await.unwrap();
    world.commit(1).await;
    assert!(world.project().await);
    assert!(world.registered().await.is_some());
}

#[tokio::test]
async fn a_catalog_lost_or_damaged_is_made_again() {
    let world = World::new();
    world.request(DEFINITION).await;
    let head = world.commit(1).await;
    let done = world.register.reconcile(&world.run()).await.unwrap();
    assert_eq!(done, Reconciled { partitions: 1, changed: 1, ..Reconciled::default() });

    let catalog = &world.register.catalog;
    let mut moved = catalog.partition(&world.dataset, &world.partition.values()).await.unwrap().unwrap();
    moved.location = "s3://elsewhere/".into();
    moved.others = [("numRows".to_owned(), "10".to_owned())].into_iter().collect();
    catalog.write_partitions(&world.dataset, Upsert::Replace, &[moved]).await.unwrap();
    let table = catalog.table(&world.dataset).await.unwrap().unwrap();
    catalog.update_table(&Table { columns: Vec::new(), ..table }).await.unwrap();
    assert_eq!(world.register.reconcile(&world.run()).await.unwrap().changed, 1);
    assert_eq!(world.registered().await, Some((head.location.clone(), 1)));
    assert_eq!(catalog.table(&world.dataset).await.unwrap().unwrap().columns.len(), 4);
    let mended = catalog.partition(&world.dataset, &world.partition.values()).await.unwrap().unwrap();
    assert_eq!(mended.others.iter().collect::<Vec<_>>(), [("numRows", "10")], "what others added stays");

    let world = world.with_catalog(Arc::default());
    assert_eq!(world.register.reconcile(&world.run()).await.unwrap().changed, 1);
    assert_eq!(world.registered().await, Some((head.location, 1)));
}

#[tokio::test]
async fn an_unreadable_commit_or_definition_does_not_hold_back_the_others() {
    let world = World::new();
    world.request(DEFINITION).await;
    world.commit(1).await;
    world.register.store.put("schemas/other/000001.json", "{}".into(), PutMode::Create).await.unwrap();
    let key = "commits/seats/dt=2026-11-22/0000000001.json";
    world.register.store.put(key, "{}".into(), PutMode::Create).await.unwrap();
    let error = world.register.reconcile(&world.run()).await.unwrap_err();
    assert!(matches!(error, RegisterError::Schemas(_)), "the first failure: {error}");
    assert!(world.registered().await.is_some());
}

#[tokio::test]
async fn an_old_run_changes_nothing() {
    let world = World::new();
    world.request(DEFINITION).await;
    world.commit(1).await;
    let old = Run::new(world.register.clock.now() - domain::run::MAX_AGE, None);
    let late = world.register.project(&world.dataset, &world.partition, &old).await;
    assert!(matches!(late, Err(RegisterError::Expired(_))));
    assert_eq!(world.registered().await, None);
}
