//! Errors as problems: what a caller should do goes to the caller, everything else to the log.

mod quoted;

use std::time::Duration;

use domain::{
    DatasetName,
    key::ExecutionName,
    port::{QueryId, StoreError},
};

use crate::{
    access::Caller,
    execution::{
        ExecuteError,
        flight::Full,
        mistake::{self, Author, Mistake},
        record::{QueryRecord, RecordError},
    },
    lake::snapshot::SnapshotError,
    problem::{Problem, ProblemKind, listing, quote},
};

use super::Job;
use quoted::Quoted;

/// After how many seconds to come again: when there are too many queries, and when something is out of reach.
const RETRY_BUSY: u32 = 2;
const RETRY_UNAVAILABLE: u32 = 5;

/// After how many seconds a query that is not finished should be asked for again.
pub(crate) const RETRY_POLL: u32 = 1;

/// The lake cannot be read: the reason goes to the log.
pub(super) fn unreadable(error: &SnapshotError) -> Problem {
    tracing::error!(error = domain::chain(error), "the lake's definitions or catalog cannot be read");
    if error.is_transient() {
        out_of_reach("the lake's catalog is out of reach: try again in some seconds")
    } else {
        Problem::new(
            ProblemKind::Internal,
            "the lake's catalog cannot be read: its operator finds the reason in the log",
        )
    }
}

/// The dataset has no table. A named query may read one that its caller does not know of.
pub(super) fn not_registered(name: &DatasetName, caller: &Caller) -> Problem {
    let detail = if caller.sees(name) {
        format!("dataset {name} is defined, and its table is not registered yet")
    } else {
        "what the query reads is defined, and its table is not registered yet".to_owned()
    };
    tracing::warn!(dataset = %name, "a query was turned away: the table that it reads is not registered yet");
    Problem::new(ProblemKind::NotRegistered, detail).retry_after(RETRY_UNAVAILABLE)
}

/// The query failed, and the dataset's table does not follow its definition yet.
pub(super) fn behind(name: &DatasetName, caller: &Caller, error: &ExecuteError, job: &Job) -> Problem {
    let query_id = error.query_id().map(QueryId::as_str);
    let (reason, words) = (error.code(), Quoted::of(job).words(error));
    let words = words.as_deref();
    tracing::warn!(
        dataset = %name,
        query_id,
        reason,
        error = words,
        "a query failed, and its table is behind the definition"
    );
    let detail = if caller.sees(name) {
        format!("dataset {name} has a new definition, which its table does not follow yet")
    } else {
        "what the query reads has a new definition, which its table does not follow yet".to_owned()
    };
    Problem::new(ProblemKind::NotRegistered, detail).retry_after(RETRY_UNAVAILABLE)
}

