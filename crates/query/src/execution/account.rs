//! What a query counts for, as the queries under way see it: the key's account, and the places of all callers
//! (`domain::access::usage`).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::{
    access::usage::{self, Changed, Holder, UsageError},
    port::{Clock, Ids, ObjectStore, QueryEngine, QueryId},
};
use futures::{
    FutureExt, TryFutureExt,
    future::{BoxFuture, Either, join_all, select, try_join_all},
};

use super::Runner;

/// Where a query is entered that counts for somebody.
pub(crate) trait Account: Send + Sync + 'static {
    /// The query is over, and is charged so many bytes; all that was set aside without a number. The first settlement
    /// counts. One that fails is tried again for some seconds, and then left to the entry's end, with a line in the log.
    fn settle(&self, bytes: Option<u64>) -> BoxFuture<'_, ()>;

    /// Whether it is settled.
    fn is_settled(&self) -> bool;

    /// No query will begin for the entry, which may be there already, or appear yet: it is taken out, and nothing is
    /// charged.
    fn abandon(&self) -> BoxFuture<'_, ()> {
        self.settle(Some(0))
    }

    /// The query goes on as this execution, without its request.
    fn hand_over<'a>(
        &'a self,
        id: &'a QueryId,
        until: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), UsageError>>;

    /// Which of the counts of all callers has its place, if one has.
    fn place(&self) -> Option<u32> {
        None
    }
}

impl std::fmt::Debug for dyn Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Account")
    }
}

/// How often a query is settled that cannot be, or an abandoned entry is looked for, and the pause before the next time: a
/// call to the store that was broken off may take effect a while later.
const LOOKS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// How long an answer waits for the settlement of its query: who asks again at once shall not find the last query open. What
/// takes longer is left to the background, where there is one: others change the account, or the store is out of reach.
const SOON: Duration = Duration::from_secs(1);

/// Settles a query on the way to its answer. Answers whether that goes on in the background.
pub(crate) async fn settle_soon(
    account: Arc<dyn Account>,
    bytes: Option<u64>,
    clock: &impl Clock,
    in_background: bool,
) -> bool {
    let settling = async move { account.settle(bytes).await }.boxed();
    let soon = std::pin::pin!(clock.sleep(SOON));
    let Either::Right(((), settling)) = select(settling, soon).await else { return false };
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) if in_background => {
            runtime.spawn(settling);
            true
        }
        // In a Lambda, what is left to be done after the answer is frozen with the process.
        _ => {
            settling.await;
            false
        }
    }
}

/// An entry that is written, or being written, and whose query has not begun. If it is dropped so, its request went away:
/// then the entry is abandoned.
#[derive(Debug)]
pub(crate) struct Entered {
    account: Option<Arc<dyn Account>>,
    /// Whether anything may be done after the request is gone. Elsewhere the entry is left to its end.
    in_background: bool,
}

impl Entered {
    pub(crate) fn new(account: Arc<dyn Account>, in_background: bool) -> Self {
        Self { account: Some(account), in_background }
    }

    /// What counts for the one and for the other is entered in both.
    pub(crate) fn both(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (None, entered) | (entered, None) => entered,
            (Some(mut one), Some(mut other)) => {
                let in_background = one.in_background && other.in_background;
                // Who is left without an account abandons nothing.
                let accounts = one.account.take().into_iter().chain(other.account.take()).collect();
                Some(Self::new(Arc::new(Several(accounts)), in_background))
            }
        }
    }

    /// Nothing will begin for it: takes the entry out, and charges nothing. What of it takes long is left to the background,
    /// where there is one.
    pub(crate) async fn take_back(mut self, clock: &impl Clock) {
        let Some(account) = &self.account else { return };
        if settle_soon(Arc::clone(account), Some(0), clock, self.in_background).await {
            self.account = None;
        }
    }

    /// Where it is entered.
    pub(crate) fn account(&self) -> Option<&Arc<dyn Account>> {
        self.account.as_ref()
    }

    /// There is nothing to abandon: the query has begun, which settles it, or the entry was refused.
    pub(crate) fn done(mut self) {
        self.account = None;
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let Some(account) = self.account.take().filter(|account| !account.is_settled()) else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current()
            && self.in_background
        {
            runtime.spawn(async move { account.abandon().await });
        }
    }
}

