//! What one invocation of the function did, in all partitions.

use domain::facts::Facts;

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
    fn each(&self, number: &mut dyn FnMut(&'static str, u64)) {
        let Self { partitions, failed, compacted, vacuumed, inspected } = self;
        number("partitions", *partitions as u64);
        number("partitions_failed", *failed as u64);
        number("commits", compacted.committed.into());
        number("batches", compacted.batches as u64);
        number("rows", compacted.rows);
        number("duplicates_dropped", compacted.duplicates_dropped);
        number("conflicting", compacted.conflicting);
        number("encoded_bytes", compacted.encoded_bytes);
        number("copied_bytes", compacted.copied_bytes);
        number("cleaned", compacted.cleaned as u64);
        number("overtaken", compacted.overtaken.into());
        number("waiting", compacted.waiting.into());
        number("partitions_vacuumed", vacuumed.partitions as u64);
        number("vacuums_failed", vacuumed.failed as u64);
        number("vacuums_left", vacuumed.left as u64);
        number("generations_deleted", vacuumed.vacuumed.generations as u64);
        number("deleted_bytes", vacuumed.vacuumed.bytes);
        number("partitions_inspected", inspected.partitions as u64);
        number("partitions_with_twins", inspected.with_twins as u64);
        number("inspections_failed", inspected.failed as u64);
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
        done.each(&mut |name, value| assert_eq!(numbers.insert(name, value), None, "{name}"));
        let expected = [
            ("partitions", 3),
            ("partitions_failed", 10),
            ("commits", 2),
            ("batches", 4),
            ("rows", 6),
            ("duplicates_dropped", 8),
            ("conflicting", 10),
            ("encoded_bytes", 12),
            ("copied_bytes", 14),
            ("cleaned", 16),
            ("overtaken", 18),
            ("waiting", 1),
        ];
        for (name, value) in expected {
            assert_eq!(numbers.remove(name), Some(value), "{name}");
        }
        assert!(numbers.values().all(|value| *value == 0) && numbers.len() == 8, "{numbers:?}");
    }
}
