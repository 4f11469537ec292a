//! The comparison as a whole. It only reads.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    DatasetName, Partition,
    port::{Catalog, CatalogError, Clock, ObjectStore},
    schemas::{self, Accepted},
};
use futures::{StreamExt, stream};

use super::{
    catalog, definitions,
    difference::{Difference, Kind},
    examiner::{Examiner, READS},
    listing::{self, Listing},
    partition::Place,
    vacuum,
};
use crate::{
    lake::LakeError,
    survey::{self, State, Surveyed},
};

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// So many partitions are to be looked at.
    Partitions(usize),
    /// One more was.
    Partition,
}

/// What was looked at, and what was found.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) datasets: usize,
    pub(super) partitions: usize,
    /// In order of dataset and partition.
    pub(super) differences: Vec<Difference>,
}

/// A dataset's definition, and whether the catalog has its table.
#[derive(Debug, Default)]
struct Known {
    accepted: Option<Accepted>,
    has_table: bool,
}

impl<S: ObjectStore, C: Catalog, K: Clock> Examiner<'_, S, C, K> {
    /// Looks at everything in the scope. `None` if there is no such dataset, nor anything of it.
    pub(super) async fn examine(
        &self,
        progress: &(dyn Fn(Step) + Sync),
    ) -> Result<Option<Report>, LakeError> {
        let now = self.clock.now();
        let (surveyed, dropped, mut differences) = self.survey().await?;
        differences.extend(surveyed.iter().filter_map(|surveyed| definitions::compare(surveyed, now)));
        let Listing { mut partitions, used, strangers } = listing::list(self.store, self.scope, now).await?;
        differences.extend(strangers);
        differences.extend(vacuum::examine(self.store, self.scope).await?);

        let mut known: BTreeMap<DatasetName, Known> = BTreeMap::new();
        for Surveyed { name, live, .. } in surveyed {
            known.insert(name, Known { accepted: live, has_table: false });
        }
        for name in partitions.keys().map(|(name, _)| name).chain(&dropped) {
            known.entry(name.clone()).or_default();
        }
        // What landed late, or was left without --purge, is meant to wait.
        for ((name, _), landed) in &mut partitions {
            if dropped.contains(name) {
                landed.clear();
            }
        }
        if known.is_empty() && self.scope.dataset.is_some() {
            return Ok(None);
        }
        for (name, known) in &mut known {
            match &known.accepted {
                Some(accepted) => {
                    let (found, entries) = self.table(accepted).await?;
                    known.has_table = entries.is_some();
                    differences.extend(found);
                    for entry in entries.unwrap_or_default() {
                        match Partition::from_values(&entry.values) {
                            Ok(partition) if self.scope.has(Some(&partition)) => {
                                partitions.entry((name.clone(), partition)).or_default();
                            }
                            Err(_) if self.scope.has(None) => {
                                differences.push(catalog::without_partition(name, &entry));
                            }
                            _ => {}
                        }
                    }
                }
                None if dropped.contains(name) && self.catalog.table(name).await?.is_some() => {
                    let what = "the dataset was dropped, and the catalog has its table";
                    differences.push(Difference::of_dataset(name, Kind::TableOfDropped, what));
                }
                None if dropped.contains(name) => {}
                None if used.contains(name) && !is_damaged(&differences, name) => {
                    let what = "there are events or commits of it, and no accepted definition";
                    differences.push(Difference::of_dataset(name, Kind::DatasetUnknown, what));
                }
                None => {}
            }
        }

        progress(Step::Partitions(partitions.len()));
        let mut report = Report { datasets: known.len(), partitions: partitions.len(), differences };
        let places: Vec<Place<'_>> = partitions
            .into_iter()
            .map(|((dataset, partition), landed)| {
                let known = known.get(&dataset);
                Place {
                    accepted: known.and_then(|known| known.accepted.as_ref()),
                    has_table: known.is_some_and(|known| known.has_table),
                    dataset,
                    partition,
                    landed,
                }
            })
            .collect();
        let looks = places.into_iter().map(|place| self.partition(place));
        let mut looks = stream::iter(looks).buffer_unordered(READS);
        while let Some(found) = looks.next().await {
            report.differences.extend(found?);
            progress(Step::Partition);
        }
        report.differences.sort();
        Ok(Some(report))
    }

    /// The definitions, the datasets that were dropped, and the objects in `datasets/` that are none.
    async fn survey(&self) -> Result<(Vec<Surveyed>, BTreeSet<DatasetName>, Vec<Difference>), LakeError> {
        match &self.scope.dataset {
            Some(name) => {
                let surveyed = survey::one(self.store, name).await?;
                let has_definition = |surveyed: &Surveyed| {
                    surveyed.live.is_some() || matches!(surveyed.state, State::Damaged { .. })
                };
                let is_dropped = !surveyed.as_ref().is_some_and(has_definition)
                    && schemas::dropped(self.store, name).await?.is_some();
                let dropped = is_dropped.then(|| name.clone()).into_iter().collect();
                Ok((surveyed.into_iter().collect(), dropped, Vec::new()))
            }
            None => {
                let survey = survey::all(self.store).await?;
                let strangers = survey.strangers.into_iter().map(Difference::stranger);
                Ok((survey.datasets, survey.dropped, strangers.collect()))
            }
        }
    }

    /// The table's difference, and its partitions if it is there.
    async fn table(
        &self,
        accepted: &Accepted,
    ) -> Result<(Option<Difference>, Option<Vec<domain::port::CatalogPartition>>), LakeError> {
        let name = accepted.dataset.name();
        let found = self.catalog.table(name).await?;
        let difference = catalog::compare_table(accepted, found.as_ref());
        // Of a table that is not there, nothing is asked: not every catalog says so in the words of Glue.
        if found.is_none() {
            return Ok((difference, None));
        }
        let entries = match self.catalog.partitions(name).await {
            Ok(entries) => Some(entries),
            Err(CatalogError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        Ok((difference, entries))
    }
}

/// Whether it is known already why nothing is live.
fn is_damaged(differences: &[Difference], name: &DatasetName) -> bool {
    let of_it = |found: &&Difference| found.dataset.as_ref() == Some(name);
    differences.iter().filter(of_it).any(|found| found.kind == Kind::DefinitionDamaged)
}
