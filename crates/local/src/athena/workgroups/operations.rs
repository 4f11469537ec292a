//! `CreateWorkGroup`, `GetWorkGroup`, `ListWorkGroups`, `UpdateWorkGroup`, `DeleteWorkGroup`.

use std::ops::Bound;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{PRIMARY, WorkGroups, body, configuration, failed, not_found};
use crate::{
    athena::{
        error::{Violations, invalid},
        execution::Executions,
        request::List,
    },
    protocol::json::JsonError,
};

const NAME: &str = "[a-zA-Z0-9._-]{1,128}";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::athena) struct Create {
    name: String,
    #[serde(default)]
    configuration: Map<String, Value>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    tags: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::athena) struct Get {
    work_group: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::athena) struct Update {
    work_group: String,
    description: Option<String>,
    #[serde(default)]
    configuration_updates: Map<String, Value>,
    state: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::athena) struct Delete {
    pub(in crate::athena) work_group: String,
    #[serde(default)]
    recursive_delete_option: bool,
}

impl WorkGroups {
    pub(in crate::athena) fn create(&self, input: Create, now: f64) -> Result<Value, JsonError> {
        let Create { name, configuration, description, tags } = input;
        if !tags.is_empty() {
            return Err(JsonError::not_implemented("workgroups with", "tags"));
        }
        check_name("name", &name)?;
        check_description(&description)?;
        let configuration = configuration::new(configuration, &self.bucket)?;
        let mut groups = self.lock();
        if groups.contains_key(&name) {
            return Err(invalid("WorkGroup is already created"));
        }
        let group = body(&name, now, configuration, &description);
        self.write(&mut groups, &name, group)?;
        Ok(json!({}))
    }

    pub(in crate::athena) fn get(&self, input: &Get) -> Result<Value, JsonError> {
        let groups = self.lock();
        let mut group = groups.get(&input.work_group).ok_or_else(not_found)?.clone();
        let shown = &mut group["Configuration"];
        shown["EngineVersion"] = configuration::engine_version();
        for member in ["RequesterPaysEnabled", "EnableMinimumEncryptionConfiguration"] {
            if shown[member].is_null() {
                shown[member] = json!(false);
            }
        }
        Ok(json!({"WorkGroup": group}))
    }

    /// By name, as Athena lists them.
    pub(in crate::athena) fn list(&self, input: &List) -> Result<Value, JsonError> {
        let size = input.size(1, 50)?;
        let after = match &input.next_token {
            None => Bound::Unbounded,
            Some(token) => {
                let decoded = URL_SAFE_NO_PAD.decode(token).ok();
                let name = decoded.and_then(|name| String::from_utf8(name).ok());
                let malformed = || invalid(format!("The nextPageToken is malformed: {token}"));
                Bound::Excluded(name.ok_or_else(malformed)?)
            }
        };
        let groups = self.lock();
        let mut rest = groups.range((after, Bound::Unbounded));
        let page: Vec<_> = rest.by_ref().take(size).collect();
        let summary = |(name, group): &(&String, &Value)| {
            json!({
                "Name": name,
                "State": group["State"],
                "Description": group["Description"].as_str().unwrap_or_default(),
                "CreationTime": group["CreationTime"],
                "EngineVersion": configuration::engine_version(),
            })
        };
        let mut answer = json!({"WorkGroups": page.iter().map(summary).collect::<Vec<_>>()});
        if let (Some((last, _)), Some(_)) = (page.last(), rest.next()) {
            answer["NextToken"] = json!(URL_SAFE_NO_PAD.encode(last.as_bytes()));
        }
        Ok(answer)
    }

    pub(in crate::athena) fn update(&self, input: Update) -> Result<Value, JsonError> {
        let Update { work_group: name, description, configuration_updates, state } = input;
        let mut groups = self.lock();
        let mut group = groups.get(&name).ok_or_else(not_found)?.clone();
        if let Some(description) = description {
            check_description(&description)?;
            group["Description"] = json!(description);
        }
        match state.as_deref() {
            None => {}
            Some(state @ ("ENABLED" | "DISABLED")) => group["State"] = json!(state),
            Some(_) => {
                let mut violations = Violations::default();
                violations.pattern("state", "ENABLED|DISABLED");
                return Err(violations.error());
            }
        }
        group["Configuration"] =
            configuration::updated(&group["Configuration"], configuration_updates, &self.bucket)?;
        self.write(&mut groups, &name, group)?;
        Ok(json!({}))
    }

    /// The lake's own workgroup comes back with the next start.
    pub(in crate::athena) fn delete(
        &self,
        input: &Delete,
        executions: &mut Executions,
    ) -> Result<Value, JsonError> {
        let name = &input.work_group;
        if name == PRIMARY {
            return Err(invalid("WorkGroup primary cannot be deleted"));
        }
        let mut groups = self.lock();
        if !groups.contains_key(name) {
            return Err(not_found());
        }
        if !input.recursive_delete_option && executions.of_workgroup(name).next().is_some() {
            return Err(invalid(format!("WorkGroup {name} is not empty")));
        }
        match std::fs::remove_file(self.file(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(&error)),
            _ => {}
        }
        executions.forget_workgroup(name);
        groups.remove(name);
        Ok(json!({}))
    }
}

fn check_name(member: &str, name: &str) -> Result<(), JsonError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if (1..=128).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    let mut violations = Violations::default();
    violations.pattern(member, NAME);
    Err(violations.error())
}

fn check_description(description: &str) -> Result<(), JsonError> {
    let mut violations = Violations::default();
    violations.length("description", description, 0, 1_024);
    violations.check()
}
