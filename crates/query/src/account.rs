//! What a query counts for: the key's account (`domain::access::usage`), as the queries under way see it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::{DateTime, Utc};
use domain::{
    access::{
        KeyId,
        usage::{self, Changed, UsageError},
    },
    port::{Clock, Ids, ObjectStore, QueryEngine, QueryId},
};
use futures::future::{BoxFuture, FutureExt};

use crate::execute::Runner;

/// Where a query is entered that counts for somebody.
pub(crate) trait Account: Send + Sync + 'static {
    /// The query is over, and is charged so many bytes; all that was set aside without a number. The first settlement
    /// counts. One that fails is left to the entry's end, and to whoever looks at the account next.
    fn settle(&self, bytes: Option<u64>) -> BoxFuture<'_, ()>;

    /// Whether it is settled.
    fn is_settled(&self) -> bool;

    /// The query goes on as this execution, without its request.
    fn hand_over<'a>(
        &'a self,
        id: &'a QueryId,
        until: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), UsageError>>;
}

impl std::fmt::Debug for dyn Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Account")
    }
}

/// The entry of one query.
pub(crate) struct Entry<S, Q, K, I> {
    pub(crate) store: Arc<S>,
    /// For its clock and its randomness.
    pub(crate) runner: Arc<Runner<Q, K, I>>,
    pub(crate) key: KeyId,
    pub(crate) id: String,
    pub(crate) is_settled: AtomicBool,
}

impl<S, Q, K, I> Account for Entry<S, Q, K, I>
where
    S: ObjectStore,
    Q: QueryEngine,
    K: Clock,
    I: Ids,
{
    fn settle(&self, bytes: Option<u64>) -> BoxFuture<'_, ()> {
        async move {
            if self.is_settled() {
                return;
            }
            let Runner { clock, ids, .. } = &*self.runner;
            let settled = usage::update(&*self.store, clock, ids, &self.key, |usage, _| {
                let is_there = usage.settle(bytes, |query| query.id == self.id);
                ((), if is_there { Changed::Yes } else { Changed::No })
            });
            match settled.await {
                Ok(()) => self.is_settled.store(true, Ordering::SeqCst),
                Err(error) => tracing::warn!(
                    key = %self.key,
                    error = domain::chain(&error),
                    "a query could not be settled: it counts in full until its entry expires"
                ),
            }
        }
        .boxed()
    }

    fn is_settled(&self) -> bool {
        self.is_settled.load(Ordering::SeqCst)
    }

    fn hand_over<'a>(
        &'a self,
        id: &'a QueryId,
        until: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), UsageError>> {
        async move {
            let Runner { clock, ids, .. } = &*self.runner;
            usage::update(&*self.store, clock, ids, &self.key, |usage, _| {
                // It may be over and settled by now.
                let is_there = usage.hand_over(&self.id, id.as_str(), until);
                ((), if is_there { Changed::Yes } else { Changed::No })
            })
            .await
        }
        .boxed()
    }
}
