//! What happens around every request: the bound on the URL before; the line in the log, and the headers that every
//! answer has, after.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use domain::port::Clock;

use super::Shared;
use crate::{
    http::{
        compression,
        cors::Origin,
        response::{self, Compressible, LogLine},
    },
    lake::datasets::time,
    ports::Ports,
    problem::{Problem, ProblemKind},
    request::{MAX_URL, preferences},
    service::entity_tag,
};

pub(super) async fn every_request<P: Ports>(State(api): Shared<P>, request: Request, next: Next) -> Response {
    let begun = api.clock().now();
    let method = request.method().clone();
    let accept_encoding = preferences::joined(request.headers(), header::ACCEPT_ENCODING.as_str());
    let origin = Origin::of(request.headers(), &api.settings.limits.cors_origins);
    let wants_nothing = is_unconditionally_kept(&method, request.headers());
    let length = request.uri().path_and_query().map_or(0, |text| text.as_str().len());
    let mut response = if length > MAX_URL {
        response::problem(&url_too_long(length), LogLine::default())
    } else if origin.is_preflight(&method, request.headers()) {
        origin.preflight()
    } else {
        next.run(request).await
    };
    if wants_nothing && response.status() == StatusCode::OK {
        response = not_modified(response);
    }
    response = compressed(accept_encoding.as_deref(), response).await;
    origin.onto(&mut response);
    secure(&mut response);
    let millis = (api.clock().now() - begun).num_milliseconds();
    let line = response.extensions().get::<LogLine>().cloned().unwrap_or_default();
    let cost = line.cost.as_ref();
    tracing::info!(
        %method,
        route = line.route,
        named_query = line.named_query.as_ref().map(domain::QueryName::as_str),
        key = line.key,
        dataset = line.dataset.as_ref().map(domain::DatasetName::as_str),
        rows = cost.and_then(|cost| cost.rows),
        bytes_scanned = cost.map(|cost| cost.bytes_scanned),
        engine_millis = cost.map(|cost| cost.engine_millis),
        cost_usd = cost.map(|cost| cost.price.dollars()),
        cache = cost.map(|cost| cost.cache.as_str()),
        generation = cost.and_then(|cost| cost.generation.as_deref()),
        freshness = cost.and_then(|cost| cost.freshness).map(time),
        query_id = cost.and_then(|cost| cost.query_id.as_deref()),
        millis,
        status = response.status().as_u16(),
        "request answered"
    );
    response
}

/// The URL has so many bytes, which are more than [`MAX_URL`].
pub(crate) fn url_too_long(length: usize) -> Problem {
    let detail = format!("the URL has {length} bytes, and may have {MAX_URL}");
    Problem::new(ProblemKind::UriTooLong, detail).with("maximum", MAX_URL)
}

/// Whether the request is for an answer only where there is none: `If-None-Match: *` (RFC 9110, 13.1.2). What has a tag
/// answers that without a query; this is for everything else.
fn is_unconditionally_kept(method: &Method, headers: &HeaderMap) -> bool {
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    is_read
        && preferences::joined(headers, header::IF_NONE_MATCH.as_str())
            .is_some_and(|tags| entity_tag::is_any(&tags))
}

/// The same answer without its body.
fn not_modified(response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_RANGE);
    parts.headers.remove("tributary-range");
    Response::from_parts(parts, Body::empty())
}

/// The answer as `Accept-Encoding` wants it.
async fn compressed(accept_encoding: Option<&str>, mut response: Response) -> Response {
    if response.extensions_mut().remove::<Compressible>().is_none() {
        return response;
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_name(header::ACCEPT_ENCODING));
    if compression::Encoding::choose(accept_encoding).is_none() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // A body is whole already: nothing is waited for, and nothing can fail.
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let (encoding, body) = compression::encode(accept_encoding, body.into());
    if let Some(encoding) = encoding {
        parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    }
    Response::from_parts(parts, Body::from(body))
}

/// The headers that every answer has: it is whole; a body is what it says it is; an answer that says nothing else may be kept by
/// nobody without asking; and no other site learns which rows were asked for.
pub(crate) fn secure(response: &mut Response) {
    let headers = response.headers_mut();
    // Two ranges of one URL could be of two generations: a `Range` is ignored, as RFC 9110 (14.2) allows, and this says so.
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("none"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
}
