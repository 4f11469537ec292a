//! The API as an axum `Router`: the Lambda, the local lake and a standing server all run this very one.
//!
//! Every answer to a request for rows says what it cost, in `Tributary-Query-Id` (the engine's id),
//! `Tributary-Bytes-Scanned` and `Tributary-Engine-Ms` (milliseconds that the engine worked). Every request
//! leaves one line in the log, with what it was about and no value of it.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, RawQuery, Request, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, Uri, header},
    middleware::{self, Next},
    response::Response,
    routing::{any, get},
};
use domain::port::{Catalog, Clock, Ids, ObjectStore, QueryEngine};

use crate::{
    answer::{self, LogLine},
    preferences,
    problem::{Kind, Problem, nearest, quote},
    service::Api,
};

/// The longest path and query together, in bytes. API Gateway takes 10,240 for these and all headers.
const MAX_URL: usize = 8_192;

/// The paths there are.
const AVAILABLE: [&str; 4] =
    ["/healthz", "/v1/datasets", "/v1/datasets/{dataset}", "/v1/datasets/{dataset}/rows"];

/// The paths of the design that a later version serves.
const PLANNED: [&str; 8] = [
    "/v1/named-queries",
    "/v1/named-queries/{name}/rows",
    "/v1/queries",
    "/v1/queries/{id}",
    "/v1/queries/{id}/rows",
    "/openapi.json",
    "/docs",
    "/readyz",
];

/// What every handler gets.
type Shared<S, C, Q, K, I> = State<Arc<Api<S, C, Q, K, I>>>;

/// The API's router.
pub fn router<S, C, Q, K, I>(api: Arc<Api<S, C, Q, K, I>>) -> Router
where
    S: ObjectStore,
    C: Catalog,
    Q: QueryEngine,
    K: Clock,
    I: Ids,
{
    let mut router = Router::new()
        .route(AVAILABLE[0], get(healthz))
        .route(AVAILABLE[1], get(datasets::<S, C, Q, K, I>))
        .route(AVAILABLE[2], get(dataset::<S, C, Q, K, I>))
        .route(AVAILABLE[3], get(rows::<S, C, Q, K, I>))
        .method_not_allowed_fallback(method_not_allowed);
    for path in PLANNED {
        router = router.route(path, any(async || answer::problem(&planned(path), LogLine::of(path))));
    }
    router
        .fallback(unknown_path)
        .layer(middleware::from_fn_with_state(Arc::clone(&api), around::<S, C, Q, K, I>))
        .with_state(api)
}

/// What happens around every request: the bound on the URL before, the line in the log after.
async fn around<S, C, Q, K, I>(State(api): Shared<S, C, Q, K, I>, request: Request, next: Next) -> Response
where
    S: ObjectStore,
    C: Catalog,
    Q: QueryEngine,
    K: Clock,
    I: Ids,
{
    let begun = api.clock.now();
    let method = request.method().clone();
    let length = request.uri().path_and_query().map_or(0, |text| text.as_str().len());
    let response = if length > MAX_URL {
        let detail = format!("the URL has {length} bytes, and may have {MAX_URL}");
        answer::problem(&Problem::new(Kind::UriTooLong, detail).with("maximum", MAX_URL), LogLine::default())
    } else {
        next.run(request).await
    };
    let millis = (api.clock.now() - begun).num_milliseconds();
    let line = response.extensions().get::<LogLine>().cloned().unwrap_or_default();
    let cost = line.cost.as_ref();
    tracing::info!(
        %method,
        route = line.route,
        dataset = line.dataset.as_ref().map(domain::DatasetName::as_str),
        rows = cost.map(|cost| cost.rows),
        bytes_scanned = cost.map(|cost| cost.bytes_scanned),
        engine_millis = cost.map(|cost| cost.engine_millis),
        query_id = cost.map(|cost| cost.query_id.as_str()),
        millis,
        status = response.status().as_u16(),
        "request answered"
    );
    response
}

