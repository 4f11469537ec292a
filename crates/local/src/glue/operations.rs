//! The operations, by name.

mod batches;
mod databases;
mod partitions;
mod tables;
mod tags;
mod versions;

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{error::GlueError, shape, store::GlueStore};
use crate::{
    faults::{Faults, Service},
    protocol::json::JsonError,
};

const INVALID: &str = "InvalidInputException";

/// Glue over AWS JSON.
pub(crate) struct Glue {
    store: Arc<GlueStore>,
    faults: Faults,
    caller: Service,
}

impl Glue {
    /// `caller` is which calls are meant by the faults that are planned for it.
    pub(crate) fn new(store: Arc<GlueStore>, faults: Faults, caller: Service) -> Self {
        Self { store, faults, caller }
    }

    /// Runs one operation. Its files are read and written off the async threads.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Result<Value, JsonError> {
        if self.faults.strikes(self.caller, operation) {
            return Err(JsonError::new("ThrottlingException", "Rate exceeded"));
        }
        let (store, operation) = (Arc::clone(&self.store), operation.to_owned());
        tokio::task::spawn_blocking(move || run(&store, &operation, body)).await.unwrap_or_else(|error| {
            tracing::error!(error = domain::chain(&error), "local Glue was cut off");
            Err(JsonError::internal("InternalServiceException", "the operation was cut off"))
        })
    }
}

fn run(store: &GlueStore, operation: &str, body: Value) -> Result<Value, JsonError> {
    shape::check(operation, &body).unwrap_or_else(|| Err(JsonError::not_implemented("Glue", operation)))?;
    check_catalog(store, &body)?;
    match operation {
        "CreateDatabase" => databases::create(store, input(body)?),
        "GetDatabase" => databases::get(store, &input(body)?),
        "GetDatabases" => databases::list(store, &input(body)?),
        "UpdateDatabase" => databases::update(store, input(body)?),
        "DeleteDatabase" => databases::delete(store, &input(body)?),
        "CreateTable" => tables::create(store, input(body)?),
        "GetTable" => tables::get(store, &input(body)?),
        "GetTables" => tables::list(store, &input(body)?),
        "UpdateTable" => tables::update(store, input(body)?),
        "DeleteTable" => tables::delete(store, &input(body)?),
        "BatchDeleteTable" => batches::delete_tables(store, &input(body)?),
        "GetTableVersion" => versions::get(store, &input(body)?),
        "GetTableVersions" => versions::list(store, &input(body)?),
        "DeleteTableVersion" => versions::delete(store, &input(body)?),
        "BatchDeleteTableVersion" => batches::delete_versions(store, &input(body)?),
        "GetPartitionIndexes" => tables::indexes(store, &input(body)?),
        "GetTags" => tags::get(store, &input(body)?),
        "CreatePartition" => partitions::create(store, input(body)?),
        "GetPartition" => partitions::get(store, &input(body)?),
        "GetPartitions" => partitions::list(store, &input(body)?),
        "UpdatePartition" => partitions::update(store, input(body)?),
        "DeletePartition" => partitions::delete(store, &input(body)?),
        "BatchCreatePartition" => batches::create(store, input(body)?),
        "BatchGetPartition" => batches::get(store, &input(body)?),
        "BatchUpdatePartition" => batches::update(store, input(body)?),
        "BatchDeletePartition" => batches::delete(store, &input(body)?),
        other => return Err(JsonError::not_implemented("Glue", other)),
    }
    .map_err(JsonError::from)
}

/// Members that several operations have, and that ask for what is not here.
fn check_catalog(store: &GlueStore, body: &Value) -> Result<(), GlueError> {
    if let Some(id) = body["CatalogId"].as_str()
        && id != store.account
    {
        return Err(GlueError::NotFound(format!("Catalog {id} not found: here is only {}", store.account)));
    }
    for (member, what) in [
        ("TransactionId", "governed tables (TransactionId)"),
        ("QueryAsOfTime", "governed tables (QueryAsOfTime)"),
        ("PartitionIndexes", "partition indexes"),
        ("OpenTableFormatInput", "open table formats"),
        ("UpdateOpenTableFormatInput", "open table formats"),
        ("ViewUpdateAction", "views of several dialects (ViewUpdateAction)"),
    ] {
        if !body[member].is_null() && body[member] != json!([]) {
            return Err(GlueError::NotImplemented(what));
        }
    }
    Ok(())
}

fn input<T: DeserializeOwned>(body: Value) -> Result<T, JsonError> {
    crate::protocol::json::input(body, INVALID)
}

/// One page of a listing: the items as they are answered, each with where a page after it goes on.
fn page<K: Serialize>(
    list: &str,
    items: impl Iterator<Item = Result<(K, Value), GlueError>>,
    size: Option<usize>,
    most: usize,
) -> Result<Value, GlueError> {
    let size = size.unwrap_or(most);
    let (mut shown, mut last) = (Vec::new(), None);
    for item in items {
        let (key, value) = item?;
        if shown.len() == size {
            return Ok(json!({list: shown, "NextToken": last.as_ref().map(to_token)}));
        }
        shown.push(value);
        last = Some(key);
    }
    Ok(json!({list: shown}))
}

/// Where the next page begins: after the last item of this one.
fn to_token(last: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(last).unwrap_or_default())
}

fn from_token<T: DeserializeOwned>(token: Option<&str>) -> Result<Option<T>, GlueError> {
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
    let decoded = URL_SAFE_NO_PAD.decode(token).ok();
    match decoded.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
        Some(last) => Ok(Some(last)),
        None => Err(GlueError::invalid("NextToken is not one that this operation gave")),
    }
}
