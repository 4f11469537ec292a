//! The answers that the holder of the router gives itself, in the form of the API's own.

use axum::response::Response;

use crate::{
    answer::{self, LogLine},
    problem::{Kind, Problem},
    routes,
};

/// For a request that took longer than it may: 504 `timeout`.
pub fn given_up() -> Response {
    of(Kind::Timeout, "the answer took too long and was given up: try again in some seconds")
}

/// For `/readyz` in a process that is asked to stop: 503 `unavailable`.
pub fn stopping() -> Response {
    of(Kind::Unavailable, "this process is asked to stop: send requests to another one")
}

fn of(kind: Kind, detail: &str) -> Response {
    let mut response = answer::problem(&Problem::new(kind, detail), LogLine::default());
    routes::secure(&mut response);
    response
}
