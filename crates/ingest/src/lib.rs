//! The `ingest` Lambda: messages in, durable batches out.
//!
//! A message is reported as handled only after every event in it is stored, in `landing/` or in
//! `quarantine/`. The same messages always make the same objects, so a redelivery changes nothing.

#[cfg(feature = "lambda")]
mod context;
mod definitions;
mod envelope;
mod error;
mod group;
#[cfg(feature = "lambda")]
mod handler;
mod invocation;
mod message;
mod openings;
mod pack;
pub mod replay;
mod route;
mod service;
mod sort;
mod unpack;

#[cfg(feature = "lambda")]
pub use context::Context;
pub use envelope::Event;
pub use error::IngestError;
#[cfg(feature = "lambda")]
pub use handler::handle;
pub use invocation::{Done, Failed};
pub use message::Message;
pub use service::{Ingest, OfDataset, Report};
