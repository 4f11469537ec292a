//! Free SQL.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    response::Response,
};

use super::{QUERIES, Shared, body, rows_response};
use crate::{
    http::response::LogLine,
    ports::Ports,
    problem::{Problem, ProblemKind},
    request::preferences,
    service::{Api, Reply},
};

pub(super) async fn sql<P: Ports>(State(api): Shared<P>, request: Request) -> Response {
    let (preferences, line) = (preferences::read(&request), LogLine::of(QUERIES));
    let answer = answered(&api, request, &preferences).await;
    rows_response::rows(&api, answer, &preferences, line)
}

async fn answered<P: Ports>(
    api: &Api<P>,
    request: Request,
    preferences: &preferences::Preferences,
) -> Result<Reply, Problem> {
    api.may_send_sql(preferences)?;
    if let Some(detail) = unreadable(request.headers()) {
        return Err(Problem::new(ProblemKind::UnsupportedMediaType, detail));
    }
    let query = request.uri().query().unwrap_or_default().to_owned();
    let mut held = api.bodies.begin(preferences.caller.id());
    body::take(request.into_body(), &mut held, api.clock()).await?;
    api.sql(held.bytes(), &query, preferences).await
}

/// Why the body cannot be read, by what the request says of it. JSON is UTF-8 (RFC 8259, 8.1), and no content coding is taken
/// off: a body in another one would be refused for its bytes, or read as what its sender did not mean.
fn unreadable(headers: &HeaderMap) -> Option<String> {
    let Some(content_type) = json_type(headers) else {
        let detail = "the body must be JSON, and the request must say so: Content-Type: application/json";
        return Some(detail.to_owned());
    };
    if let Some(charset) = other_charset(&content_type) {
        return Some(format!("the body must be JSON in UTF-8, and Content-Type says charset={charset}"));
    }
    let coding = other_coding(headers)?;
    Some(format!("the body must be sent as it is, and the request says Content-Encoding: {coding}"))
}

/// The type of the body, if it says that it is JSON. Whoever says nothing may be a web page: a browser sends a body without a
/// type, or with a form's, to any address without asking; one of JSON it does not.
fn json_type(headers: &HeaderMap) -> Option<String> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(content_type), None) = (types.next(), types.next()) else { return None };
    let text = content_type.to_str().ok()?.to_ascii_lowercase();
    let essence = text.split(';').next().unwrap_or_default().trim();
    let is_json =
        essence == "application/json" || essence.starts_with("application/") && essence.ends_with("+json");
    is_json.then_some(text)
}

/// The charset that this type names, if it is none of UTF-8.
fn other_charset(content_type: &str) -> Option<&str> {
    let mut is_quoted = false;
    let parts = content_type.split(|character| {
        is_quoted ^= character == '"';
        character == ';' && !is_quoted
    });
    let mut charsets = parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        (name.trim() == "charset").then(|| value.trim().trim_matches('"'))
    });
    charsets.find(|charset| !["utf-8", "utf8", "us-ascii"].contains(charset))
}

/// The content coding of the body, if it has one.
fn other_coding(headers: &HeaderMap) -> Option<String> {
    headers.get_all(header::CONTENT_ENCODING).iter().find_map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        let mut codings = text.split(',').map(str::trim);
        let coding = codings.find(|coding| !["", "identity"].contains(coding))?;
        Some(coding.to_owned())
    })
}
