//! The whole lake, end to end: real protocols, the Lambdas' own handlers, the engine, the HTTP API.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is tests; clippy sees that only in #[test] functions"
)]
// The nested futures of the SDK are deeper than the compiler follows by default.
#![recursion_limit = "256"]

mod asynchronous;
mod bounds;
mod busy;
mod caching;
mod compression;
mod contracts;
mod correctness;
mod external_tables;
mod files;
mod filters;
mod guard;
mod harness;
mod http;
mod keys;
mod lines;
mod log;
mod metrics;
mod mistakes;
mod order;
mod own_threads;
mod pages;
mod pruning;
mod race;
mod refusals;
mod restart;
mod scan_bounds;
mod schemas;
mod slow;
mod sql;
mod statements;
mod types;
mod vacuum;
mod values;
mod wide;
mod wire;
