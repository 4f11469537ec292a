//! The keys in the bucket. Two people who change them at the same time do not undo each other: every write is on the
//! condition that the object still is what was read.

use chrono::{DateTime, Utc};

use super::{FORMAT, Key, KeyId, Keys, LEAST_BILLED, MAX_KEYS, MAX_NAME, Rights, Secret, usage};
use crate::{
    key::ACCESS_KEYS,
    port::{Entropy, ObjectStore, PutMode, Source, StoreError},
};

/// How often a change is tried, when others come first.
const TRIES: u32 = 10;

/// How many ids are tried, when there are keys that have them.
const IDS: u32 = 3;

/// A key that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Whose it is, for people.
    pub name: String,
    /// From when on it does not hold any longer.
    pub expires_at: Option<DateTime<Utc>>,
    /// What it allows.
    pub rights: Rights,
}

/// Why the keys cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The store.
    #[error("cannot read or write the API keys")]
    Store(#[from] StoreError),
    /// Written by a newer version.
    #[error(
        "the API keys in {ACCESS_KEYS} have format {found}; this version reads up to {FORMAT}: upgrade first"
    )]
    NewerFormat {
        /// Its format.
        found: u32,
    },
    /// Somebody damaged them. Nobody gets in until they are restored, and nobody new either.
    #[error("the API keys in {ACCESS_KEYS} do not parse: restore the object from an earlier version of it")]
    Malformed(#[source] serde_json::Error),
    /// Two keys have one id: which one is meant?
    #[error(
        "the API keys in {ACCESS_KEYS} have the id {0} twice: restore the object from an earlier version of it"
    )]
    Repeated(KeyId),
    /// What was asked for is wrong.
    #[error("the name of a key has 1 to {MAX_NAME} characters, none of them a control character")]
    InvalidName,
    /// What was asked for is wrong.
    #[error("the key would have expired before it begins to hold")]
    Expired,
    /// What was asked for is wrong.
    #[error(
        "a daily budget needs a bound on the bytes of one query: that much is set aside while a query runs, so a query \
         starts only if its whole bound is left of the budget"
    )]
    BudgetWithoutBound,
    /// What was asked for is wrong.
    #[error(
        "no query would ever start: the daily budget is {budget} bytes, and {query} bytes are set aside for a query \
         (its bound, and {LEAST_BILLED} at least): raise the budget, or lower the bound"
    )]
    BudgetBelowBound {
        /// The bytes of a day.
        budget: u64,
        /// The bytes of a query.
        query: u64,
    },
    /// What was asked for is wrong.
    #[error(
        "no query would ever start: the daily budget is 0 dollars: give more, or leave it out for no budget"
    )]
    BudgetOfNothing,
    /// There is no such key.
    #[error("there is no key {0}")]
    Unknown(KeyId),
    /// All keys hold.
    #[error("there are {MAX_KEYS} keys, and all of them hold: revoke some")]
    TooMany,
    /// There is no randomness to be had.
    #[error("there is no randomness for a secret")]
    Entropy(#[source] Source),
    /// Others came first, each time.
    #[error("the API keys were changed by others {TRIES} times over: try again")]
    Contended,
}

/// Reads the keys; `None` if none were ever made.
pub async fn load<S: ObjectStore>(store: &S) -> Result<Option<Keys>, AccessError> {
    store.find(ACCESS_KEYS).await?.as_deref().map(parse).transpose()
}

