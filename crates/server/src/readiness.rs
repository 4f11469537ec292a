//! `/readyz` of a process that is asked to stop.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde_json::json;

/// The path that a load balancer asks.
pub(crate) const READYZ: &str = "/readyz";

/// Not ready, in the form of the API's own problems.
pub(crate) fn stopping() -> Response<Body> {
    let problem = json!({
        "type": "urn:tributary:problem:unavailable",
        "title": "Temporarily unavailable",
        "status": 503,
        "detail": "this process is asked to stop: send requests to another one",
    });
    let mut response = Response::new(Body::from(problem.to_string()));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
