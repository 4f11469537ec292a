//! The API's description, for programs and for people. It names datasets and named queries only to who may see them.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    response::Response,
};

use super::{DOCS, OPENAPI, Shared, fallback::no_parameters};
use crate::{
    description::{docs, openapi},
    http::response::{self, LogLine},
    ports::Ports,
};

pub(super) async fn openapi<P: Ports>(State(api): Shared<P>, request: Request) -> Response {
    let line = LogLine::of(OPENAPI);
    let document = match no_parameters(request.uri().query()) {
        Ok(()) => api.description(request.headers()).await,
        Err(problem) => return response::problem(&problem, line),
    };
    response::json(openapi::to_json(&document), line)
}

pub(super) async fn docs<P: Ports>(State(api): Shared<P>, request: Request) -> Response {
    let line = LogLine::of(DOCS);
    if let Err(problem) = no_parameters(request.uri().query()) {
        return response::problem(&problem, line);
    }
    let page = docs::page(&api.description(request.headers()).await);
    let mut response = response::json(page.into_bytes(), line);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(docs::CONTENT_SECURITY_POLICY));
    response
}
