use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{from_token, page};
use crate::glue::{
    error::GlueError,
    store::{GlueStore, no_database},
};

const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    database_input: Map<String, Value>,
    #[serde(default)]
    tags: Map<String, Value>,
}

pub(super) fn create(store: &GlueStore, input: Create) -> Result<Value, GlueError> {
    if !input.tags.is_empty() {
        return Err(GlueError::NotImplemented("tags"));
    }
    store.create_database(input.database_input)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Update {
    name: String,
    database_input: Map<String, Value>,
}

pub(super) fn update(store: &GlueStore, input: Update) -> Result<Value, GlueError> {
    store.update_database(&input.name, input.database_input)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    name: String,
}

pub(super) fn get(store: &GlueStore, input: &Named) -> Result<Value, GlueError> {
    let databases = store.databases();
    let database = databases.get(&input.name.to_lowercase()).ok_or_else(|| no_database(&input.name))?;
    Ok(json!({"Database": database.body}))
}

pub(super) fn delete(store: &GlueStore, input: &Named) -> Result<Value, GlueError> {
    store.delete_database(&input.name)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    next_token: Option<String>,
    max_results: Option<usize>,
    resource_share_type: Option<String>,
    attributes_to_get: Option<Vec<String>>,
}

pub(super) fn list(store: &GlueStore, input: &List) -> Result<Value, GlueError> {
    if input.attributes_to_get.as_ref().is_some_and(|wanted| !wanted.iter().any(|name| name == "NAME")) {
        return Err(GlueError::invalid("AttributesToGet must include NAME"));
    }
    let after: Option<String> = from_token(input.next_token.as_deref())?;
    // Nothing is shared with this account.
    let only_shared = input.resource_share_type.as_deref().is_some_and(|kind| kind != "ALL");
    let databases = store.databases();
    let shown = |body: &Value| match &input.attributes_to_get {
        Some(_) => json!({"Name": body["Name"]}),
        None => body.clone(),
    };
    let items = databases
        .iter()
        .filter(|(name, _)| !only_shared && after.as_ref().is_none_or(|after| *name > after))
        .map(|(name, database)| Ok((name, shown(&database.body))));
    page("DatabaseList", items, input.max_results, PAGE)
}
