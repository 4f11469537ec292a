//! The settings that each function has. A function reads these, and asks for no variable of another: a wrong price for
//! the API stops no `ingest`.

use super::{
    BUCKET, CompactSettings, DATABASE, IngestSettings, InvalidSetting, QuerySettings, Setting, Settings,
    WORKGROUP, raw::Raw,
};

/// The settings of one function.
pub trait FunctionSettings: Sized {
    /// Reads them through `lookup`, which is the environment, or a test's stand-in. It asks for no other setting.
    fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSetting>;
}

/// What `ingest` has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestFunction {
    /// The lake's bucket.
    pub bucket: String,
    /// How it works.
    pub ingest: IngestSettings,
}

/// What `compact` has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactFunction {
    /// The lake's bucket.
    pub bucket: String,
    /// The Glue database: the vacuum keeps what it names.
    pub database: String,
    /// How it works.
    pub compact: CompactSettings,
}

/// What `register` has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterFunction {
    /// The lake's bucket.
    pub bucket: String,
    /// The Glue database.
    pub database: String,
}

/// What `query` has, as a function and as a standing process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryFunction {
    /// The lake's bucket.
    pub bucket: String,
    /// The Glue database.
    pub database: String,
    /// The Athena workgroup.
    pub workgroup: String,
    /// How it works.
    pub query: QuerySettings,
}

impl FunctionSettings for IngestFunction {
    fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let raw = |setting: Setting| Raw::of(setting, &lookup);
        Ok(Self { bucket: raw(BUCKET).bucket()?, ingest: IngestSettings::read(&raw)? })
    }
}

impl FunctionSettings for CompactFunction {
    fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let raw = |setting: Setting| Raw::of(setting, &lookup);
        Ok(Self {
            bucket: raw(BUCKET).bucket()?,
            database: raw(DATABASE).database()?,
            compact: CompactSettings::read(&raw, &lookup)?,
        })
    }
}

impl FunctionSettings for RegisterFunction {
    fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let raw = |setting: Setting| Raw::of(setting, &lookup);
        Ok(Self { bucket: raw(BUCKET).bucket()?, database: raw(DATABASE).database()? })
    }
}

impl FunctionSettings for QueryFunction {
    fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let raw = |setting: Setting| Raw::of(setting, &lookup);
        Ok(Self {
            bucket: raw(BUCKET).bucket()?,
            database: raw(DATABASE).database()?,
            workgroup: raw(WORKGROUP).workgroup()?,
            query: QuerySettings::read(&raw)?,
        })
    }
}

impl From<&Settings> for IngestFunction {
    fn from(settings: &Settings) -> Self {
        Self { bucket: settings.bucket.clone(), ingest: settings.ingest.clone() }
    }
}

impl From<&Settings> for CompactFunction {
    fn from(settings: &Settings) -> Self {
        let (bucket, database) = (settings.bucket.clone(), settings.database.clone());
        Self { bucket, database, compact: settings.compact }
    }
}

impl From<&Settings> for RegisterFunction {
    fn from(settings: &Settings) -> Self {
        Self { bucket: settings.bucket.clone(), database: settings.database.clone() }
    }
}

impl From<&Settings> for QueryFunction {
    fn from(settings: &Settings) -> Self {
        Self {
            bucket: settings.bucket.clone(),
            database: settings.database.clone(),
            workgroup: settings.workgroup.clone(),
            query: settings.query.clone(),
        }
    }
}

// A service takes its own settings, or all of them: whoever runs several services has all.

impl AsRef<IngestSettings> for Settings {
    fn as_ref(&self) -> &IngestSettings {
        &self.ingest
    }
}

impl AsRef<IngestSettings> for IngestSettings {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl AsRef<CompactSettings> for Settings {
    fn as_ref(&self) -> &CompactSettings {
        &self.compact
    }
}

impl AsRef<CompactSettings> for CompactSettings {
    fn as_ref(&self) -> &Self {
        self
    }
}

#[cfg(test)]
mod tests;
