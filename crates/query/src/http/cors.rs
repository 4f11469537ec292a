//! Calls from other origins' pages (the Fetch standard's CORS), for the origins that a setting names.
//!
//! A layer of `tower-http` does the same with twenty switches; these are the three cases there are here.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};

use super::response;

/// What a page may send. Cookies are never among it: keys are in headers. The three of `X-Amz-` are those of a signature,
/// where API Gateway asks for one.
const METHODS: &str = "GET, HEAD, POST, DELETE, OPTIONS";
const HEADERS: &str = "Accept, Authorization, Content-Type, If-None-Match, Prefer, X-Amz-Content-Sha256, X-Amz-Date, \
                       X-Amz-Security-Token, X-Api-Key";
/// What a page may read beside the few headers that every page may.
const EXPOSED: &str = "Content-Range, ETag, Link, Location, Preference-Applied, Retry-After, Tributary-Bytes-Scanned, Tributary-Cache, \
                       Tributary-Complete, Tributary-Cost-Usd, Tributary-Engine-Ms, Tributary-Freshness, Tributary-Generation, \
                       Tributary-Query-Id, Tributary-Range, Tributary-Rows";
/// For how many seconds a browser need not ask again.
const PREFLIGHT_AGE: &str = "600";

/// What a request's origin may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// No origin is allowed here.
    None,
    /// The origin is not among those that are, or the request is from no other origin's page. The answer says that it
    /// depends on that even then: a browser keeps it by its address.
    Refused,
    /// The answer is for this value of `Access-Control-Allow-Origin`.
    Allowed(HeaderValue),
}

impl Origin {
    /// Of a request with these headers.
    pub(crate) fn of(headers: &HeaderMap, allowed: &[String]) -> Self {
        if allowed.is_empty() {
            return Self::None;
        }
        if allowed.iter().any(|allowed| allowed == "*") {
            return Self::Allowed(HeaderValue::from_static("*"));
        }
        let Some(origin) = headers.get(header::ORIGIN) else { return Self::Refused };
        if allowed.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()) {
            Self::Allowed(origin.clone())
        } else {
            Self::Refused
        }
    }

    /// Whether the request only asks what another one may do.
    pub(crate) fn is_preflight(&self, method: &Method, headers: &HeaderMap) -> bool {
        *self != Self::None
            && method == Method::OPTIONS
            && headers.contains_key(header::ORIGIN)
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// The answer to that; [`Self::onto`] says for whom it is good.
    pub(crate) fn preflight(&self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        if let Self::Allowed(_) = self {
            response::insert(&mut response, "access-control-allow-methods", METHODS);
            response::insert(&mut response, "access-control-allow-headers", HEADERS);
            response::insert(&mut response, "access-control-max-age", PREFLIGHT_AGE);
        }
        response
    }

    /// Lets the page read the answer, if it may. The answer then depends on the origin, unless all are allowed.
    pub(crate) fn onto(self, response: &mut Response) {
        let headers = response.headers_mut();
        if self != Self::None && self != Self::Allowed(HeaderValue::from_static("*")) {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        if let Self::Allowed(origin) = self {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        }
    }
}
