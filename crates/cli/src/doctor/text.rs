//! The report, for a person and for a machine.

use domain::{DatasetName, Partition};
use serde_json::{Value, json};

use super::{difference::Difference, examine::Report, mend::Deployment};
use crate::output::{self, Side, Table, counted};

/// Every difference on a line, and below them each command that mends some of them, once.
pub(super) fn person(report: &Report, deployment: &Deployment<'_>) -> String {
    let looked_at = format!(
        "{} and {} looked at",
        counted(report.datasets as u64, "dataset"),
        counted(report.partitions as u64, "partition")
    );
    if report.differences.is_empty() {
        return format!("No difference: {looked_at}.");
    }
    let mut table = Table::new([
        ("DATASET", Side::Left),
        ("PARTITION", Side::Left),
        ("MEND", Side::Right),
        ("DIFFERENCE", Side::Left),
    ]);
    let mut mends: Vec<String> = Vec::new();
    for difference in &report.differences {
        let mend = deployment.mend(difference);
        let position = mends.iter().position(|known| *known == mend).unwrap_or_else(|| {
            mends.push(mend);
            mends.len() - 1
        });
        let Difference { dataset, partition, what, .. } = difference;
        table.push([
            dataset.as_ref().map_or("-", DatasetName::as_str).to_owned(),
            partition.as_ref().map_or_else(|| "-".to_owned(), Partition::to_string),
            format!("[{}]", position + 1),
            output::one_line(what),
        ]);
    }
    let mut lines = vec![table.to_string(), String::new(), "To mend them:".to_owned()];
    let numbered =
        mends.iter().zip(1..).map(|(mend, number)| format!("[{number}] {}", output::one_line(mend)));
    lines.extend(numbered);
    lines.push(format!("\n{} in {looked_at}.", counted(report.differences.len() as u64, "difference")));
    lines.join("\n")
}

pub(super) fn machine(report: &Report, deployment: &Deployment<'_>) -> Value {
    let difference = |difference: &Difference| {
        json!({
            "kind": difference.kind.code(),
            "dataset": difference.dataset,
            "partition": difference.partition,
            "key": difference.key,
            "what": difference.what,
            "mend": deployment.mend(difference),
        })
    };
    json!({
        "differences": report.differences.iter().map(difference).collect::<Vec<_>>(),
        "datasets": report.datasets,
        "partitions": report.partitions,
    })
}
