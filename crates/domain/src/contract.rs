//! What every adapter of a port must pass. Each suite takes a fresh adapter and panics where an obligation
//! is broken, so it is called from a test.

// A suite is a test in a library: it fails by panicking.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

pub mod catalog;
pub mod clock;
pub mod object_store;
pub mod query_engine;
pub mod target;
