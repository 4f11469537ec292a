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
    if !is_json(request.headers()) {
        let detail = "the body must be JSON, and the request must say so: Content-Type: application/json";
        return Err(Problem::new(ProblemKind::UnsupportedMediaType, detail));
    }
    let query = request.uri().query().unwrap_or_default().to_owned();
    let mut held = api.bodies.begin(preferences.caller.id());
    body::take(request.into_body(), &mut held, api.clock()).await?;
    api.sql(held.bytes(), &query, preferences).await
}

/// Whether the body says that it is JSON. Whoever says nothing may be a web page: a browser sends a body without a type,
/// or with a form's, to any address without asking; one of JSON it does not.
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(content_type), None) = (types.next(), types.next()) else { return false };
    let text = content_type.to_str().unwrap_or_default().to_ascii_lowercase();
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || essence.starts_with("application/") && essence.ends_with("+json")
}
