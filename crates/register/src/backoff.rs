//! Waiting where the catalog is busy: pauses that grow, with jitter, within the run's time.

use std::time::Duration;

use chrono::TimeDelta;
use domain::{
    port::{Catalog, CatalogError, Clock, Ids, ObjectStore},
    run::Run,
    target::TargetError,
};

use crate::{error::RegisterError, service::Register};

/// The longest first pause and the longest of all, in milliseconds. Which part of it is waited is left to chance, so
/// that several runs do not come back at the same moment.
const FIRST: u64 = 100;
const LONGEST: u64 = 5_000;

/// Failures after which a thing is given up. The SDK has tried each of them several times already.
const FAILURES: u32 = 8;

/// How often one thing has failed so far.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// Waits before the same thing is tried again. The error comes back where that would not help, where it was
    /// tried often enough, or where the run's time would be over.
    pub(crate) async fn back_off(
        &self,
        backoff: &mut Backoff,
        error: CatalogError,
        run: &Run,
    ) -> Result<(), RegisterError> {
        let longest = LONGEST.min(FIRST << backoff.failures.min(FAILURES));
        backoff.failures += 1;
        let pause = Duration::from_millis(1 + self.ids.random() % longest);
        let needed = TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX);
        let is_hopeless = matches!(error, CatalogError::Failed { .. });
        if is_hopeless || backoff.failures >= FAILURES || run.may_begin(self.clock.now(), needed).is_err() {
            return Err(error.into());
        }
        self.clock.sleep(pause).await;
        Ok(())
    }

    /// The call's answer, once the target is neither throttled nor at work on the same thing. The age is checked
    /// before each attempt.
    pub(crate) async fn patiently<T, E, F>(&self, run: &Run, call: impl Fn() -> F) -> Result<T, RegisterError>
    where
        E: Into<TargetError>,
        F: Future<Output = Result<T, E>>,
    {
        let mut backoff = Backoff::default();
        loop {
            self.may_change(run)?;
            match call().await.map_err(Into::<TargetError>::into) {
                Ok(answer) => return Ok(answer),
                Err(TargetError::Catalog(
                    error @ (CatalogError::Unavailable { .. } | CatalogError::Conflict { .. }),
                )) => self.back_off(&mut backoff, error, run).await?,
                Err(error) => return Err(error.into()),
            }
        }
    }
}