/// The entry of one query.
pub(crate) struct Entry<S, Q, K, I> {
    pub(crate) store: Arc<S>,
    /// For its clock and its randomness.
    pub(crate) runner: Arc<Runner<Q, K, I>>,
    pub(crate) holder: Holder,
    pub(crate) id: String,
    pub(crate) is_settled: AtomicBool,
}

impl<S: ObjectStore, Q: QueryEngine, K: Clock, I: Ids> Entry<S, Q, K, I> {
    /// Whether the entry was there.
    async fn take_out(&self, bytes: Option<u64>) -> Result<bool, UsageError> {
        let Runner { clock, ids, .. } = &*self.runner;
        usage::update(&*self.store, clock, ids, &self.holder, |usage, _| {
            let is_there = usage.settle(bytes, |query| query.id == self.id);
            (is_there, if is_there { Changed::Yes } else { Changed::No })
        })
        .await
    }
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
            for attempt in 1..=LOOKS {
                if self.is_settled() {
                    return;
                }
                match self.take_out(bytes).await {
                    Ok(_) => return self.is_settled.store(true, Ordering::SeqCst),
                    // Others change the account at the same time, or the store is out of reach: not for long, mostly.
                    Err(UsageError::Contended | UsageError::Store(_)) if attempt < LOOKS => {
                        self.runner.clock.sleep(PAUSE).await;
                    }
                    Err(error) => {
                        return tracing::warn!(
                            key = %self.holder,
                            error = domain::chain(&error),
                            "a query could not be settled: it counts in full until its entry expires"
                        );
                    }
                }
            }
        }
        .boxed()
    }

    fn is_settled(&self) -> bool {
        self.is_settled.load(Ordering::SeqCst)
    }

    fn abandon(&self) -> BoxFuture<'_, ()> {
        async move {
            for look in 1..=LOOKS {
                match self.take_out(Some(0)).await {
                    Ok(true) => break,
                    Err(error) if look == LOOKS => tracing::warn!(
                        key = %self.holder,
                        error = domain::chain(&error),
                        "the entry of a query that did not begin could not be taken out of its account"
                    ),
                    Ok(false) | Err(_) => {}
                }
                if look < LOOKS {
                    self.runner.clock.sleep(PAUSE).await;
                }
            }
            self.is_settled.store(true, Ordering::SeqCst);
        }
        .boxed()
    }

    fn hand_over<'a>(
        &'a self,
        id: &'a QueryId,
        until: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), UsageError>> {
        async move {
            let Runner { clock, ids, .. } = &*self.runner;
            usage::update(&*self.store, clock, ids, &self.holder, |usage, _| {
                // It may be over and settled by now.
                let is_there = usage.hand_over(&self.id, id.as_str(), until);
                ((), if is_there { Changed::Yes } else { Changed::No })
            })
            .await
        }
        .boxed()
    }

    fn place(&self) -> Option<u32> {
        match self.holder {
            Holder::Key(_) => None,
            Holder::Running(shard) => Some(shard),
        }
    }
}

/// One query in several accounts.
struct Several(Vec<Arc<dyn Account>>);

impl Account for Several {
    fn settle(&self, bytes: Option<u64>) -> BoxFuture<'_, ()> {
        join_all(self.0.iter().map(move |account| account.settle(bytes))).map(drop).boxed()
    }

    fn is_settled(&self) -> bool {
        self.0.iter().all(|account| account.is_settled())
    }

    fn abandon(&self) -> BoxFuture<'_, ()> {
        join_all(self.0.iter().map(|account| account.abandon())).map(drop).boxed()
    }

    fn hand_over<'a>(
        &'a self,
        id: &'a QueryId,
        until: DateTime<Utc>,
    ) -> BoxFuture<'a, Result<(), UsageError>> {
        try_join_all(self.0.iter().map(move |account| account.hand_over(id, until))).map_ok(drop).boxed()
    }

    fn place(&self) -> Option<u32> {
        self.0.iter().find_map(|account| account.place())
    }
}

#[cfg(test)]
mod tests;
