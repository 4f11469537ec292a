//! The HTTP API as a standing process: the same router as the Lambda `query`, for containers.
//!
//! `/healthz` is its liveness: it answers as long as the process does. `/readyz` is its readiness: it asks the store and
//! the catalog, and says no from the moment at which the process is asked to stop. The promise of a stop: no request that
//! was under way is broken off before `TRIBUTARY_STOP` is over.
//!
//! It speaks HTTP/1.1 without TLS, behind a load balancer or an ingress. Slow clients are bounded: in the head of a request, in
//! its body, and in taking an answer.

mod connection;
mod error;
mod files;
mod framing;
mod metrics;
mod places;
mod program;
mod received;
mod seats;
mod sending;
mod serve;
mod signals;
mod stream;
mod unsent;
mod used;

pub use error::ServerError;
pub use program::{Request, USAGE, run};
pub use serve::{Ended, serve};
