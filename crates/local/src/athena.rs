//! Athena over AWS JSON 1.1: queries that are started, pass through QUEUED and RUNNING, and leave a result in S3.
//!
//! The SQL itself is somebody else's ([`SqlRunner`]). The newest 10,000 executions are remembered, in memory:
//! after a restart their results are still objects, but their ids and tokens are unknown, and a repeated start
//! is a new query. All statements only read, so it answers the same. Results are never reused. Workgroups are
//! on disk.

mod catalogs;
mod describe;
mod error;
mod execution;
mod lifecycle;
mod metadata;
mod pages;
mod request;
mod results;
mod runner;
mod service;
mod statement;
mod tags;
mod types;
mod workgroups;
mod writer;

pub use runner::{ErrorCategory, RunChunk, RunError, RunOutput, RunQuery, RunSlot, SqlRunner};
pub(crate) use service::{Athena, AthenaLimits, AthenaPorts};
pub(crate) use workgroups::WorkGroups;
