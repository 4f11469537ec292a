//! The two workgroups: the lake's, and `primary`, which every account has and clients use unless told otherwise.

use serde_json::{Value, json};

use super::request::invalid;
use crate::protocol::json::JsonError;

pub(super) const PRIMARY: &str = "primary";

pub(super) fn engine_version() -> Value {
    json!({
        "SelectedEngineVersion": "AUTO",
        "EffectiveEngineVersion": "Athena engine version 3",
    })
}

/// The workgroup that a request means.
pub(super) fn resolve<'a>(wanted: Option<&'a str>, own: &'a str) -> Result<&'a str, JsonError> {
    match wanted.filter(|name| !name.is_empty()) {
        None => Ok(PRIMARY),
        Some(name) if name == own || name == PRIMARY => Ok(name),
        Some(name) => Err(invalid(format!("WorkGroup {name} is not found."))),
    }
}

pub(super) fn describe(name: &str, output_location: &str, created: f64) -> Value {
    json!({
        "WorkGroup": {
            "Name": name,
            "State": "ENABLED",
            "Description": "",
            "CreationTime": created,
            "Configuration": {
                "ResultConfiguration": {"OutputLocation": output_location},
                "EnforceWorkGroupConfiguration": false,
                "PublishCloudWatchMetricsEnabled": false,
                "RequesterPaysEnabled": false,
                "EngineVersion": engine_version(),
            },
        },
    })
}

pub(super) fn list(own: &str, created: f64) -> Value {
    let mut names = vec![PRIMARY, own];
    names.dedup();
    let summaries: Vec<Value> = names
        .into_iter()
        .map(|name| {
            json!({
                "Name": name,
                "State": "ENABLED",
                "Description": "",
                "CreationTime": created,
                "EngineVersion": engine_version(),
            })
        })
        .collect();
    json!({"WorkGroups": summaries})
}
