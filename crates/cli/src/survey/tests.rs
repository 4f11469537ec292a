use domain::{memory::MemoryStore, port::PutMode};

use super::*;

const INT: &str = r#"{"name": "d", "columns": [{"name": "a", "type": "int"}]}"#;
const DATE: &str = r#"{"name": "d", "columns": [{"name": "a", "type": "date"}]}"#;

async fn lake(objects: &[(&str, &str)]) -> MemoryStore {
    let store = MemoryStore::default();
    for (key, body) in objects {
        store.put(key, Bytes::from((*body).to_owned()), PutMode::Create).await.unwrap();
    }
    store
}

#[tokio::test]
async fn every_way_a_request_stands_to_what_is_live() {
    for (requested, accepted, state) in [
        (Some(INT), Some(INT), "live"),
        (Some(INT), None, "waiting"),
        (Some(DATE), Some(INT), "refused"),
        (Some("{"), Some(INT), "refused"),
        (Some(r#"{"name": "e", "columns": [{"name": "a", "type": "int"}]}"#), None, "refused"),
        (None, Some(INT), "not requested"),
        (Some(INT), Some("{"), "damaged"),
    ] {
        let mut objects = Vec::new();
        objects.extend(requested.map(|body| ("datasets/d.json", body)));
        objects.extend(accepted.map(|body| ("schemas/d/000007.json", body)));
        let store = lake(&objects).await;
        let survey = all(&store).await.unwrap();
        let [found] = survey.datasets.as_slice() else { panic!("{survey:?}") };
        assert_eq!(found.state.words(), state, "{requested:?} {accepted:?}");
        assert_eq!(found.state.reasons().is_empty(), state == "live");
        assert_eq!(
            found.live.as_ref().map(|live| live.version),
            accepted.filter(|body| *body == INT).map(|_| 7)
        );
        let alone = one(&store, &found.name).await.unwrap().unwrap();
        assert_eq!((alone.state, alone.requested_at), (found.state.clone(), found.requested_at));
    }
}

#[tokio::test]
async fn an_object_that_is_no_definition_is_named() {
    let survey = all(&lake(&[("datasets/Bad-Name.json", INT)]).await).await.unwrap();
    assert_eq!(survey.strangers, ["datasets/Bad-Name.json"]);
    assert!(survey.datasets.is_empty());
}

#[tokio::test]
async fn a_dataset_that_nobody_asked_for_is_none() {
    let store = lake(&[("datasets/dd.json", INT)]).await;
    assert!(one(&store, &DatasetName::new("d").unwrap()).await.unwrap().is_none());
}
