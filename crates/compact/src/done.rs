//! What one invocation of the function did, in all partitions.

use std::collections::BTreeMap;

use domain::{
    DatasetName,
    facts::Facts,
    metric::{
        self, Metric,
        prometheus::{self, Family},
    },
};

use crate::{inspect::Inspected, service::Report, vacuum::Swept};

/// What one invocation did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Done {
    /// Partitions that were compacted, or found to need nothing.
    pub partitions: usize,
    /// Partitions that could not be compacted; the log says why.
    pub failed: usize,
    /// What was done in all of them: `rows` are those of all new generations, and `waiting` says whether any waits.
    pub compacted: Report,
    /// The same, by dataset.
    pub by_dataset: BTreeMap<DatasetName, OfDataset>,
    /// What a vacuum did.
    pub vacuumed: Swept,
    /// What an inspection saw.
    pub inspected: Inspected,
}

/// What was done in the partitions of one dataset.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct OfDataset {
    /// Generations committed.
    pub committed: u64,
    /// Landing batches consumed.
    pub batches: u64,
    /// Events dropped because their twin was there already.
    pub duplicates_dropped: u64,
}

impl Done {
    /// Adds what was done in one partition of the dataset.
    pub(crate) fn add(&mut self, dataset: &DatasetName, report: &Report) {
        self.partitions += 1;
        let all = &mut self.compacted;
        all.committed += report.committed;
        all.batches += report.batches;
        all.rows += report.rows;
        all.duplicates_dropped += report.duplicates_dropped;
        all.conflicting += report.conflicting;
        all.encoded_bytes += report.encoded_bytes;
        all.copied_bytes += report.copied_bytes;
        all.cleaned += report.cleaned;
        all.overtaken += report.overtaken;
        all.waiting |= report.waiting;
        if report.committed > 0 {
            let of = self.by_dataset.entry(dataset.clone()).or_default();
            of.committed += u64::from(report.committed);
            of.batches += report.batches as u64;
            of.duplicates_dropped += report.duplicates_dropped;
        }
    }
}

impl Facts for Done {
    fn each(&self, number: &mut dyn FnMut(&'static Metric, u64)) {
        let Self { partitions, failed, compacted, by_dataset: _, vacuumed, inspected } = self;
        number(&metric::PARTITIONS_COMPACTED, *partitions as u64);
        number(&metric::COMPACTIONS_FAILED, *failed as u64);
        number(&metric::COMMITS, compacted.committed.into());
        number(&metric::BATCHES_CONSUMED, compacted.batches as u64);
        number(&metric::ROWS_COMMITTED, compacted.rows);
        number(&metric::DUPLICATES_DROPPED, compacted.duplicates_dropped);
        number(&metric::DUPLICATES_CONFLICTING, compacted.conflicting);
        number(&metric::ENCODED_BYTES, compacted.encoded_bytes);
        number(&metric::COPIED_BYTES, compacted.copied_bytes);
        number(&metric::LANDING_OBJECTS_CLEANED, compacted.cleaned as u64);
        number(&metric::COMPACTIONS_OVERTAKEN, compacted.overtaken.into());
        number(&metric::COMPACTIONS_WAITING, compacted.waiting.into());
        number(&metric::PARTITIONS_VACUUMED, vacuumed.partitions as u64);
        number(&metric::VACUUMS_FAILED, vacuumed.failed as u64);
        number(&metric::VACUUMS_LEFT, vacuumed.left as u64);
        number(&metric::GENERATIONS_DELETED, vacuumed.vacuumed.generations as u64);
        number(&metric::DELETED_BYTES, vacuumed.vacuumed.bytes);
        number(&metric::PARTITIONS_INSPECTED, inspected.partitions as u64);
        number(&metric::PARTITIONS_WITH_TWINS, inspected.with_twins as u64);
        number(&metric::INSPECTIONS_FAILED, inspected.failed as u64);
    }

    fn each_of(&self, number: &mut dyn FnMut(&'static Family, &[&str], u64)) {
        for (dataset, of) in &self.by_dataset {
            let OfDataset { committed, batches, duplicates_dropped } = *of;
            let dataset = [dataset.as_str()];
            number(&prometheus::COMMITS, &dataset, committed);
            number(&prometheus::BATCHES_CONSUMED, &dataset, batches);
            number(&prometheus::DUPLICATES_DROPPED, &dataset, duplicates_dropped);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_partitions_report_adds_up_and_no_number_is_left_out() {
        let one = Report {
            committed: 1,
            generation: Some(domain::Generation::FIRST),
            batches: 2,
            rows: 3,
            duplicates_dropped: 4,
            conflicting: 5,
            encoded_bytes: 6,
            copied_bytes: 7,
            cleaned: 8,
            overtaken: 9,
            waiting: true,
        };
        let mut done = Done { failed: 10, ..Done::default() };
        let (seats, flights) = (DatasetName::new("seats").unwrap(), DatasetName::new("flights").unwrap());
        done.add(&seats, &one);
        done.add(&flights, &one);
        done.add(&seats, &Report::default());
        let mut numbers = BTreeMap::new();
        done.each(&mut |metric, value| assert_eq!(numbers.insert(metric.name, value), None, "{metric:?}"));
        let expected = [
            ("partitions_compacted", 3),
            ("compactions_failed", 10),
            ("commits", 2),
            ("batches_consumed", 4),
            ("rows_committed", 6),
            ("duplicates_dropped", 8),
            ("duplicates_conflicting", 10),
            ("encoded_bytes", 12),
            ("copied_bytes", 14),
            ("landing_objects_cleaned", 16),
            ("compactions_overtaken", 18),
            ("compactions_waiting", 1),
        ];
        for (name, value) in expected {
            assert_eq!(numbers.remove(name), Some(value), "{name}");
        }
        assert!(numbers.values().all(|value| *value == 0) && numbers.len() == 8, "{numbers:?}");

        done.add(&seats, &one);
        let mut by_dataset = Vec::new();
        done.each_of(&mut |family, labels, value| by_dataset.push((family.name, labels.concat(), value)));
        let expected = [
            ("tributary_dataset_commits_total", "flights", 1),
            ("tributary_dataset_batches_consumed_total", "flights", 2),
            ("tributary_dataset_duplicates_dropped_total", "flights", 4),
            ("tributary_dataset_commits_total", "seats", 2),
            ("tributary_dataset_batches_consumed_total", "seats", 4),
            ("tributary_dataset_duplicates_dropped_total", "seats", 8),
        ];
        assert_eq!(by_dataset, expected.map(|(name, dataset, value)| (name, dataset.to_owned(), value)));
    }
}
