use std::sync::LazyLock;

use domain::memory::{MemoryStore, SeededIds};

use super::*;

static PARCELS: LazyLock<DatasetName> = LazyLock::new(|| DatasetName::new("parcels").unwrap());

fn new<'a>(columns: &'a [OutputColumn], caller: &'a Caller) -> NewRecord<'a> {
    let dataset = &*PARCELS;
    NewRecord {
        dataset: Some(dataset),
        named_query: None,
        reads: std::slice::from_ref(dataset),
        file_name: "parcels",
        columns: Some(columns),
        rows: 20,
        hidden: 0,
        follow: None,
        patterns: &[],
        representation: Representation::from_text("columns").unwrap(),
        caller,
        statement: "digest".into(),
        generations: None,
        created_at: DateTime::UNIX_EPOCH,
        place: None,
    }
}

#[tokio::test]
async fn what_was_written_first_is_what_is_read() {
    let (store, ids) = (MemoryStore::default(), SeededIds::new(1));
    let name = ExecutionName::parse("a-1").unwrap();
    assert_eq!(QueryRecord::load(&store, &name).await.unwrap(), None);
    let types = ["decimal(12,2)", "struct<city:string,since:timestamp>", "map<string,array<binary>>"];
    let columns: Vec<OutputColumn> = types[..2]
        .iter()
        .map(|text| OutputColumn { name: format!("a {text}"), data_type: text.parse().unwrap() })
        .collect();
    let caller = Caller::named("k");
    store.lose_replies(1);
    let lost = QueryRecord::create(&store, &ids, &name, new(&columns, &caller)).await;
    assert!(matches!(lost, Err(RecordError::Store(StoreError::Unavailable { .. }))));
    let first = QueryRecord::create(&store, &ids, &name, new(&columns, &caller)).await.unwrap();
    let again = QueryRecord::create(&store, &ids, &name, new(&[], &Caller::default())).await.unwrap();
    assert_eq!(first, again, "cursors of the first one go on to be good");
    let loaded = QueryRecord::load(&store, &name).await.unwrap().unwrap();
    assert_eq!(
        (loaded.columns(), loaded.representation()),
        (Some(columns), Representation::from_text("columns"))
    );
    assert!(loaded.is_of(&caller) && !loaded.is_of(&Caller::default()));
    assert_eq!(loaded.secret.len(), 32);
}

#[tokio::test]
async fn a_record_of_a_later_version_is_not_guessed_at() {
    let store = MemoryStore::default();
    let name = ExecutionName::parse("a-1").unwrap();
    for body in ["{}", "{\"format\":2}", "x"] {
        store.put(&key::query_record(&name), body.into(), PutMode::Overwrite).await.unwrap();
        assert!(matches!(QueryRecord::load(&store, &name).await, Err(RecordError::Damaged(_))), "{body}");
    }
}

#[tokio::test]
async fn where_two_were_refused_it_is_written_again_and_not_for_ever() {
    let (ids, name) = (SeededIds::new(1), ExecutionName::parse("a-1").unwrap());
    let caller = Caller::default();
    for (refusals, written) in [(ATTEMPTS - 1, true), (ATTEMPTS, false)] {
        let store = MemoryStore::default();
        store.contend_next(refusals.into());
        let record = QueryRecord::create(&store, &ids, &name, new(&[], &caller)).await;
        assert_eq!(record.is_ok(), written);
        assert_eq!(QueryRecord::load(&store, &name).await.unwrap(), record.ok());
    }
}

#[tokio::test]
async fn a_record_of_an_earlier_version_is_read() {
    let (store, ids) = (MemoryStore::default(), SeededIds::new(1));
    let name = ExecutionName::parse("a-1").unwrap();
    let written = QueryRecord::create(&store, &ids, &name, new(&[], &Caller::default())).await.unwrap();
    let mut body = serde_json::to_value(&written).unwrap();
    for member in ["rows", "patterns"] {
        body.as_object_mut().unwrap().remove(member);
    }
    store.put(&key::query_record(&name), body.to_string().into(), PutMode::Overwrite).await.unwrap();
    let loaded = QueryRecord::load(&store, &name).await.unwrap().unwrap();
    assert_eq!(loaded, QueryRecord { rows: None, ..written });
}
