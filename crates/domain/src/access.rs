//! API keys: what `access/keys.json` says of who may ask what.
//!
//! The object holds no secret, only its SHA-256. A plain hash is enough: a secret has 256 random bits, so there is
//! nothing to guess that a slow hash would make slower, and a slow one would cost every request what it costs a
//! thief.

mod dollars;
mod rights;
mod secret;
mod store;
pub mod usage;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use dollars::{Dollars, InvalidDollars};
pub use rights::{Allowed, Rights};
pub use secret::{MalformedSecret, Secret, SecretHash, claimed_id};
pub use store::{AccessError, NewKey, create, load, revoke};

pub use crate::key_id::{InvalidKeyId, KeyId};

/// The newest format of the keys that this code writes and reads. Keys without what is new are written in format 1, so
/// that an earlier version goes on reading them.
pub const FORMAT: u32 = 2;

/// The target of the log lines about keys that are made, revoked or rejected, and about what is deleted with one. They are
/// logged whatever the log's filter says.
pub const AUDIT: &str = "audit";

/// The least that the engine bills for a query, in bytes.
pub const LEAST_BILLED: u64 = 10 << 20;

/// The most keys there are. Above, those that hold no longer are forgotten, the oldest first.
pub const MAX_KEYS: usize = 1_000;

/// The longest name of a key, in characters.
const MAX_NAME: usize = 100;

/// All keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// See [`FORMAT`].
    pub format: u32,
    /// In the order in which they were made.
    pub keys: Vec<Key>,
}

/// One key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// What it is called in logs and lists; no secret.
    pub id: KeyId,
    /// Whose it is, for people.
    pub name: String,
    /// The hash of its secret.
    pub sha256: SecretHash,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From when on it does not hold any longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// When somebody took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
    /// What it allows.
    pub rights: Rights,
}

/// Whether a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It does.
    Active,
    /// Somebody took it back.
    Revoked,
    /// Its time is over.
    Expired,
}

impl KeyState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

impl Key {
    /// Whether it holds now.
    pub fn state(&self, now: DateTime<Utc>) -> KeyState {
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if self.expires_at.is_some_and(|end| end <= now) {
            KeyState::Expired
        } else {
            KeyState::Active
        }
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self { format: 1, keys: Vec::new() }
    }
}

impl Keys {
    /// The key of this id, whether it holds or not.
    pub fn get(&self, id: &KeyId) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == *id)
    }

    /// The format to write them in: the oldest that has a place for everything they say.
    fn written_format(&self) -> u32 {
        if self.keys.iter().all(|key| key.rights.is_of_format_1()) { 1 } else { FORMAT }
    }

    fn get_mut(&mut self, id: &KeyId) -> Option<&mut Key> {
        self.keys.iter_mut().find(|key| key.id == *id)
    }

    /// Adds a key; where there are too many, one that does not hold any longer makes room. `false` if all hold.
    fn add(&mut self, key: Key, now: DateTime<Utc>) -> bool {
        if self.keys.len() >= MAX_KEYS {
            let over = |key: &Key| key.state(now) != KeyState::Active;
            match self.keys.iter().position(over) {
                Some(oldest) => drop(self.keys.remove(oldest)),
                None => return false,
            }
        }
        self.keys.push(key);
        true
    }
}

#[cfg(test)]
mod tests;
