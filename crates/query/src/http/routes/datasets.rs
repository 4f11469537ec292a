//! Health, datasets, and their rows.

use axum::{
    Extension,
    extract::{Path, RawQuery, Request, State, rejection::PathRejection},
    response::Response,
};

use super::{
    DATASET, DATASETS, HEALTHZ, READYZ, ROWS, Shared,
    fallback::{name, no_parameters},
    rows_response,
};
use crate::{
    access::Caller,
    http::response::{self, LogLine},
    ports::Ports,
    request::preferences,
    service::Health,
};

pub(super) async fn healthz() -> Response {
    match Health::now() {
        Ok(body) => response::json(body, LogLine::of(HEALTHZ)),
        Err(problem) => response::problem(&problem, LogLine::of(HEALTHZ)),
    }
}

pub(super) async fn readyz<P: Ports>(State(api): Shared<P>) -> Response {
    match api.ready().await {
        Ok(body) => response::json(body, LogLine::of(READYZ)),
        Err(problem) => response::problem(&problem, LogLine::of(READYZ)),
    }
}

pub(super) async fn datasets<P: Ports>(
    State(api): Shared<P>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = match no_parameters(query.as_deref()) {
        Ok(()) => api.datasets(&caller).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(body) => response::json(body, LogLine::of(DATASETS)),
        Err(problem) => response::problem(&problem, LogLine::of(DATASETS)),
    }
}

pub(super) async fn dataset<P: Ports>(
    State(api): Shared<P>,
    Extension(caller): Extension<Caller>,
    path: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Response {
    let line = LogLine::of(DATASET);
    let name = match name(path) {
        Ok(name) => name,
        Err(problem) => return response::problem(&problem, line),
    };
    let answer = match no_parameters(query.as_deref()) {
        Ok(()) => api.dataset(&name, &caller).await,
        Err(problem) => Err(problem),
    };
    let line = line.about(&name);
    match answer {
        Ok(body) => response::json(body, line),
        Err(problem) => response::problem(&problem, line),
    }
}

pub(super) async fn rows<P: Ports>(
    State(api): Shared<P>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let line = LogLine::of(ROWS);
    let name = match name(path) {
        Ok(name) => name,
        Err(problem) => return response::problem(&problem, line),
    };
    let preferences = preferences::read(&request);
    let answer = api.rows(&name, request.uri().query().unwrap_or_default(), &preferences).await;
    let line = line.about(&name);
    rows_response::rows(&api, answer, &preferences, line)
}
