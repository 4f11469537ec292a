use std::fmt;

use crate::{access::KeyId, key};

/// Whose queries an object counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// One key's.
    Key(KeyId),
    /// All callers'. Which of the objects they are counted in.
    Running(u32),
}

impl Holder {
    /// The object.
    pub fn object(&self) -> String {
        match self {
            Self::Key(id) => key::usage(id),
            Self::Running(shard) => key::running(*shard),
        }
    }
}

impl From<KeyId> for Holder {
    fn from(id: KeyId) -> Self {
        Self::Key(id)
    }
}

impl From<&KeyId> for Holder {
    fn from(id: &KeyId) -> Self {
        Self::Key(id.clone())
    }
}

impl From<&Holder> for Holder {
    fn from(holder: &Holder) -> Self {
        holder.clone()
    }
}

/// For the log: the id of the key.
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(id) => write!(f, "{id}"),
            Self::Running(shard) => write!(f, "all callers, {shard}"),
        }
    }
}
