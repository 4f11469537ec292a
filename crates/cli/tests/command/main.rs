//! The `tributary` command as a process: what it prints, how it ends, what it survives.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of it is tests; clippy sees that only in #[test] functions"
)]

mod ask;
mod broken_off;
mod dataset;
mod demo;
mod dev;
mod doctor;
mod documents;
mod dropped;
mod files;
mod journeys;
mod key;
mod kill;
mod lake;
mod named;
mod partition;
mod process;
mod publish;
mod quarantine;
mod recover;
mod reference;
mod refusals;
mod repair;
mod restore;
mod trace;
mod undelivered;
