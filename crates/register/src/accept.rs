//! From the definition that somebody asked for to the accepted one.

use domain::{
    DatasetName, key,
    port::{Catalog, Clock, Ids, ObjectStore, PutMode, StoreError},
    run::Run,
    schemas::{self, Accepted},
};

use crate::{
    error::{RegisterError, RejectedDefinition},
    judge::{Admissible, judge},
    service::{ATTEMPTS, Register},
};

/// What became of a requested definition.
#[derive(Debug)]
pub enum Acceptance {
    /// It is live, in this version: a new one, or the one that was there.
    Live {
        /// Counted from 1.
        version: u32,
        /// Whether this call made the version.
        new: bool,
    },
    /// It does not go live. What was live before stays.
    Rejected(RejectedDefinition),
    /// Nobody asks for this dataset any more. Its accepted definition and its data stay.
    NotRequested,
}

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// Looks at `datasets/<name>.json`, accepts it if it may follow what is live, and brings the table up to
    /// date, and what other targets were told. A rejected definition is no error of this call: to try again would not help.
    pub async fn accept(&self, name: &DatasetName, run: &Run) -> Result<Acceptance, RegisterError> {
        let mut new = false;
        // What this call has made a successor of.
        let mut succeeded = None;
        for _ in 0..ATTEMPTS {
            // Each time anew: what somebody asked for a moment ago may be asked for no more.
            let request = match self.store.get(&key::definition(name)).await {
                Err(StoreError::NotFound { .. }) => {
                    let was_dropped = match succeeded.take() {
                        Some(last) => self.was_dropped(name, last, run).await?,
                        None => false,
                    };
                    if was_dropped {
                        // Perhaps it is asked for again by now.
                        continue;
                    }
                    return Ok(Acceptance::NotRequested);
                }
                request => request?,
            };
            let live = schemas::load(&*self.store, name).await?;
            let judged = judge(&*self.store, name, &request, live.as_ref()).await?;
            let Admissible { dataset, version, is_live, follows } = match judged {
                Ok(admissible) => admissible,
                Err(rejected) => return Ok(Acceptance::Rejected(rejected)),
            };
            if is_live {
                self.ensure_everywhere(&Accepted { version, dataset }, run).await?;
                return Ok(Acceptance::Live { version, new });
            }
            self.may_change(run)?;
            let accepted = schemas::encode(&dataset, follows.as_ref());
            let accepted = accepted.map_err(|error| RegisterError::Encode(name.clone(), error))?;
            match self.store.put(&key::schema(name, version), accepted.into(), PutMode::Create).await {
                Ok(()) => (new, succeeded) = (true, live.map(|live| live.version)),
                // Somebody else's version, or our own with its reply lost: the next look says which.
                Err(StoreError::AlreadyExists { .. } | StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(RegisterError::contention(name, None, ATTEMPTS))
    }

    /// Whether the version was dropped after this call had read it, for as long as it may have been frozen. Then its successor
    /// is dropped too: it would be live though nobody asks for it, and whoever dropped the dataset may have looked for such a
    /// version already.
    async fn was_dropped(&self, name: &DatasetName, last: u32, run: &Run) -> Result<bool, RegisterError> {
        self.may_change(run)?;
        let is_dropped = schemas::extend_drop(&*self.store, name, last).await?;
        if is_dropped {
            let version = last + 1;
            tracing::warn!(dataset = %name, version, "the dataset was dropped meanwhile, and so is its new version");
        }
        Ok(is_dropped)
    }
}
