//! Athena over AWS JSON 1.1: queries that are started, pass through QUEUED and RUNNING, and leave a result in S3.
//!
//! Queries are somebody else's ([`SqlRunner`]); statements that show or change the catalog are
//! `commands`. The newest 10,000 executions are remembered, in memory:
//! after a restart their results are still objects, but their ids and tokens are unknown, and a repeated start
//! is a new query. Results are never reused. Workgroups are
//! on disk.

mod catalogs;
mod commands;
mod describe;
#[cfg(test)]
mod documented;
mod error;
mod execution;
mod lifecycle;
mod metadata;
mod pages;
mod places;
mod prepared;
mod request;
mod results;
mod runner;
mod service;
mod statement;
mod tags;
mod types;
mod unfinished;
mod workgroups;
mod writer;

pub(crate) use prepared::PreparedStatements;
pub use runner::{
    ErrorCategory, ParquetCompression, PartitionValues, RunChunk, RunError, RunForm, RunOutput, RunQuery,
    RunSlot, SqlRunner,
};
pub(crate) use service::{Athena, AthenaLimits, AthenaPorts};
pub(crate) use workgroups::WorkGroups;
