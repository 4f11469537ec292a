//! The `ingest` Lambda: messages in, durable batches out.
//!
//! A message is reported as handled only after every event in it is stored, in `landing/` or in
//! `quarantine/`. The same messages always make the same objects, so a redelivery changes nothing.

#[cfg(feature = "lambda")]
mod context;
mod definitions;
mod error;
#[cfg(feature = "lambda")]
mod handler;
mod message;
mod service;
mod sort;
mod write;

#[cfg(feature = "lambda")]
pub use context::Context;
pub use error::IngestError;
#[cfg(feature = "lambda")]
pub use handler::handle;
pub use message::Message;
pub use service::{Ingest, Report};
