//! Paths, methods and parameters that there are not.

use axum::{
    extract::{Path, rejection::PathRejection},
    http::Uri,
    response::Response,
};

use super::AVAILABLE;
use crate::{
    answer::{self, LogLine},
    problem::{Kind, Problem, nearest, quote},
};

pub(super) async fn method_not_allowed(uri: Uri) -> Response {
    let is_query = uri.path().strip_prefix("/v1/queries/").is_some_and(|id| !id.contains('/'));
    let (words, allow) = if uri.path() == super::QUERIES {
        ("this path answers POST only", "POST")
    } else if is_query {
        ("this path answers GET, HEAD and DELETE only", "GET, HEAD, DELETE")
    } else {
        ("this path answers GET and HEAD only", "GET, HEAD")
    };
    answer::problem(&Problem::new(Kind::MethodNotAllowed, words).allow(allow), LogLine::default())
}

pub(super) async fn unknown_path(uri: Uri) -> Response {
    let path = uri.path();
    let meant = nearest(path, AVAILABLE).map(|path| format!(": did you mean {path:?}?")).unwrap_or_default();
    let detail = format!("there is nothing at {}{meant}; available: {}", quote(path), AVAILABLE.join(", "));
    answer::problem(
        &Problem::new(Kind::UnknownPath, detail).with("available", AVAILABLE.to_vec()),
        LogLine::default(),
    )
}

/// The part of a path that is no fixed word.
pub(super) fn name(path: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    path.map(|Path(name)| name)
        .map_err(|_| Problem::new(Kind::MalformedQuery, "the path does not decode to UTF-8 text"))
}

/// For paths that take no parameters.
pub(super) fn no_parameters(query: Option<&str>) -> Result<(), Problem> {
    match query.filter(|query| !query.is_empty()) {
        None => Ok(()),
        Some(query) => {
            let name = query.split(['=', '&']).next().unwrap_or_default();
            let detail = format!("unknown query parameter {}: this path takes none", quote(name));
            Err(Problem::new(Kind::UnknownParameter, detail))
        }
    }
}
