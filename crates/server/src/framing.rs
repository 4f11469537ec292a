//! Requests that hyper takes, and that another reader of the same bytes may take for other ones: a proxy between would let
//! through what it does not see.

use axum::{
    body::Body,
    http::{Request, Response, Version, header},
};
use query::Coding;

/// The refusal of a request that may be read in more than one way. The connection is closed after it.
pub(crate) fn refusal<B>(request: &Request<B>) -> Option<Response<Body>> {
    if !names_one_host(request) {
        return Some(query::no_host());
    }
    match Coding::of(request.headers()) {
        Coding::Known => None,
        Coding::Malformed => Some(query::no_coding()),
        Coding::Unknown => Some(query::unknown_coding()),
    }
}

/// Whether it says which host it is for as RFC 9112 (3.2) wants it. With two, a proxy may have looked at the other one.
fn names_one_host<B>(request: &Request<B>) -> bool {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    hosts == 1 || (hosts == 0 && request.version() < Version::HTTP_11)
}
