//! One question and its answer: asked without waiting, looked after, and taken page by page.

use std::{pin::pin, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use domain::port::Clock;
use serde::Deserialize;
use tower::ServiceExt;

use crate::{failure::Failure, lake::RemoteLake, output, stop::Stop};

/// The longest answer of one page, in bytes: more than any answer is allowed to have.
const LONGEST: usize = 1 << 30;
/// The rows of a page of an export: some ten MB.
const PAGE_ROWS: u64 = 100_000;
/// The pause between two looks at a query.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// What is asked.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) method: &'static str,
    /// With its query string.
    pub(super) path: String,
    /// JSON.
    pub(super) body: Option<String>,
}

/// A query as the API shows it.
#[derive(Debug, Deserialize)]
struct QueryState {
    state: String,
    #[serde(default)]
    bytes_scanned: Option<u64>,
    #[serde(default)]
    error: Option<ProblemText>,
    links: Links,
}

#[derive(Debug, Deserialize)]
struct Links {
    #[serde(rename = "self")]
    this: String,
    rows: String,
}

#[derive(Debug, Deserialize)]
struct ProblemText {
    detail: String,
    #[serde(default)]
    status: u16,
}

/// Rows, rendered.
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
    /// How many.
    pub(super) rows: Option<u64>,
    /// Whether there are more that the limit kept away.
    pub(super) is_cut: bool,
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// The API, to be asked.
pub(super) struct Conversation {
    router: Router,
}

impl Conversation {
    pub(super) fn new(lake: &RemoteLake) -> Self {
        Self { router: lake.api() }
    }

    /// The rows that answer the question. If the process is asked to stop, the query is cancelled.
    pub(super) async fn rows(&self, question: &Question, stop: &mut Stop) -> Result<Answer, Failure> {
        self.first(question, stop, None).await?.rows()
    }

    /// All rows that answer the question, page by page, and how many there are.
    pub(super) async fn pages(
        &self,
        question: &Question,
        stop: &mut Stop,
        mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        let mut reply = self.first(question, stop, Some(PAGE_ROWS)).await?;
        let spinner = output::spinner("reading the rows");
        let mut rows = 0;
        loop {
            if reply.status != StatusCode::OK {
                return Err(reply.failure());
            }
            rows += reply.row_count().unwrap_or_default();
            take(&reply.body)?;
            let Some(next) = reply.next() else { break };
            spinner.set_message(format!("{} read", output::counted(rows, "row")));
            let page = stop.unless_requested(self.send("GET", &next, None)).await;
            reply = page.ok_or(Failure::Interrupted)??;
        }
        spinner.finish_and_clear();
        Ok(rows)
    }

