//! Tags: nothing here has any, since those that are given are refused.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::glue::{error::GlueError, store::GlueStore};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OfResource {
    resource_arn: String,
}

pub(super) fn get(store: &GlueStore, input: &OfResource) -> Result<Value, GlueError> {
    let arn = &input.resource_arn;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "glue", _, account, resource] = parts[..] else {
        return Err(GlueError::invalid(format!("{arn} is no ARN of Glue")));
    };
    let resource: Vec<&str> = resource.split('/').collect();
    let is_there = account == store.account
        && match resource[..] {
            ["catalog"] => true,
            ["database", name] => store.databases().contains_key(&name.to_lowercase()),
            ["table", database, name] => store.with_table(database, name, |_| Ok(())).is_ok(),
            _ => false,
        };
    if is_there { Ok(json!({"Tags": {}})) } else { Err(GlueError::NotFound(format!("{arn} not found."))) }
}
