//! From what was seen to a definition.

use std::collections::BTreeMap;

use domain::{
    DataType, DatasetName, Granularity,
    data_type::Field,
    dataset::{ColumnDefinition, Definition},
};

use super::{
    doubt::{Doubt, Doubts},
    keys::{self, Candidates},
    names,
    profile::{FieldProfile, Profile},
    types::{self, Column, Promise},
};

/// The most columns of a definition.
const MOST_COLUMNS: usize = 1_000;
/// A column of fewer values than this could be anything.
const FEW: u64 = 3;

/// A definition that every event of the sample fits, and what to look at before it is applied.
#[derive(Debug)]
pub(super) struct Proposal {
    pub(super) definition: Definition,
    pub(super) doubts: Vec<Doubt>,
    pub(super) candidates: Candidates,
}

/// Nothing in the sample could be a column.
#[derive(Debug, thiserror::Error)]
#[error("no field of the sample can be a column")]
pub(super) struct NoColumns(pub(super) Vec<Doubt>);

/// Proposes a definition.
pub(super) fn propose(profile: &Profile, name: &DatasetName) -> Result<Proposal, NoColumns> {
    let fields: Vec<&FieldProfile> =
        profile.fields.iter().filter(|field| !field.is_core_attribute()).collect();
    let texts: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let (mut doubts, mut columns) = (Vec::new(), Vec::new());
    for (field, column) in fields.iter().zip(names::column_names(&texts)) {
        let mut of_column = Vec::new();
        let typed =
            types::of(&field.node, Promise::of_column(&column), &mut Doubts::new(&column, &mut of_column));
        match typed {
            Some(typed) if columns.len() < MOST_COLUMNS => {
                if field.node.values() < FEW && profile.events >= FEW {
                    let message =
                        format!("only {} of it in {} events", count(field.node.values()), profile.events);
                    Doubts::new(&column, &mut of_column).add("few_values", message);
                }
                columns.push((column, *field, typed));
            }
            Some(_) => Doubts::new(&column, &mut of_column)
                .add("too_many_columns", left_out("more columns than a dataset may have")),
            None => {
                for doubt in &mut of_column {
                    // Nobody finds it by a name that it does not have.
                    doubt.column = doubt.column.replacen(&column, &field.name, 1);
                }
                if let Some(last) = of_column.last_mut() {
                    last.message = left_out(&last.message);
                }
            }
        }
        doubts.append(&mut of_column);
    }
    if columns.is_empty() {
        return Err(NoColumns(doubts));
    }
    let candidates = keys::candidates(profile.events, &columns);
    Ok(Proposal { definition: definition(profile, name, &columns), doubts, candidates })
}

fn left_out(why: &str) -> String {
    format!("left out, and its values stay in _extra: {why}")
}

fn count(values: u64) -> String {
    if values == 1 { "1 value".to_owned() } else { format!("{values} values") }
}

fn definition(profile: &Profile, name: &DatasetName, columns: &[Column<'_>]) -> Definition {
    let columns = columns.iter().map(|(column, field, typed)| ColumnDefinition {
        name: column.clone(),
        data_type: typed.data_type.to_string(),
        required: false,
        from: (*column != field.name).then(|| field.name.clone()),
        fields: senders(&typed.data_type),
        unit: typed.unit,
        comment: None,
    });
    let only_type = profile.cloud_event_types.first().filter(|kind| {
        let is_only = profile.cloud_event_types.len() == 1 && profile.cloud_events == profile.events;
        is_only && !kind.is_empty() && kind.len() <= 255 && !kind.contains(char::is_control)
    });
    Definition {
        name: name.to_string(),
        description: None,
        columns: columns.collect(),
        identity: Vec::new(),
        event_time: None,
        partition_by: Granularity::Day,
        sort_by: Vec::new(),
        cloudevents_type: only_type.cloned(),
        unwrap: None,
    }
}

/// The sender's names for the fields within a type, by their paths.
fn senders(data_type: &DataType) -> BTreeMap<String, String> {
    fn add(path: &str, data_type: &DataType, senders: &mut BTreeMap<String, String>) {
        match data_type {
            DataType::Array(part) | DataType::Map(part) => add(path, part, senders),
            DataType::Struct(fields) => {
                for Field { name, data_type, from } in fields {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    add(&path, data_type, senders);
                    senders.extend(from.clone().map(|from| (path, from)));
                }
            }
            _ => {}
        }
    }
    let mut senders = BTreeMap::new();
    add("", data_type, &mut senders);
    senders
}

#[cfg(test)]
mod tests;
