//! Step 5 of the protocol: landing objects that have been in the table for longer than the grace go.

use domain::{
    Commit, DatasetName, Partition, commit, key,
    port::{Clock, ObjectStore, StoreError},
    run::Run,
    sabotage::{self, Bug},
};

use crate::{error::CompactError, inputs, log};

use chrono::TimeDelta;

/// Re-reads the head, whatever it is by now, and deletes what *it* lists (I4), not what the run's own last commit does.
/// Answers how many objects.
pub(crate) async fn clean<S: ObjectStore, K: Clock>(
    store: &S,
    clock: &K,
    (dataset, partition): (&DatasetName, &Partition),
    own: Option<&Commit>,
    grace: TimeDelta,
    run: &Run,
) -> Result<usize, CompactError> {
    let head = match log::head(store, dataset, partition).await {
        Ok(Some(head)) => head,
        // No commits; or the head was vacuumed while it was looked for, and whoever made the next one cleans.
        Ok(None) | Err(CompactError::Store(StoreError::NotFound { .. })) => return Ok(0),
        Err(error) => return Err(error),
    };
    let head = match own {
        Some(own) if sabotage::is_on(Bug::CleanByOwnList) => own,
        _ => &head,
    };
    if commit::cleanable(head, clock.now(), grace).next().is_none() {
        return Ok(0);
    }
    let listing = inputs::list(store, dataset, partition, Some(head)).await?;
    let keys: Vec<String> = commit::cleanable(head, clock.now(), grace)
        .filter(|batch| listing.consumed.contains(*batch))
        .map(|batch| key::landing(dataset, partition, batch))
        .collect();
    run.may_change(clock.now())?;
    let failures = store.delete(&keys).await?;
    for failure in &failures {
        // It stays listed as consumed, so the next run tries again.
        tracing::warn!(
            %dataset,
            %partition,
            key = failure.key,
            error = domain::chain(&failure.error),
            "a consumed landing object could not be deleted"
        );
    }
    Ok(keys.len() - failures.len())
}
