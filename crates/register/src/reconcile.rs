//! The full run: every definition and every partition, whatever events said.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use domain::{
    DatasetName,
    key::{self, ParsedKey},
    port::{Catalog, Clock, ObjectStore},
    run::Run,
    schemas::{self, Accepted},
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
            tracing::error!(
                stopped = error.stops(),
                error = domain::chain(&error),
                "a reconcile step failed"
            );
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
        for (cloudevents_type, names) in shared_types(&datasets) {
            tracing::error!(
                cloudevents_type,
                datasets = names.join(", "),
                "datasets share a CloudEvents type: its events go to the first of them"
            );
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

/// The CloudEvents types that more than one dataset has, with the datasets' names in order.
fn shared_types(datasets: &BTreeMap<DatasetName, Accepted>) -> BTreeMap<&str, Vec<&str>> {
    let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, accepted) in datasets {
        if let Some(cloudevents_type) = accepted.dataset.cloudevents_type() {
            owners.entry(cloudevents_type).or_default().push(name.as_str());
        }
    }
    owners.retain(|_, names| names.len() > 1);
    owners
}

#[cfg(test)]
mod tests {
    use domain::Dataset;

    use super::*;

    #[test]
    fn a_type_that_two_datasets_have_is_found_with_both_in_order() {
        let accepted = |name: &str, cloudevents_type: &str| {
            let definition = format!(
                r#"{{"name": "{name}", "cloudevents_type": "{cloudevents_type}", "columns": [{{"name": "a", "type": "int"}}]}}"#
            );
            let dataset = Dataset::from_json(definition.as_bytes()).unwrap();
            (dataset.name().clone(), Accepted { version: 1, dataset })
        };
        let datasets = [accepted("c", "x"), accepted("a", "x"), accepted("b", "y")].into();
        assert_eq!(shared_types(&datasets), BTreeMap::from([("x", vec!["a", "c"])]));
    }
}
