//! Answers and problems as HTTP responses.
//!
//! What an answer with rows, and the 304 for one, says in headers:
//!
//! | header | meaning |
//! |---|---|
//! | `Tributary-Query-Id` | the engine's id of the query, for the log: `/v1/queries/{id}` knows those of a 202, a page or a 303 alone; none for a 304 |
//! | `Tributary-Cache` | `miss`: a query ran. `shared`: one that ran for an identical request at the same time. `reused`: the engine answered an earlier result. `hit`: no query; a 304, or a page of a result that lies there |
//! | `Tributary-Bytes-Scanned` | bytes that the query read, whoever it ran for |
//! | `Tributary-Engine-Ms` | milliseconds that the engine worked on it |
//! | `Tributary-Cost-Usd` | an estimate of what this answer added to the bill, in US dollars: 0 unless it is a `miss` (`execution::cost` has the rule) |
//! | `Tributary-Rows` | rows in this answer; none for a file |
//! | `Tributary-Generation` | a digest of the generations that the answer was read from: equal digests, equal generations |
//! | `Tributary-Freshness` | when the newest of their events landed |
//!
//! Which of the rows that match it has:
//!
//! | header | meaning |
//! |---|---|
//! | `Tributary-Complete` | `true`: no row comes after its last one. `false`: there are more. None where nobody knows (`limit=0`) |
//! | `Tributary-Range` | the numbers of its first and last row, from 0 on, and behind a slash how many rows match, or `*`; for a file only the count that was asked for, as `*/8832` |
//! | `Content-Range` | the same, as PostgREST has it, where a count was asked for ([`counted`]) |
//! | `Link` | the path of the next rows, `rel="next"`, if they can be had so |
//!
//! The log has the same in one line for each request.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use domain::{DatasetName, QueryName};

use crate::{
    execution::cost::Cost,
    lake::datasets::time,
    problem::{self, Problem},
    request::preferences::Preferences,
    service::{Accepted, Extent, Kept, QueryView, RETRY_POLL, Reply, Rows, entity_tag},
};

/// What the log says of a request, beside its status and its time. It travels with the response.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogLine {
    /// The path's pattern: paths themselves are a caller's text.
    pub(crate) route: &'static str,
    /// The dataset.
    pub(crate) dataset: Option<DatasetName>,
    /// What it cost.
    pub(crate) cost: Option<Cost>,
    /// The named query.
    pub(crate) named_query: Option<QueryName>,
    /// The id of the API key that it came with.
    pub(crate) key: Option<String>,
}

/// Beside a response: its body becomes shorter by compression.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compressible;

impl LogLine {
    /// A line about this route.
    pub(crate) fn of(route: &'static str) -> Self {
        Self { route, ..Self::default() }
    }

    /// Adds the named query, if the text can be one's name.
    pub(crate) fn about_query(mut self, name: &str) -> Self {
        self.named_query = QueryName::new(name).ok();
        self
    }

    /// Adds the dataset, if the text can be a dataset's name: no other text of a caller gets into the log.
    pub(crate) fn about(mut self, dataset: &str) -> Self {
        self.dataset = DatasetName::new(dataset).ok();
        self
    }
}

/// A JSON answer.
pub(crate) fn json(body: Vec<u8>, line: LogLine) -> Response {
    build(StatusCode::OK, "application/json", body, line)
}

/// What came of a request for rows.
pub(crate) fn reply(reply: Reply, preferences: &Preferences, line: LogLine) -> Response {
    let accepted = matches!(reply, Reply::Accepted(_));
    let mut response = match reply {
        Reply::Rows(answer) => rows(answer, line),
        Reply::NotModified(kept, cost) => {
            let mut response = costly(empty(StatusCode::NOT_MODIFIED, line), cost);
            keep(&mut response, &kept);
            response
        }
        Reply::Accepted(Accepted { location, body }) => {
            let mut response = build(StatusCode::ACCEPTED, "application/json", body, line);
            insert(&mut response, "location", &location);
            insert(&mut response, "retry-after", &RETRY_POLL.to_string());
            insert(&mut response, "cache-control", "no-store");
            response
        }
        Reply::Elsewhere(url, cost, extent) => {
            let mut response = costly(empty(StatusCode::SEE_OTHER, line), cost);
            say_extent(&mut response, &extent);
            insert(&mut response, "location", &url);
            // The address is good for some minutes only.
            insert(&mut response, "cache-control", "no-store");
            response
        }
    };
    vary(&mut response);
    if accepted && preferences.respond_async {
        applied(&mut response, "respond-async");
    }
    response
}

/// Says that a preference was followed.
pub(crate) fn applied(response: &mut Response, preference: &str) {
    if let Ok(value) = HeaderValue::from_str(preference) {
        response.headers_mut().append("preference-applied", value);
    }
}

