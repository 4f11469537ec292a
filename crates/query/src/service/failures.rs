//! Errors as problems: what a caller should do goes to the caller, everything else to the log.

mod of_query;
mod quoted;
mod turned_away;

use domain::{DatasetName, key::ExecutionName, port::StoreError};

use crate::{
    access::Caller,
    execution::record::RecordError,
    lake::snapshot::SnapshotError,
    problem::{Problem, ProblemKind, quote},
};

pub(super) use of_query::{behind, failed, is_callers, of_job, of_record};
pub(super) use turned_away::{
    full, not_awaited, not_entered_in_time, not_handed_over, not_recorded_in_time, not_started,
    too_many_bodies, too_many_checks, too_many_renders,
};

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

/// The record names a representation that this version does not know.
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
