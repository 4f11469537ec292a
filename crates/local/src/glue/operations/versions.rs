use std::cmp::Reverse;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{from_token, page};
use crate::glue::{
    error::GlueError,
    store::GlueStore,
    table::Table,
    writer::{no_version, not_a_version},
};

const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    database_name: String,
    table_name: String,
    version_id: Option<String>,
}

/// The current version without a `VersionId`.
pub(super) fn get(store: &GlueStore, input: &Named) -> Result<Value, GlueError> {
    store.with_table(&input.database_name, &input.table_name, |table| {
        let found = match &input.version_id {
            None => &table.body,
            Some(version) => {
                let number = version.parse().map_err(|_| not_a_version(version))?;
                body(table, number).ok_or_else(|| no_version(version))?
            }
        };
        Ok(json!({"TableVersion": shown(found)}))
    })
}

pub(super) fn delete(store: &GlueStore, input: &Named) -> Result<Value, GlueError> {
    let version = input.version_id.as_deref().unwrap_or_default();
    store.change_table(&input.database_name, &input.table_name, |writer| {
        writer.delete_version(version)?;
        Ok(json!({}))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    database_name: String,
    table_name: String,
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// The newest first.
pub(super) fn list(store: &GlueStore, input: &List) -> Result<Value, GlueError> {
    let after: Option<u64> = from_token(input.next_token.as_deref())?;
    store.with_table(&input.database_name, &input.table_name, |table| {
        let mut numbers: Vec<u64> = table.archived.keys().copied().chain([table.version()]).collect();
        numbers.sort_unstable_by_key(|number| Reverse(*number));
        let rest = numbers.into_iter().filter(|number| after.is_none_or(|after| *number < after));
        let items = rest.filter_map(|number| Some(Ok((number, shown(body(table, number)?)))));
        page("TableVersions", items, input.max_results, PAGE)
    })
}

fn body(table: &Table, version: u64) -> Option<&Value> {
    if version == table.version() { Some(&table.body) } else { table.archived.get(&version) }
}

fn shown(body: &Value) -> Value {
    json!({"Table": body, "VersionId": body["VersionId"]})
}
