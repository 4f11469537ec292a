//! Queries that callers come back to.

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    response::Response,
};

use super::{
    QUERY, QUERY_ROWS, Shared,
    fallback::{name, no_parameters},
};
use crate::{
    execution::record::QueryRecord,
    http::response::{self, LogLine},
    ports::Ports,
    problem::Problem,
    request::preferences::{self, Preferences},
    service::{QueryView, to_json},
};

pub(super) async fn query<P: Ports>(
    State(api): Shared<P>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    match id(path, &request) {
        Ok((id, preferences)) => state(api.query(&id, &preferences.caller).await),
        Err(problem) => response::problem(&problem, LogLine::of(QUERY)),
    }
}

pub(super) async fn cancel<P: Ports>(
    State(api): Shared<P>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    match id(path, &request) {
        Ok((id, preferences)) => state(api.cancel(&id, &preferences.caller).await),
        Err(problem) => response::problem(&problem, LogLine::of(QUERY)),
    }
}

pub(super) async fn rows<P: Ports>(
    State(api): Shared<P>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let line = LogLine::of(QUERY_ROWS);
    let id = match name(path) {
        Ok(id) => id,
        Err(problem) => return response::problem(&problem, line),
    };
    let preferences = preferences::read(&request);
    let answer = api.query_rows(&id, request.uri().query().unwrap_or_default(), &preferences).await;
    match answer {
        Ok((reply, record)) => response::reply(reply, &preferences, about(line, &record)),
        Err(problem) => response::problem(&problem, line),
    }
}

fn id(
    path: Result<Path<String>, PathRejection>,
    request: &Request,
) -> Result<(String, Preferences), Problem> {
    no_parameters(request.uri().query())?;
    Ok((name(path)?, preferences::read(request)))
}

fn state(answer: Result<(QueryView, QueryRecord), Problem>) -> Response {
    let line = LogLine::of(QUERY);
    let written = answer.and_then(|(view, record)| Ok((to_json(&view)?, view, record)));
    match written {
        Ok((body, view, record)) => response::query(&view, body, about(line, &record)),
        Err(problem) => response::problem(&problem, line),
    }
}

fn about(line: LogLine, record: &QueryRecord) -> LogLine {
    LogLine { dataset: record.dataset.clone(), ..line }
}
