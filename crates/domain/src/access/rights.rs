//! What a key allows.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Dollars;
use crate::name::{DatasetName, QueryName};

/// What the owner of a key may ask. Nothing goes without saying but the bounds, which are the API's own then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    /// Which datasets; to all others the API answers as if they were not there.
    pub datasets: Allowed<DatasetName>,
    /// Which named queries. One that is named here may be run whatever it reads; `*` stands for those that read
    /// no dataset but the ones above.
    pub named_queries: Allowed<QueryName>,
    /// In which formats.
    pub formats: Allowed<String>,
    /// Whether it may send SQL of its own, where the API takes any.
    pub free_sql: bool,
    /// The most rows of one answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rows: Option<u64>,
    /// The most bytes that one query may scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes_scanned: Option<u64>,
    /// The most requests in a minute, for each process that answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// The most queries at a time, those that go on after their request included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_queries: Option<u32>,
    /// The most bytes that all its queries of one UTC day may scan, as Athena bills them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_bytes: Option<u64>,
    /// What all its queries of one UTC day may cost, by the API's price per TB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_dollars: Option<Dollars>,
}

impl Default for Rights {
    /// To read everything as rows or by named queries.
    fn default() -> Self {
        Self {
            datasets: Allowed::Every,
            named_queries: Allowed::Every,
            formats: Allowed::Every,
            free_sql: false,
            max_rows: None,
            max_bytes_scanned: None,
            requests_per_minute: None,
            max_queries: None,
            daily_bytes: None,
            daily_dollars: None,
        }
    }
}

impl Rights {
    /// Whether the queries of a day are counted.
    pub fn has_budget(&self) -> bool {
        self.daily_bytes.is_some() || self.daily_dollars.is_some()
    }

    /// Whether an earlier version reads these rights: keys of format 1 know no queries at a time and no budget.
    pub(super) fn is_of_format_1(&self) -> bool {
        self.max_queries.is_none() && !self.has_budget()
    }

    /// Stands for what answers may depend on: equal for two keys that get the same answers.
    pub fn digest(&self) -> String {
        let shaping = Self {
            requests_per_minute: None,
            max_queries: None,
            daily_bytes: None,
            daily_dollars: None,
            ..self.clone()
        };
        // Sets are in order, and members in that of the type: equal rights are equal text.
        let text = serde_json::to_vec(&shaping).unwrap_or_default();
        Sha256::digest(text)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// `"*"`, or a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Raw<T>", into = "Raw<T>")]
#[serde(bound(serialize = "T: Clone + Serialize", deserialize = "T: Ord + Deserialize<'de>"))]
pub enum Allowed<T> {
    /// Each that there is, and will be.
    Every,
    /// These.
    These(BTreeSet<T>),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
#[serde(bound(deserialize = "T: Ord + Deserialize<'de>"))]
enum Raw<T> {
    These(BTreeSet<T>),
    Star(String),
}

/// Neither a star nor a list.
#[derive(Debug, thiserror::Error)]
#[error("expected \"*\" or a list of names")]
pub struct InvalidAllowed;

impl<T> TryFrom<Raw<T>> for Allowed<T> {
    type Error = InvalidAllowed;
    fn try_from(raw: Raw<T>) -> Result<Self, InvalidAllowed> {
        match raw {
            Raw::These(these) => Ok(Self::These(these)),
            Raw::Star(star) if star == "*" => Ok(Self::Every),
            Raw::Star(_) => Err(InvalidAllowed),
        }
    }
}

impl<T> From<Allowed<T>> for Raw<T> {
    fn from(allowed: Allowed<T>) -> Self {
        match allowed {
            Allowed::Every => Self::Star("*".to_owned()),
            Allowed::These(these) => Self::These(these),
        }
    }
}

impl<T: Ord> Allowed<T> {
    /// Whether it is one of them.
    pub fn contains<Q: Ord + ?Sized>(&self, one: &Q) -> bool
    where
        T: std::borrow::Borrow<Q>,
    {
        match self {
            Self::Every => true,
            Self::These(these) => these.contains(one),
        }
    }
}
