use std::ops::Bound;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{from_token, page_size, to_token};
use crate::glue::{
    error::GlueError,
    store::{GlueStore, no_database},
};

const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Write {
    database_name: String,
    table_input: Map<String, Value>,
    version_id: Option<String>,
}

pub(super) fn create(store: &GlueStore, input: Write) -> Result<Value, GlueError> {
    store.create_table(&input.database_name, input.table_input)?;
    Ok(json!({}))
}

/// `SkipArchive` needs no care: versions are counted here, and only the current one is kept.
pub(super) fn update(store: &GlueStore, input: Write) -> Result<Value, GlueError> {
    store.update_table(&input.database_name, input.table_input, input.version_id.as_deref())?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    database_name: String,
    name: String,
}

pub(super) fn get(store: &GlueStore, input: &Named) -> Result<Value, GlueError> {
    store.with_table(&input.database_name, &input.name, |table| Ok(json!({"Table": table.body})))
}

pub(super) fn delete(store: &GlueStore, input: &Named) -> Result<Value, GlueError> {
    store.delete_table(&input.database_name, &input.name)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    database_name: String,
    expression: Option<String>,
    next_token: Option<String>,
    max_results: Option<u64>,
}

pub(super) fn list(store: &GlueStore, input: &List) -> Result<Value, GlueError> {
    if input.expression.as_deref().is_some_and(|expression| !expression.is_empty()) {
        return Err(GlueError::invalid(
            "the local Glue does not have the Expression of GetTables: leave it out",
        ));
    }
    let size = page_size(input.max_results, PAGE)?;
    let after: Option<String> = from_token(input.next_token.as_deref())?;
    let databases = store.databases();
    let name = input.database_name.to_lowercase();
    let tables = &databases.get(&name).ok_or_else(|| no_database(&name))?.tables;
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let mut rest = tables.range((from, Bound::Unbounded));
    let page: Vec<_> = rest.by_ref().take(size).collect();
    let mut answer = json!({"TableList": page.iter().map(|(_, table)| &table.body).collect::<Vec<_>>()});
    if let (Some((last, _)), Some(_)) = (page.last(), rest.next()) {
        answer["NextToken"] = json!(to_token(last));
    }
    Ok(answer)
}
