//! A target of commits.

use crate::{
    commit::{Commit, CommitKind, DataFile, FORMAT, Generation, WriterId},
    dataset::Dataset,
    key,
    name::DatasetName,
    partition::Partition,
    port::CatalogError,
    run::Expired,
    schemas::Accepted,
    target::{Naming, Permit, Target, TargetError},
};

const MAY: Permit<'static> = &|| Ok(());
const MAY_NOT: Permit<'static> = &|| Err(Expired::TooOld);

/// Every obligation. The target must name nothing yet.
pub async fn suite(target: &dyn Target) {
    definitions(target).await;
    heads(target).await;
    versions(target).await;
    datasets(target).await;
}

fn accepted(name: &str, version: u32) -> Accepted {
    let more = if version > 1 { r#", {"name": "fare", "type": "double"}"# } else { "" };
    let definition =
        format!(r#"{{"name": "{name}", "columns": [{{"name": "seat", "type": "bigint"}}{more}]}}"#);
    let dataset = Dataset::from_json(definition.as_bytes()).expect("a valid definition");
    Accepted { version, dataset }
}

fn day(day: u32) -> Partition {
    format!("dt=2026-11-{day:02}").parse().expect("a partition")
}

fn head(name: &str, partition: &Partition, number: u64) -> Commit {
    let dataset = DatasetName::new(name).expect("a valid name");
    let writer = WriterId::new("01JD0000000000000000000000").expect("a writer");
    let generation = Generation::new(number);
    let location = key::generation_prefix(&dataset, partition, generation, &writer);
    Commit {
        format: FORMAT,
        kind: CommitKind::Append,
        dataset,
        partition: partition.clone(),
        generation,
        schema_version: 1,
        files: vec![DataFile { key: key::data_file(&location, 0), rows: 3, bytes: 7, sealed: false }],
        location,
        consumed: Vec::new(),
        rows: 3,
        duplicates_dropped: 0,
        conflicting: 0,
        discarded: None,
        writer,
        // More exact than any catalog writes it.
        committed_at: "2026-11-23T10:05:00.123456Z".parse().expect("a time"),
        newest_landed_at: number.is_multiple_of(2).then(|| "2026-11-23T10:04:59Z".parse().expect("a time")),
    }
}

async fn named(target: &dyn Target, head: &Commit) -> Vec<Naming> {
    target.named(&head.dataset, &head.partition).await.expect("names")
}

async fn definitions(target: &dyn Target) {
    let (accepted, head) = (accepted("untold", 1), head("untold", &day(23), 1));
    assert_eq!(named(target, &head).await, [], "of a dataset that it was never told of");
    assert!(target.all_named(&head.dataset).await.expect("names").is_empty());
    target.withdraw(&head.dataset).await.expect("there is nothing to forget");
    let untold = target.publish(&head, &accepted, MAY).await;
    assert!(matches!(untold, Err(TargetError::Catalog(CatalogError::NotFound { .. }))), "{untold:?}");

    let late = target.define(&accepted, MAY_NOT).await;
    assert!(matches!(late, Err(TargetError::Expired(Expired::TooOld))), "{late:?}");
    let untold = target.publish(&head, &accepted, MAY).await;
    assert!(untold.is_err(), "a run that may change nothing has defined it");
    target.define(&accepted, MAY).await.expect("defined");
    target.define(&accepted, MAY_NOT).await.expect("it is defined already, so nothing is changed");
}

async fn heads(target: &dyn Target) {
    let (accepted, first, second) =
        (accepted("seats", 1), head("seats", &day(23), 1), head("seats", &day(23), 2));
    target.define(&accepted, MAY).await.expect("defined");
    assert_eq!(named(target, &first).await, []);
    let late = target.publish(&first, &accepted, MAY_NOT).await;
    assert!(matches!(late, Err(TargetError::Expired(Expired::TooOld))), "{late:?}");
    assert_eq!(named(target, &first).await, [], "a run that may change nothing has published it");

    // An older one too: there is no condition that would refuse it.
    for head in [&first, &second, &first] {
        assert!(target.publish(head, &accepted, MAY).await.expect("published"), "it is another one");
        assert_eq!(named(target, head).await, [Naming::of(head, 1)]);
        let again = target.publish(head, &accepted, MAY_NOT).await.expect("nothing is to be changed");
        assert!(!again, "it is the same one");
    }
}

async fn versions(target: &dyn Target) {
    let head = head("evolving", &day(23), 1);
    for version in [1, 2] {
        let accepted = accepted("evolving", version);
        target.define(&accepted, MAY).await.expect("defined");
        assert!(
            target.publish(&head, &accepted, MAY).await.expect("published"),
            "version {version} is another one"
        );
        assert_eq!(named(target, &head).await, [Naming::of(&head, version)]);
    }
}

async fn datasets(target: &dyn Target) {
    let heads = [head("one", &day(22), 4), head("one", &day(23), 5), head("other", &day(23), 6)];
    for head in &heads {
        let accepted = accepted(head.dataset.as_str(), 1);
        target.define(&accepted, MAY).await.expect("defined");
        assert!(target.publish(head, &accepted, MAY).await.expect("published"));
    }
    let [older, newer, other] = &heads;
    let all = target.all_named(&newer.dataset).await.expect("names");
    let expected = [older, newer].map(|head| (head.partition.clone(), vec![Naming::of(head, 1)]));
    assert_eq!(all.into_iter().collect::<Vec<_>>(), expected);

    target.withdraw(&newer.dataset).await.expect("withdrawn");
    assert_eq!(named(target, newer).await, []);
    assert!(target.all_named(&newer.dataset).await.expect("names").is_empty());
    assert_eq!(named(target, other).await, [Naming::of(other, 1)], "another dataset was withdrawn too");
    let untold = target.publish(newer, &accepted("one", 1), MAY).await;
    assert!(matches!(untold, Err(TargetError::Catalog(CatalogError::NotFound { .. }))), "{untold:?}");
    target.define(&accepted("one", 1), MAY).await.expect("defined again");
    assert_eq!(named(target, newer).await, [], "what is defined again names nothing");
}
