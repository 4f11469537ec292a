//! The schedule's look for twins: a few partitions each time, so that a fault that lets twins in is seen.

use std::collections::BTreeSet;

use domain::{
    DatasetName, Partition,
    key::{self, ParsedKey},
    port::{Clock, Ids, ObjectStore, StoreError},
    problem::Problem,
    run::Run,
    schemas,
};

use crate::{compactor::Compactor, error::CompactError, round::ROUND};

/// Partitions that are looked at in one run.
const SAMPLE: usize = 8;

/// What an inspection saw.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// Partitions that were read.
    pub partitions: usize,
    /// Those with twins; the log says which.
    pub with_twins: usize,
    /// Those that could not be read; the log says why.
    pub failed: usize,
}

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// Counts the twins in a few partitions, each as likely as any other, as far as the run has time. A partition with
    /// twins is logged as an error with the field `twins`, which a metric counts; nothing is changed.
    pub async fn inspect(&self, run: &Run) -> Result<Inspected, CompactError> {
        let mut inspected = Inspected::default();
        for (dataset, partition) in self.sample().await? {
            if run.may_begin(self.clock.now(), ROUND).is_err() {
                break;
            }
            match self.twins(&dataset, &partition, run).await {
                Ok(found) => {
                    inspected.partitions += 1;
                    inspected.with_twins += usize::from(found.twins > 0);
                    if found.twins > 0 {
                        tracing::error!(
                            %dataset, %partition,
                            twins = found.twins, conflicting = found.conflicting, rows = found.rows,
                            generation = found.generation,
                            "partition has twins: `tributary compact {dataset} --partition {partition} --repair` drops them"
                        );
                    }
                }
                // Larger than what is left of the time, or vacuumed meanwhile: another time.
                Err(CompactError::Expired(_) | CompactError::Store(StoreError::NotFound { .. })) => {}
                Err(error) => {
                    let is_unknown = matches!(error, CompactError::UnknownDataset(_));
                    if is_unknown && schemas::dropped(&*self.store, &dataset).await?.is_some() {
                        // What is left of a dataset that was dropped is meant to be there.
                        continue;
                    }
                    inspected.failed += 1;
                    let (stopped, problem) = (error.stops(), error.problem().map(Problem::code));
                    let error = domain::chain(&error);
                    tracing::error!(%dataset, %partition, stopped, problem, error, "partition not inspected");
                }
            }
        }
        Ok(inspected)
    }

    /// Some partitions that have commits, each as likely as any other.
    async fn sample(&self) -> Result<BTreeSet<(DatasetName, Partition)>, CompactError> {
        let (mut sample, mut seen, mut last) = (Vec::new(), 0_u64, None);
        let mut page = self.store.list(key::COMMITS, None).await?;
        loop {
            for object in &page.objects {
                let Ok(ParsedKey::Commit(dataset, partition, _)) = ParsedKey::parse(&object.key) else {
                    continue;
                };
                // In order of key, so the commits of a partition come one after the other.
                let place = Some((dataset, partition));
                if place == last {
                    continue;
                }
                last.clone_from(&place);
                seen += 1;
                // The n-th is in a sample of k with a chance of k in n, in place of any other.
                let at = usize::try_from(self.ids.random() % seen).unwrap_or(usize::MAX);
                match (place, sample.len() < SAMPLE) {
                    (Some(place), true) => sample.push(place),
                    (Some(place), false) if at < SAMPLE => sample[at] = place,
                    _ => {}
                }
            }
            let Some(after) = page.next_after else { return Ok(sample.into_iter().collect()) };
            page = self.store.list(key::COMMITS, Some(&after)).await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use domain::{
        memory::{ManualClock, MemoryStore, SeededIds},
        port::PutMode,
        settings::Settings,
    };

    use super::*;

    #[tokio::test]
    async fn every_partition_is_as_likely_as_any_other() {
        let clock = Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
        let store = Arc::new(MemoryStore::with_clock(clock.clone()));
        for day in 1..=20 {
            // Some have long logs, which must not make them more likely.
            for number in 1..=day {
                let key = format!("commits/seats/dt=2026-11-{day:02}/{number:010}.json");
                store.put(&key, "".into(), PutMode::Create).await.unwrap();
            }
        }
        let settings = Settings::read(|_| None).unwrap();
        let compactor = Compactor::new(store, clock, Arc::new(SeededIds::new(1)), &settings);
        let mut counts: BTreeMap<(DatasetName, Partition), u32> = BTreeMap::new();
        for _ in 0..1_000 {
            let sample = compactor.sample().await.unwrap();
            assert_eq!(sample.len(), SAMPLE);
            sample.into_iter().for_each(|place| *counts.entry(place).or_default() += 1);
        }
        // 400 are expected of each, with a standard deviation of 15.
        assert!(counts.len() == 20 && counts.values().all(|count| (330..470).contains(count)), "{counts:?}");
    }
}
