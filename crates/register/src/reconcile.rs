//! The full run: every definition and every partition, whatever events said.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::{
    key::{self, ParsedKey},
    port::{Catalog, Clock, ObjectStore},
    run::Run,
    schemas,
};

use crate::{accept::Acceptance, error::RegisterError, service::Register};

/// What one partition may need, at a guess.
const ITEM: TimeDelta = TimeDelta::seconds(10);

/// What a full run did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Definitions that went live.
    pub accepted: usize,
    /// Definitions that were rejected.
    pub rejected: usize,
    /// Partitions looked at.
    pub partitions: usize,
    /// Partitions changed.
    pub changed: usize,
}

impl<S: ObjectStore, C: Catalog, K: Clock> Register<S, C, K> {
    /// Brings everything up to date; what fails does not hold back the rest, and the first failure is the
    /// answer.
    pub async fn reconcile(&self, run: &Run) -> Result<Reconciled, RegisterError> {
        let mut done = Reconciled::default();
        let mut first_error = None;
        let mut note = |error: RegisterError| {
            tracing::error!(error = domain::chain(&error), "a reconcile step failed");
            first_error.get_or_insert(error);
        };
        for object in self.store.list_all(key::DATASETS).await? {
            let Ok(ParsedKey::Definition(name)) = ParsedKey::parse(&object.key) else {
                tracing::warn!(key = object.key, "an object in datasets is no definition; it is left alone");
                continue;
            };
            match self.accept(&name, run).await {
                Ok(Acceptance::Live { new, .. }) => done.accepted += usize::from(new),
                Ok(Acceptance::Rejected(rejected)) => {
                    tracing::error!(dataset = %name, %rejected, "a definition does not go live");
                    done.rejected += 1;
                }
                Ok(Acceptance::NotRequested) => {}
                Err(error) => note(error),
            }
        }
        // Also those that nobody asks for any more: their data is still there.
        let schemas::Loaded { datasets, damaged } = schemas::load_all(&*self.store).await?;
        for error in damaged.into_values() {
            note(error.into());
        }
        for accepted in datasets.values() {
            if let Err(error) = self.ensure_table(accepted, run).await {
                note(error);
            }
        }
        let commits = self.store.list_all(key::COMMITS).await?;
        let partitions: BTreeSet<_> = commits
            .iter()
            .filter_map(|object| match ParsedKey::parse(&object.key) {
                Ok(ParsedKey::Commit(dataset, partition, _)) => Some((dataset, partition)),
                _ => None,
            })
            .collect();
        for (dataset, partition) in &partitions {
            if let Err(expired) = run.may_begin(self.clock.now(), ITEM) {
                note(expired.into());
                break;
            }
            match self.project(dataset, partition, run).await {
                Ok(changed) => done.changed += usize::from(changed),
                Err(error) => note(error),
            }
        }
        done.partitions = partitions.len();
        first_error.map_or(Ok(done), Err)
    }
}