/// Says that rows were counted, and how many there are in the header that clients of PostgREST read too.
///
/// Nobody else gets it. HTTP has a meaning for `Content-Range` in answers of other statuses alone, and its numbers are of
/// bytes there: wget ends an answer of 20 rows behind 20 bytes, and DuckDB takes it for a file of that length.
pub(crate) fn counted(response: &mut Response) {
    applied(response, "count=exact");
    if let Some(range) = response.headers().get("tributary-range").cloned() {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
}

/// Says which headers of the request an answer depends on.
pub(crate) fn vary(response: &mut Response) {
    insert(response, "vary", entity_tag::VARY);
}

fn rows(answer: Rows, line: LogLine) -> Response {
    let format = answer.representation.format;
    let mut response = costly(build(StatusCode::OK, format.content_type(), answer.body, line), answer.cost);
    if !format.is_compressible() {
        response.extensions_mut().remove::<Compressible>();
    }
    if let Some(kept) = &answer.kept {
        keep(&mut response, kept);
    }
    say_extent(&mut response, &answer.extent);
    response
}

/// Says which rows of those that match the answer has, and where the next ones are.
fn say_extent(response: &mut Response, extent: &Extent) {
    if let Some(range) = extent.range() {
        insert(response, "tributary-range", &range);
    }
    if let Some(complete) = extent.complete {
        insert(response, "tributary-complete", if complete { "true" } else { "false" });
    }
    if let Some(path) = &extent.next {
        insert(response, "link", &format!("<{path}>; rel=\"next\""));
    }
}

/// The state of a query.
pub(crate) fn query(view: &QueryView, body: Vec<u8>, line: LogLine) -> Response {
    let mut response = json(body, line);
    if view.is_open() {
        insert(&mut response, "retry-after", &RETRY_POLL.to_string());
    }
    insert(&mut response, "cache-control", "no-store");
    response
}

/// A problem, with the headers that belong to it.
pub(crate) fn problem(problem: &Problem, line: LogLine) -> Response {
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = problem.to_json().into_bytes();
    let mut response = build(status, problem::CONTENT_TYPE, body, line);
    insert(&mut response, "cache-control", "no-store");
    if let Some(seconds) = problem.retry_after_seconds() {
        insert(&mut response, "retry-after", &seconds.to_string());
    }
    if problem.closes() {
        insert(&mut response, "connection", "close");
    }
    if let Some(challenge) = problem.challenge() {
        insert(&mut response, "www-authenticate", challenge);
    }
    if let Some(methods) = problem.allowed_methods() {
        insert(&mut response, "allow", methods);
    }
    response
}

/// The answer to a path that is another one's with slashes at its end. Method and body stay (308).
pub(crate) fn moved(location: &str) -> Response {
    let body = format!("it is at {location}\n").into_bytes();
    let mut response =
        build(StatusCode::PERMANENT_REDIRECT, "text/plain; charset=utf-8", body, LogLine::default());
    insert(&mut response, "location", location);
    response
}

/// Sets a header. An engine's id that is no header text is left out.
pub(crate) fn insert(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

fn keep(response: &mut Response, kept: &Kept) {
    insert(response, "etag", &kept.tag);
    insert(response, "cache-control", &kept.control);
}

fn costly(mut response: Response, cost: Cost) -> Response {
    insert(&mut response, "tributary-cache", cost.cache.as_str());
    insert(&mut response, "tributary-cost-usd", &cost.price.dollars());
    insert(&mut response, "tributary-bytes-scanned", &cost.bytes_scanned.to_string());
    insert(&mut response, "tributary-engine-ms", &cost.engine_millis.to_string());
    if let Some(id) = &cost.query_id {
        insert(&mut response, "tributary-query-id", id);
    }
    if let Some(rows) = cost.rows {
        insert(&mut response, "tributary-rows", &rows.to_string());
    }
    if let Some(generation) = &cost.generation {
        insert(&mut response, "tributary-generation", generation);
    }
    if let Some(freshness) = cost.freshness {
        insert(&mut response, "tributary-freshness", &time(freshness));
    }
    if let Some(line) = response.extensions_mut().get_mut::<LogLine>() {
        line.cost = Some(cost);
    }
    response
}

fn empty(status: StatusCode, line: LogLine) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    // What stands in for a body varies as the body does.
    response.extensions_mut().insert(Compressible);
    response.extensions_mut().insert(line);
    response
}

fn build(status: StatusCode, content_type: &'static str, body: Vec<u8>, line: LogLine) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.extensions_mut().insert(Compressible);
    response.extensions_mut().insert(line);
    response
}
