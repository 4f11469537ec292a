use super::*;
use crate::{
    drawn::{Drawn, Random},
    memory::MemoryStore,
    port::PutMode,
};

const SEATS: &str = r#"{"name": "seats", "columns": [{"name": "seat", "type": "bigint"},
    {"name": "buyer", "type": "struct<city:string,tags:array<string>>"}]}"#;

fn seats() -> DatasetName {
    DatasetName::new("seats").unwrap()
}

async fn put(store: &MemoryStore, version: u32, body: impl Into<Vec<u8>>) {
    let body: Vec<u8> = body.into();
    store.put(&key::schema(&seats(), version), body.into(), PutMode::Create).await.unwrap();
}

async fn found(store: &MemoryStore) -> Accepted {
    load(store, &seats()).await.unwrap().unwrap()
}

#[test]
fn an_accepted_definition_is_what_was_asked_for_and_the_ids() {
    let asked = Dataset::from_json(SEATS.as_bytes()).unwrap();
    assert_eq!(asked.field_ids(), None);
    let bytes = encode(&asked, None).unwrap();
    let accepted = decode(&bytes).unwrap();
    assert_eq!(accepted.definition(), asked.definition());
    assert_eq!(accepted.field_ids(), Some(&FieldIds::following(None, &asked)));
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains(r#""buyer.tags.element": 20"#), "{text}");
    // What somebody asks for has no ids: the lake gives them.
    let refused = Dataset::from_json(text.as_bytes()).unwrap_err().to_string();
    assert!(refused.contains("unknown field `field_ids`"), "{refused}");
}

#[test]
fn ids_that_cannot_be_right_damage_the_definition() {
    let bytes = encode(&Dataset::from_json(SEATS.as_bytes()).unwrap(), None).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    for (what, with, words) in [
        (r#""seat": 16"#, r#""seat": 17"#, "field_ids says 17 of two columns"),
        (r#""seat": 16"#, r#""seat": "16""#, "the definition does not parse"),
        (r#""last": 20"#, r#""first": 20"#, "unknown field `first`"),
        (r#""field_ids": {"#, r#""ids_of_fields": {"#, "unknown field `ids_of_fields`"),
    ] {
        assert!(text.contains(what), "{text}");
        let refused = decode(text.replacen(what, with, 1).as_bytes()).unwrap_err().to_string();
        assert!(refused.contains(words), "{refused:?} does not say {words:?}");
    }
}

/// A lake's versions: those before `first` as an older `register` wrote them, the others as this one does.
async fn lake_of(versions: &[Dataset], first: usize) -> MemoryStore {
    let store = MemoryStore::default();
    for (index, dataset) in versions.iter().enumerate() {
        let body = if index < first {
            serde_json::to_vec(dataset.definition()).unwrap()
        } else {
            let live = load(&store, &seats()).await.unwrap();
            encode(dataset, live.as_ref()).unwrap()
        };
        put(&store, u32::try_from(index).unwrap() + 1, body).await;
    }
    store
}

#[tokio::test]
async fn ids_are_the_same_whenever_they_were_first_written_down() {
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let mut drawn = Drawn::new("seats", &mut random).unwrap();
        let mut versions = vec![drawn.dataset().clone()];
        for _ in 0..random.below(5) {
            drawn = drawn.evolved(&mut random).unwrap();
            versions.push(drawn.dataset().clone());
        }
        let mut expected = None;
        for dataset in &versions {
            expected = Some(FieldIds::following(expected.as_ref(), dataset));
        }
        for first in 0..=versions.len() {
            let accepted = found(&lake_of(&versions, first).await).await;
            assert_eq!(accepted.version as usize, versions.len(), "seed {seed}");
            assert_eq!(accepted.dataset.definition(), drawn.definition(), "seed {seed}");
            assert_eq!(
                accepted.dataset.field_ids(),
                expected.as_ref(),
                "seed {seed}, from version {first} on"
            );
        }
    }
}

#[tokio::test]
async fn versions_that_are_not_there_are_passed_over() {
    let store = MemoryStore::default();
    put(&store, 7, SEATS).await;
    let accepted = found(&store).await;
    let expected = FieldIds::following(None, &accepted.dataset);
    assert_eq!((accepted.version, accepted.dataset.field_ids()), (7, Some(&expected)));
}

#[tokio::test]
async fn an_earlier_version_is_read_only_where_the_ids_need_it() {
    let wider = SEATS.replace("}]}", r#"}, {"name": "fare", "type": "double"}]}"#);
    let store = MemoryStore::default();
    put(&store, 1, "{").await;
    put(&store, 2, wider.clone()).await;
    match load(&store, &seats()).await {
        Err(SchemasError::Invalid { key, .. }) => assert_eq!(key, "schemas/seats/000001.json"),
        other => panic!("{other:?}"),
    }
    // Who does not write files needs no ids.
    let loaded = load_all(&store).await.unwrap();
    assert_eq!(loaded.datasets[&seats()].dataset.field_ids(), None);
    put(&store, 3, encode(&Dataset::from_json(wider.as_bytes()).unwrap(), None).unwrap()).await;
    assert!(found(&store).await.dataset.field_ids().is_some());
    assert!(load_all(&store).await.unwrap().datasets[&seats()].dataset.field_ids().is_some());
}

#[tokio::test]
async fn no_version_follows_one_whose_ids_are_not_known() {
    let store = MemoryStore::default();
    put(&store, 1, SEATS).await;
    let live = load_version(&store, &seats(), 1).await.unwrap();
    let error = encode(&live.dataset, Some(&live)).unwrap_err().to_string();
    assert!(error.contains("the field ids of version 1 are not known"), "{error}");
    let live = found(&store).await;
    assert_eq!(decode(&encode(&live.dataset, Some(&live)).unwrap()).unwrap(), live.dataset);
}
