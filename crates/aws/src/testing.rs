//! A server on the loopback that misbehaves in every way that somebody has seen, for the tests of whoever calls AWS.

#![allow(clippy::unwrap_used, reason = "all of it is for tests")]

pub mod lambda;
mod server;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_config::{Region, retry::RetryConfig};
use domain::port::Ids;

use crate::{Aws, config::ATTEMPTS, log_filter, telemetry};

pub use server::{Request, Server, answer};

/// How long an attempt may take with [`impatient`]: longer than a loaded machine needs for one.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// Attempts of one call of a port.
pub const PORT_ATTEMPTS: usize = ATTEMPTS as usize;

/// What a server does instead of answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misbehaviour {
    /// Closes the connection before it reads anything.
    CloseAtAccept,
    /// Closes it when the head of the request is there.
    CloseAfterHead,
    /// Closes it when the whole request is there, and does nothing of what it asks.
    CloseAfterRequest,
    /// Does what the request asks, and closes the connection without a word.
    LoseAnswer,
    /// Resets the connection when the whole request is there.
    Reset,
    /// Closes it within the status line of the answer.
    HalfStatusLine,
    /// Closes it behind the head of the answer, which promises a body.
    HeadOnly,
    /// Closes it before the answer is as long as its `Content-Length` says.
    ShortBody,
    /// Closes it within the first chunk of the answer.
    TornChunk,
    /// Answers what is not HTTP.
    Garbage,
    /// Says nothing, and keeps the connection.
    Hang,
    /// Answers this status, without a body.
    Status(u16),
    /// Answers this status and the page of a proxy.
    Page(u16),
    /// Answers an error of AWS, in the protocol of the request: the status, and the code.
    Error(u16, &'static str),
    /// Answers that the request was signed an hour ago, as AWS says it to a clock that is late.
    Skewed,
}

impl Misbehaviour {
    /// Ways that say nothing about the request: it is to be made again.
    pub const PASSING: [Self; 26] = [
        Self::CloseAtAccept,
        Self::CloseAfterHead,
        Self::CloseAfterRequest,
        Self::LoseAnswer,
        Self::Reset,
        Self::HalfStatusLine,
        Self::HeadOnly,
        Self::ShortBody,
        Self::TornChunk,
        Self::Garbage,
        Self::Hang,
        Self::Status(500),
        Self::Status(408),
        Self::Status(425),
        Self::Status(429),
        Self::Page(503),
        Self::Page(529),
        // Somebody else answers, and is pleased to.
        Self::Page(200),
        Self::Error(400, "Throttling"),
        Self::Error(400, "ThrottledException"),
        Self::Error(400, "KMSThrottling"),
        Self::Error(400, "RequestTimeout"),
        Self::Error(400, "OperationTimeoutException"),
        Self::Error(500, "InternalError"),
        Self::Error(503, "SlowDown"),
        Self::Skewed,
    ];

    /// Ways that say that the same request will never succeed: it is to be made once.
    pub const FINAL: [Self; 8] = [
        Self::Error(403, "AccessDenied"),
        Self::Error(400, "InvalidParameter"),
        Self::Error(403, "SignatureDoesNotMatch"),
        Self::Error(400, "ExpiredToken"),
        Self::Error(501, "NotImplemented"),
        Self::Page(403),
        Self::Page(404),
        Self::Page(302),
    ];

    /// Some passing ways, in an order that the seed decides. None of them takes long.
    pub fn some(ids: &impl Ids, count: usize) -> Vec<Self> {
        let quick = Self::PASSING.into_iter().filter(|way| *way != Self::Hang).collect::<Vec<_>>();
        let index = || usize::try_from(ids.random() % quick.len() as u64).unwrap();
        (0..count).map(|_| quick[index()]).collect()
    }
}

/// The local lake's configuration for this server, with pauses and timeouts as short as a test wants them.
pub fn impatient(server: &Server) -> Aws {
    let aws = Aws::local(&server.endpoint());
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
    let retries = retries.with_initial_backoff(Duration::from_millis(1));
    let timeouts = aws.sdk.timeout_config().unwrap().to_builder().operation_attempt_timeout(ATTEMPT_TIMEOUT);
    // The SDK stops retrying for a while where too much fails. It counts by region, for the whole process.
    let region = Region::new(format!("test-{}", server.port()));
    let sdk = aws.sdk.to_builder().retry_config(retries).timeout_config(timeouts.build());
    Aws { sdk: sdk.region(region).build(), calls: aws.calls }
}

/// What is logged to its subscriber, as a function writes it: a JSON object a line.
#[derive(Debug, Clone, Default)]
pub struct JsonLog(Arc<Mutex<Vec<u8>>>);

impl JsonLog {
    /// A subscriber with the filter of a setting, and the lake's name.
    pub fn subscriber(&self, filter: &str, lake: Option<&str>) -> tracing::Dispatch {
        let log = self.clone();
        tracing::Dispatch::new(telemetry::lines(log_filter(filter).unwrap(), lake, move || log.clone()))
    }

    /// The lines so far. One that is no JSON object is a failure.
    pub fn lines(&self) -> Vec<serde_json::Map<String, serde_json::Value>> {
        let text = self.0.lock().unwrap().clone();
        let lines = String::from_utf8(text).unwrap();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl std::io::Write for JsonLog {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
