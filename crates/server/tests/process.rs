//! The program against a lake: it serves what the Lambda serves, and a signal ends it with success.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is tests; clippy sees that only in #[test] functions"
)]

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use aws::SystemClock;
use domain::{port::Clock, settings::Settings};
use local::{DatasetFiles, Lake, LakeOptions, QueryFiles, ServeOptions};
use reqwest::Client;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const PATIENCE: Duration = Duration::from_secs(60);

/// The program, with these variables and none of the test's own that mean something to it.
fn program(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("TRIBUTARY_") || name.starts_with("AWS_"))
    {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A running server; ended at the latest with the test.
struct Server {
    child: Child,
    address: SocketAddr,
    metrics: SocketAddr,
}

impl Server {
    fn start(endpoint: &str) -> Self {
        let mut command = program(&[
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_REGION", "us-west-2"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("TRIBUTARY_LISTEN", "127.0.0.1:0"),
            ("TRIBUTARY_OPEN_ACCESS", "on"),
            ("TRIBUTARY_SQL", "on"),
            ("TRIBUTARY_DRAIN", "0s"),
            ("TRIBUTARY_METRICS_LISTEN", "127.0.0.1:0"),
            ("TRIBUTARY_ENVIRONMENT", "test"),
        ]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let (found, addresses) = mpsc::channel();
        // To its end, so that the program is never stuck with a line.
        std::thread::spawn(move || {
            for line in log.lines() {
                let line: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
                if line["message"] == "the metrics are at /metrics" || line["message"] == "the server listens"
                {
                    let _listened = found.send(line["address"].as_str().unwrap().parse().unwrap());
                }
            }
        });
        // In this order.
        let [metrics, address] = [0, 1].map(|_| addresses.recv_timeout(PATIENCE).unwrap());
        Self { child, address, metrics }
    }

    async fn get(&self, client: &Client, path: &str) -> (u16, serde_json::Value) {
        let answer = client.get(format!("http://{}{path}", self.address)).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
    }

    fn terminated(mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone, where the test ended it.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

async fn lake(data: &TempDir) -> Lake {
    let of_infra = |directory: &str| format!("{}/../../infra/{directory}", env!("CARGO_MANIFEST_DIR"));
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let settings = Settings::read(|_| None).unwrap();
    let options = LakeOptions {
        data: data.path().join("data"),
        aws: any_port,
        http: any_port,
        datasets: DatasetFiles::read(of_infra("datasets").as_ref()).unwrap(),
        queries: QueryFiles::read(of_infra("queries").as_ref(), &settings.database).unwrap(),
        settings,
        serving: ServeOptions::default(),
    };
    Lake::start(options).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_serves_the_api_and_a_signal_ends_it() {
    let data = TempDir::new().unwrap();
    let lake = lake(&data).await;
    let (server, client) = (Server::start(&lake.aws_endpoint()), Client::new());
    let (status, health) = server.get(&client, "/healthz").await;
    assert_eq!((status, &health["version"]), (200, &domain::version::VERSION.into()), "{health}");
    assert_eq!(server.get(&client, "/readyz").await.0, 200);
    let began = Instant::now();
    loop {
        // Until its table is there.
        let (status, rows) = server.get(&client, "/v1/datasets/passengers/rows?limit=1").await;
        if status == 200 {
            assert_eq!(rows, serde_json::json!([]));
            break;
        }
        assert!(began.elapsed() < PATIENCE, "{status}: {rows}");
        SystemClock.sleep(Duration::from_millis(100)).await;
    }
    drop(client);
    assert_eq!(server.terminated(), Some(0));
    lake.stop().await;
}

/// What a scraper sees: the requests, by how they were answered. A page has no key, and the API's port has no page.
#[tokio::test(flavor = "multi_thread")]
async fn requests_are_measured_for_prometheus_on_a_port_of_its_own() {
    let data = TempDir::new().unwrap();
    let lake = lake(&data).await;
    let (server, client) = (Server::start(&lake.aws_endpoint()), Client::new());
    let scrape = async || {
        let answer = client.get(format!("http://{}/metrics", server.metrics)).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        answer.text().await.unwrap()
    };
    let labels = r#"{system="tributary",environment="test",function="query"}"#;
    let has = |page: &str, name: &str, value: u64| {
        let line = format!("tributary_{name}{labels} {value}");
        assert!(page.lines().any(|of| of == line), "{line}\nis not in\n{page}");
    };
    let before = scrape().await;
    for name in ["requests_answered_total", "requests_refused_total", "requests_failed_total"] {
        has(&before, name, 0);
    }
    assert!(!before.contains("tributary_commits_total"), "{before}");
    for path in ["/healthz", "/readyz", "/v1/datasets", "/v1/datasets/nobody/rows", "/metrics", "/v1/nothing"]
    {
        server.get(&client, path).await;
    }
    let after = scrape().await;
    has(&after, "requests_answered_total", 1);
    has(&after, "requests_refused_total", 3);
    has(&after, "invocations_total", 4);
    has(&after, "invocation_seconds_count", 4);
    has(&after, "cold_starts_total", 1);
    let build = format!(
        "tributary_build_info{{system=\"tributary\",environment=\"test\",version=\"{}\"",
        domain::version::VERSION
    );
    assert!(after.contains(&build), "{after}");
    let elsewhere = client.get(format!("http://{}/v1/datasets", server.metrics)).send().await.unwrap();
    assert_eq!(elsewhere.status(), 404);
    drop(client);
    assert_eq!(server.terminated(), Some(0));
    lake.stop().await;
}

/// The API reads the body, and the connection is the server's.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_trickles_is_answered_and_its_connection_is_closed() {
    let data = TempDir::new().unwrap();
    let lake = lake(&data).await;
    let server = Server::start(&lake.aws_endpoint());
    let (mut reader, mut writer) = TcpStream::connect(server.address).await.unwrap().into_split();
    let head = "POST /v1/queries HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n";
    writer.write_all(head.as_bytes()).await.unwrap();
    let trickle = tokio::spawn(async move {
        // Until the server closes the connection.
        while writer.write_all(b" ").await.is_ok() {
            SystemClock.sleep(Duration::from_millis(500)).await;
        }
    });
    let (mut answer, began) = (Vec::new(), Instant::now());
    // What trickles on after the answer may reset the connection: that is an end as well.
    let _reset = tokio::time::timeout(PATIENCE, reader.read_to_end(&mut answer)).await.unwrap();
    let (answer, took) = (String::from_utf8(answer).unwrap(), began.elapsed());
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("connection: close\r\n") && answer.contains("slow-body"), "{answer}");
    assert!(took >= Duration::from_secs(9), "it may pause: {took:?}");
    trickle.await.unwrap();
    assert_eq!(server.terminated(), Some(0));
    lake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_lake_it_lives_and_is_not_ready() {
    // Nobody listens there.
    let (server, client) = (Server::start("http://127.0.0.1:9"), Client::new());
    assert_eq!(server.get(&client, "/healthz").await.0, 200);
    assert_eq!(server.get(&client, "/readyz").await.0, 503);
    drop(client);
    assert_eq!(server.terminated(), Some(0));
}

#[test]
fn what_is_wrong_is_named_at_the_start() {
    let output = program(&[("TRIBUTARY_LISTEN", "8080")]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("TRIBUTARY_LISTEN=\"8080\" is not valid"), "{}", said(&output));
    let output = program(&[("TRIBUTARY_METRICS_LISTEN", "9464")]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("TRIBUTARY_METRICS_LISTEN=\"9464\" is not valid"), "{}", said(&output));
    let output = program(&[]).arg("--port").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("--version and --help"), "{}", said(&output));
    let output = program(&[]).arg("--version").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text, format!("tributary server {}\n", domain::version::described()));
}
