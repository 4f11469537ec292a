//! One partition: what each target names of it follows the head.

use domain::{
    DatasetName, Generation, Partition,
    port::{Catalog, CatalogError, Clock, Ids, ObjectStore},
    run::Run,
    sabotage::{self, Bug},
    schemas,
    target::{Naming, Target, TargetError},
};

use crate::{
    backoff::Backoff,
    error::RegisterError,
    service::{ATTEMPTS, Register},
};

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// Points the partition at its head, in all targets: see [`Register::project_each`]. Answers whether anything was
    /// changed; the first failure is the answer where there is any.
    pub async fn project(
        &self,
        name: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<bool, RegisterError> {
        let mut changed = false;
        for published in self.project_each(name, partition, run).await {
            changed |= published.answer?;
        }
        Ok(changed)
    }

    /// Points the partition at its head in one target; re-reads the head and repeats if it moved meanwhile. Answers
    /// whether anything was changed. A partition without commits is left alone. One that the dataset cannot have is
    /// [`RegisterError::OtherGranularity`].
    pub(crate) async fn project_to(
        &self,
        target: &dyn Target,
        name: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<bool, RegisterError> {
        self.project_seeing(target, name, partition, run, &mut None).await
    }

    /// The same, and says which head it has seen last, whether it succeeds or fails.
    pub(crate) async fn project_seeing(
        &self,
        target: &dyn Target,
        name: &DatasetName,
        partition: &Partition,
        run: &Run,
        seen: &mut Option<Generation>,
    ) -> Result<bool, RegisterError> {
        let permit = || run.may_change(self.clock.now());
        let (mut changed, mut tried, mut backoff) = (false, false, Backoff::default());
        for _ in 0..ATTEMPTS {
            // After a write, what the target names first and the head after it. A write of this run that timed out may land
            // at any time, over a newer one of somebody else: the other way round, it could land between the two and look
            // current.
            let named = match tried {
                true => Some(self.patiently(run, || target.named(name, partition)).await?),
                false => None,
            };
            let head = self.head(name, partition).await?;
            *seen = head.as_ref().map(|head| head.generation);
            let accepted = schemas::load(&*self.store, name).await?;
            if let Some(accepted) = &accepted
                && let Err(other) = accepted.dataset.check_partition(partition)
            {
                return match &head {
                    // What a purge has left of a dataset that came back with other partitions.
                    Some(head) if head.is_given_up() => Ok(changed),
                    _ => Err(other.into()),
                };
            }
            let Some(head) = head else {
                return Ok(changed);
            };
            let Some(accepted) = accepted else {
                // Its commits stay where they are, unless somebody purges it.
                return match schemas::dropped(&*self.store, name).await? {
                    Some(_) => Ok(changed),
                    None => Err(RegisterError::UnknownDataset(name.clone())),
                };
            };
            if named.is_some_and(|named| named == [Naming::of(&head, accepted.version)]) {
                return Ok(changed);
            }
            self.may_change(run)?;
            match target.publish(&head, &accepted, &permit).await {
                // Seen after the head was read. That is good enough only while no write of this run is under way.
                Ok(false) if !tried => return Ok(changed),
                Ok(false) => {}
                // The second look: between the look and this write others may have written what is newer, and Glue
                // has no condition that would have told.
                Ok(true) if sabotage::is_on(Bug::NoSecondLook) => return Ok(true),
                Ok(true) => (changed, tried) = (true, true),
                // The commit came before its table, or somebody dropped the table.
                Err(TargetError::Catalog(CatalogError::NotFound { .. })) => {
                    tried = true;
                    self.ensure(target, &accepted, run).await?;
                }
                // Somebody else created or dropped it, or changes it right now; or nobody knows. Look again.
                Err(TargetError::Catalog(error)) => {
                    tried = true;
                    self.back_off(&mut backoff, error, run).await?;
                }
                Err(TargetError::Expired(expired)) => return Err(expired.into()),
            }
        }
        Err(RegisterError::contention(name, Some(partition), ATTEMPTS))
    }
}
