//! Requests that are refused before anything else is looked at, in the words of the port's own protocol.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header, request::Parts},
};
use serde_json::json;

use crate::{
    dispatch::Wire,
    protocol::{
        json::{self, JsonError},
        query::escape,
    },
};

/// The id of every request that is refused: there is nothing to look for by it.
const NO_ID: &str = "refused";

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// There is no `Host` header, or more than one, or it is no host.
    #[error("a request needs exactly one Host header, which names a host and, where it is not 80, a port")]
    MalformedHost,
    /// The name is not one of this lake's.
    #[error(
        "this lake does not answer for the host {0:?}: use localhost or 127.0.0.1, or start `tributary dev` with \
         --allow-host and the name"
    )]
    ForeignHost(String),
    /// A page of somebody else's sent it.
    #[error(
        "a page of {0} may not use this lake: for the HTTP API, TRIBUTARY_CORS_ORIGINS names the origins that may; the \
         AWS protocols are not for pages of other origins"
    )]
    ForeignOrigin(String),
    /// The transfer codings are none, or `chunked` is there twice.
    #[error("Transfer-Encoding must be chunked, given once, or not there at all")]
    MalformedCoding,
    /// The body is in another transfer coding than `chunked`.
    #[error("the only Transfer-Encoding that this lake takes off is chunked: send the body as it is")]
    UnknownCoding,
    /// All connections are at work.
    #[error("too many requests are under way: try again in a second")]
    Busy,
}

impl Refusal {
    fn parts(&self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::MalformedHost => (
                StatusCode::BAD_REQUEST,
                "malformed-host",
                "The Host header is missing or malformed",
                "InvalidRequest",
            ),
            Self::ForeignHost(_) => {
                (StatusCode::FORBIDDEN, "foreign-host", "The host is not this lake's", "AccessDenied")
            }
            Self::ForeignOrigin(_) => {
                (StatusCode::FORBIDDEN, "foreign-origin", "The origin is not allowed", "AccessDenied")
            }
            Self::MalformedCoding => {
                (StatusCode::BAD_REQUEST, "malformed-request", "The request cannot be read", "InvalidRequest")
            }
            Self::UnknownCoding => (
                StatusCode::NOT_IMPLEMENTED,
                "unknown-transfer-coding",
                "Unknown transfer coding",
                "NotImplemented",
            ),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy", "Too many connections", "SlowDown"),
        }
    }
}

/// Which protocol a port speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// The HTTP API: RFC 9457 problems.
    Api,
    /// AWS: each service's own errors.
    Aws,
}

impl Dialect {
    pub(super) fn refuse(self, refusal: &Refusal, request: &Parts) -> Response<Body> {
        let mut response = match self {
            Self::Api if *refusal == Refusal::Busy => query::all_taken(),
            Self::Api => problem(refusal),
            Self::Aws => aws_error(refusal, request),
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if *refusal == Refusal::Busy {
            headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from_static("1"));
        }
        // Another reader may have seen another host, or another end of the body: what follows is no request.
        let goes_on = matches!(refusal, Refusal::ForeignHost(_) | Refusal::ForeignOrigin(_));
        if !goes_on {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    /// What every answer says to browsers: that it is what its type says, and no other site's to show or to read.
    pub(super) fn harden(self, headers: &mut HeaderMap) {
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
        // What an object holds, somebody else may have written: opened in a browser, it runs nothing. The API
        // protects its one page itself.
        if self == Self::Aws {
            let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
}

fn problem(refusal: &Refusal) -> Response<Body> {
    let (status, slug, title, _) = refusal.parts();
    let body = json!({
        "type": format!("urn:tributary:problem:{slug}"),
        "title": title,
        "status": status.as_u16(),
        "detail": domain::bounded(refusal.to_string()),
    });
    answer(status, "application/problem+json", body.to_string())
}

fn aws_error(refusal: &Refusal, request: &Parts) -> Response<Body> {
    let (status, _, _, code) = refusal.parts();
    let text = domain::bounded(refusal.to_string());
    match Wire::of(request) {
        Wire::Json(_) => json::respond(Err(JsonError { status, ..JsonError::new(code, text) }), NO_ID),
        Wire::Query => {
            let side = if status.is_server_error() { "Receiver" } else { "Sender" };
            let error = format!("<Type>{side}</Type>{}", error_members(code, &text));
            answer(status, "text/xml", format!("<ErrorResponse><Error>{error}</Error></ErrorResponse>"))
        }
        Wire::S3 => {
            let error = error_members(code, &text);
            let resource = escape(request.uri.path());
            let xml = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error>{error}<Resource>{resource}</Resource>\
                 <RequestId>{NO_ID}</RequestId></Error>"
            );
            let mut response = answer(status, "application/xml", xml);
            response.headers_mut().insert("x-amz-request-id", HeaderValue::from_static(NO_ID));
            response
        }
    }
}

fn error_members(code: &str, text: &str) -> String {
    format!("<Code>{code}</Code><Message>{}</Message>", escape(text))
}

fn answer(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
