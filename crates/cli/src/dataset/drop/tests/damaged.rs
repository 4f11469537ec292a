//! Rows without a definition, or with a damaged one.

use super::*;

#[tokio::test]
async fn rows_whose_definition_is_damaged_go_only_with_purge() {
    let world = World::filled().await;
    world.put("schemas/seats/000001.json", "{").await;
    let before = world.store.keys();
    assert_eq!(world.drop(false).await, Outcome::NeedsPurge);
    assert_eq!(world.store.keys(), before);
    assert_eq!(world.drop(true).await, Outcome::Dropped);
    assert_eq!(world.found().await.tables, found::Objects::default());
    assert!(matches!(world.ask(OTHER).await, Acceptance::Live { version: 2, .. }));
}

/// Their definition, and with it every version, is lost: nobody dropped the dataset.
#[tokio::test]
async fn rows_without_a_definition_or_a_note_go_only_with_purge() {
    let world = World::filled().await;
    for lost in ["schemas/seats/000001.json", "datasets/seats.json"] {
        world.store.delete(&[lost.to_owned()]).await.unwrap();
        let before = world.store.keys();
        assert_eq!(world.drop(false).await, Outcome::NeedsPurge, "without {lost}");
        assert_eq!(world.store.keys(), before);
    }
    assert_eq!(world.drop(true).await, Outcome::Dropped);
    assert_eq!(world.found().await.tables, found::Objects::default());
}

#[tokio::test]
async fn without_purge_quarantine_stays_also_where_the_definition_is_damaged() {
    let world = World::live().await;
    world.put(REFUSED, "packed").await;
    world.put("schemas/seats/000001.json", "{").await;
    assert_eq!(world.drop(false).await, Outcome::Dropped);
    assert_eq!(world.store.keys(), [REFUSED, "schemas/seats/dropped.json"]);
    assert!(matches!(world.ask(OTHER).await, Acceptance::Live { version: 2, .. }));
}
