//! The `compact` Lambda: landing batches become a partition's next generation of Parquet.
//!
//! The commit object, created only if absent, is the commit point: a crash before it changed nothing, a
//! crash after it lost nothing. Any number of compactors may work on one partition; one wins, the others
//! begin again with its result, or end where it did their work. Within a process they wait for each other.

mod append;
mod carry;
mod chunks;
mod clean;
mod coded;
mod compactor;
#[cfg(feature = "lambda")]
mod context;
mod discard;
mod distinct;
#[cfg(feature = "lambda")]
mod done;
mod dropping;
mod error;
mod files;
mod gather;
mod generation;
#[cfg(feature = "lambda")]
mod handler;
mod history;
mod identity;
mod inputs;
mod inspect;
mod limits;
mod log;
mod merge;
mod ordered;
mod owed;
mod parse;
mod plan;
mod prefix;
mod quarantine;
mod rebuild;
mod repair;
mod rewrite;
mod rollback;
mod round;
mod rows;
mod runs;
mod same;
mod service;
mod sorted;
mod sweep;
#[cfg(test)]
mod testing;
mod texts;
mod turns;
mod twins;
mod unpack;
mod vacuum;
mod workers;

pub use compactor::Compactor;
#[cfg(feature = "lambda")]
pub use context::Context;
pub use discard::{Discard, Lost};
#[cfg(feature = "lambda")]
pub use done::{Done, OfDataset};
pub use dropping::{DropError, DropOutcome, Dropper};
pub use error::CompactError;
#[cfg(feature = "lambda")]
pub use handler::handle;
pub use inspect::Inspected;
pub use repair::Twins;
pub use rollback::{Refused, RollbackError};
pub use service::Report;
pub use vacuum::{Swept, Vacuum, VacuumError, Vacuumed};
