//! The report for a person.

use chrono::{DateTime, Utc};
use domain::Partition;

use super::{
    DatasetReport, Report,
    catalog::Table as CatalogTable,
    facts::{Facts, Stored},
    landing::Backlog,
    quarantined::{DAYS, Quarantined},
};
use crate::output::{self, Side, Table, bytes, count, counted, span};

/// Every dataset on a line, then what is wrong.
pub(super) fn all(report: &Report) -> String {
    let mut table = Table::new([
        ("DATASET", Side::Left),
        ("VERSION", Side::Right),
        ("STATE", Side::Left),
        ("PARTITIONS", Side::Right),
        ("ROWS", Side::Right),
        ("BYTES", Side::Right),
        ("FRESHNESS", Side::Left),
        ("LANDING", Side::Left),
        ("QUARANTINE", Side::Right),
    ]);
    let now = report.at;
    for DatasetReport { facts, .. } in &report.datasets {
        let at_least = if is_cut(&facts.stored) { ">" } else { "" };
        table.push([
            facts.name.to_string(),
            facts.definition.live_version.map_or_else(dash, |version| version.to_string()),
            facts.definition.state.words().to_owned(),
            count(facts.stored.partitions as u64),
            format!("{at_least}{}", count(facts.stored.rows)),
            format!("{at_least}{}", bytes(facts.stored.bytes)),
            facts.stored.freshness.map_or_else(dash, |at| format!("{} ago", span(now - at))),
            waiting_short(&facts.landing, now),
            quarantine_short(&facts.quarantine),
        ]);
    }
    if let Some(unrouted) = report.unrouted.as_ref().filter(|unrouted| unrouted.events() > 0) {
        let mut row = [const { String::new() }; 9];
        row[0] = "_unrouted".to_owned();
        row[8] = quarantine_short(unrouted);
        table.push(row);
    }
    let mut lines = vec![
        table.to_string(),
        String::new(),
        format!("Landing: what is not in the table yet. Quarantine: events of the last {DAYS} days."),
    ];
    let general = report.problems.iter().map(|problem| format!("! {}", problem.message));
    let of_datasets = report.datasets.iter().flat_map(|DatasetReport { facts, problems }| {
        problems.iter().map(|problem| format!("! {}: {}", facts.name, problem.message))
    });
    let problems: Vec<String> = of_datasets.chain(general).map(|text| output::one_line(&text)).collect();
    if problems.is_empty() {
        lines.push("Nothing is wrong.".to_owned());
    }
    lines.extend(problems);
    lines.join("\n")
}

/// One dataset in full.
pub(super) fn one(report: &DatasetReport, now: DateTime<Utc>) -> String {
    let facts = &report.facts;
    let ago = |at: DateTime<Utc>| format!("{} ago", span(now - at));
    let mut lines = vec![facts.name.to_string()];
    let mut line = |what: &str, text: String| lines.push(format!("  {what:<11} {text}"));
    let live =
        facts.definition.live_version.map_or("nothing".to_owned(), |version| format!("version {version}"));
    line("live", live);
    let requested = facts.definition.requested_at.map_or_else(dash, ago);
    line("asked for", format!("{requested}: {}", facts.definition.state.words()));
    line("table", table(&facts.table));
    line("partitions", partitions(&facts.stored));
    line("rows", of_read(count(facts.stored.rows), &facts.stored));
    line("bytes", of_read(bytes(facts.stored.bytes), &facts.stored));
    let freshness =
        facts.stored.freshness.map(|at| format!("{}, {}", at.format("%Y-%m-%dT%H:%M:%SZ"), ago(at)));
    line("freshness", freshness.unwrap_or_else(dash));
    line("landing", waiting(&facts.landing, now));
    line("quarantine", quarantine(facts));
    let problems = report.problems.iter();
    lines.extend(problems.map(|problem| format!("! {}", output::one_line(&problem.message))));
    if report.problems.is_empty() {
        lines.push("Nothing is wrong.".to_owned());
    }
    lines.join("\n")
}

fn dash() -> String {
    "-".to_owned()
}

fn is_cut(stored: &Stored) -> bool {
    stored.cut || stored.partitions_read < stored.partitions
}

fn table(table: &CatalogTable) -> String {
    match table {
        CatalogTable::Missing => "not in the catalog".to_owned(),
        CatalogTable::Unknown { .. } => "unknown".to_owned(),
        CatalogTable::Registered { partitions, behind, .. } => {
            let partitions = counted(*partitions as u64, "partition");
            match behind.len() {
                0 => format!("in the catalog with {partitions}, up to date"),
                behind => format!("in the catalog with {partitions}, {} behind", count(behind as u64)),
            }
        }
    }
}

fn partitions(stored: &Stored) -> String {
    let number = count(stored.partitions as u64);
    let more = if stored.cut { "; older ones are not counted" } else { "" };
    match (&stored.newest_partition, stored.newest_generation) {
        (Some(newest), Some(generation)) => {
            format!("{number}{more}, the newest {} at generation {generation}", Partition::to_string(newest))
        }
        _ => number,
    }
}

fn of_read(text: String, stored: &Stored) -> String {
    if is_cut(stored) {
        format!("{text} in the {} that were read", counted(stored.partitions_read as u64, "partition"))
    } else {
        text
    }
}

fn waiting_short(backlog: &Backlog, now: DateTime<Utc>) -> String {
    let more = if backlog.cut { ">" } else { "" };
    match backlog.oldest {
        None => format!("{more}0"),
        Some(oldest) => format!("{more}{}, {}", counted(backlog.objects, "object"), span(now - oldest)),
    }
}

fn waiting(backlog: &Backlog, now: DateTime<Utc>) -> String {
    let more = if backlog.cut { "; there is more than was looked at" } else { "" };
    match backlog.oldest {
        None => format!("nothing{more}"),
        Some(oldest) => format!(
            "{}, {} packed, in {}, the oldest for {}{more}",
            counted(backlog.objects, "object"),
            bytes(backlog.bytes),
            counted(backlog.partitions as u64, "partition"),
            span(now - oldest)
        ),
    }
}

fn quarantine_short(quarantined: &Quarantined) -> String {
    let more = if quarantined.cut { ">" } else { "" };
    format!("{more}{}", count(quarantined.events()))
}

fn quarantine(facts: &Facts) -> String {
    let quarantined = &facts.quarantine;
    if quarantined.events() == 0 {
        return format!("nothing in the last {DAYS} days");
    }
    let days =
        quarantined.events_by_day.iter().rev().map(|(day, events)| format!("{} on {day}", count(*events)));
    let more = if quarantined.cut { "; there is more than was looked at" } else { "" };
    format!("{}{more}", days.collect::<Vec<_>>().join(", "))
}
