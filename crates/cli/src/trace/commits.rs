//! The commits that consumed a batch whose object is gone.

use domain::{
    Commit, DatasetName, Partition,
    batch::BatchName,
    key::{self, ParsedKey},
    port::{ObjectStore, StoreError},
};
use futures::{StreamExt, pin_mut, stream};
use indicatif::ProgressBar;

use super::Search;
use crate::output;

/// How many commits are read at the same time.
const READS: usize = 32;

/// Whose batch it is, by the first commit that lists it. A batch is one partition's, since its name is a hash of that too.
/// A commit that cannot be read is left out: `tributary doctor` says what is wrong with it.
pub(super) async fn place<S: ObjectStore>(
    store: &S,
    batch: &BatchName,
    search: &Search<'_>,
    bar: &ProgressBar,
) -> Result<Option<(DatasetName, Partition)>, StoreError> {
    let prefix = match search.dataset {
        Some(dataset) => format!("{}{dataset}/", key::COMMITS),
        None => key::COMMITS.to_owned(),
    };
    let mut after: Option<String> = None;
    let mut looked = 0;
    loop {
        let page = store.list(&prefix, after.as_deref()).await?;
        let recent = page.objects.into_iter().filter(|object| {
            let is_commit = matches!(ParsedKey::parse(&object.key), Ok(ParsedKey::Commit(..)));
            is_commit && object.last_modified.timestamp() >= search.since.timestamp()
        });
        let reads = recent.map(|object| async move { read(store, &object.key).await });
        let reads = stream::iter(reads).buffer_unordered(READS);
        pin_mut!(reads);
        while let Some(commit) = reads.next().await {
            looked += 1;
            bar.set_message(format!("reading commits: {}", output::count(looked)));
            if let Some(Commit { dataset, partition, .. }) =
                commit?.filter(|commit| commit.has_consumed(batch))
            {
                return Ok(Some((dataset, partition)));
            }
        }
        after = page.next_after;
        if after.is_none() {
            return Ok(None);
        }
    }
}

/// `None` if it was vacuumed meanwhile, or cannot be read.
async fn read<S: ObjectStore>(store: &S, key: &str) -> Result<Option<Commit>, StoreError> {
    match store.get(key).await {
        Ok(bytes) => Ok(Commit::parse(key, &bytes).ok()),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
