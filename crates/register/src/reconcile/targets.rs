//! The full run for a target besides the catalog.

use domain::{
    Generation, key,
    port::{Catalog, Clock, Ids, ObjectStore},
    run::Run,
    schemas::{self, Accepted},
    target::{Naming, Target},
};

use super::Outcome;
use crate::{error::RegisterError, service::Register};

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// Brings one target up to date, dataset by dataset, from whatever it knows or has lost.
    pub(super) async fn reconcile_target(&self, target: &dyn Target, run: &Run) -> Outcome {
        let mut outcome = Outcome::default();
        if let Err(error) = self.reconcile_datasets(target, run, &mut outcome).await {
            outcome.end(error);
        }
        outcome
    }

    async fn reconcile_datasets(
        &self,
        target: &dyn Target,
        run: &Run,
        outcome: &mut Outcome,
    ) -> Result<(), RegisterError> {
        // What is damaged, or has no definition, is told by the run for the catalog.
        let datasets = schemas::load_all(&*self.store).await?.datasets;
        for accepted in self.begin_anywhere(datasets.into_values().collect()) {
            self.may_begin(run)?;
            match self.reconcile_dataset(target, &accepted, run, outcome).await {
                Ok(()) => {}
                // There is no time for the others either.
                Err(expired @ RegisterError::Expired(_)) => return Err(expired),
                Err(error) => outcome.note(accepted.dataset.name(), None, error),
            }
        }
        Ok(())
    }

    async fn reconcile_dataset(
        &self,
        target: &dyn Target,
        accepted: &Accepted,
        run: &Run,
        outcome: &mut Outcome,
    ) -> Result<(), RegisterError> {
        let name = accepted.dataset.name();
        self.ensure(target, accepted, run).await?;
        let named = self.patiently(run, || target.all_named(name)).await?;
        let heads = self.head_numbers(name).await?;
        let differing = heads.into_iter().filter_map(|(partition, head)| {
            let is_current = named.get(&partition).is_some_and(|named| names(named, head, accepted.version));
            let is_possible = accepted.dataset.check_partition(&partition).is_ok();
            (is_possible && !is_current).then_some(partition)
        });
        for partition in self.begin_anywhere(differing.collect()) {
            self.may_begin(run)?;
            match self.project_to(target, name, &partition, run).await {
                Ok(changed) => outcome.done.changed += usize::from(changed),
                Err(error) => outcome.note(name, Some(&partition), error),
            }
        }
        Ok(())
    }
}

/// Whether the target names a generation of this number and nothing else, under this version of the definition.
fn names(named: &[Naming], head: Generation, version: u32) -> bool {
    match named {
        [Naming { location, schema_version }] => {
            let generation = key::generation_of(location).map(|(_, _, generation, _)| generation);
            generation == Some(head) && *schema_version == Some(version)
        }
        _ => false,
    }
}
