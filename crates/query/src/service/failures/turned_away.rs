//! Requests that are turned away: there are too many, or a query takes longer than somebody waits for it.

use std::time::Duration;

use domain::port::QueryId;

use super::{RETRY_BUSY, out_of_reach};
use crate::{
    access::Caller,
    execution::flight::Full,
    problem::{Problem, ProblemKind},
};

/// This process has as many queries as it takes, or as it takes of one API key.
pub(in crate::service) fn full(full: Full, caller: &Caller) -> Problem {
    let Full::Share { share, most } = full else {
        tracing::warn!("a query was turned away: this process has too many");
        return Problem::new(ProblemKind::Busy, "too many queries are running: try again in some seconds")
            .retry_after(RETRY_BUSY);
    };
    tracing::info!(
        key = caller.id(),
        maximum = share,
        "a query was turned away: its key has its share of those that this process takes"
    );
    let detail = format!(
        "the API key has {share} queries that requests wait for, which is its own share: one key may have half of the {most} \
         that one process takes; try again in some seconds, or when one of them is answered"
    );
    Problem::new(ProblemKind::Busy, detail).with("maximum", share).retry_after(RETRY_BUSY)
}

/// This process renders as many results as it has memory for.
pub(in crate::service) fn too_many_renders() -> Problem {
    tracing::warn!("a request was turned away: this process renders too many results");
    Problem::new(ProblemKind::Busy, "too many results are being rendered: try again in some seconds")
        .retry_after(RETRY_BUSY)
}

/// The bodies of requests take as much memory of this process as they may.
pub(in crate::service) fn too_many_bodies() -> Problem {
    tracing::warn!(
        "a request was turned away: the bodies of others take all the memory that there is for them"
    );
    Problem::new(ProblemKind::Busy, "too many requests with bodies are under way: try again in some seconds")
        .retry_after(RETRY_BUSY)
}

/// This process checks as many statements as it can at once.
pub(in crate::service) fn too_many_checks() -> Problem {
    tracing::warn!("a request was turned away: this process checks too many statements");
    Problem::new(ProblemKind::Busy, "too many statements are being checked: try again in some seconds")
        .retry_after(RETRY_BUSY)
}

/// The query takes longer than its request waits, and may not go on without somebody who looks on.
pub(in crate::service) fn not_handed_over(bound: u64, lowest_tier: Option<u64>) -> Problem {
    let tiers = match lowest_tier {
        Some(lowest) => format!("the lowest scan tier of this lake is {lowest} bytes"),
        None => "this lake has no scan tiers".to_owned(),
    };
    let detail = format!(
        "the query took longer than its request waits, and is stopped: the API key allows {bound} bytes for a query and \
         {tiers}, so its queries cannot go on after a 202; ask for less (filter on the event time or on dt, select fewer \
         columns), or have the lake's operator add a tier or make a key with a higher bound"
    );
    Problem::new(ProblemKind::Forbidden, detail).with("maximum", bound)
}

/// The query takes longer than its request waits, and nobody would come back to it.
pub(in crate::service) fn not_awaited() -> Problem {
    Problem::new(ProblemKind::Timeout, "the query takes longer than its request waits, and is stopped")
}

/// The engine did not say in time whether it has the query: while many start at once, it takes some of them later. Nothing
/// of the query goes on, and the same request may succeed soon, so this is no timeout.
pub(in crate::service) fn not_started(after: Duration, is_turned_away: bool) -> Problem {
    let after_ms = u64::try_from(after.as_millis()).ok();
    tracing::warn!(after_ms, is_turned_away, "a query did not start in time");
    if is_turned_away {
        let detail = "too many queries start at the same time, and this one did not in time: try again in some seconds";
        return Problem::new(ProblemKind::Busy, detail).retry_after(RETRY_BUSY);
    }
    out_of_reach("the query did not start in time: try again in some seconds")
}

/// The query could not be counted before its process ends the request. It has not begun.
pub(in crate::service) fn not_entered_in_time() -> Problem {
    tracing::warn!("a query could not be counted in time, and was not started");
    let detail = "too many queries begin or end at the same time, and this one could not be counted in time: try again in some \
                  seconds";
    Problem::new(ProblemKind::Busy, detail).retry_after(RETRY_BUSY)
}

/// The query goes on longer than its request, and nothing could be written in time to come back to it by.
pub(in crate::service) fn not_recorded_in_time(id: &QueryId) -> Problem {
    tracing::warn!(query_id = %id, "a query that goes on could not be recorded in time, and is stopped");
    let detail = "the query could not be recorded in time to be come back to, and is stopped: try again in some seconds";
    out_of_reach(detail).with("query_id", id.as_str())
}
