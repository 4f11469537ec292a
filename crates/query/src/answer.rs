//! Answers and problems as HTTP responses.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

use domain::DatasetName;

use crate::{
    problem::{self, Problem},
    service::{Cost, RowsAnswer},
};

/// What the log says of a request, beside its status and its time. It travels with the response.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogLine {
    /// The path's pattern: paths themselves are a caller's text.
    pub(crate) route: &'static str,
    /// The dataset.
    pub(crate) dataset: Option<DatasetName>,
    /// What it cost.
    pub(crate) cost: Option<Cost>,
}

impl LogLine {
    /// A line about this route.
    pub(crate) fn of(route: &'static str) -> Self {
        Self { route, ..Self::default() }
    }

    /// Adds the dataset, if the text can be a dataset's name: no other text of a caller gets into the log.
    pub(crate) fn about(mut self, dataset: &str) -> Self {
        self.dataset = DatasetName::new(dataset).ok();
        self
    }
}

/// A JSON answer.
pub(crate) fn json(body: Vec<u8>, line: LogLine) -> Response {
    build(StatusCode::OK, "application/json", body, line)
}

/// Rows, with what they cost.
pub(crate) fn rows(answer: RowsAnswer, mut line: LogLine) -> Response {
    line.cost = Some(answer.cost.clone());
    let mut response = build(StatusCode::OK, answer.format.content_type(), answer.body, line);
    let Cost { query_id, bytes_scanned, engine_millis, .. } = answer.cost;
    insert(&mut response, "tributary-query-id", &query_id);
    insert(&mut response, "tributary-bytes-scanned", &bytes_scanned.to_string());
    insert(&mut response, "tributary-engine-ms", &engine_millis.to_string());
    response
}

/// A problem, with the headers that belong to it.
pub(crate) fn problem(problem: &Problem, line: LogLine) -> Response {
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = problem.to_json().into_bytes();
    let mut response = build(status, problem::CONTENT_TYPE, body, line);
    if let Some(seconds) = problem.retry_after_seconds() {
        insert(&mut response, "retry-after", &seconds.to_string());
    }
    if let Some(challenge) = problem.challenge() {
        insert(&mut response, "www-authenticate", challenge);
    }
    if let Some(methods) = problem.allowed_methods() {
        insert(&mut response, "allow", methods);
    }
    response
}

/// Sets a header. An engine's id that is no header text is left out.
pub(crate) fn insert(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

fn build(status: StatusCode, content_type: &'static str, body: Vec<u8>, line: LogLine) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.extensions_mut().insert(line);
    response
}
