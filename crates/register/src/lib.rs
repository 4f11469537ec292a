//! The `register` Lambda: definitions become accepted schemas and Glue tables, commits become Glue partitions.
//!
//! Glue is the first of the places where commits are published: see [`domain::target`]. Each gets its heads at its own pace.
//!
//! Level-triggered: an event only says where to look. What is found in the bucket decides, so lost, repeated
//! and reordered events end in the same catalog, and a catalog lost as a whole can be made again.

mod accept;
mod backoff;
#[cfg(feature = "lambda")]
mod context;
mod entry;
mod error;
#[cfg(feature = "lambda")]
mod handler;
mod heads;
mod judge;
mod partition;
mod reconcile;
mod service;
mod table;
mod targets;
#[cfg(test)]
mod world;

pub use accept::Acceptance;
#[cfg(feature = "lambda")]
pub use context::Context;
pub use domain::target::{entry, table};
pub use error::{RegisterError, RejectedDefinition};
#[cfg(feature = "lambda")]
pub use handler::handle;
pub use judge::{Admissible, judge};
pub use reconcile::Reconciled;
pub use service::Register;
pub use targets::Published;
