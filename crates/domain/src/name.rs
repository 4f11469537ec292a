//! Validated names. Nothing that a sender controls reaches an object key or SQL text except as one of these.

mod query;

use std::{borrow::Borrow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use query::QueryName;

/// The longest name accepted: a first letter and 62 more characters.
const MAX_NAME: usize = 63;

/// Names that a column may not have: the partition keys, and the words that the HTTP API uses as parameters.
const RESERVED_COLUMNS: [&str; 10] =
    ["dt", "hour", "select", "order", "limit", "format", "cursor", "and", "or", "not"];

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// The dataset's name breaks the rule.
    #[error("invalid dataset name {0:?}: it must match [a-z][a-z0-9_]{{0,62}}")]
    Dataset(String),
    /// The named query's name breaks the rule.
    #[error("invalid name of a query {0:?}: it must match [a-z][a-z0-9_-]{{0,62}}")]
    Query(String),
    /// The column's name breaks the rule.
    #[error(
        "invalid column name {0:?}: it must match [a-z][a-z0-9_]{{0,62}} (use \"from\" to name the sender's field)"
    )]
    Column(String),
    /// The name of a struct's field breaks the rule.
    #[error("invalid field name {0:?} in a struct: it must match [a-z][a-z0-9_]{{0,62}}")]
    Field(String),
    /// The column's name means something else already.
    #[error("column name {0:?} is reserved: choose another one and use \"from\" to name the sender's field")]
    ReservedColumn(String),
}

/// The name of a dataset: matches `[a-z][a-z0-9_]{0,62}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DatasetName(String);

impl DatasetName {
    /// Checks the text against the rule.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidName> {
        let text = text.into();
        if is_name(&text) { Ok(Self(text)) } else { Err(InvalidName::Dataset(text)) }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a column: matches `[a-z][a-z0-9_]{0,62}` and is not reserved.
///
/// Athena folds names to lower case, and names that begin with `_` are the lake's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ColumnName(String);

impl ColumnName {
    /// Checks the text against the rule.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidName> {
        let text = text.into();
        if !is_name(&text) {
            return Err(InvalidName::Column(text));
        }
        if RESERVED_COLUMNS.contains(&text.as_str()) {
            return Err(InvalidName::ReservedColumn(text));
        }
        Ok(Self(text))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Checks the name of a struct's field: as a column's, but no word is reserved there.
pub(crate) fn field(text: &str) -> Result<String, InvalidName> {
    if is_name(text) { Ok(text.to_owned()) } else { Err(InvalidName::Field(text.to_owned())) }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= MAX_NAME
        && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl fmt::Display for DatasetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DatasetName {
    type Err = InvalidName;
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        Self::new(text)
    }
}

impl TryFrom<String> for DatasetName {
    type Error = InvalidName;
    fn try_from(text: String) -> Result<Self, InvalidName> {
        Self::new(text)
    }
}

impl TryFrom<String> for ColumnName {
    type Error = InvalidName;
    fn try_from(text: String) -> Result<Self, InvalidName> {
        Self::new(text)
    }
}

impl From<DatasetName> for String {
    fn from(name: DatasetName) -> Self {
        name.0
    }
}

impl From<ColumnName> for String {
    fn from(name: ColumnName) -> Self {
        name.0
    }
}

impl Borrow<str> for ColumnName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for DatasetName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dataset_names_follow_the_rule() {
        for good in ["a", "passengers", "a_1", &"x".repeat(63)] {
            assert_eq!(DatasetName::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "A", "1a", "_a", "a-b", "a/b", "a.b", "ä", "a b", &"x".repeat(64)] {
            assert!(DatasetName::new(bad).is_err(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn reserved_column_names_are_refused_by_name() {
        for word in RESERVED_COLUMNS {
            assert_eq!(ColumnName::new(word), Err(InvalidName::ReservedColumn(word.into())));
        }
        assert!(matches!(ColumnName::new("_id"), Err(InvalidName::Column(_))));
    }

    #[test]
    fn deserializing_validates() {
        assert!(serde_json::from_str::<DatasetName>(r#""../etc""#).is_err());
        assert!(serde_json::from_str::<ColumnName>(r#""a;b""#).is_err());
    }
}
