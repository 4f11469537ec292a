//! What each target is told of a dataset: in the catalog, its table.

use domain::{
    port::{Catalog, CatalogError, Clock, Ids, ObjectStore},
    run::Run,
    schemas::Accepted,
    target::{Target, TargetError},
};
use futures::future::join_all;

use crate::{
    backoff::Backoff,
    error::RegisterError,
    service::{ATTEMPTS, Register},
};

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// Creates or evolves the table. A newer version that somebody else put there stays.
    pub(crate) async fn ensure_table(&self, accepted: &Accepted, run: &Run) -> Result<(), RegisterError> {
        self.ensure(&self.catalog_target(), accepted, run).await
    }

    /// Makes all targets follow the definition. One that fails holds up no other; the first failure is the answer.
    pub(crate) async fn ensure_everywhere(
        &self,
        accepted: &Accepted,
        run: &Run,
    ) -> Result<(), RegisterError> {
        let targets = self.everywhere();
        let all = targets.iter().map(|target| self.ensure(&**target, accepted, run));
        join_all(all).await.into_iter().collect()
    }

    /// Makes the target follow the definition. A newer version that it follows already stays.
    pub(crate) async fn ensure(
        &self,
        target: &dyn Target,
        accepted: &Accepted,
        run: &Run,
    ) -> Result<(), RegisterError> {
        let permit = || run.may_change(self.clock.now());
        let mut backoff = Backoff::default();
        for _ in 0..ATTEMPTS {
            self.may_change(run)?;
            match target.define(accepted, &permit).await {
                Ok(()) => return Ok(()),
                // The database is missing: no pause makes it.
                Err(TargetError::Catalog(missing @ CatalogError::NotFound { .. })) => {
                    return Err(missing.into());
                }
                // Somebody else was at work, or nobody knows: look again.
                Err(TargetError::Catalog(error)) => self.back_off(&mut backoff, error, run).await?,
                Err(TargetError::Expired(expired)) => return Err(expired.into()),
            }
        }
        Err(RegisterError::contention(accepted.dataset.name(), None, ATTEMPTS))
    }
}
