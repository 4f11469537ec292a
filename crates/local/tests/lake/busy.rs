//! Queries that compute without a pause keep nobody waiting but other queries, and end when they are stopped.

use std::{thread, time::Duration};

use aws::SystemClock;
use domain::port::Clock;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::{harness::TestLake, http};

const CODES: &str = r#"{"name": "codes", "identity": ["id"], "columns": [
    {"name": "id", "type": "int", "required": true}, {"name": "code", "type": "string"}]}"#;

/// A thousand million pairs of three.
const ROWS: usize = 1_000;

/// How long an answer may take on a slow machine. While the queries computed on the threads that answer, it took as
/// long as they did: minutes.
const ANSWER: Duration = Duration::from_secs(30);
/// And how long everything that ends.
const END: Duration = Duration::from_secs(60);

/// How long to wait between two looks at a query: whoever asks takes the machine from whoever computes.
const LOOK: Duration = Duration::from_millis(50);

/// The lake's threads, two as on a small machine. A failed test does not wait for what they compute.
struct Threads(Option<Runtime>);

impl Threads {
    fn runtime(&self) -> &Runtime {
        self.0.as_ref().unwrap()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.0.take().unwrap().shutdown_background();
    }
}

/// A client on a thread of its own, so that its patience ends whatever the lake's threads do.
struct Asker {
    runtime: Runtime,
    client: Client,
    url: String,
}

impl Asker {
    fn new(url: String) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(async { http::client() });
        Self { runtime, client, url }
    }

    #[track_caller]
    fn ask(&self, method: Method, path: &str, body: Option<&Value>, patience: Duration) -> (u16, String) {
        let answer = async {
            let mut request = self.client.request(method, format!("{}{path}", self.url)).timeout(patience);
            request = request.header("prefer", "respond-async");
            if let Some(body) = body {
                request = request.header("content-type", "application/json").body(body.to_string());
            }
            let answer = request.send().await?;
            Ok::<_, reqwest::Error>((answer.status().as_u16(), answer.text().await?))
        };
        let answer = self.runtime.block_on(answer);
        answer.unwrap_or_else(|error| panic!("{path} was not answered within {patience:?}: {error}"))
    }

    /// Starts a query; answers its path.
    fn start(&self, sql: &str) -> String {
        let (status, body) = self.ask(Method::POST, "/v1/queries", Some(&json!({"sql": sql})), ANSWER);
        assert_eq!(status, 202, "{body}");
        let query: Value = serde_json::from_str(&body).unwrap();
        format!("/v1/queries/{}", query["id"].as_str().unwrap())
    }

    fn state(&self, query: &str) -> String {
        let (status, body) = self.ask(Method::GET, query, None, ANSWER);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str::<Value>(&body).unwrap()["state"].as_str().unwrap().to_owned()
    }

    /// Comes back when the query is in this state. Each answer on the way has come in time.
    fn until(&self, query: &str, wanted: &str) {
        let begin = std::time::Instant::now();
        while self.state(query) != wanted {
            assert!(begin.elapsed() < END, "{query} is {}, not {wanted}", self.state(query));
            self.runtime.block_on(SystemClock.sleep(LOOK));
        }
    }

    fn is_healthy(&self) {
        for _ in 0..5 {
            let (status, body) = self.ask(Method::GET, "/healthz", None, ANSWER);
            assert_eq!(status, 200, "{body}");
        }
    }
}

async fn lake() -> TestLake {
    let lake = TestLake::start(&[("codes", CODES)]).await;
    let lines: Vec<String> = (0..ROWS).map(|id| format!(r#"{{"id": {id}, "code": "c{id}"}}"#)).collect();
    lake.publish("codes", &lines.join("\n")).await;
    lake.rows("/v1/datasets/codes/rows?limit=1000", ROWS).await;
    lake
}

/// Other texts in each round: what was asked before may be answered from then.
fn queries(round: usize) -> [String; 3] {
    let long = "x".repeat(60_000);
    let conditions = [
        "lower(a.code || b.code || c.code || 'x') = 'x'".to_owned(),
        "a.id < b.id AND b.id < c.id AND c.id < a.id".to_owned(),
        format!("lower(a.code || '{long}' || b.code || c.code) = 'x'"),
    ];
    conditions.map(|condition| {
        let three = "codes a CROSS JOIN codes b CROSS JOIN codes c";
        format!("SELECT count(*) AS n{round} FROM {three} WHERE {condition}")
    })
}

#[test]
fn busy_queries_keep_neither_requests_nor_their_own_end_waiting() {
    let mut builder = Builder::new_multi_thread();
    let threads = Threads(Some(builder.worker_threads(2).enable_all().build().unwrap()));
    let lake = threads.runtime().block_on(lake());
    let asker = Asker::new(lake.lake.http_endpoint());
    // More queries than there are threads to compute them: one for each core, from 4 to 16.
    let engine_threads = thread::available_parallelism().map_or(4, usize::from).clamp(4, 16);
    let rounds = engine_threads / 3 + 1;
    for round in 0..rounds {
        let started = queries(round).map(|sql| asker.start(&sql));
        for query in &started {
            asker.until(query, "running");
        }
        asker.is_healthy();
        for query in &started {
            let (status, body) = asker.ask(Method::DELETE, query, None, ANSWER);
            assert_eq!(status, 200, "{body}");
            asker.until(query, "cancelled");
        }
        // They are over in truth: what still computed would keep its slot, of which there are four, and its thread.
        let counted = asker.start(&format!("SELECT count(*) AS n{round} FROM codes"));
        asker.until(&counted, "succeeded");
    }

    // The lake stops while they compute.
    for sql in queries(rounds) {
        asker.until(&asker.start(&sql), "running");
    }
    let (stopped, stop) = std::sync::mpsc::channel();
    threads.runtime().spawn(async move {
        lake.stop().await;
        stopped.send(()).unwrap();
    });
    stop.recv_timeout(END).expect("the lake has not stopped");
}
