//! Waiting until queries see what was committed.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    DatasetName, Generation, Partition,
    key::{self, ParsedKey},
    port::{Catalog, CatalogError, Clock, ObjectStore},
};

use crate::lake::LakeError;

/// How long is waited unless somebody says otherwise, in seconds.
pub(crate) const PATIENCE: u64 = 120;
/// Between two looks: `register` takes some milliseconds in a local lake, and seconds in AWS.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Looks until the catalog names the present head of each of these partitions, or a later one, or the time is up. Answers
/// those of which it does not.
pub(crate) async fn until_visible<S: ObjectStore, C: Catalog>(
    (store, catalog): (&S, &C),
    clock: &impl Clock,
    dataset: &DatasetName,
    partitions: Vec<Partition>,
    patience: Duration,
) -> Result<Vec<Partition>, LakeError> {
    let mut waited = BTreeMap::new();
    for partition in partitions {
        if let Some(head) = head(store, dataset, &partition).await? {
            waited.insert(partition, head);
        }
    }
    let (began, mut pause) = (clock.now(), FIRST_PAUSE);
    while !waited.is_empty() {
        let registered = registered(catalog, dataset).await?;
        waited.retain(|partition, head| registered.get(partition).is_none_or(|named| named < head));
        let is_late = (clock.now() - began).to_std().unwrap_or_default() >= patience;
        if waited.is_empty() || is_late {
            break;
        }
        clock.sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Ok(waited.into_keys().collect())
}

async fn head<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    partition: &Partition,
) -> Result<Option<Generation>, LakeError> {
    let objects = store.list_all(&key::commits_prefix(dataset, partition)).await?;
    let generations = objects.iter().filter_map(|object| match ParsedKey::parse(&object.key) {
        Ok(ParsedKey::Commit(_, found, generation)) if found == *partition => Some(generation),
        _ => None,
    });
    Ok(generations.max())
}

/// The generation that the catalog names for each partition.
async fn registered<C: Catalog>(
    catalog: &C,
    dataset: &DatasetName,
) -> Result<BTreeMap<Partition, Generation>, LakeError> {
    let entries = match catalog.partitions(dataset).await {
        // `register` makes it.
        Err(CatalogError::NotFound { .. }) => Vec::new(),
        entries => entries?,
    };
    let named = entries
        .into_iter()
        .filter_map(|entry| Some((Partition::from_values(&entry.values).ok()?, entry.generation()?)));
    Ok(named.collect())
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use domain::{
        memory::{ManualClock, MemoryCatalog, MemoryStore},
        port::{CatalogPartition, EntryState, PartitionKey, PartitionState, PutMode, Table, Upsert},
    };

    use super::*;

    const NOW: &str = "2026-11-23T10:00:00Z";

    fn now() -> DateTime<Utc> {
        NOW.parse().unwrap()
    }

    async fn catalog(dataset: &DatasetName, entries: &[(&str, u64)]) -> MemoryCatalog {
        let catalog = MemoryCatalog::default();
        let table = Table {
            name: dataset.clone(),
            description: None,
            columns: Vec::new(),
            partition_keys: vec![PartitionKey::string("dt")],
            location: key::table_prefix(dataset),
            schema_version: None,
            parameters: BTreeMap::new(),
            version: None,
        };
        catalog.create_table(&table).await.unwrap();
        let entries: Vec<_> = entries
            .iter()
            .map(|(day, generation)| {
                let state = EntryState::Registered(PartitionState {
                    generation: Generation::new(*generation),
                    schema_version: 1,
                    rows: 10,
                    bytes: 100,
                    committed_at: now(),
                    newest_landed_at: None,
                });
                CatalogPartition { state, ..CatalogPartition::by_hand(vec![(*day).to_owned()], "somewhere/") }
            })
            .collect();
        assert!(catalog.write_partitions(dataset, Upsert::Create, &entries).await.unwrap().is_empty());
        catalog
    }

    #[tokio::test]
    async fn what_the_catalog_does_not_name_in_time_is_told() {
        let (store, dataset) = (MemoryStore::default(), DatasetName::new("d").unwrap());
        for (day, generation) in [("dt=2026-11-21", 1), ("dt=2026-11-22", 9), ("dt=2026-11-23", 2)] {
            let key = key::commit(&dataset, &day.parse().unwrap(), Generation::new(generation));
            store.put(&key, "{}".into(), PutMode::Create).await.unwrap();
        }
        let all: Vec<Partition> = ["dt=2026-11-20", "dt=2026-11-21", "dt=2026-11-22", "dt=2026-11-23"]
            .iter()
            .map(|day| day.parse().unwrap())
            .collect();
        for (entries, expected, seconds) in [
            (&[][..], &["dt=2026-11-21", "dt=2026-11-22", "dt=2026-11-23"][..], 30),
            (&[("2026-11-21", 1), ("2026-11-22", 8)], &["dt=2026-11-22", "dt=2026-11-23"], 30),
            // Somebody committed another one meanwhile.
            (&[("2026-11-21", 1), ("2026-11-22", 9), ("2026-11-23", 3)], &[], 0),
        ] {
            let (catalog, clock) = (catalog(&dataset, entries).await, ManualClock::new(now()));
            let patience = Duration::from_secs(30);
            let late =
                until_visible((&store, &catalog), &clock, &dataset, all.clone(), patience).await.unwrap();
            let late: Vec<String> = late.iter().map(ToString::to_string).collect();
            assert_eq!(late, expected);
            let took = (clock.now() - now()).num_seconds();
            assert!((seconds..seconds + 6).contains(&took), "{took} s");
        }
    }
}
