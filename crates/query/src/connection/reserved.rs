//! What a server answers while all connections that it may have are in use.
//!
//! It accepts a few more of them, on reserved places. Such a connection has little time for its first head. If that asks how the
//! process is, it is answered; any other request gets [`all_taken`](crate::all_taken). Then the connection is closed.
//! Without these places, clients whose queries take long would have an orchestrator end a process that works as it should.

use std::time::Duration;

use axum::http::Method;

use crate::description::paths::{HEALTHZ, READYZ};

/// How long the head of the request may take on a reserved place, from the start of its connection.
pub const RESERVED_HEAD: Duration = Duration::from_secs(1);

/// Whether a request asks if the process lives, or if it is ready.
pub fn is_health_check(method: &Method, path: &str) -> bool {
    [Method::GET, Method::HEAD].contains(method) && [HEALTHZ, READYZ].contains(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reads_of_the_two_paths_ask_how_the_process_is() {
        for (method, path, expected) in [
            (Method::GET, "/healthz", true),
            (Method::HEAD, "/healthz", true),
            (Method::GET, "/readyz", true),
            (Method::HEAD, "/readyz", true),
            (Method::POST, "/healthz", false),
            (Method::OPTIONS, "/readyz", false),
            (Method::GET, "/healthz/", false),
            (Method::GET, "//healthz", false),
            (Method::GET, "/Healthz", false),
            (Method::GET, "/health%7A", false),
            (Method::GET, "/v1/datasets", false),
            (Method::GET, "/", false),
        ] {
            assert_eq!(is_health_check(&method, path), expected, "{method} {path}");
        }
    }
}
