//! A column's type with the sender's names for the fields within it.

use std::collections::{BTreeMap, BTreeSet};

use super::InvalidDefinition;
use crate::{
    data_type::{DataType, Field},
    name::ColumnName,
};

/// The type of a column, with these names by the paths of its fields. Arrays and maps are no step of a path.
pub(super) fn sent(
    column: &ColumnName,
    data_type: &DataType,
    names: &BTreeMap<String, String>,
) -> Result<DataType, InvalidDefinition> {
    let mut unused: BTreeSet<&str> = names.keys().map(String::as_str).collect();
    let sent = renamed(data_type, "", names, &mut unused);
    if let Some(path) = unused.first() {
        let (column, path) = (column.clone(), (*path).to_owned());
        return Err(InvalidDefinition::NoSuchField { column, path, found: data_type.clone() });
    }
    match repeated(&sent) {
        Some(field) => Err(InvalidDefinition::SameField { column: column.clone(), field: field.to_owned() }),
        None => Ok(sent),
    }
}

fn renamed(
    data_type: &DataType,
    path: &str,
    names: &BTreeMap<String, String>,
    unused: &mut BTreeSet<&str>,
) -> DataType {
    match data_type {
        DataType::Array(element) => DataType::Array(Box::new(renamed(element, path, names, unused))),
        DataType::Map(value) => DataType::Map(Box::new(renamed(value, path, names, unused))),
        DataType::Struct(fields) => {
            let mut sent = Vec::with_capacity(fields.len());
            for Field { name, data_type, .. } in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                unused.remove(path.as_str());
                let data_type = renamed(data_type, &path, names, unused);
                sent.push(Field { name: name.clone(), data_type, from: names.get(&path).cloned() });
            }
            DataType::Struct(sent)
        }
        scalar => scalar.clone(),
    }
}

/// A name that two fields of one struct have.
fn repeated(data_type: &DataType) -> Option<&str> {
    match data_type {
        DataType::Array(part) | DataType::Map(part) => repeated(part),
        DataType::Struct(fields) => {
            let mut seen = BTreeSet::new();
            let twice = fields.iter().map(Field::sender).find(|name| !seen.insert(*name));
            twice.or_else(|| fields.iter().find_map(|field| repeated(&field.data_type)))
        }
        _ => None,
    }
}
