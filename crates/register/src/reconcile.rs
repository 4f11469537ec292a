//! The full run: every definition, table and partition, whatever events said.

mod batch;
mod outcome;
mod plan;
mod strays;
mod targets;
mod types;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::{
    DatasetName,
    key::{self, ParsedKey},
    port::{Catalog, CatalogError, Clock, Ids, ObjectStore},
    run::{Expired, Run},
    schemas::{self, Accepted},
};
use futures::future::{join, join_all};

use crate::{
    accept::Acceptance,
    error::RegisterError,
    service::{ATTEMPTS, Register},
};

use outcome::Outcome;

pub use outcome::Reconciled;

/// What one step may need, at a guess: with less time than this left, none is begun.
const STEP: TimeDelta = TimeDelta::seconds(10);

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// Brings everything up to date, table by table; what fails does not hold back the rest, and the first failure is
    /// the answer. A run that has no time for everything begins each time at another place. Targets besides the catalog
    /// are brought up to date meanwhile, each at its own pace.
    pub async fn reconcile(&self, run: &Run) -> Result<Reconciled, RegisterError> {
        let mut done = Reconciled::default();
        self.reconcile_reporting(run, &mut done).await?;
        Ok(done)
    }

    /// The same, and fills in what was done: also where some of it was not.
    pub(crate) async fn reconcile_reporting(
        &self,
        run: &Run,
        done: &mut Reconciled,
    ) -> Result<(), RegisterError> {
        let mut outcome = Outcome::default();
        let others = join_all(self.targets.iter().map(|target| self.reconcile_target(&**target, run)));
        let (ended, others) = join(self.reconcile_all(run, &mut outcome), others).await;
        if let Err(error) = ended {
            outcome.end(error);
        }
        others.into_iter().for_each(|other| outcome.add(other));
        outcome.into_result(done)
    }

    async fn reconcile_all(&self, run: &Run, outcome: &mut Outcome) -> Result<(), RegisterError> {
        let live = self.accept_all(run, outcome).await?;
        // First: a definition is older than its commits. The other way round, a dataset that went live in between would be
        // taken for one without a definition, and somebody called.
        let committed = self.committed_datasets().await?;
        // Also those that nobody asks for any more: their data is still there.
        let schemas::Loaded { datasets, damaged, dropped, .. } = schemas::load_all(&*self.store).await?;
        types::warn_of_shared(&datasets);
        for name in committed {
            // What is left of a dataset that was dropped is meant to be there.
            let is_known =
                datasets.contains_key(&name) || damaged.contains_key(&name) || dropped.contains(&name);
            if !is_known {
                outcome.note(&name, None, RegisterError::UnknownDataset(name.clone()));
            }
        }
        for (name, error) in damaged {
            outcome.note(&name, None, error.into());
        }
        for accepted in self.begin_anywhere(datasets.into_values().collect()) {
            self.may_begin(run)?;
            let name = accepted.dataset.name();
            let is_ensured = live.contains(name);
            match self.reconcile_table(&accepted, is_ensured, run, outcome).await {
                Ok(()) => {}
                // There is no time for the others either.
                Err(expired @ RegisterError::Expired(_)) => return Err(expired),
                Err(error) => outcome.note(name, None, error),
            }
        }
        Ok(())
    }

    /// Every request; answers the datasets whose tables are up to date.
    async fn accept_all(
        &self,
        run: &Run,
        outcome: &mut Outcome,
    ) -> Result<BTreeSet<DatasetName>, RegisterError> {
        let mut live = BTreeSet::new();
        for object in self.store.list_all(key::DATASETS).await? {
            let Ok(ParsedKey::Definition(name)) = ParsedKey::parse(&object.key) else {
                tracing::warn!(key = object.key, "an object in datasets is no definition; it is left alone");
                continue;
            };
            match self.accept(&name, run).await {
                Ok(Acceptance::Live { new, .. }) => {
                    outcome.done.accepted += usize::from(new);
                    live.insert(name);
                }
                Ok(Acceptance::Rejected(rejected)) => {
                    tracing::error!(dataset = %name, %rejected, "a definition does not go live");
                    outcome.done.rejected += 1;
                }
                Ok(Acceptance::NotRequested) => {}
                Err(error) => outcome.note(&name, None, error),
            }
        }
        Ok(live)
    }

    async fn reconcile_table(
        &self,
        accepted: &Accepted,
        is_ensured: bool,
        run: &Run,
        outcome: &mut Outcome,
    ) -> Result<(), RegisterError> {
        let name = accepted.dataset.name();
        if !is_ensured {
            self.ensure_table(accepted, run).await?;
        }
        // The catalog first: what it names was committed before, so whatever is not in a later listing of the commits
        // has none.
        let found = self.listed_partitions(accepted, run).await?;
        let heads = self.head_numbers(name).await?;
        outcome.done.partitions += heads.len();
        let plan = plan::plan(accepted, &heads, found);
        drop(heads);
        if plan.others > 0 {
            let partitions = plan.others;
            tracing::info!(dataset = %name, partitions, "commits of partitions that the dataset cannot have are left alone");
        }
        self.tidy(name, plan.strays, run, outcome).await?;
        self.write_all(name, self.begin_anywhere(plan.differing), run, outcome).await
    }

    async fn listed_partitions(
        &self,
        accepted: &Accepted,
        run: &Run,
    ) -> Result<Vec<domain::port::CatalogPartition>, RegisterError> {
        let name = accepted.dataset.name();
        for _ in 0..ATTEMPTS {
            match self.patiently(run, || self.catalog.partitions(name)).await {
                // Somebody dropped the table.
                Err(RegisterError::Catalog(CatalogError::NotFound { .. })) => {
                    self.ensure_table(accepted, run).await?;
                }
                found => return found,
            }
        }
        Err(RegisterError::contention(name, None, ATTEMPTS))
    }

    /// The same things, beginning at any of them: what a run has no time for is not the same each time.
    fn begin_anywhere<T>(&self, mut things: Vec<T>) -> Vec<T> {
        let first = self.ids.random().checked_rem(things.len() as u64).unwrap_or_default();
        things.rotate_left(usize::try_from(first).unwrap_or_default());
        things
    }

    /// To be asked before each step.
    fn may_begin(&self, run: &Run) -> Result<(), Expired> {
        run.may_begin(self.clock.now(), STEP)
    }
}

#[cfg(test)]
mod tests;