    /// The first page, of so many rows if that is said, or why there is none.
    async fn first(
        &self,
        question: &Question,
        stop: &mut Stop,
        page_rows: Option<u64>,
    ) -> Result<Reply, Failure> {
        let spinner = output::spinner("starting the query");
        let mut asked = pin!(self.send(question.method, &question.path, question.body.as_deref()));
        let Some(reply) = stop.unless_requested(asked.as_mut()).await else {
            // The engine may have the query by now, and only the answer says which it is.
            spinner.set_message("cancelling the query");
            if let Some(Ok(reply)) = stop.unless_requested(asked).await
                && reply.status == StatusCode::ACCEPTED
            {
                self.cancel(&reply.json::<QueryState>()?.links.this).await;
            }
            return Err(Failure::Interrupted);
        };
        let reply = reply?;
        if reply.status != StatusCode::ACCEPTED {
            spinner.finish_and_clear();
            return Ok(reply);
        }
        let mut query: QueryState = reply.json()?;
        let this = query.links.this.clone();
        let mut pause = FIRST_PAUSE;
        while matches!(query.state.as_str(), "queued" | "running") {
            let scanned = query.bytes_scanned.map(|bytes| format!(", {} scanned", output::bytes(bytes)));
            spinner.set_message(format!("{}{}", query.state, scanned.unwrap_or_default()));
            let look = async {
                aws::SystemClock.sleep(pause).await;
                self.send("GET", &this, None).await
            };
            let Some(reply) = stop.unless_requested(look).await else {
                spinner.set_message("cancelling the query");
                self.cancel(&this).await;
                return Err(Failure::Interrupted);
            };
            query = reply?.json()?;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
        spinner.set_message("reading the rows");
        if query.state != "succeeded" {
            spinner.finish_and_clear();
            return Err(match query.error {
                // The SQL, or what its values come to.
                Some(ProblemText { detail, status: 400 }) => Failure::Input(detail),
                Some(ProblemText { detail, .. }) => Failure::NotDone(detail),
                None if query.state == "cancelled" => {
                    Failure::NotDone("the query was cancelled: run it again".to_owned())
                }
                None => Failure::NotDone(format!(
                    "the query ended as {:?}, and the API gives no reason: the lake's log has it",
                    query.state
                )),
            });
        }
        let page_rows = page_rows.map(|rows| format!("&limit={rows}")).unwrap_or_default();
        let path = format!("{}{page_rows}", query.links.rows);
        let rows = stop.unless_requested(self.send("GET", &path, None)).await;
        spinner.finish_and_clear();
        rows.ok_or(Failure::Interrupted)?
    }

    async fn cancel(&self, query: &str) {
        match self.send("DELETE", query, None).await {
            Ok(reply) if reply.status.is_success() => {}
            Ok(reply) => output::note(&format!("the query could not be cancelled: {}", reply.status)),
            Err(failure) => output::note(&format!("the query could not be cancelled: {failure}")),
        }
    }

    async fn send(&self, method: &str, path: &str, body: Option<&str>) -> Result<Reply, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header("prefer", "respond-async");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_owned()));
        let request = request.body(body).map_err(|error| Failure::Input(error.to_string()))?;
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, LONGEST).await;
        let body = body.map_err(|error| Failure::NotDone(format!("the answer broke off: {error}")))?.to_vec();
        Ok(Reply { status: parts.status, headers: parts.headers, body })
    }
}

impl Reply {
    /// What a success brought.
    fn rows(self) -> Result<Answer, Failure> {
        if self.is_part() || self.status == StatusCode::SEE_OTHER {
            let detail = "the rows are more than one answer takes: lower --limit, select fewer columns, or write them all \
                          into a file, with --output FILE.csv or FILE.ndjson";
            return Err(Failure::NotDone(detail.to_owned()));
        }
        if self.status != StatusCode::OK {
            return Err(self.failure());
        }
        let rows = self.row_count();
        let is_cut = self.header("tributary-complete") == Some("false");
        Ok(Answer { body: self.body, rows, is_cut })
    }

    /// Whether the answer has a part of its query's result: the next page is one of the same query.
    fn is_part(&self) -> bool {
        self.next().is_some()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn row_count(&self) -> Option<u64> {
        self.headers.get("tributary-rows").and_then(|rows| rows.to_str().ok()?.parse().ok())
    }

    /// Where the next page of the same query is. What lies beyond its limit is another query, and was not asked for.
    fn next(&self) -> Option<String> {
        let link = self.headers.get(header::LINK)?.to_str().ok()?;
        let next = link.split(',').find(|link| link.contains("rel=\"next\""))?;
        let (_, from) = next.split_once('<')?;
        let (path, _) = from.split_once('>')?;
        path.starts_with("/v1/queries/").then(|| path.to_owned())
    }

    fn json<T: serde::de::DeserializeOwned>(self) -> Result<T, Failure> {
        if !self.status.is_success() {
            return Err(self.failure());
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            Failure::NotDone(format!("the API answered something else than a query: {error}"))
        })
    }

    /// What the API says is wrong: with what was asked, or with the lake.
    fn failure(&self) -> Failure {
        let detail = match serde_json::from_slice::<ProblemText>(&self.body) {
            Ok(problem) => problem.detail,
            Err(_) => format!("the API answered {}", self.status),
        };
        if self.status.is_client_error() { Failure::Input(detail) } else { Failure::NotDone(detail) }
    }
}
