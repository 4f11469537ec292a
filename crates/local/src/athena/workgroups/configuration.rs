//! What a workgroup can be told, and how an update changes it.

use serde_json::{Map, Value, json};

use crate::{
    athena::{
        error::{Violations, invalid},
        places,
        request::s3_location,
    },
    protocol::json::JsonError,
};

/// Athena's least scan cutoff, in bytes.
const LEAST_CUTOFF: i64 = 10_000_000;

pub(in crate::athena) fn engine_version() -> Value {
    json!({
        "SelectedEngineVersion": "AUTO",
        "EffectiveEngineVersion": "Athena engine version 3",
    })
}

/// Members that would change what a query does or where its result is, and have no effect here.
const WITHOUT_EFFECT: [&str; 5] = [
    "ExecutionRole",
    "EngineConfiguration",
    "IdentityCenterConfiguration",
    "QueryResultsS3AccessGrantsConfiguration",
    "CustomerContentEncryptionConfiguration",
];

/// The configuration of a new workgroup. Others (encryption, metrics, the bucket's owner) are kept and shown,
/// and change nothing on one machine. `lakes` is the lake's own bucket.
pub(super) fn new(mut given: Map<String, Value>, lakes: &str) -> Result<Value, JsonError> {
    given.retain(|_, value| !value.is_null());
    check(&given, "configuration", lakes)?;
    for (member, default) in [
        ("EnforceWorkGroupConfiguration", json!(true)),
        ("PublishCloudWatchMetricsEnabled", json!(true)),
        ("ResultConfiguration", json!({})),
    ] {
        given.entry(member).or_insert(default);
    }
    given.remove("EngineVersion");
    Ok(Value::Object(given))
}

/// The configuration after `ConfigurationUpdates`.
pub(super) fn updated(
    current: &Value,
    mut updates: Map<String, Value>,
    lakes: &str,
) -> Result<Value, JsonError> {
    updates.retain(|_, value| !value.is_null());
    check(&updates, "configurationUpdates", lakes)?;
    let mut configuration = current.as_object().cloned().unwrap_or_default();
    if let Some(Value::Object(results)) = updates.remove("ResultConfigurationUpdates") {
        let old = configuration.get("ResultConfiguration").and_then(Value::as_object).cloned();
        let merged = merge(old.unwrap_or_default(), results);
        configuration.insert("ResultConfiguration".to_owned(), Value::Object(merged));
    }
    updates.remove("ManagedQueryResultsConfigurationUpdates");
    updates.remove("EngineVersion");
    Ok(Value::Object(merge(configuration, updates)))
}

/// `RemoveX` takes `X` away; anything else replaces what was there.
fn merge(mut old: Map<String, Value>, updates: Map<String, Value>) -> Map<String, Value> {
    for (member, value) in updates {
        match member.strip_prefix("Remove") {
            Some(removed) if value == true => drop(old.remove(removed)),
            Some(_) => {}
            None if value.is_null() => {}
            None => drop(old.insert(member, value)),
        }
    }
    old
}

fn check(given: &Map<String, Value>, member: &str, lakes: &str) -> Result<(), JsonError> {
    for refused in WITHOUT_EFFECT {
        if given.contains_key(refused) {
            return Err(JsonError::not_implemented("workgroups with", refused));
        }
    }
    for managed in ["ManagedQueryResultsConfiguration", "ManagedQueryResultsConfigurationUpdates"] {
        if given.get(managed).is_some_and(|results| results["Enabled"] == true) {
            return Err(JsonError::not_implemented("workgroups with", "managed query results"));
        }
    }
    let engine = given.get("EngineVersion").and_then(|version| version["SelectedEngineVersion"].as_str());
    if let Some(other) = engine.filter(|name| !matches!(*name, "AUTO" | "Athena engine version 3")) {
        return Err(invalid(format!("Invalid Engine Version: {other}")));
    }
    if let Some(cutoff) = given.get("BytesScannedCutoffPerQuery") {
        let mut violations = Violations::default();
        let number = cutoff.as_i64().ok_or_else(|| not_a_number(cutoff))?;
        violations.range(&format!("{member}.bytesScannedCutoffPerQuery"), number, LEAST_CUTOFF, i64::MAX);
        violations.check()?;
    }
    for results in ["ResultConfiguration", "ResultConfigurationUpdates"] {
        let results = given.get(results).map(|results| &results["OutputLocation"]);
        if let Some(location) = results.and_then(Value::as_str) {
            let (bucket, prefix) = s3_location(location)?;
            places::check_output(lakes, &bucket, &prefix, location)?;
        }
    }
    Ok(())
}

fn not_a_number(value: &Value) -> JsonError {
    JsonError::new("SerializationException", format!("{value} can not be converted to a Long"))
}
