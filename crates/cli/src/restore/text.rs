//! What was restored, for a person and for a machine.

use aws::OriginObject;
use serde::Serialize;

use super::{perform::Unrestored, plan::Plan};
use crate::output::{self, Side, Table};

#[derive(Debug, Serialize)]
pub(super) struct Report {
    dry_run: bool,
    steps: Vec<Step>,
    /// Partitions of which nothing is restored.
    conflicts: Vec<Conflict>,
    /// Objects that could not be restored; what comes after them in the order of the steps was not begun.
    failed: Vec<Failed>,
}

#[derive(Debug, Serialize)]
struct Step {
    what: &'static str,
    objects: usize,
    bytes: u64,
}

#[derive(Debug, Serialize)]
struct Conflict {
    dataset: String,
    partition: String,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Failed {
    key: String,
    error: String,
}

impl Report {
    /// Of a dry run.
    pub(super) fn planned(plan: &Plan) -> Self {
        let step = |(what, objects): (&'static str, &[OriginObject])| Step {
            what,
            objects: objects.len(),
            bytes: objects.iter().map(|object| object.size).sum(),
        };
        let conflicts = plan.conflicts.iter().map(|((dataset, partition), reason)| Conflict {
            dataset: dataset.to_string(),
            partition: partition.to_string(),
            reason: reason.clone(),
        });
        Self {
            dry_run: true,
            steps: plan.steps().into_iter().map(step).collect(),
            conflicts: conflicts.collect(),
            failed: Vec::new(),
        }
    }

    pub(super) fn performed(plan: &Plan, failed: Vec<Unrestored>) -> Self {
        let failed = failed.into_iter().map(|Unrestored { key, error }| Failed { key, error }).collect();
        Self { dry_run: false, failed, ..Self::planned(plan) }
    }

    /// How much is not restored.
    pub(super) fn left(&self) -> u64 {
        (self.conflicts.len() + self.failed.len()) as u64
    }

    pub(super) fn text(&self) -> String {
        let mut text = match (self.dry_run, self.failed.is_empty()) {
            (true, _) => "This would be restored. Nothing was changed.\n",
            (false, true) => "This was restored. `tributary doctor` says whether anything differs.\n",
            (false, false) => "This was to be restored, and is in part: run it again.\n",
        }
        .to_owned();
        let mut table = Table::new([("WHAT", Side::Left), ("OBJECTS", Side::Right), ("BYTES", Side::Right)]);
        for step in &self.steps {
            table.push([step.what.to_owned(), output::count(step.objects as u64), output::bytes(step.bytes)]);
        }
        text.push_str(&table.to_string());
        for Conflict { dataset, partition, reason } in &self.conflicts {
            text.push_str(&format!("\n! {dataset}/{partition}: {}", output::one_line(reason)));
        }
        for Failed { key, error } in &self.failed {
            text.push_str(&format!("\n! {}: {}", output::one_line(key), output::one_line(error)));
        }
        text
    }
}
