//! From a query that has succeeded to the reply with its rows, or with the address of a file that has them.

use std::{pin::pin, sync::Arc, time::Duration};

use domain::port::Clock;
use futures::future::{Either, select};

use crate::{
    execution::{
        Finished,
        cost::{CacheState, Cost, Price},
    },
    lake::generations::Generations,
    paging::result_cursor::Cursor,
    ports::Ports,
    problem::Problem,
    render::Position,
    request::preferences::Preferences,
    service::{
        Api, Job, Kept, Reply, Rows,
        entity_tag::{self, EntityTag},
        extent::{Rest, Shown},
        pages,
    },
};

/// How long it may take to see in the catalog that an answer is what the next one would be.
const LOOK: Duration = Duration::from_secs(1);

impl<P: Ports> Api<P> {
    /// The reply to a job whose query has succeeded. `tag` is that of the answer, if the catalog still is as `before`; `shared` says
    /// that another request waits for the same query.
    pub(super) async fn finished(
        &self,
        job: &Job,
        preferences: &Preferences,
        before: &Generations,
        tag: &EntityTag,
        finished: &Arc<Finished>,
        shared: bool,
    ) -> Result<Reply, Problem> {
        let columns = pages::columns(job.columns.as_deref(), &finished.result);
        let (shown, start) = (
            Shown::of(job, &columns),
            Cursor { start: Position::START, limit: None, representation: job.representation },
        );
        let page = self.page(&preferences.caller, &finished.id, &finished.result, shown, start);
        // The query may have read later generations than `before`, and if the catalog went back meanwhile, which it
        // can for a moment, other ones. Then a tag of `before` would be wrong until the next commit. A table that takes
        // many calls to list is not listed for that alone, while the snapshot is young enough. And no look takes longer
        // than the answer may: what is not known by then has no tag.
        let now = before.is_quick.then(|| self.clock().now());
        let look = async {
            let look = pin!(self.generations(&job.reads, &preferences.caller, now));
            match select(look, pin!(self.clock().sleep(LOOK))).await {
                Either::Left((after, _)) => after.is_ok_and(|after| after.digest == before.digest),
                Either::Right(_) => false,
            }
        };
        let (page, is_before) = futures::join!(page, look);
        let mut cost = self.cost(finished, before, shared);
        let is_repeatable = is_before && !finished.reused && !job.volatile;
        if pages::is_elsewhere(&page, job.representation) {
            let (name, record) = self.hand_over(job, preferences, Some(before), &finished.id, None).await?;
            let caller = &preferences.caller;
            let file = self.file(&name, &record, caller, &finished.result, shown, job.representation);
            let (url, rest) = file.await?;
            return Ok(Reply::Elsewhere(url, cost, shown.extent(0, None, &rest)));
        }
        let page = page?;
        cost.rows = Some(page.rows);
        let is_cut = job.unordered.is_some_and(|most| page.rest != Rest::Nothing || page.rows >= most);
        let kept = (is_repeatable && !is_cut).then(|| kept(tag, before));
        let mut extent = shown.extent(0, Some(page.rows), &page.rest);
        if let Rest::Page(start) = page.rest {
            let (name, record) = self.hand_over(job, preferences, Some(before), &finished.id, None).await?;
            let cursor = Cursor { start, limit: None, representation: job.representation };
            extent.next = Some(pages::path(&name, &cursor.encode(&name, &record.secret)));
        }
        Ok(Reply::Rows(Rows { body: page.body, representation: job.representation, cost, kept, extent }))
    }

    fn cost(&self, finished: &Finished, before: &Generations, shared: bool) -> Cost {
        let cache = match (shared, finished.reused) {
            (true, _) => CacheState::Shared,
            (false, true) => CacheState::Reused,
            (false, false) => CacheState::Miss,
        };
        let price = match cache {
            CacheState::Miss => Price::of_query(finished.bytes_scanned, self.settings.limits.price_per_tb),
            _ => Price::default(),
        };
        // An earlier result was read from earlier generations, and nothing says from which.
        let known = Some(before).filter(|_| !finished.reused);
        Cost {
            cache,
            rows: None,
            query_id: Some(finished.id.to_string()),
            bytes_scanned: finished.bytes_scanned,
            engine_millis: finished.engine_millis,
            price,
            generation: known.map(|generations| generations.digest.clone()),
            freshness: known.and_then(|generations| generations.freshness),
        }
    }
}

/// What the caller may keep of an answer that was read from these generations.
pub(super) fn kept(tag: &EntityTag, generations: &Generations) -> Kept {
    Kept { tag: tag.as_str().to_owned(), control: entity_tag::private_for(generations.remaining) }
}
