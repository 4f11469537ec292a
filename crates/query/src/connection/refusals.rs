//! The answers that the holder of the router gives itself, in the form of the API's own.

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use domain::pace::Pace;

use crate::{
    http::{
        response::{self, LogLine},
        routes,
    },
    problem::{Problem, ProblemKind},
};

/// Seconds until a client may try again.
const RETRY: u32 = 5;

/// For a request that took longer than it may: 504 `timeout`.
pub fn given_up() -> Response {
    let detail = "the answer took too long and was given up: try again in some seconds";
    respond(&Problem::new(ProblemKind::Timeout, detail).retry_after(RETRY))
}

/// The id of the API key that the answered request came with, if it did.
pub fn key_of(response: &Response) -> Option<&str> {
    response.extensions().get::<LogLine>()?.key.as_deref()
}

/// For `/readyz` in a process that is asked to stop: 503 `unavailable`.
pub fn stopping() -> Response {
    of(ProblemKind::Unavailable, "this process is asked to stop: send requests to another one")
}

/// In place of an answer for which there is no memory, since the clients of others take theirs slowly: 429 `busy`.
pub fn too_much_unsent() -> Response {
    tracing::warn!("an answer was turned away: clients take the answers of this process too slowly");
    let detail = "too many answers, of this API key or of all, are still on their way to slow clients: try again in some seconds, or ask for \
         less";
    respond(&Problem::new(ProblemKind::Busy, detail).retry_after(RETRY))
}

/// For a request that does not say once which host it is for: 400 `malformed-request`, and the connection is closed.
pub fn no_host() -> Response {
    let detail = "a request of HTTP/1.1 has exactly one Host header, and one of HTTP/1.0 at most one";
    and_close(of(ProblemKind::MalformedRequest, detail))
}

/// For a request whose `Transfer-Encoding` is no list of codings, or has `chunked` more than once: 400 `malformed-request`, and
/// the connection is closed.
pub fn no_coding() -> Response {
    let detail = "Transfer-Encoding must be chunked, given once, or not there at all";
    and_close(of(ProblemKind::MalformedRequest, detail))
}

/// For a request whose body is in another transfer coding than `chunked`: 501 `unknown-transfer-coding`, and the connection is
/// closed.
pub fn unknown_coding() -> Response {
    let detail = "the only Transfer-Encoding that this server takes off is chunked: send the body as it is";
    and_close(of(ProblemKind::UnknownCoding, detail))
}

/// For a request on a place that is reserved for health checks, while all others are taken: 503 `unavailable`, and the connection
/// is closed.
pub fn all_taken() -> Response {
    let detail = "all connections that this process may have are in use: try again in some seconds";
    and_close(respond(&Problem::new(ProblemKind::Unavailable, detail).retry_after(RETRY)))
}

/// For a request whose body comes more slowly than this, while another client waits for its place: 408 `slow-body`, and the
/// connection is closed.
pub fn slow_body(pace: Pace) -> Response {
    let (seconds, rate) = (pace.longest.as_secs_f32(), pace.rate);
    let detail = format!(
        "the body came too slowly while another client waited for a connection: it may then pause for {seconds} s, and must \
         have {rate} bytes a second on average beyond that"
    );
    and_close(of(ProblemKind::SlowBody, &detail))
}

/// The response, after which the server closes the connection: where the request ends is not known, or its rest is not read, or
/// its place serves no second one.
pub fn and_close<B>(mut response: Response<B>) -> Response<B> {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn of(kind: ProblemKind, detail: &str) -> Response {
    respond(&Problem::new(kind, detail))
}

fn respond(problem: &Problem) -> Response {
    let mut response = response::problem(problem, LogLine::default());
    routes::secure(&mut response);
    response
}