/// This process has as many queries as it takes, or as it takes of one API key.
pub(super) fn full(full: Full, caller: &Caller) -> Problem {
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
pub(super) fn too_many_renders() -> Problem {
    tracing::warn!("a request was turned away: this process renders too many results");
    Problem::new(ProblemKind::Busy, "too many results are being rendered: try again in some seconds")
        .retry_after(RETRY_BUSY)
}

/// The bodies of requests take as much memory of this process as they may.
pub(super) fn too_many_bodies() -> Problem {
    tracing::warn!(
        "a request was turned away: the bodies of others take all the memory that there is for them"
    );
    Problem::new(ProblemKind::Busy, "too many requests with bodies are under way: try again in some seconds")
        .retry_after(RETRY_BUSY)
}

/// This process checks as many statements as it can at once.
pub(super) fn too_many_checks() -> Problem {
    tracing::warn!("a request was turned away: this process checks too many statements");
    Problem::new(ProblemKind::Busy, "too many statements are being checked: try again in some seconds")
        .retry_after(RETRY_BUSY)
}

/// The query takes longer than its request waits, and may not go on without somebody who looks on.
pub(super) fn not_handed_over(bound: u64, lowest_tier: Option<u64>) -> Problem {
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
pub(super) fn not_awaited() -> Problem {
    Problem::new(ProblemKind::Timeout, "the query takes longer than its request waits, and is stopped")
}

/// The engine did not say in time whether it has the query: while many start at once, it takes some of them later. Nothing
/// of the query goes on, and the same request may succeed soon, so this is no timeout.
pub(super) fn not_started(after: Duration, is_turned_away: bool) -> Problem {
    let after_ms = u64::try_from(after.as_millis()).ok();
    tracing::warn!(after_ms, is_turned_away, "a query did not start in time");
    if is_turned_away {
        let detail = "too many queries start at the same time, and this one did not in time: try again in some seconds";
        return Problem::new(ProblemKind::Busy, detail).retry_after(RETRY_BUSY);
    }
    out_of_reach("the query did not start in time: try again in some seconds")
}

/// The query could not be counted before its process ends the request. It has not begun.
pub(super) fn not_entered_in_time() -> Problem {
    tracing::warn!("a query could not be counted in time, and was not started");
    let detail = "too many queries begin or end at the same time, and this one could not be counted in time: try again in some \
                  seconds";
    Problem::new(ProblemKind::Busy, detail).retry_after(RETRY_BUSY)
}

/// The query goes on longer than its request, and nothing could be written in time to come back to it by.
pub(super) fn not_recorded_in_time(id: &QueryId) -> Problem {
    tracing::warn!(query_id = %id, "a query that goes on could not be recorded in time, and is stopped");
    let detail = "the query could not be recorded in time to be come back to, and is stopped: try again in some seconds";
    out_of_reach(detail).with("query_id", id.as_str())
}

/// Whether the caller can do something about the failure of a job's query, so that it answers no 5xx.
pub(super) fn is_callers(error: &ExecuteError, job: &Job) -> bool {
    of_mistake(error, job.author()).is_some()
}

/// The query of a job has no result, see [`because`]. The problem names the parameters that may be why.
pub(super) fn of_job(error: &ExecuteError, job: &Job, maximum: Option<u64>) -> Problem {
    let problem = because(error, &job.logged(), job.author(), maximum, &Quoted::of(job));
    naming(problem, error, &job.patterns)
}

/// A query that was handed over has no result: as [`of_job`], but its values are not known any more.
pub(super) fn of_record(error: &ExecuteError, record: &QueryRecord, maximum: Option<u64>) -> Problem {
    let problem = because(error, &record.statement, record.author(), maximum, &Quoted::unknown());
    naming(problem, error, &record.patterns)
}

/// Names the parameters that stand for regular expressions, if the engine may have failed by one.
fn naming(problem: Problem, error: &ExecuteError, patterns: &[String]) -> Problem {
    let is_of_arguments =
        problem.is(ProblemKind::NotComputable) && error.code() == Some("INVALID_FUNCTION_ARGUMENT");
    if !is_of_arguments || patterns.is_empty() {
        return problem;
    }
    let names = listing(patterns.iter().map(String::as_str));
    problem
        .adding(&format!(
            "; see whether it is a regular expression of these parameters, which the engine may not be able to read: \
             {names}"
        ))
        .with("parameters", patterns.to_vec())
}

/// A call about a query that is under way, or about its result, failed: the caller learns what to do, and the log has the
/// engine's name for a failure.
pub(super) fn failed(error: &ExecuteError) -> Problem {
    because(error, "", Author::Api, None, &Quoted::unknown())
}

/// The problem of a query that has no result. The engine's words go to the log, as far as it may have them, and to whoever
/// wrote the SQL. `statement` is for the log; `maximum` is what the caller's key lets a query scan, if it has a bound.
fn because(
    error: &ExecuteError,
    statement: &str,
    author: Author,
    maximum: Option<u64>,
    quoted: &Quoted,
) -> Problem {
    let query_id = error.query_id().map(QueryId::as_str);
    if let Some((problem, reason)) = of_mistake(error, author) {
        // What the engine says of it may quote a caller's text, which the log has not.
        tracing::info!(query_id, statement, reason, "a query failed by a mistake of its caller");
        return match query_id {
            Some(id) => problem.with("query_id", id),
            None => problem,
        };
    }
    let problem = match error {
        ExecuteError::Busy => {
            tracing::warn!("a query was turned away: the engine has too many");
            Problem::new(ProblemKind::Busy, "too many queries are running: try again in some seconds")
                .retry_after(RETRY_BUSY)
        }
        ExecuteError::Unavailable(_) => {
            tracing::error!(error = domain::chain(error), "the query engine is out of reach");
            out_of_reach("the query engine is out of reach: try again in some seconds")
        }
        ExecuteError::CutOff(_) => {
            tracing::warn!(query_id, statement, "a query reached the bound on the bytes that it may scan");
            let problem = Problem::new(
                ProblemKind::ScanLimit,
                "the query would read more than one query may: filter on the event time or on dt, and select fewer \
                 columns",
            );
            match maximum {
                Some(maximum) => problem.with("maximum", maximum),
                None => problem,
            }
        }
        ExecuteError::Cancelled(_) => Problem::new(
            ProblemKind::QueryCancelled,
            "the query was cancelled: send the request again to run it anew",
        ),
        ExecuteError::Expired(id) => return expired(id.as_str()),
        ExecuteError::Failed { .. } | ExecuteError::Malformed(_) | ExecuteError::Refused(_) => {
            let (reason, words) = (error.code(), quoted.words(error));
            tracing::error!(query_id, statement, reason, error = words.as_deref(), "a query failed");
            Problem::new(
                ProblemKind::EngineFailed,
                "the query failed: the lake's operator finds the reason in the log",
            )
        }
    };
    match query_id {
        Some(id) => problem.with("query_id", id),
        None => problem,
    }
}

/// The problem of a failure that the caller can do something about, with the engine's name for it. Of SQL that the
/// caller wrote, that is every mistake. Of our own, and of a named query, a statement that is wrong in itself is not.
fn of_mistake(error: &ExecuteError, author: Author) -> Option<(Problem, Option<&str>)> {
    let (mistake, reason) = error.mistake()?;
    let code = mistake::code(reason);
    let problem = match (mistake, author) {
        (Mistake::Resources, _) => {
            let detail = "the query needs more memory or time than the engine gives one query: filter on the event \
                          time or on dt, select fewer columns, or group by fewer values";
            Problem::new(ProblemKind::TooMuch, detail)
        }
        (Mistake::Statement | Mistake::Values, Author::Caller) => Problem::new(
            ProblemKind::InvalidSql,
            format!("the SQL cannot be run: {}", mistake::words(reason)),
        ),
        // The engine's words may quote rows of datasets that the caller may not see: ours have to do.
        (Mistake::Values, Author::Api | Author::Operator) => {
            let what =
                code.and_then(mistake::value).unwrap_or("a value is none that it can be computed with");
            Problem::new(ProblemKind::NotComputable, format!("the query cannot be computed: {what}"))
        }
        (Mistake::Statement, Author::Api | Author::Operator) => return None,
    };
    let problem = match code {
        Some(code) => problem.with("reason", code),
        None => problem,
    };
    Some((problem, code))
}

/// The query goes on.
pub(super) fn not_finished(name: &ExecutionName) -> Problem {
    let location = format!("/v1/queries/{name}");
    let detail = format!("the query is not finished: {location} says where it is");
    Problem::new(ProblemKind::NotFinished, detail)
        .with("query_id", name.as_str())
        .with("query", location)
        .retry_after(RETRY_POLL)
}

/// The result was there.
pub(super) fn expired(id: &str) -> Problem {
    let detail = format!(
        "the result of query {} is not kept any longer: send the request that led to it again, without If-None-Match",
        quote(id)
    );
    Problem::new(ProblemKind::ResultExpired, detail)
}

/// What is known of a query cannot be written or read.
pub(super) fn unrecorded(error: &RecordError) -> Problem {
    tracing::error!(error = domain::chain(error), "the record of a query cannot be used");
    match error {
        RecordError::Store(StoreError::Unavailable { .. }) => {
            out_of_reach("what is known of the query is out of reach: try again in some seconds")
        }
        _ => Problem::new(
            ProblemKind::Internal,
            "what is known of the query cannot be used: the lake's operator finds the reason in the log",
        ),
    }
}

/// The record is of a version that knew another form.
pub(super) fn other_version() -> Problem {
    Problem::new(
        ProblemKind::ResultExpired,
        "the result is in a form that is not known any longer: send the request again",
    )
}

/// A file cannot be written or handed out.
pub(super) fn unstored(error: &StoreError) -> Problem {
    tracing::error!(error = domain::chain(error), "a rendered result cannot be stored or handed out");
    match error {
        StoreError::Unavailable { .. } => {
            out_of_reach("the lake's store is out of reach: try again in some seconds")
        }
        _ => Problem::new(
            ProblemKind::Internal,
            "the file cannot be handed out: the lake's operator finds the reason in the log",
        ),
    }
}

pub(super) fn out_of_reach(detail: &str) -> Problem {
    Problem::new(ProblemKind::Unavailable, detail).retry_after(RETRY_UNAVAILABLE)
}
