//! Queries that have no result: what the caller can do about it goes to the caller, the engine's words to the log.

use domain::{DatasetName, port::QueryId};

use super::{RETRY_BUSY, RETRY_UNAVAILABLE, expired, out_of_reach, quoted::Quoted};
use crate::{
    access::Caller,
    execution::{
        ExecuteError,
        mistake::{self, Author, Mistake},
        record::QueryRecord,
    },
    problem::{Problem, ProblemKind, listing},
    service::Job,
};

/// The query failed, and the dataset's table does not follow its definition yet.
pub(in crate::service) fn behind(
    name: &DatasetName,
    caller: &Caller,
    error: &ExecuteError,
    job: &Job,
) -> Problem {
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

/// Whether the caller can do something about the failure of a job's query, so that it answers no 5xx.
pub(in crate::service) fn is_callers(error: &ExecuteError, job: &Job) -> bool {
    of_mistake(error, job.author()).is_some()
}

/// The query of a job has no result, see [`because`]. The problem names the parameters that may be why.
pub(in crate::service) fn of_job(error: &ExecuteError, job: &Job, maximum: Option<u64>) -> Problem {
    let problem = because(error, &job.logged(), job.author(), maximum, &Quoted::of(job));
    naming(problem, error, &job.patterns)
}

/// A query that was handed over has no result: as [`of_job`], but its values are not known any more.
pub(in crate::service) fn of_record(
    error: &ExecuteError,
    record: &QueryRecord,
    maximum: Option<u64>,
) -> Problem {
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
pub(in crate::service) fn failed(error: &ExecuteError) -> Problem {
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
