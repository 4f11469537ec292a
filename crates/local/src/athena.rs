//! Athena over AWS JSON 1.1: queries that are started, pass through QUEUED and RUNNING, and leave a result in S3.
//!
//! The SQL itself is somebody else's ([`SqlRunner`]). The newest 10,000 executions are remembered, in memory:
//! after a restart their results are still objects, but their ids are unknown. Results are never reused.

mod execution;
mod lifecycle;
mod request;
mod results;
mod runner;
mod service;
mod types;
mod workgroups;

pub use runner::{ErrorCategory, RunError, RunOutput, SqlRunner};
pub(crate) use service::{Athena, AthenaLimits, AthenaPorts};
