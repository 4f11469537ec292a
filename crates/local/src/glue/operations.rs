//! The operations, by name.

mod batches;
mod databases;
mod partitions;
mod tables;

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{error::GlueError, store::GlueStore};
use crate::{
    faults::{Faults, Service},
    protocol::json::JsonError,
};

const INVALID: &str = "InvalidInputException";

/// Glue over AWS JSON.
pub(crate) struct Glue {
    store: Arc<GlueStore>,
    faults: Faults,
}

impl Glue {
    pub(crate) fn new(store: Arc<GlueStore>, faults: Faults) -> Self {
        Self { store, faults }
    }

    /// Runs one operation. Its files are read and written off the async threads.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Result<Value, JsonError> {
        if self.faults.strikes(Service::Glue, operation) {
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
    match operation {
        "CreateDatabase" => databases::create(store, input(body)?),
        "GetDatabase" => databases::get(store, &input(body)?),
        "GetDatabases" => databases::list(store, &input(body)?),
        "CreateTable" => tables::create(store, input(body)?),
        "GetTable" => tables::get(store, &input(body)?),
        "GetTables" => tables::list(store, &input(body)?),
        "UpdateTable" => tables::update(store, input(body)?),
        "DeleteTable" => tables::delete(store, &input(body)?),
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

fn input<T: DeserializeOwned>(body: Value) -> Result<T, JsonError> {
    crate::protocol::json::input(body, INVALID)
}

/// A page's size within its bounds.
fn page_size(wanted: Option<u64>, most: usize) -> Result<usize, GlueError> {
    let size = wanted.map_or(Some(most), |wanted| usize::try_from(wanted).ok());
    size.filter(|size| (1..=most).contains(size))
        .ok_or_else(|| GlueError::Invalid(format!("MaxResults must be between 1 and {most}")))
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
