//! Named queries.

use axum::{
    Extension,
    extract::{Path, RawQuery, Request, State, rejection::PathRejection},
    response::Response,
};

use super::{
    NAMED, NAMED_ROWS, Shared,
    fallback::{name, no_parameters},
    rows_response,
};
use crate::{
    access::Caller,
    http::response::{self, LogLine},
    ports::Ports,
    request::preferences,
};

pub(super) async fn listing<P: Ports>(
    State(api): Shared<P>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = match no_parameters(query.as_deref()) {
        Ok(()) => api.named_queries(&caller).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(body) => response::json(body, LogLine::of(NAMED)),
        Err(problem) => response::problem(&problem, LogLine::of(NAMED)),
    }
}

pub(super) async fn rows<P: Ports>(
    State(api): Shared<P>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let line = LogLine::of(NAMED_ROWS);
    let name = match name(path) {
        Ok(name) => name,
        Err(problem) => return response::problem(&problem, line),
    };
    let preferences = preferences::read(&request);
    let answer = api.named_rows(&name, request.uri().query().unwrap_or_default(), &preferences).await;
    let line = line.about_query(&name);
    rows_response::rows(&api, answer, &preferences, line)
}
