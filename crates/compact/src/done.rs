//! What one invocation of the function did, in all partitions.

use domain::{
    facts::Facts,
    metric::{self, Metric},
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
    /// What a vacuum did.
    pub vacuumed: Swept,
    /// What an inspection saw.
    pub inspected: Inspected,
}

impl Done {
    /// Adds what was done in one partition.
    pub(crate) fn add(&mut self, report: &Report) {
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
    }
}

impl Facts for Done {
    fn each(&self, number: &mut dyn FnMut(&'static Metric, u64)) {
        let Self { partitions, failed, compacted, vacuumed, inspected } = self;
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
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_partitions_report_adds_up_and_no_number_is_left_out() {
        let one = Report {
            committed: 1,
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
        done.add(&one);
        done.add(&one);
        done.add(&Report::default());
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
    }
}
