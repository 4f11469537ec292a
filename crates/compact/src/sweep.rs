//! The schedule: whatever notifications missed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    DatasetName, Partition,
    key::{self, ParsedKey},
    port::{Clock, Ids, ObjectStore},
    problem::Problem,
    run::Run,
};

use crate::{CompactError, Compactor, Report, round::Patience, service::Until};

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// Every partition with landing objects, those to be consumed and those to be cleaned: the most overdue first,
    /// which is the one whose oldest object is the oldest.
    pub async fn due(&self) -> Result<Vec<(DatasetName, Partition)>, CompactError> {
        let mut oldest: BTreeMap<(DatasetName, Partition), DateTime<Utc>> = BTreeMap::new();
        for object in self.store.list_all(key::LANDING).await? {
            if let Ok(ParsedKey::Landing(dataset, partition, _)) = ParsedKey::parse(&object.key) {
                let oldest = oldest.entry((dataset, partition)).or_insert(object.last_modified);
                *oldest = object.last_modified.min(*oldest);
            }
        }
        let mut due: Vec<_> = oldest.into_iter().collect();
        due.sort_by_key(|(_, oldest)| *oldest);
        Ok(due.into_iter().map(|(place, _)| place).collect())
    }

    /// Compacts every partition that is due, one after the other. One that fails does not hold back the
    /// others; the first failure is the answer.
    ///
    /// What lands meanwhile is left to its notifications, so that a busy partition does not keep the others waiting. A
    /// partition that another run of this service is at is left to that run. Where other writers were faster until
    /// the run gave up, that is no failure. Both are reported as waiting: the schedule comes back.
    pub async fn sweep(&self, run: &Run) -> Result<Vec<Report>, CompactError> {
        let mut reports = Vec::new();
        self.sweep_telling(run, &mut |_, report| reports.push(report.clone())).await?;
        Ok(reports)
    }

    /// The same, and tells of each partition when it is done: also where another one fails, or the time is up.
    pub(crate) async fn sweep_telling(
        &self,
        run: &Run,
        tell: &mut (dyn FnMut(&DatasetName, &Report) + Send),
    ) -> Result<(), CompactError> {
        let mut first_error = None;
        let due = self.due().await.inspect_err(|error| {
            let (stopped, problem) = (error.stops(), error.problem().map(Problem::code));
            tracing::error!(stopped, problem, error = domain::chain(error), "partitions not swept");
        })?;
        for (dataset, partition) in due {
            let waiting = Report { waiting: true, ..Report::default() };
            let Some(_turn) = self.turns.now(&dataset, &partition) else {
                tracing::debug!(%dataset, %partition, "another run is at this partition: it is left alone");
                tell(&dataset, &waiting);
                continue;
            };
            match self.work(&dataset, &partition, run, Patience::Waits, Until::Done).await {
                Ok(report) => tell(&dataset, &report),
                Err(contention @ CompactError::Contention(overtaken)) => {
                    contention.tell(&dataset, &partition);
                    tell(&dataset, &Report { overtaken, ..waiting });
                }
                // There is no time for the others either.
                Err(expired @ CompactError::Expired(_)) => return Err(first_error.unwrap_or(expired)),
                Err(error) => {
                    error.tell(&dataset, &partition);
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use domain::{
        batch::BatchName,
        memory::{ManualClock, MemoryStore, SeededIds},
        port::PutMode,
        settings::Settings,
    };

    use super::*;

    #[tokio::test]
    async fn the_partition_whose_oldest_batch_is_the_oldest_comes_first() {
        let clock = Arc::new(ManualClock::new(DateTime::UNIX_EPOCH));
        let store = Arc::new(MemoryStore::with_clock(clock.clone()));
        let settings = Settings::read(|_| None).unwrap();
        let dataset = DatasetName::new("seats").unwrap();
        let days = ["dt=2026-11-23", "dt=2026-11-01", "dt=2026-11-30", "dt=2026-11-23", "dt=2026-11-01"];
        for (n, day) in days.iter().enumerate() {
            clock.advance(TimeDelta::minutes(1));
            let batch = BatchName::of(&dataset, day, [("id", n.to_string().as_bytes())]);
            let key = key::landing(&dataset, &day.parse().unwrap(), &batch);
            store.put(&key, "".into(), PutMode::Create).await.unwrap();
        }
        store.put("landing/notes.txt", "".into(), PutMode::Create).await.unwrap();
        let compactor = Compactor::new(store, clock, Arc::new(SeededIds::new(1)), &settings);
        let due: Vec<String> =
            compactor.due().await.unwrap().into_iter().map(|(_, partition)| partition.to_string()).collect();
        assert_eq!(due, ["dt=2026-11-23", "dt=2026-11-01", "dt=2026-11-30"]);
    }
}
