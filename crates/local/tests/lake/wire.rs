//! Requests as they go over the wire, written by hand: heads that no client sends, and pauses wherever they may be.

use std::time::Duration;

use aws::SystemClock;
use domain::port::Clock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How long anything may take, on a loaded machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header; empty where it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }
}

/// `127.0.0.1:4566` of `http://127.0.0.1:4566`.
pub(crate) fn authority(endpoint: &str) -> &str {
    endpoint.strip_prefix("http://").unwrap()
}

pub(crate) async fn connect(endpoint: &str) -> TcpStream {
    TcpStream::connect(authority(endpoint)).await.unwrap()
}

/// What comes until the server closes, or nothing if it says nothing. `None` where it does neither in time.
pub(crate) async fn rest(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    // A reset is an end as well.
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    read.is_ok().then_some(bytes)
}

/// One request on a connection of its own: the first line without its version, all headers, and a body.
pub(crate) async fn send(endpoint: &str, line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = format!("{line} HTTP/1.1\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    let mut stream = connect(endpoint).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await.unwrap();
    parsed(&answer).unwrap_or_else(|| panic!("{line} {headers:?}: no answer"))
}

fn parsed(answer: &[u8]) -> Option<Answer> {
    let answer = String::from_utf8_lossy(answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

/// The status of a GET, once there is one: a connection that is closed at once is tried again.
pub(crate) async fn status_soon(endpoint: &str, path: &str) -> u16 {
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", authority(endpoint));
    let deadline = SystemClock.now() + PATIENCE;
    loop {
        let mut stream = connect(endpoint).await;
        // Whether it is taken is seen by the answer.
        let _written = stream.write_all(request.as_bytes()).await;
        match rest(&mut stream).await.as_deref().and_then(parsed) {
            Some(answer) if answer.status != 503 => return answer.status,
            _ => assert!(SystemClock.now() < deadline, "{path} is not answered"),
        }
        SystemClock.sleep(Duration::from_millis(50)).await;
    }
}
