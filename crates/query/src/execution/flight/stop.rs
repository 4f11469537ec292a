//! The end of a query that nobody waits for.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use domain::port::{Clock, EngineError, Ids, Query, QueryEngine, QueryId};
use futures::{
    FutureExt,
    future::{Either, select},
};

use super::Work;
use crate::execution::{
    Progress, Runner, Stage,
    account::{Account, settle_soon},
};

/// How long stopping a query may take: with the slack of a request whose deadline nears, less than its margin.
pub(super) const CANCEL: Duration = Duration::from_secs(1);

/// How long it may take in the background to stop a query whose id is not known.
pub(super) const FIND: Duration = Duration::from_secs(5);

/// Cancels a query that nobody waits for: it would go on reading, and be billed for it. Then settles it, which may go on in
/// the background.
///
/// Only the id of a query cancels it. If the engine has not answered the call to start it, that answer is waited for. If the answer
/// was lost, the background asks for it once more.
pub(super) async fn stop<Q: QueryEngine, K: Clock, I: Ids>(
    runner: Arc<Runner<Q, K, I>>,
    progress: Arc<Progress>,
    work: Work,
    account: Option<Arc<dyn Account>>,
    in_background: bool,
) {
    let mut time = pin!(runner.clock.sleep(CANCEL));
    let cancel = async {
        let id = match progress.stage() {
            Stage::Running(id) => Some(id),
            Stage::Starting => answered(&progress, work).await,
            Stage::Idle | Stage::Lost(_) | Stage::Over => None,
        };
        if let Some(id) = &id {
            runner.engine.cancel(id).await?;
        }
        Ok::<Option<QueryId>, EngineError>(id)
    };
    let cancelled = match select(pin!(cancel), time.as_mut()).await {
        Either::Left((Ok(id), _)) => id,
        Either::Left((Err(error), _)) => {
            not_cancelled(&error);
            None
        }
        Either::Right(_) => {
            took_too_long(&progress);
            None
        }
    };
    match progress.stage() {
        Stage::Lost(query) if in_background => {
            let (runner, progress) = (Arc::clone(&runner), Arc::clone(&progress));
            tokio::spawn(stop_lost(runner, progress, query, account));
            return;
        }
        Stage::Starting | Stage::Lost(_) => {
            // What it may read is not known: it is charged in full.
            progress.lost();
            may_go_on();
        }
        Stage::Idle | Stage::Running(_) | Stage::Over => {}
    }
    settle(&runner, &progress, cancelled, account, time, in_background).await;
}

/// Stops a query that the engine may have taken, though its reply was lost. The token makes a second call to start it the same
/// query, so that its id is known then. It is made once, since the engine may have too many: if the engine did not take the
/// query before, it does now, and stops it at once.
async fn stop_lost<Q: QueryEngine, K: Clock, I: Ids>(
    runner: Arc<Runner<Q, K, I>>,
    progress: Arc<Progress>,
    query: Query,
    account: Option<Arc<dyn Account>>,
) {
    let mut time = pin!(runner.clock.sleep(FIND));
    let cancel = async {
        let id = match runner.engine.start(&query).await {
            Ok(id) => id,
            Err(error) => {
                tracing::info!(
                    error = domain::chain(&error),
                    "nobody waits for a query any more whose start the engine has not confirmed, nor does it now: if it runs, it \
                     goes on to its end"
                );
                return None;
            }
        };
        progress.enter(Stage::Running(id.clone()));
        if let Err(error) = runner.engine.cancel(&id).await {
            not_cancelled(&error);
            return None;
        }
        Some(id)
    };
    let cancelled = match select(pin!(cancel), time.as_mut()).await {
        Either::Left((cancelled, _)) => cancelled,
        Either::Right(_) => {
            if !took_too_long(&progress) {
                may_go_on();
            }
            None
        }
    };
    settle(&runner, &progress, cancelled, account, time, true).await;
}

/// Settles a query that nobody waits for, if it is not settled. What one that was cancelled is billed is looked for until it is
/// time.
async fn settle<Q: QueryEngine, K: Clock, I: Ids>(
    runner: &Runner<Q, K, I>,
    progress: &Progress,
    cancelled: Option<QueryId>,
    account: Option<Arc<dyn Account>>,
    time: impl Future<Output = ()> + Unpin,
    in_background: bool,
) {
    let Some(account) = account.filter(|account| !account.is_settled()) else { return };
    if let Some(id) = cancelled {
        let looks = pin!(runner.stopped(&id));
        // Without its end, what it will be billed is not known.
        if let Either::Left(((billed, true), _)) = select(looks, time).await {
            progress.ended(billed);
        }
    }
    settle_soon(account, progress.billed(), &runner.clock, in_background).await;
}

/// Says so of a query whose id is known. Answers whether it is.
fn took_too_long(progress: &Progress) -> bool {
    let is_known = matches!(progress.stage(), Stage::Running(_));
    if is_known {
        tracing::warn!("cancelling a query took too long; it may go on");
    }
    is_known
}

fn not_cancelled(error: &EngineError) {
    tracing::warn!(error = domain::chain(error), "a query could not be cancelled and goes on");
}

/// Says of a query without an id that nobody waits for what is known of it.
pub(super) fn may_go_on() {
    tracing::info!(
        "nobody waits for a query any more whose start the engine has not confirmed: if it runs, it goes on to its end"
    );
}

/// What the engine answers to the call to start the query that is under way: its id, or `None` if there is no query. The work is
/// carried on until then and no longer, so that no other call is made.
async fn answered(progress: &Progress, mut work: Work) -> Option<QueryId> {
    poll_fn(|context| {
        let is_over = work.poll_unpin(context).is_ready();
        match progress.stage() {
            Stage::Running(id) => Poll::Ready(Some(id)),
            Stage::Starting if !is_over => Poll::Pending,
            Stage::Starting | Stage::Idle | Stage::Lost(_) | Stage::Over => Poll::Ready(None),
        }
    })
    .await
}
