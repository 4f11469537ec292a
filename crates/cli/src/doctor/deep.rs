//! What only the rows say: twins.

use std::collections::BTreeSet;

use compact::{CompactError, Compactor, Twins};
use domain::{
    DatasetName, Partition,
    key::{self, ParsedKey},
    port::{Clock, Ids, ObjectStore, StoreError},
    run::Run,
};

use super::{
    difference::{Difference, Kind},
    examine::Step,
    scope::Scope,
};
use crate::{
    lake::LakeError,
    output::{count, counted},
};

/// How many times to try to read a partition if the vacuum deletes its head meanwhile.
const ATTEMPTS: u32 = 3;

/// Reads the head of every partition in the scope, one after the other: each may take the memory that `compact` has.
pub(super) async fn examine<S: ObjectStore, K: Clock, I: Ids>(
    store: &impl ObjectStore,
    compactor: &Compactor<S, K, I>,
    clock: &impl Clock,
    scope: &Scope,
    progress: &(dyn Fn(Step) + Sync),
) -> Result<Vec<Difference>, LakeError> {
    let partitions = partitions(store, scope).await?;
    progress(Step::Partitions(partitions.len()));
    let mut differences = Vec::new();
    for (dataset, partition) in partitions {
        let mut attempts = 0;
        let found = loop {
            attempts += 1;
            // Each its own: a run may be an hour old at most.
            match compactor.twins(&dataset, &partition, &Run::new(clock.now(), None)).await {
                Err(CompactError::Store(StoreError::NotFound { .. })) if attempts < ATTEMPTS => {}
                found => break found,
            }
        };
        match found {
            Ok(found) if found.twins > 0 => {
                let what = words(&found);
                differences.push(Difference::of_partition(&dataset, &partition, Kind::Twins, what));
            }
            Ok(_) => {}
            Err(error) => differences.extend(difference(&dataset, &partition, error)?),
        }
        progress(Step::Partition);
    }
    Ok(differences)
}

fn words(found: &Twins) -> String {
    let Twins { generation, rows, twins, conflicting } = found;
    let differing = match conflicting {
        0 => String::new(),
        _ => format!(", {} of them with other content", count(*conflicting)),
    };
    format!(
        "{} of the {} of generation {generation} are twins of others{differing}",
        count(*twins),
        counted(*rows, "row")
    )
}

/// What a partition that cannot be read shows. What is wrong with its commits or its definition has been said
/// by whoever looked before.
fn difference(
    dataset: &DatasetName,
    partition: &Partition,
    error: CompactError,
) -> Result<Option<Difference>, LakeError> {
    match error {
        CompactError::DataFile { key, source } => {
            let what = format!("data file {key} cannot be read: {}", domain::chain(&*source));
            let difference = Difference::of_partition(dataset, partition, Kind::FileUnreadable, what);
            Ok(Some(difference.at(key)))
        }
        CompactError::Store(StoreError::NotFound { key }) => {
            let what = format!("its rows cannot be counted: {key} is gone");
            let difference = Difference::of_partition(dataset, partition, Kind::FileUnreadable, what);
            Ok(Some(difference.at(key)))
        }
        CompactError::Commit(_)
        | CompactError::UnknownDataset(_)
        | CompactError::DefinitionBehind { .. }
        | CompactError::Definition(_) => Ok(None),
        error @ CompactError::Store(StoreError::Unavailable { .. }) => Err(error.into()),
        error => {
            let what = format!("its rows were not counted: {}", domain::chain(&error));
            Ok(Some(Difference::of_partition(dataset, partition, Kind::NotCounted, what)))
        }
    }
}

/// The partitions that have commits.
async fn partitions(
    store: &impl ObjectStore,
    scope: &Scope,
) -> Result<BTreeSet<(DatasetName, Partition)>, LakeError> {
    let prefix = match (&scope.dataset, &scope.partition) {
        (Some(dataset), Some(partition)) => key::commits_prefix(dataset, partition),
        (Some(dataset), None) => format!("{}{dataset}/", key::COMMITS),
        _ => key::COMMITS.to_owned(),
    };
    let mut partitions = BTreeSet::new();
    for object in store.list_all(&prefix).await? {
        if let Ok(ParsedKey::Commit(dataset, partition, _)) = ParsedKey::parse(&object.key) {
            // The prefix of a day is that of its hours too.
            if scope.has(Some(&partition)) {
                partitions.insert((dataset, partition));
            }
        }
    }
    Ok(partitions)
}
