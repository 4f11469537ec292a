//! The object of a usage.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{FORMAT, Holder, Usage};
use crate::port::{Clock, Ids, ObjectStore, PutMode, StoreError};

/// How often a change is tried, when others come first.
const TRIES: u32 = 8;

/// The pause before the second try, at most; each further one is twice as long. All of them are about a second.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Why a usage cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// The store.
    #[error("cannot read or write a count of queries")]
    Store(#[from] StoreError),
    /// Written by a newer version, or damaged: nothing is known of what was used.
    #[error(
        "{key} is damaged or of a newer version: upgrade, or delete the object, and its count begins anew"
    )]
    Malformed {
        /// The object.
        key: String,
        /// What the parser says; none for a newer format.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// Others came first, each time: the same call may succeed later.
    #[error("a count of queries was changed by others {TRIES} times over")]
    Contended,
}

/// What was used. `None` if nothing was ever counted.
pub async fn load<S: ObjectStore>(
    store: &S,
    holder: impl Into<Holder> + Send,
) -> Result<Option<Usage>, UsageError> {
    let key = holder.into().object();
    store.find(&key).await?.as_deref().map(|body| parse(key, body)).transpose()
}

/// Reads the usage, changes it, and writes it on the condition that nobody wrote in between; else begins again, after a
/// pause. `change` answers `None` where there is nothing to write. Answers what the last call of `change` answered.
pub async fn update<S: ObjectStore, T: Send>(
    store: &S,
    clock: &impl Clock,
    ids: &impl Ids,
    holder: impl Into<Holder> + Send,
    mut change: impl FnMut(&mut Usage, DateTime<Utc>) -> (T, Changed) + Send,
) -> Result<T, UsageError> {
    let key = holder.into().object();
    for attempt in 0..TRIES {
        if attempt > 0 {
            let longest = FIRST_PAUSE * 2_u32.pow(attempt - 1);
            let part = (ids.random() % 1_000) as u32;
            clock.sleep(longest / 2 + longest / 2 * part / 1_000).await;
        }
        let now = clock.now();
        let (mut usage, mode) = match store.find_versioned(&key).await? {
            Some((body, version)) => (parse(key.clone(), &body)?, PutMode::Update(version)),
            None => (Usage::new(now.date_naive()), PutMode::Create),
        };
        let (answer, changed) = change(&mut usage, now);
        if changed == Changed::No {
            return Ok(answer);
        }
        let body = serde_json::to_vec(&usage)
            .map_err(|error| UsageError::Malformed { key: key.clone(), source: Some(error) })?;
        match store.put(&key, body.into(), mode).await {
            Ok(()) => return Ok(answer),
            // Ours too, if its reply was lost: a change must see that it was made.
            Err(
                StoreError::AlreadyExists { .. } | StoreError::Conflict { .. } | StoreError::NotFound { .. },
            ) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UsageError::Contended)
}

/// Whether a change is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is.
    Yes,
    /// Nothing changed.
    No,
}

fn parse(key: String, body: &[u8]) -> Result<Usage, UsageError> {
    match serde_json::from_slice::<Usage>(body) {
        Ok(usage) if usage.format == FORMAT => Ok(usage),
        Ok(_) => Err(UsageError::Malformed { key, source: None }),
        Err(error) => Err(UsageError::Malformed { key, source: Some(error) }),
    }
}
