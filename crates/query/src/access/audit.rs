//! Who was turned away, and what was ended: lines of the log with the target `audit`. They have ids of keys, which are no
//! secrets, and never a secret or any part of one.

use domain::{
    access::{AUDIT, KeyId},
    key::ExecutionName,
};

use super::Caller;

/// Why a key does not get in. A caller is not told which of them it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rejection {
    /// There is no key of this id.
    Unknown,
    /// There is a key of this id, and it has another secret.
    WrongSecret,
    /// Somebody took it back.
    Revoked,
    /// Its time is over.
    Expired,
    /// Its check does not fit: it was not copied as it is.
    TypingError,
}

impl Rejection {
    /// The word for it.
    fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::WrongSecret => "wrong-secret",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::TypingError => "typing-error",
        }
    }
}

/// A request came with a key of this id, or one that claims it, and was rejected.
pub(super) fn rejected(key: &KeyId, reason: Rejection) {
    let reason = reason.as_str();
    tracing::warn!(target: AUDIT, audit = "key-rejected", %key, reason, "an API key was rejected");
}

/// Somebody asked for a query to be cancelled.
pub(crate) fn query_cancelled(query: &ExecutionName, caller: &Caller) {
    tracing::info!(
        target: AUDIT,
        audit = "query-cancelled",
        key = caller.id(),
        query_id = %query,
        "a query was cancelled"
    );
}