async fn healthz() -> Response {
    answer::json(br#"{"status":"ok"}"#.to_vec(), LogLine::of(AVAILABLE[0]))
}

async fn datasets<S, C, Q, K, I>(State(api): Shared<S, C, Q, K, I>, RawQuery(query): RawQuery) -> Response
where
    S: ObjectStore,
    C: Catalog,
    Q: QueryEngine,
    K: Clock,
    I: Ids,
{
    let answer = match no_parameters(query.as_deref()) {
        Ok(()) => api.datasets().await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(body) => answer::json(body, LogLine::of(AVAILABLE[1])),
        Err(problem) => answer::problem(&problem, LogLine::of(AVAILABLE[1])),
    }
}

async fn dataset<S, C, Q, K, I>(
    State(api): Shared<S, C, Q, K, I>,
    path: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Response
where
    S: ObjectStore,
    C: Catalog,
    Q: QueryEngine,
    K: Clock,
    I: Ids,
{
    let line = LogLine::of(AVAILABLE[2]);
    let name = match name(path) {
        Ok(name) => name,
        Err(problem) => return answer::problem(&problem, line),
    };
    let answer = match no_parameters(query.as_deref()) {
        Ok(()) => api.dataset(&name).await,
        Err(problem) => Err(problem),
    };
    let line = line.about(&name);
    match answer {
        Ok(body) => answer::json(body, line),
        Err(problem) => answer::problem(&problem, line),
    }
}

async fn rows<S, C, Q, K, I>(
    State(api): Shared<S, C, Q, K, I>,
    path: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response
where
    S: ObjectStore,
    C: Catalog,
    Q: QueryEngine,
    K: Clock,
    I: Ids,
{
    let line = LogLine::of(AVAILABLE[3]);
    let name = match name(path) {
        Ok(name) => name,
        Err(problem) => return answer::problem(&problem, line),
    };
    let preferences = preferences::read(&headers);
    let answer = api.rows(&name, query.as_deref().unwrap_or_default(), &preferences).await;
    let line = line.about(&name);
    let mut response = match answer {
        Ok(rows) => answer::rows(rows, line),
        Err(problem) => answer::problem(&problem, line),
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    if let Some(applied) = preferences.wait.filter(|wait| api.wait(&preferences).as_secs() == *wait) {
        answer::insert(&mut response, "preference-applied", &format!("wait={applied}"));
    }
    response
}

async fn method_not_allowed() -> Response {
    let problem = Problem::new(Kind::MethodNotAllowed, "this path answers GET and HEAD only");
    answer::problem(&problem.allow("GET, HEAD"), LogLine::default())
}

fn planned(path: &str) -> Problem {
    let detail = format!("{path} is not available yet; available: {}", AVAILABLE.join(", "));
    Problem::new(Kind::NotImplemented, detail).with("available", AVAILABLE.to_vec())
}

async fn unknown_path(uri: Uri) -> Response {
    let path = uri.path();
    let meant = nearest(path, AVAILABLE).map(|path| format!(": did you mean {path:?}?")).unwrap_or_default();
    let detail = format!("there is nothing at {}{meant}; available: {}", quote(path), AVAILABLE.join(", "));
    answer::problem(
        &Problem::new(Kind::UnknownPath, detail).with("available", AVAILABLE.to_vec()),
        LogLine::default(),
    )
}

fn name(path: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    path.map(|Path(name)| name)
        .map_err(|_| Problem::new(Kind::MalformedQuery, "the path does not decode to UTF-8 text"))
}

fn no_parameters(query: Option<&str>) -> Result<(), Problem> {
    match query.filter(|query| !query.is_empty()) {
        None => Ok(()),
        Some(query) => {
            let name = query.split(['=', '&']).next().unwrap_or_default();
            let detail = format!("unknown query parameter {}: this path takes none", quote(name));
            Err(Problem::new(Kind::UnknownParameter, detail))
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
