//! How many times a second a server answers one URL, and how soon: GET over some connections that stay open, each
//! waiting for its answer. No more of HTTP is spoken than that takes, on one thread, so that what is measured is the
//! server.
//!
//! `scripts/bench query` runs it against `tributary dev` and against a peer.
//!
//! Arguments: the URL, how many connections, how many requests, the status that every answer must have. With 304, the
//! `ETag` of a first answer is sent as `If-None-Match`. Prints a line of JSON: the best of some runs, whatever else
//! the machine does can only take from it.

// It is a measurement: what fails ends it.
#![allow(clippy::expect_used, clippy::panic)]

use std::{
    cell::Cell,
    env, fs,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::LocalSet,
};

const RUNS: usize = 3;

/// Of the requests of a run, so many go ahead of it, unmeasured.
const WARM_UP: f64 = 0.1;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [url, connections, requests, status] = &arguments[..] else {
        panic!("arguments: URL CONNECTIONS REQUESTS STATUS")
    };
    let (authority, path) =
        url.strip_prefix("http://").and_then(|url| url.split_once('/')).expect("http://HOST:PORT/PATH");
    let connections: usize = connections.parse().expect("a number of connections");
    let requests: usize = requests.parse().expect("a number of requests");
    let status: u16 = status.parse().expect("a status");

    let get = |condition: &str| format!("GET /{path} HTTP/1.1\r\nhost: {authority}\r\n{condition}\r\n");
    let mut request = get("");
    let first = Connection::open(authority).await.answer(request.as_bytes()).await;
    assert_eq!(first.status, 200, "{url}");
    if status == 304 {
        request = get(&format!("if-none-match: {}\r\n", first.tag.expect("an ETag")));
    }
    let request: Rc<[u8]> = request.into_bytes().into();
    let mut best = None::<Run>;
    for _ in 0..RUNS {
        run(authority, &request, connections, (requests as f64 * WARM_UP) as usize, status).await;
        let run = run(authority, &request, connections, requests, status).await;
        if best.as_ref().is_none_or(|best| run.rate() > best.rate()) {
            best = Some(run);
        }
    }
    println!("{}", best.expect("some runs").to_json());
}

/// So many requests over so many connections.
async fn run(authority: &str, request: &Rc<[u8]>, connections: usize, requests: usize, status: u16) -> Run {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(authority).await);
    }
    let left = Rc::new(Cell::new(requests));
    let (began, worked) = (Instant::now(), processor_time());
    let local = LocalSet::new();
    let all: Vec<_> = open
        .into_iter()
        .map(|mut connection| {
            let (request, left) = (Rc::clone(request), Rc::clone(&left));
            local.spawn_local(async move {
                let (mut times, mut shared) = (Vec::new(), 0);
                while let Some(less) = left.get().checked_sub(1) {
                    left.set(less);
                    let began = Instant::now();
                    let answer = connection.answer(&request).await;
                    times.push(began.elapsed());
                    assert_eq!(answer.status, status);
                    shared += usize::from(answer.shared);
                }
                (times, shared)
            })
        })
        .collect();
    local.await;
    let (took, worked) = (began.elapsed(), processor_time() - worked);
    let (mut times, mut shared) = (Vec::new(), 0);
    for connection in all {
        let figures = connection.await.expect("a connection's figures");
        times.extend(figures.0);
        shared += figures.1;
    }
    times.sort();
    Run { times, took, worked, shared }
}

/// The figures of one run.
struct Run {
    /// How long each answer took, in ascending order.
    times: Vec<Duration>,
    took: Duration,
    /// Seconds that this process had a processor.
    worked: f64,
    /// How many answers came from another one's query.
    shared: usize,
}

impl Run {
    fn rate(&self) -> f64 {
        self.times.len() as f64 / self.took.as_secs_f64()
    }

    fn to_json(&self) -> serde_json::Value {
        // The nearest rank.
        let at =
            |share: usize| self.times[(self.times.len() * share).div_ceil(100) - 1].as_secs_f64() * 1_000.0;
        serde_json::json!({
            "per_second": self.rate(),
            "p50_ms": at(50),
            "p99_ms": at(99),
            "shared": self.shared as f64 / self.times.len() as f64,
            "client_cores": self.worked / self.took.as_secs_f64(),
        })
    }
}

struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

struct Answer {
    status: u16,
    tag: Option<String>,
    shared: bool,
}

impl Connection {
    async fn open(authority: &str) -> Self {
        let stream = TcpStream::connect(authority).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, received: Vec::new() }
    }

    /// Sends a request and takes its whole answer.
    async fn answer(&mut self, request: &[u8]) -> Answer {
        self.stream.write_all(request).await.expect("an open connection");
        self.received.clear();
        let head = loop {
            self.receive().await;
            if let Some(end) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = str::from_utf8(&self.received[..head]).expect("headers");
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let (mut tag, mut length, mut shared) = (None, None, false);
        for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().ok();
            } else if name.eq_ignore_ascii_case("etag") {
                tag = Some(value.to_owned());
            } else if name.eq_ignore_ascii_case("tributary-cache") {
                shared = value == "shared";
            } else if name.eq_ignore_ascii_case("connection") {
                assert!(!value.eq_ignore_ascii_case("close"), "the server does not keep its connections");
            }
        }
        let length: usize = if status == 304 { 0 } else { length.expect("a length") };
        while self.received.len() < head + length {
            self.receive().await;
        }
        assert_eq!(self.received.len(), head + length, "bytes after the answer");
        Answer { status, tag, shared }
    }

    async fn receive(&mut self) {
        let bytes = self.stream.read_buf(&mut self.received).await.expect("an answer");
        assert!(bytes > 0, "the server closed the connection");
    }
}

/// Seconds that the only thread of this process has had a processor.
fn processor_time() -> f64 {
    let text = fs::read_to_string("/proc/self/schedstat").expect("Linux");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse::<u64>().ok());
    nanoseconds.expect("a number") as f64 / 1e9
}
