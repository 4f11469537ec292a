//! The data files of the heads, held against what is there: as `tributary doctor` does it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Commit, Partition, commit, key,
    port::{ObjectStore, StoreError},
};
use futures::{StreamExt, TryStreamExt, stream};

use super::log::Head;
use crate::doctor::{Difference, compare_files};

/// How many partitions are looked at at the same time.
const LISTINGS: usize = 32;

/// What of these heads' files is not as they say.
pub(super) async fn compare<S: ObjectStore>(
    store: &S,
    heads: &BTreeMap<Partition, Head>,
) -> Result<Vec<Difference>, StoreError> {
    let reads = heads.values().filter_map(|head| head.as_ref().ok()).map(|head| one(store, head));
    let reads: Vec<_> = reads.collect();
    let found: Vec<Vec<Difference>> = stream::iter(reads).buffered(LISTINGS).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

async fn one<S: ObjectStore>(store: &S, head: &Commit) -> Result<Vec<Difference>, StoreError> {
    let objects = store.list_all(&head.location).await?;
    let found = compare_files(head, &BTreeSet::new(), &objects);
    if found.is_empty() {
        return Ok(found);
    }
    // A head that came since may have made this one garbage, or have gone on without what is lost.
    let (dataset, partition) = (&head.dataset, &head.partition);
    let log = store.list_all(&key::commits_prefix(dataset, partition)).await?;
    let newest = commit::head(dataset, partition, log.iter().map(|object| object.key.as_str()));
    Ok(if newest == Some(head.generation) { found } else { Vec::new() })
}
