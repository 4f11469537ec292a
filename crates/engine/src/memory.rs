//! What queries hold in memory besides the state of their operators, which DataFusion's own pool bounds.
//!
//! A batch of rows is counted for as long as one of its buffers lives, whoever holds it. What would be made is
//! bounded before it is allocated: an allocation that fails ends the process.

mod limits;
mod query;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use arrow_buffer::{MemoryPool, MemoryReservation};
use datafusion::error::{DataFusionError, Result};

pub use limits::MemoryLimits;
pub(crate) use query::QueryMemory;

/// The name of the failure in Athena's words, which is the caller's to mend.
pub(crate) const EXCEEDED: &str = "EXCEEDED_LOCAL_MEMORY_LIMIT";

/// From how many bytes on a group is counted when it is passed on. As many shorter ones as a batch has rows take little.
pub(crate) const LONG_GROUP: usize = 4 << 10;

/// The bytes of all batches of one engine. Clones count together.
#[derive(Debug, Clone)]
pub(crate) struct Memory(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    held: AtomicUsize,
    limits: MemoryLimits,
}

impl Memory {
    pub(crate) fn new(limits: MemoryLimits) -> Self {
        Self(Arc::new(Inner { held: AtomicUsize::new(0), limits }))
    }

    pub(crate) fn limits(&self) -> &MemoryLimits {
        &self.0.limits
    }

    /// Fails where more is held than may be.
    pub(crate) fn check(&self) -> Result<()> {
        let held = self.used();
        if held <= self.0.limits.batches {
            return Ok(());
        }
        let limit = self.0.limits.batches;
        Err(DataFusionError::ResourcesExhausted(format!("batches hold {held} bytes, the limit is {limit}")))
    }

    /// Nothing yet: it is resized as something grows that is no array so far.
    pub(crate) fn hold(&self) -> Hold {
        Hold { memory: self.clone(), bytes: 0 }
    }
}

impl MemoryPool for Memory {
    fn reserve(&self, size: usize) -> Box<dyn MemoryReservation> {
        let mut hold = self.hold();
        hold.resize(size);
        Box::new(hold)
    }

    fn available(&self) -> isize {
        let signed = |bytes: usize| isize::try_from(bytes).unwrap_or(isize::MAX);
        signed(self.capacity()).saturating_sub(signed(self.used()))
    }

    fn used(&self) -> usize {
        self.0.held.load(Ordering::Relaxed)
    }

    fn capacity(&self) -> usize {
        self.0.limits.batches
    }
}

/// Bytes that are counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Hold {
    memory: Memory,
    bytes: usize,
}

impl MemoryReservation for Hold {
    fn size(&self) -> usize {
        self.bytes
    }

    fn resize(&mut self, new_size: usize) {
        let held = &self.memory.0.held;
        if new_size >= self.bytes {
            held.fetch_add(new_size - self.bytes, Ordering::Relaxed);
        } else {
            held.fetch_sub(self.bytes - new_size, Ordering::Relaxed);
        }
        self.bytes = new_size;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.resize(0);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{Array, ArrayRef, StringArray};

    use super::*;

    #[test]
    fn a_buffer_is_counted_once_and_for_as_long_as_it_lives() {
        let memory = Memory::new(MemoryLimits { batches: 10_000, ..MemoryLimits::default() });
        let array: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(6_000)]));
        array.claim(&memory);
        let used = memory.used();
        assert!((6_000..8_000).contains(&used), "{used}");
        let slice = array.slice(0, 1);
        slice.claim(&memory);
        assert_eq!(memory.used(), used);
        memory.check().unwrap();
        let mut hold = memory.hold();
        hold.resize(4_001);
        assert!(matches!(memory.check(), Err(DataFusionError::ResourcesExhausted(_))));
        hold.resize(10);
        memory.check().unwrap();
        drop((hold, array));
        assert_eq!(memory.used(), used);
        drop(slice);
        assert_eq!((memory.used(), memory.available()), (0, 10_000));
    }
}
