//! Named queries.

use axum::{
    Extension,
    extract::{Path, RawQuery, Request, State, rejection::PathRejection},
    response::Response,
};
use domain::port::{Catalog, Clock, Ids, PresignedUrls, QueryEngine};

use super::{
    NAMED, NAMED_ROWS, Shared,
    fallback::{name, no_parameters},
    outcome,
};
use crate::{
    access::Caller,
    answer::{self, LogLine},
    preferences,
};

pub(super) async fn listing<S, C, Q, K, I>(
    State(api): Shared<S, C, Q, K, I>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> Response
where
    S: PresignedUrls,
    C: Catalog,
    Q: QueryEngine,
    K: Clock,
    I: Ids,
{
    let answer = match no_parameters(query.as_deref()) {
        Ok(()) => api.named_queries(&caller).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(body) => answer::json(body, LogLine::of(NAMED)),
        Err(problem) => answer::problem(&problem, LogLine::of(NAMED)),
    }
}

pub(super) async fn rows<S, C, Q, K, I>(
    State(api): Shared<S, C, Q, K, I>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response
where
    S: PresignedUrls,
    C: Catalog,
    Q: QueryEngine,
    K: Clock,
    I: Ids,
{
    let line = LogLine::of(NAMED_ROWS);
    let name = match name(path) {
        Ok(name) => name,
        Err(problem) => return answer::problem(&problem, line),
    };
    let preferences = preferences::read(&request);
    let answer = api.named_rows(&name, request.uri().query().unwrap_or_default(), &preferences).await;
    let line = line.about_query(&name);
    outcome::rows(&api, answer, &preferences, line)
}
