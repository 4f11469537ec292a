//! Which partitions a dataset has.

use std::collections::BTreeSet;

use domain::{
    DatasetName, Partition,
    key::{self, ParsedKey},
    port::{ObjectStore, StoreError},
};

/// Every partition of the dataset with a commit or a landing batch, or only this one if it has; in order.
pub(super) async fn partitions<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    only: Option<&Partition>,
) -> Result<Vec<Partition>, StoreError> {
    let prefixes = match only {
        Some(partition) => [key::commits_prefix(dataset, partition), key::landing_prefix(dataset, partition)],
        None => [format!("{}{dataset}/", key::COMMITS), format!("{}{dataset}/", key::LANDING)],
    };
    let mut found = BTreeSet::new();
    for prefix in prefixes {
        let mut after: Option<String> = None;
        loop {
            let page = store.list(&prefix, after.as_deref()).await?;
            found.extend(page.objects.iter().filter_map(|object| match ParsedKey::parse(&object.key) {
                Ok(ParsedKey::Commit(_, partition, _) | ParsedKey::Landing(_, partition, _)) => {
                    Some(partition)
                }
                _ => None,
            }));
            after = page.next_after;
            if after.is_none() {
                break;
            }
        }
    }
    // The prefix of a day is that of its hours too.
    Ok(found.into_iter().filter(|partition| only.is_none_or(|only| only == partition)).collect())
}

#[cfg(test)]
mod tests {
    use domain::{memory::MemoryStore, port::PutMode};

    use super::*;

    #[tokio::test]
    async fn partitions_have_a_commit_or_a_batch() {
        let store = MemoryStore::default();
        let batch = "0".repeat(40);
        for key in [
            "commits/a/dt=2026-11-23/0000000001.json".to_owned(),
            "commits/a/dt=2026-11-23/hour=10/0000000001.json".to_owned(),
            format!("landing/a/dt=2026-11-22/{batch}.ndjson.zst"),
            "landing/a/notes.txt".to_owned(),
            format!("landing/ab/dt=2026-11-21/{batch}.ndjson.zst"),
        ] {
            store.put(&key, "".into(), PutMode::Create).await.unwrap();
        }
        let dataset = DatasetName::new("a").unwrap();
        let found = async |only: Option<&str>| {
            let only: Option<Partition> = only.map(|only| only.parse().unwrap());
            let found = partitions(&store, &dataset, only.as_ref()).await.unwrap();
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(found(None).await, ["dt=2026-11-22", "dt=2026-11-23", "dt=2026-11-23/hour=10"]);
        assert_eq!(found(Some("dt=2026-11-23")).await, ["dt=2026-11-23"]);
        assert!(found(Some("dt=2026-11-21")).await.is_empty());
    }
}
