//! The id of an API key: what names a key in logs, in lists and in the keys of objects.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::base32;

/// How much randomness it has.
pub(crate) const BYTES: usize = 5;
/// How long its text is.
pub(crate) const DIGITS: usize = 8;

/// The public part of a key: 8 digits of base 32.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

/// The text is no id of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid key id {0:?}: it has 8 characters, as the list of keys shows it")]
pub struct InvalidKeyId(String);

impl KeyId {
    /// Checks the text.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidKeyId> {
        let text = text.into();
        if text.len() == DIGITS && base32::is_digits(&text) {
            Ok(Self(text))
        } else {
            Err(InvalidKeyId(text))
        }
    }

    /// The id of as many random bytes as it has bits.
    pub(crate) fn of(random: [u8; BYTES]) -> Self {
        Self(base32::encode(&random))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;
    fn from_str(text: &str) -> Result<Self, InvalidKeyId> {
        Self::new(text)
    }
}

impl TryFrom<String> for KeyId {
    type Error = InvalidKeyId;
    fn try_from(text: String) -> Result<Self, InvalidKeyId> {
        Self::new(text)
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}
