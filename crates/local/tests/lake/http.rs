//! The HTTP API and Athena as a client sees them: statuses, headers and bodies, and which queries ran.

use std::time::Duration;

use aws::SystemClock;
use aws_sdk_athena::types::{QueryExecution, QueryExecutionState};
use domain::port::Clock;
use reqwest::{Client, Method, header::HeaderMap, redirect::Policy};
use serde_json::{Value, json};

use crate::harness::TestLake;

/// How long a query may take to get where it is awaited.
const PATIENCE: Duration = Duration::from_secs(30);

/// Redirects are looked at, not followed.
pub(crate) fn client() -> Client {
    Client::builder().redirect(Policy::none()).build().unwrap()
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// Empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.text()))
    }

    /// The path of the next page.
    pub(crate) fn next(&self) -> Option<String> {
        let link = self.header("link").strip_prefix('<')?;
        Some(link.strip_suffix(">; rel=\"next\"").unwrap().to_owned())
    }

    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, slug: &str) -> String {
        assert_eq!(
            (self.status, self.header("content-type")),
            (status, "application/problem+json"),
            "{}",
            self.text()
        );
        let problem = self.json();
        assert_eq!(problem["type"], format!("urn:tributary:problem:{slug}"), "{problem}");
        problem["detail"].as_str().unwrap().to_owned()
    }
}

impl TestLake {
    /// A request; with a body, of JSON.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let url = format!("{}{path}", self.lake.http_endpoint());
        let mut request = self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        reply(request).await
    }

    pub(crate) async fn fetch(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None).await
    }

    /// Free SQL, with these preferences.
    pub(crate) async fn sql(&self, sql: &str, prefer: &str) -> Reply {
        self.send("POST", "/v1/queries", &[("prefer", prefer)], Some(json!({"sql": sql}))).await
    }

    /// What a query says of itself once it is over.
    pub(crate) async fn over(&self, location: &str) -> Value {
        self.until(location, |query| !["queued", "running"].contains(&query["state"].as_str().unwrap())).await
    }

    /// How many queries Athena has had.
    pub(crate) async fn executions(&self) -> usize {
        self.executions_of("tributary").await
    }

    /// How many queries a workgroup of Athena has had.
    pub(crate) async fn executions_of(&self, workgroup: &str) -> usize {
        let call = self.athena().list_query_executions().work_group(workgroup).into_paginator();
        let pages = call.send().collect::<Result<Vec<_>, _>>().await.unwrap();
        pages.iter().map(|page| page.query_execution_ids().len()).sum()
    }

    /// The newest of Athena's queries.
    async fn newest_executions(&self) -> Vec<QueryExecution> {
        let listed = self.athena().list_query_executions().work_group("tributary").send().await.unwrap();
        let ids = listed.query_execution_ids().to_vec();
        let call = self.athena().batch_get_query_execution().set_query_execution_ids(Some(ids)).send();
        call.await.unwrap().query_executions().to_vec()
    }

    pub(crate) fn athena(&self) -> aws_sdk_athena::Client {
        aws_sdk_athena::Client::new(self.aws.sdk_config())
    }

    /// Comes back when exactly one of Athena's newest queries with this in its text is in this state.
    pub(crate) async fn until_athena(&self, words: &str, state: &QueryExecutionState) {
        let deadline = SystemClock.now() + PATIENCE;
        loop {
            let mut executions = self.newest_executions().await;
            executions.retain(|execution| execution.query().is_some_and(|sql| sql.contains(words)));
            let states: Vec<_> =
                executions.iter().filter_map(|execution| execution.status()?.state().cloned()).collect();
            if states == [state.clone()] {
                return;
            }
            assert!(SystemClock.now() < deadline, "not {state:?} in time: {states:?}");
            SystemClock.sleep(Duration::from_millis(20)).await;
        }
    }
}

pub(crate) async fn reply(request: reqwest::RequestBuilder) -> Reply {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Reply { status, headers, body: answer.bytes().await.unwrap().to_vec() }
}
