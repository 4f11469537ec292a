//! Paths, methods and parameters that there are not.

use axum::{
    extract::{Path, rejection::PathRejection},
    http::Uri,
    response::Response,
};

use crate::{
    description::paths::AVAILABLE,
    http::response::{self, LogLine},
    problem::{Problem, ProblemKind, nearest, quote},
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
    response::problem(&Problem::new(ProblemKind::MethodNotAllowed, words).allow(allow), LogLine::default())
}

pub(super) async fn unknown_path(uri: Uri) -> Response {
    let path = uri.path();
    if let Some(location) = elsewhere(&uri) {
        return response::moved(&location);
    }
    let meant = nearest(path, AVAILABLE).map(|path| format!(": did you mean {path:?}?")).unwrap_or_default();
    let detail = format!("there is nothing at {}{meant}; available: {}", quote(path), AVAILABLE.join(", "));
    response::problem(
        &Problem::new(ProblemKind::UnknownPath, detail).with("available", AVAILABLE.to_vec()),
        LogLine::default(),
    )
}

/// Where a path leads that is another one's with slashes at its end; the root leads to the page for people.
fn elsewhere(uri: &Uri) -> Option<String> {
    let path = uri.path();
    if path == "/" {
        return Some(super::DOCS.to_owned());
    }
    let trimmed = path.trim_end_matches('/');
    // Only to what there is here: `//host/` would be another host.
    if trimmed.len() == path.len() || !AVAILABLE.iter().any(|pattern| is_like(trimmed, pattern)) {
        return None;
    }
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{trimmed}{query}"))
}

/// Whether the path has the segments of the pattern, of which those in braces are any text.
fn is_like(path: &str, pattern: &str) -> bool {
    let mut segments = path.split('/');
    let fits = pattern.split('/').all(|expected| {
        let found = segments.next().unwrap_or_default();
        if expected.starts_with('{') { !found.is_empty() } else { found == expected }
    });
    fits && segments.next().is_none()
}

/// The part of a path that is no fixed word.
pub(super) fn name(path: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    path.map(|Path(name)| name)
        .map_err(|_| Problem::new(ProblemKind::MalformedQuery, "the path does not decode to UTF-8 text"))
}

/// For paths that take no parameters.
pub(super) fn no_parameters(query: Option<&str>) -> Result<(), Problem> {
    match query.filter(|query| !query.is_empty()) {
        None => Ok(()),
        Some(query) => {
            let name = query.split(['=', '&']).next().unwrap_or_default();
            let detail = format!("unknown query parameter {}: this path takes none", quote(name));
            Err(Problem::new(ProblemKind::UnknownParameter, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_at_the_end_lead_to_the_same_path_here() {
        for (from, to) in [
            ("/", Some("/docs")),
            ("/docs/", Some("/docs")),
            ("/v1/datasets//", Some("/v1/datasets")),
            ("/v1/datasets/a%20b/rows/?limit=1&x=%2F", Some("/v1/datasets/a%20b/rows?limit=1&x=%2F")),
            ("/v1/queries/a-1/", Some("/v1/queries/a-1")),
            ("/v1/nothing/", None),
            ("/v1/datasets//rows/", None),
            ("//evil.example/", None),
            ("//evil.example/v1/datasets/", None),
            ("/v1", None),
        ] {
            let uri = Uri::builder().path_and_query(from).build().unwrap();
            assert_eq!(elsewhere(&uri).as_deref(), to, "{from}");
        }
    }
}
