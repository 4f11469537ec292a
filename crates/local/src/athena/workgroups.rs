//! The workgroups: kept below the data directory, one file each, and in memory.
//!
//! Some are always there: the lake's, its scan tiers, and `primary`, which every account has and clients use unless
//! told otherwise. Until somebody changes them they write where the lake's results go, and have no file.

mod configuration;
mod operations;

use std::{
    collections::BTreeMap,
    fs, io,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::error::invalid;
use crate::{
    config::AwsConfig,
    files::{TEMPORARY, hex, replace},
    protocol::json::JsonError,
};

pub(super) use configuration::engine_version;

const PRIMARY: &str = "primary";

/// All workgroups by name.
pub(crate) struct WorkGroups {
    directory: PathBuf,
    /// The lake's own bucket.
    bucket: String,
    groups: Mutex<BTreeMap<String, Value>>,
}

/// What of a workgroup decides about a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    /// Where its results go.
    pub(super) output: Option<String>,
    /// Whether the request has no choice.
    pub(super) is_enforced: bool,
    /// How many bytes a query may scan.
    pub(super) cutoff: Option<u64>,
}

impl WorkGroups {
    /// Reads the workgroups below the data directory. Those that are always there write to `output` unless their files
    /// say otherwise.
    pub(crate) fn open(config: &AwsConfig, output: &str, created: f64) -> io::Result<Self> {
        let directory = config.data.join("athena").join("workgroups");
        fs::create_dir_all(&directory)?;
        let mut groups = BTreeMap::new();
        let unlimited = [PRIMARY, config.workgroup.as_str()].map(|name| (name, None));
        // The lake's own may be a tier as well: it has a cutoff then.
        let tiers = config.scan_tiers.iter().map(|tier| (tier.workgroup.as_str(), Some(tier.cutoff)));
        for (name, cutoff) in unlimited.into_iter().chain(tiers) {
            let mut configuration = json!({
                "ResultConfiguration": {"OutputLocation": output},
                "EnforceWorkGroupConfiguration": false,
                "PublishCloudWatchMetricsEnabled": false,
            });
            if let Some(cutoff) = cutoff {
                configuration["BytesScannedCutoffPerQuery"] = json!(cutoff);
            }
            groups.insert(name.to_owned(), body(name, created, configuration, ""));
        }
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
                continue;
            }
            let group: Value = serde_json::from_slice(&fs::read(entry.path())?).map_err(|error| {
                let text = format!("{} is damaged: {error}", entry.path().display());
                io::Error::new(io::ErrorKind::InvalidData, text)
            })?;
            groups.insert(group["Name"].as_str().unwrap_or_default().to_owned(), group);
        }
        Ok(Self { directory, bucket: config.bucket.clone(), groups: Mutex::new(groups) })
    }

    /// The name of the workgroup that a request means.
    pub(super) fn resolve(&self, wanted: Option<&str>) -> String {
        wanted.filter(|name| !name.is_empty()).unwrap_or(PRIMARY).to_owned()
    }

    /// What decides about a query; an error if there is no such workgroup, or it is disabled.
    pub(super) fn settings(&self, name: &str) -> Result<Settings, JsonError> {
        let groups = self.lock();
        let group = groups.get(name).ok_or_else(not_found)?;
        if group["State"] != "ENABLED" {
            return Err(invalid(format!("WorkGroup {name} is disabled.")));
        }
        let configuration = &group["Configuration"];
        Ok(Settings {
            output: configuration["ResultConfiguration"]["OutputLocation"].as_str().map(str::to_owned),
            is_enforced: configuration["EnforceWorkGroupConfiguration"] == true,
            cutoff: configuration["BytesScannedCutoffPerQuery"].as_u64(),
        })
    }

    /// An error if there is no such workgroup.
    pub(super) fn check(&self, name: &str) -> Result<(), JsonError> {
        if self.lock().contains_key(name) { Ok(()) } else { Err(not_found()) }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Value>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file first: what is answered outlives the process.
    fn write(&self, groups: &mut BTreeMap<String, Value>, name: &str, group: Value) -> Result<(), JsonError> {
        let content = serde_json::to_vec(&group).map_err(|error| failed(&error))?;
        replace(&self.file(name), &content).map_err(|error| failed(&error))?;
        groups.insert(name.to_owned(), group);
        Ok(())
    }

    /// Names are hashed: two may differ in case alone, which not every file system tells apart.
    fn file(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{}.json", hex(&Sha256::digest(name.as_bytes()))))
    }
}

/// As it is kept: what `GetWorkGroup` answers, less what is the same for all.
fn body(name: &str, created: f64, configuration: Value, description: &str) -> Value {
    let mut group = Map::new();
    group.insert("Name".to_owned(), json!(name));
    group.insert("State".to_owned(), json!("ENABLED"));
    group.insert("CreationTime".to_owned(), json!(created));
    group.insert("Configuration".to_owned(), configuration);
    if !description.is_empty() {
        group.insert("Description".to_owned(), json!(description));
    }
    Value::Object(group)
}

fn not_found() -> JsonError {
    invalid("WorkGroup is not found.")
}

fn failed(error: &dyn std::error::Error) -> JsonError {
    tracing::error!(error = domain::chain(error), "a workgroup was not written");
    JsonError::internal("InternalServerException", "the workgroup's file could not be written")
}
