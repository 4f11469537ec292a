//! What `infer` prints.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use domain::{Dataset, dataset::Definition};
use serde::Serialize;
use serde_json::ser::Formatter;

use super::{doubt::Doubt, keys::Candidates, profile::Profile, sample::Sample};
use crate::{
    failure::Failure,
    output::{self, Side, Table, counted},
};

/// How many unreadable parts of a sample are shown.
pub(super) const SHOWN: usize = 5;
/// A sample of fewer events than this says little.
const SMALL: u64 = 20;

/// The definition with a column a line, as a person would write it.
pub(super) fn definition(definition: &Definition) -> Result<String, Failure> {
    let failed = |error: serde_json::Error| Failure::Output(error.into());
    let columns = definition.columns.iter().map(|column| Ok(format!("    {}", spaced(column)?)));
    let columns = columns.collect::<Result<Vec<_>, _>>().map_err(failed)?.join(",\n");
    let mut lines = Vec::new();
    let all = serde_json::to_value(definition).map_err(failed)?;
    // In the order of the documentation.
    for key in [
        "name",
        "description",
        "columns",
        "identity",
        "event_time",
        "partition_by",
        "sort_by",
        "cloudevents_type",
        "unwrap",
    ] {
        match (key, all.get(key)) {
            ("columns", _) => lines.push(format!("  \"columns\": [\n{columns}\n  ]")),
            (key, Some(value)) => lines.push(format!("  \"{key}\": {}", spaced(value).map_err(failed)?)),
            (_, None) => {}
        }
    }
    Ok(format!("{{\n{}\n}}", lines.join(",\n")))
}

/// JSON on one line, with a space behind each comma and colon.
fn spaced(value: &impl Serialize) -> serde_json::Result<String> {
    struct Spaced;
    impl Formatter for Spaced {
        fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
            if first { Ok(()) } else { out.write_all(b", ") }
        }
        fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
            if first { Ok(()) } else { out.write_all(b", ") }
        }
        fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
            out.write_all(b": ")
        }
    }
    let mut out = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Spaced))?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// What was looked at.
pub(super) struct Found<'f> {
    pub(super) profile: &'f Profile,
    pub(super) dataset: &'f Dataset,
    pub(super) sample: &'f Sample,
    pub(super) refused: &'f BTreeMap<String, u64>,
    /// Why it is not partitioned by day, if nobody asked for that.
    pub(super) partitioned: Option<&'f str>,
}

/// What to look at before the definition is applied.
pub(super) fn remarks(found: &Found<'_>, all_doubts: &[Doubt], candidates: &Candidates) -> String {
    let Found { profile, dataset, sample: Sample { bad, is_cut, remarks, .. }, refused, partitioned } = found;
    let more = if *is_cut { ", the beginning of the sample" } else { "" };
    let columns = counted(dataset.columns().len() as u64, "column");
    let mut lines = vec![format!("{}{more}: {columns}", counted(profile.events, "event"))];
    if profile.events < SMALL {
        lines.push("The sample is small: take a larger one if you can.".to_owned());
    }
    lines.extend(remarks.iter().map(|remark| output::one_line(remark)));
    for reason in bad.iter().take(SHOWN) {
        lines.push(format!("not read: {}", output::one_line(reason)));
    }
    if bad.len() > SHOWN {
        lines.push(format!("not read: {} more", bad.len() - SHOWN));
    }
    if !all_doubts.is_empty() {
        lines.push(format!("\n{}\n", doubts(all_doubts)));
    }
    let renamed = dataset.columns().iter().filter(|column| column.field != column.name.as_str());
    let renamed: Vec<String> =
        renamed.map(|column| format!("{} of {:?}", column.name, output::one_line(&column.field))).collect();
    if !renamed.is_empty() {
        lines.push(format!("renamed, with \"from\": {}", renamed.join(", ")));
    }
    for (reason, events) in refused.iter() {
        lines.push(format!(
            "{} would go to quarantine: {}",
            counted(*events, "event"),
            output::one_line(reason)
        ));
    }
    lines.extend(keys(found, candidates));
    lines.extend(partitioned.map(str::to_owned));
    lines.push("Next: tributary dataset check FILE, then tributary dataset apply FILE".to_owned());
    lines.join("\n")
}

/// The doubts, by column.
pub(super) fn doubts(doubts: &[Doubt]) -> String {
    let mut table = Table::new([("IN DOUBT", Side::Left), ("WHY", Side::Left)]);
    for Doubt { column, message, .. } in doubts {
        table.push([output::one_line(column), output::one_line(message)]);
    }
    table.to_string()
}

fn keys(found: &Found<'_>, candidates: &Candidates) -> Vec<String> {
    let events = found.profile.events;
    let mut lines = Vec::new();
    if found.dataset.identity().len() == 0 {
        lines.push(match candidates.identity.as_slice() {
            [] => match candidates.identities.as_slice() {
                [] => "identity: no column tells the events apart; without one a message does".to_owned(),
                [first, others @ ..] => {
                    let others: Vec<String> = others.iter().map(|columns| columns.join(",")).collect();
                    let others = match others.as_slice() {
                        [] => String::new(),
                        others => format!(" (or {})", others.join("; ")),
                    };
                    format!(
                        "identity: perhaps --identity {}, which together differ in all {events} events{others}",
                        first.join(",")
                    )
                }
            },
            names => format!(
                "identity: perhaps --identity {}, there in all {events} events and different in each{}",
                names[0],
                others(names)
            ),
        });
    }
    if found.dataset.event_time().is_none() {
        lines.push(match candidates.event_time.as_slice() {
            [] => "event_time: no column says when it happened; without one the time of the publish counts"
                .to_owned(),
            names => format!("event_time: perhaps --event-time {}{}", names[0], others(names)),
        });
    }
    lines
}

fn others(names: &[String]) -> String {
    match names {
        [_, others @ ..] if !others.is_empty() => format!(" (or {})", others.join(", ")),
        _ => String::new(),
    }
}
