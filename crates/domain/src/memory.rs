//! The ports in memory, as strict as the real ones: conditions, pages, per-item errors and limits all hold.

mod catalog;
mod clock;
mod object_store;
mod query_engine;
mod target;

pub use catalog::{Calls, MemoryCatalog};
pub use clock::{ManualClock, SeededIds};
pub use object_store::{MemoryStore, NoClock};
pub use query_engine::{MemoryEngine, Outcome, Rows};
pub use target::MemoryTarget;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A lock whose holder panicked is taken all the same: every change here is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
