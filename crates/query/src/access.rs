//! Who asks, and what they may: the API keys of `access/keys.json`, held against each request.
//!
//! Keys are read as often as the catalog is (`TRIBUTARY_CATALOG_CACHE`): so long a key still holds that was taken
//! back. Where they cannot be read, nobody gets in.
//!
//! To a key that may not see it, a dataset or a named query is not there: the answer is that of one that does not
//! exist, so nobody learns names by asking for them. What a key may do with what it sees, the answers say openly.

mod audit;
mod caller;
mod credentials;
mod rate;

use std::time::Duration;

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use domain::{
    access::{self, AccessError, Key, KeyState, Keys, Secret, SecretHash},
    port::{Clock, ObjectStore, StoreError},
};

use crate::{
    lake::fresh::Fresh,
    problem::{Problem, ProblemKind},
};

use audit::Rejection;
pub(crate) use audit::query_cancelled;
pub(crate) use caller::Caller;
use rate::Rates;

/// After how many seconds to come again when the keys are out of reach.
const RETRY: u32 = 5;

/// How a request says who sends it.
const HOW: &str = "send an API key as Authorization: Bearer trib_..., or as X-Api-Key";

/// How requests get in, for `/readyz` and the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Anybody does: there are no keys, and a setting says so.
    Open,
    /// Who has a key does.
    Keys,
    /// Nobody does: there are no keys, and no setting says that anybody may.
    Closed,
}

impl Gate {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Keys => "keys",
            Self::Closed => "closed",
        }
    }
}

/// The keys as last read, and how often each was used.
#[derive(Debug)]
pub(crate) struct Access {
    open: bool,
    keys: Fresh<Option<Keys>>,
    rates: Rates,
}

impl Access {
    /// With `open`, anybody gets in while no key was ever made. Keys may be `age` old.
    pub(crate) fn new(open: bool, age: Duration) -> Self {
        Self { open, keys: Fresh::new(age), rates: Rates::default() }
    }

    /// How requests get in at present.
    pub(crate) async fn gate<S: ObjectStore, K: Clock>(&self, store: &S, clock: &K) -> Result<Gate, Problem> {
        let keys = self.keys.get(clock, async || access::load(store).await).await;
        let keys = keys.map_err(|error| unreadable(&error))?;
        Ok(self.gate_of((*keys).as_ref()))
    }

    /// Who sent a request with these headers. Every request for what is below `/v1` has to pass here first; it counts
    /// as one of the key's requests.
    pub(crate) async fn check<S: ObjectStore, K: Clock>(
        &self,
        store: &S,
        clock: &K,
        headers: &HeaderMap,
    ) -> Result<Caller, Problem> {
        let keys = self.keys.get(clock, async || access::load(store).await).await;
        let keys = keys.map_err(|error| unreadable(&error))?;
        let key = match ((*keys).as_ref(), self.gate_of((*keys).as_ref())) {
            (_, Gate::Open) => return Ok(Caller::anybody()),
            (None, _) | (_, Gate::Closed) => return Err(closed()),
            (Some(keys), Gate::Keys) => {
                let secret = credentials::read(headers)?;
                find(keys, &secret, clock.now()).map_err(|reason| {
                    audit::rejected(secret.id(), reason);
                    unknown()
                })?
            }
        };
        if let Some(rate) = key.rights.requests_per_minute {
            self.rates.take(&key.id, rate, clock.now())?;
        }
        Ok(Caller::of(key))
    }

    /// A key that holds no longer is a key all the same: to take the last one back opens nothing.
    fn gate_of(&self, keys: Option<&Keys>) -> Gate {
        match keys {
            Some(keys) if !keys.keys.is_empty() => Gate::Keys,
            _ if self.open => Gate::Open,
            _ => Gate::Closed,
        }
    }
}

/// The key of this secret, if it holds; else why there is none, for the log alone. What does not exist is compared too,
/// so that it takes as long.
fn find<'a>(keys: &'a Keys, secret: &Secret, now: DateTime<Utc>) -> Result<&'a Key, Rejection> {
    let key = keys.get(secret.id());
    let nothing = SecretHash::none();
    let matches = secret.hash() == *key.map_or(&nothing, |key| &key.sha256);
    let key = key.ok_or(Rejection::Unknown)?;
    if !matches {
        return Err(Rejection::WrongSecret);
    }
    match key.state(now) {
        KeyState::Active => Ok(key),
        KeyState::Revoked => Err(Rejection::Revoked),
        KeyState::Expired => Err(Rejection::Expired),
    }
}

/// One answer to all that have no key which holds: which of the reasons it is, is nobody's business.
fn unknown() -> Problem {
    Problem::new(
        ProblemKind::Unauthorized,
        "the API key is unknown, revoked or expired: ask the lake's operator for one",
    )
}

fn missing() -> Problem {
    Problem::new(ProblemKind::Unauthorized, format!("this lake answers who has an API key: {HOW}"))
}

fn closed() -> Problem {
    Problem::new(
        ProblemKind::Unauthorized,
        "this lake has no API keys yet, so it answers nobody: its operator makes the first one with `tributary key \
         create`, or lets everybody in with TRIBUTARY_OPEN_ACCESS=on",
    )
}

/// The keys cannot be read: the reason goes to the log.
fn unreadable(error: &AccessError) -> Problem {
    tracing::error!(error = domain::chain(error), "the API keys cannot be read: nobody gets in");
    if matches!(error, AccessError::Store(StoreError::Unavailable { .. })) {
        Problem::new(
            ProblemKind::Unavailable,
            "the lake's API keys are out of reach: try again in some seconds",
        )
        .retry_after(RETRY)
    } else {
        Problem::new(
            ProblemKind::Internal,
            "the lake's API keys cannot be read: its operator finds the reason in the log",
        )
    }
}

#[cfg(test)]
mod tests;
