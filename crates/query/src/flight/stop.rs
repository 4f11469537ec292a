//! The end of a query that nobody waits for.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use domain::port::{Clock, EngineError, Ids, QueryEngine, QueryId};
use futures::{
    FutureExt,
    future::{Either, select},
};

use super::Work;
use crate::{
    account::{Account, settle_soon},
    execute::{Progress, Runner, Stage},
};

/// How long stopping a query may take: with the slack of a request whose deadline nears, less than its margin.
pub(super) const CANCEL: Duration = Duration::from_secs(1);

/// Cancels a query that nobody waits for: it would go on reading, and be billed for it. Then settles it, which may go on in
/// the background.
///
/// Only the id of a query cancels it. If the engine has not answered the call to start it, that answer is waited for. The call is
/// not repeated: it would start a query that nobody wants, and mostly while the engine has too many.
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
            Stage::Idle | Stage::Lost | Stage::Over => None,
        };
        if let Some(id) = &id {
            runner.engine.cancel(id).await?;
        }
        Ok::<Option<QueryId>, EngineError>(id)
    };
    let cancelled = match select(pin!(cancel), time.as_mut()).await {
        Either::Left((Ok(id), _)) => id,
        Either::Left((Err(error), _)) => {
            tracing::warn!(error = domain::chain(&error), "a query could not be cancelled and goes on");
            None
        }
        Either::Right(_) => {
            if matches!(progress.stage(), Stage::Running(_)) {
                tracing::warn!("cancelling a query took too long; it may go on");
            }
            None
        }
    };
    if matches!(progress.stage(), Stage::Starting | Stage::Lost) {
        // What it may read is not known: it is charged in full.
        progress.lost();
        may_go_on();
    }
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

/// Says of a query without an id that nobody waits for what is known of it. There is nothing that anybody could do.
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
            Stage::Starting | Stage::Idle | Stage::Lost | Stage::Over => Poll::Ready(None),
        }
    })
    .await
}
