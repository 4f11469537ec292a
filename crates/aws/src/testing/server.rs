//! One exchange a connection, so that attempts can be counted.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use chrono::TimeDelta;
use domain::port::Clock;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::Misbehaviour;
use crate::SystemClock;

/// The page of whoever is between the client and AWS.
const PAGE: &str =
    "<!DOCTYPE html><html><body><h1>Welcome to our network</h1><br>Please log in.</body></html>";

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// The request line and the headers, with the empty line behind them.
    pub head: String,
    /// The body, still in chunks where it came in chunks.
    pub body: Vec<u8>,
}

impl Request {
    /// The method.
    pub fn method(&self) -> &str {
        self.head.split(' ').next().unwrap_or_default()
    }

    /// The path with its query string.
    pub fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// An error in the protocol of this request: AWS JSON, SNS's query protocol, or S3's XML.
    fn error(&self, status: u16, code: &str, message: &str, headers: &[(&str, &str)]) -> Vec<u8> {
        if self.header("x-amz-target").is_some() {
            return answer(status, headers, format!(r#"{{"__type":"{code}","message":"{message}"}}"#));
        }
        let error = format!("<Code>{code}</Code><Message>{message}</Message>");
        match self.header("content-type") {
            Some("application/x-www-form-urlencoded") => {
                let error = format!("<Error><Type>Sender</Type>{error}</Error><RequestId>1</RequestId>");
                answer(status, headers, format!("<ErrorResponse>{error}</ErrorResponse>"))
            }
            _ => answer(status, headers, format!("<Error>{error}</Error>")),
        }
    }
}

/// An answer in the bytes of HTTP.
pub fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len().to_string();
    let mut bytes = head(status, &[headers, &[("Content-Length", &length)]].concat());
    bytes.extend_from_slice(body);
    bytes
}

fn head(status: u16, headers: &[(&str, &str)]) -> Vec<u8> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status} Status\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

/// The same answer with another promise of its length, and no more than `kept` bytes of its body.
fn promising(answer: &[u8], promise: &str, kept: usize) -> Vec<u8> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
    let (head, body) = answer.split_at(end);
    let lines = String::from_utf8_lossy(head);
    let lines = lines.lines().filter(|line| !line.is_empty() && !line.starts_with("Content-Length"));
    let head: String = lines.chain([promise, ""]).map(|line| format!("{line}\r\n")).collect();
    [head.as_bytes(), &body[..kept.min(body.len())]].concat()
}

/// The bytes that answer a request.
type Answer = Box<dyn Fn(&Request) -> Vec<u8> + Send + Sync>;

/// What a server does with each connection.
struct Behaviour {
    answer: Answer,
    /// For the connections to come, in order; then it behaves.
    plan: Mutex<VecDeque<Option<Misbehaviour>>>,
    connections: AtomicUsize,
}

/// The server, which stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    behaviour: Arc<Behaviour>,
    listening: JoinHandle<()>,
}

impl Server {
    /// Listens on a free port of the loopback. `answer` may block.
    pub async fn start(answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (plan, connections) = (Mutex::default(), AtomicUsize::new(0));
        let behaviour = Arc::new(Behaviour { answer: Box::new(answer), plan, connections });
        let shared = Arc::clone(&behaviour);
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let planned = shared.plan.lock().unwrap().pop_front().flatten();
                let shared = Arc::clone(&shared);
                // A client that goes away is not the server's failure.
                tokio::spawn(async move { shared.exchange(stream, planned).await.unwrap_or_default() });
            }
        });
        Self { address, behaviour, listening }
    }

    /// Where it is.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its port, which no other server has at the time.
    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// What it does with the next connections, in place of what was planned before. `None` is the answer.
    pub fn plan(&self, ways: impl IntoIterator<Item = Option<Misbehaviour>>) {
        *self.behaviour.plan.lock().unwrap() = ways.into_iter().collect();
    }

    /// The connections since the last time that somebody asked.
    pub fn connections(&self) -> usize {
        self.behaviour.connections.swap(0, Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Behaviour {
    async fn exchange(self: Arc<Self>, mut stream: TcpStream, way: Option<Misbehaviour>) -> io::Result<()> {
        use Misbehaviour as M;
        if way == Some(M::CloseAtAccept) {
            return Ok(());
        }
        let mut received = Vec::new();
        let end = loop {
            if let Some(at) = received.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            more(&mut stream, &mut received).await?;
        };
        if way == Some(M::CloseAfterHead) {
            return Ok(());
        }
        let body = received.split_off(end);
        let mut request = Request { head: String::from_utf8_lossy(&received).into_owned(), body };
        let length = request.header("content-length").and_then(|length| length.parse().ok());
        while length
            .map_or_else(|| !request.body.ends_with(b"0\r\n\r\n"), |length| request.body.len() < length)
            && (length.is_some() || request.header("transfer-encoding").is_some())
        {
            more(&mut stream, &mut request.body).await?;
        }
        let bytes = match way {
            Some(M::CloseAfterRequest) => return Ok(()),
            Some(M::Reset) => return stream.set_zero_linger(),
            Some(M::Hang) => loop {
                more(&mut stream, &mut Vec::new()).await?;
            },
            Some(M::Garbage) => b"220 mail.example.com ESMTP\r\n\r\n".to_vec(),
            Some(M::Status(status)) => answer(status, &[], ""),
            Some(M::Page(status)) => answer(status, &[("Content-Type", "text/html")], PAGE),
            Some(M::Error(status, code)) => request.error(status, code, "what it says", &[]),
            Some(M::Skewed) => skewed(&request),
            _ => self.answered(request, way).await,
        };
        stream.write_all(&bytes).await?;
        stream.shutdown().await
    }

    /// The answer, or a part of it. In each of these ways what was asked is done.
    async fn answered(self: Arc<Self>, request: Request, way: Option<Misbehaviour>) -> Vec<u8> {
        use Misbehaviour as M;
        // Where `answer` panics, the test sees that no answer came.
        let answered = tokio::task::spawn_blocking(move || (self.answer)(&request)).await;
        let mut bytes = answered.unwrap_or_default();
        let promised = format!("Content-Length: {}", bytes.len() + 100);
        match way {
            Some(M::LoseAnswer) => Vec::new(),
            Some(M::HalfStatusLine) => {
                bytes.truncate("HTTP/1.1 2".len());
                bytes
            }
            Some(M::HeadOnly) => promising(&bytes, &promised, 0),
            Some(M::ShortBody) => promising(&bytes, &promised, usize::MAX),
            Some(M::TornChunk) => {
                let mut torn = promising(&bytes, "Transfer-Encoding: chunked", 0);
                torn.extend_from_slice(b"ff\r\n<");
                torn
            }
            _ => bytes,
        }
    }
}

/// What AWS answers to a clock that is an hour late. Its own time is in the Date, by which the SDK corrects itself.
fn skewed(request: &Request) -> Vec<u8> {
    let message = "Signature expired: 20260101T000000Z is now earlier than 20260101T004500Z";
    let now = SystemClock.now() + TimeDelta::hours(1);
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    request.error(403, "SignatureDoesNotMatch", message, &[("Date", &date)])
}

/// What comes next.
async fn more(stream: &mut TcpStream, received: &mut Vec<u8>) -> io::Result<()> {
    match stream.read_buf(received).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}
