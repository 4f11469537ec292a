use std::{borrow::Borrow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{InvalidName, MAX_NAME};

/// The name of a named query: matches `[a-z][a-z0-9_-]{0,62}`. It is part of a URL, where people like hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QueryName(String);

impl QueryName {
    /// Checks the text against the rule.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidName> {
        let text = text.into();
        let mut bytes = text.bytes();
        let valid = text.len() <= MAX_NAME
            && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
            && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        if valid { Ok(Self(text)) } else { Err(InvalidName::Query(text)) }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for QueryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for QueryName {
    type Err = InvalidName;
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        Self::new(text)
    }
}

impl TryFrom<String> for QueryName {
    type Error = InvalidName;
    fn try_from(text: String) -> Result<Self, InvalidName> {
        Self::new(text)
    }
}

impl From<QueryName> for String {
    fn from(name: QueryName) -> Self {
        name.0
    }
}

impl Borrow<str> for QueryName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_names_follow_the_rule() {
        for good in ["a", "revenue-by-hour", "a_1", &"x".repeat(63)] {
            assert_eq!(QueryName::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "A", "1a", "-a", "_a", "a/b", "a.b", "..", "ä", "a b", &"x".repeat(64)] {
            assert!(QueryName::new(bad).is_err(), "{bad:?} was accepted");
        }
    }
}
