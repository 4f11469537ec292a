use std::ops::Bound;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{from_token, page};
use crate::glue::{
    error::GlueError,
    pattern::Pattern,
    store::{GlueStore, no_database},
};

const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Write {
    database_name: String,
    name: Option<String>,
    table_input: Option<Map<String, Value>>,
    version_id: Option<String>,
    skip_archive: Option<bool>,
    force: Option<bool>,
}

impl Write {
    /// The definition; a name beside it is for tables of open formats, and can only be the same.
    fn definition(&mut self) -> Result<Map<String, Value>, GlueError> {
        let definition =
            self.table_input.take().ok_or_else(|| GlueError::invalid("TableInput must be given"))?;
        let named = definition.get("Name").and_then(Value::as_str).unwrap_or_default();
        if self.name.as_ref().is_some_and(|name| name.to_lowercase() != named.to_lowercase()) {
            return Err(GlueError::invalid("Name and TableInput.Name are not the same"));
        }
        Ok(definition)
    }
}

pub(super) fn create(store: &GlueStore, mut input: Write) -> Result<Value, GlueError> {
    let definition = input.definition()?;
    store.create_table(&input.database_name, definition)?;
    Ok(json!({}))
}

pub(super) fn update(store: &GlueStore, mut input: Write) -> Result<Value, GlueError> {
    if input.force == Some(true) {
        return Err(GlueError::NotImplemented("UpdateTable with Force"));
    }
    let definition = input.definition()?;
    let archive = !input.skip_archive.unwrap_or(false);
    store.update_table(&input.database_name, definition, input.version_id.as_deref(), archive)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    database_name: String,
    name: String,
    attributes_to_get: Option<Vec<String>>,
}

pub(super) fn get(store: &GlueStore, input: &Named) -> Result<Value, GlueError> {
    let view = View::of(input.attributes_to_get.as_deref())?;
    store.with_table(&input.database_name, &input.name, |table| Ok(json!({"Table": view.show(&table.body)})))
}

pub(super) fn delete(store: &GlueStore, input: &Named) -> Result<Value, GlueError> {
    store.delete_table(&input.database_name, &input.name)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OfTable {
    database_name: String,
    table_name: String,
    next_token: Option<String>,
}

/// No table has any: to create one is refused.
pub(super) fn indexes(store: &GlueStore, input: &OfTable) -> Result<Value, GlueError> {
    if input.next_token.as_deref().is_some_and(|token| !token.is_empty()) {
        return Err(GlueError::invalid("NextToken is not one that this operation gave"));
    }
    let none = json!({"PartitionIndexDescriptorList": []});
    store.with_table(&input.database_name, &input.table_name, |_| Ok(none))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    database_name: String,
    expression: Option<String>,
    next_token: Option<String>,
    max_results: Option<usize>,
    resource_share_type: Option<String>,
    attributes_to_get: Option<Vec<String>>,
}

pub(super) fn list(store: &GlueStore, input: &List) -> Result<Value, GlueError> {
    let expression = input.expression.as_deref().filter(|expression| !expression.is_empty());
    let pattern = expression.map(Pattern::new).transpose()?;
    let view = View::of(input.attributes_to_get.as_deref())?;
    let after: Option<String> = from_token(input.next_token.as_deref())?;
    // No table here is of another catalog.
    let only_federated = input.resource_share_type.as_deref() == Some("FEDERATED");
    let databases = store.databases();
    let name = input.database_name.to_lowercase();
    let tables = &databases.get(&name).ok_or_else(|| no_database(&name))?.tables;
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let items = tables
        .range((from, Bound::Unbounded))
        .filter(|(name, _)| !only_federated && pattern.as_ref().is_none_or(|pattern| pattern.matches(name)))
        .map(|(name, table)| Ok((name, view.show(&table.body))));
    page("TableList", items, input.max_results, PAGE)
}

/// How much of a table is wanted.
#[derive(Clone, Copy)]
enum View {
    Whole,
    Name,
    NameAndType,
}

impl View {
    fn of(attributes: Option<&[String]>) -> Result<Self, GlueError> {
        let Some(attributes) = attributes else { return Ok(Self::Whole) };
        let has = |wanted: &str| attributes.iter().any(|attribute| attribute == wanted);
        if has("LATEST_ICEBERG_METADATA") {
            return Err(GlueError::NotImplemented("open table formats"));
        }
        match (has("DEFAULT"), has("NAME"), has("TABLE_TYPE")) {
            (true, false, false) => Ok(Self::Whole),
            (false, true, false) => Ok(Self::Name),
            (false, true, true) => Ok(Self::NameAndType),
            _ => Err(GlueError::invalid("AttributesToGet must be NAME, NAME with TABLE_TYPE, or DEFAULT")),
        }
    }

    fn show(self, body: &Value) -> Value {
        let some = |fields: &[&str]| {
            let kept =
                fields.iter().filter_map(|field| Some(((*field).to_owned(), body.get(*field)?.clone())));
            Value::Object(kept.collect())
        };
        match self {
            Self::Whole => body.clone(),
            Self::Name => some(&["Name", "DatabaseName"]),
            Self::NameAndType => some(&["Name", "DatabaseName", "TableType"]),
        }
    }
}