/// Makes a key. The secret is in the answer and nowhere else.
pub async fn create<S: ObjectStore>(
    store: &S,
    entropy: &impl Entropy,
    now: DateTime<Utc>,
    new: &NewKey,
) -> Result<(Key, Secret), AccessError> {
    let characters = new.name.chars().count();
    if !(1..=MAX_NAME).contains(&characters) || new.name.chars().any(char::is_control) {
        return Err(AccessError::InvalidName);
    }
    if new.expires_at.is_some_and(|end| end <= now) {
        return Err(AccessError::Expired);
    }
    check_budget(&new.rights)?;
    for _ in 0..IDS {
        let secret = Secret::new(entropy).map_err(AccessError::Entropy)?;
        let key = Key {
            id: secret.id().clone(),
            name: new.name.clone(),
            sha256: secret.hash(),
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
            rights: new.rights.clone(),
        };
        let added = change(store, |keys| match keys.get(&key.id).map(|known| known.sha256 == key.sha256) {
            // Ours: the reply to the write was lost.
            Some(true) => Ok(Change::None(true)),
            Some(false) => Ok(Change::None(false)),
            None if keys.add(key.clone(), now) => Ok(Change::Write(true)),
            None => Err(AccessError::TooMany),
        });
        if added.await? {
            return Ok((key, secret));
        }
    }
    Err(AccessError::Contended)
}

/// A budget that would never let a query start is a mistake. What a budget in dollars buys depends on the price that the
/// API is told, so of those only nothing is refused here, and the API answers 403 for the rest.
fn check_budget(rights: &Rights) -> Result<(), AccessError> {
    if !rights.has_budget() {
        return Ok(());
    }
    let bound = rights.max_bytes_scanned.ok_or(AccessError::BudgetWithoutBound)?;
    if rights.daily_dollars.is_some_and(|dollars| dollars.micros() == 0) {
        return Err(AccessError::BudgetOfNothing);
    }
    let query = usage::billed(bound);
    match rights.daily_bytes {
        Some(budget) if budget < query => Err(AccessError::BudgetBelowBound { budget, query }),
        _ => Ok(()),
    }
}

/// Takes a key back, and answers what it is since then. One that was taken back before stays as it is.
pub async fn revoke<S: ObjectStore>(store: &S, id: &KeyId, now: DateTime<Utc>) -> Result<Key, AccessError> {
    change(store, |keys| {
        let key = keys.get_mut(id).ok_or_else(|| AccessError::Unknown(id.clone()))?;
        if key.revoked_at.is_some() {
            return Ok(Change::None(key.clone()));
        }
        key.revoked_at = Some(now);
        Ok(Change::Write(key.clone()))
    })
    .await
}

/// What became of the keys.
enum Change<T> {
    None(T),
    Write(T),
}

/// Reads, changes and writes; again, where somebody else wrote in between.
async fn change<S: ObjectStore, T>(
    store: &S,
    mut change: impl FnMut(&mut Keys) -> Result<Change<T>, AccessError>,
) -> Result<T, AccessError> {
    for _ in 0..TRIES {
        let (mut keys, mode) = match store.get_versioned(ACCESS_KEYS).await {
            Ok((bytes, version)) => (parse(&bytes)?, PutMode::Update(version)),
            Err(StoreError::NotFound { .. }) => (Keys::default(), PutMode::Create),
            Err(error) => return Err(error.into()),
        };
        let answer = match change(&mut keys)? {
            Change::None(answer) => return Ok(answer),
            Change::Write(answer) => answer,
        };
        keys.format = keys.written_format();
        let body = serde_json::to_vec_pretty(&keys).map_err(AccessError::Malformed)?;
        match store.put(ACCESS_KEYS, body.into(), mode).await {
            Ok(()) => return Ok(answer),
            Err(
                StoreError::AlreadyExists { .. } | StoreError::Conflict { .. } | StoreError::NotFound { .. },
            ) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(AccessError::Contended)
}

fn parse(bytes: &[u8]) -> Result<Keys, AccessError> {
    /// What every format has.
    #[derive(serde::Deserialize)]
    struct Head {
        format: u32,
    }
    let head: Head = serde_json::from_slice(bytes).map_err(AccessError::Malformed)?;
    if head.format > FORMAT {
        return Err(AccessError::NewerFormat { found: head.format });
    }
    let keys: Keys = serde_json::from_slice(bytes).map_err(AccessError::Malformed)?;
    let mut seen = std::collections::HashSet::new();
    match keys.keys.iter().find(|key| !seen.insert(&key.id)) {
        Some(twice) => Err(AccessError::Repeated(twice.id.clone())),
        None => Ok(keys),
    }
}

#[cfg(test)]
mod tests;
