use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{from_token, page_size, to_token};
use crate::glue::{
    error::GlueError,
    store::{GlueStore, no_database},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    database_input: Map<String, Value>,
}

pub(super) fn create(store: &GlueStore, input: Create) -> Result<Value, GlueError> {
    store.create_database(input.database_input)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Get {
    name: String,
}

pub(super) fn get(store: &GlueStore, input: &Get) -> Result<Value, GlueError> {
    let databases = store.databases();
    let database = databases.get(&input.name.to_lowercase()).ok_or_else(|| no_database(&input.name))?;
    Ok(json!({"Database": database.body}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    next_token: Option<String>,
    max_results: Option<u64>,
}

pub(super) fn list(store: &GlueStore, input: &List) -> Result<Value, GlueError> {
    let size = page_size(input.max_results, 100)?;
    let after: Option<String> = from_token(input.next_token.as_deref())?;
    let databases = store.databases();
    let mut rest = databases.iter().filter(|(name, _)| after.as_ref().is_none_or(|after| *name > after));
    let page: Vec<_> = rest.by_ref().take(size).collect();
    let mut answer =
        json!({"DatabaseList": page.iter().map(|(_, database)| &database.body).collect::<Vec<_>>()});
    if let (Some((last, _)), Some(_)) = (page.last(), rest.next()) {
        answer["NextToken"] = json!(to_token(last));
    }
    Ok(answer)
}
