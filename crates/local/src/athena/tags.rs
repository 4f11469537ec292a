//! Tags: nothing here has any, since those that are given are refused.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    WorkGroups,
    error::{Violations, invalid},
};
use crate::protocol::json::JsonError;

/// Athena's least size of a page of tags.
const LEAST_PAGE: i64 = 75;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
    max_results: Option<i64>,
    next_token: Option<String>,
}

pub(super) fn list(workgroups: &WorkGroups, account: &str, input: &List) -> Result<Value, JsonError> {
    let mut violations = Violations::default();
    violations.length("resourceARN", &input.resource_arn, 1, 1_011);
    if let Some(size) = input.max_results {
        violations.range("maxResults", size, LEAST_PAGE, i64::MAX);
    }
    violations.check()?;
    if let Some(token) = &input.next_token {
        return Err(invalid(format!("The nextPageToken is malformed: {token}")));
    }
    let arn = &input.resource_arn;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "athena", _, owner, resource] = parts[..] else {
        return Err(invalid(format!("{arn} is no ARN of a workgroup or a data catalog")));
    };
    let is_there = owner == account
        && match resource.split_once('/') {
            Some(("workgroup", name)) => workgroups.check(name).is_ok(),
            Some(("datacatalog", name)) => name.eq_ignore_ascii_case("AwsDataCatalog"),
            _ => false,
        };
    if is_there {
        Ok(json!({"Tags": []}))
    } else {
        Err(JsonError::new("ResourceNotFoundException", format!("Resource {arn} was not found")))
    }
}
