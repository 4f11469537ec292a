//! What searches work with: as large as the pattern, and used by one search after the other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use datafusion::error::Result;

use crate::memory::{Hold, QueryMemory};

/// Working memory of one kind, as often as it was needed at the same time. It is counted with the engine as long as this
/// lives.
#[derive(Debug)]
pub(super) struct Pool<T>(Mutex<Vec<(T, Hold)>>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<T> Pool<T> {
    /// Works with what is free, or makes another of so many bytes. Fails before that is made where the engine has no room for
    /// it.
    pub(super) fn with<R>(
        &self,
        bytes: usize,
        memory: &QueryMemory,
        make: impl FnOnce() -> T,
        work: impl FnOnce(&mut T) -> R,
    ) -> Result<R> {
        let free = self.free().pop();
        let (mut item, counted) = match free {
            Some(free) => free,
            None => {
                let counted = memory.holding(bytes)?;
                (make(), counted)
            }
        };
        let result = work(&mut item);
        self.free().push((item, counted));
        Ok(result)
    }

    fn free(&self) -> MutexGuard<'_, Vec<(T, Hold)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use arrow_buffer::MemoryPool;

    use super::*;
    use crate::memory::{Memory, MemoryLimits};

    const BYTES: usize = 100;

    #[test]
    fn one_search_after_the_other_takes_the_same_memory_and_each_is_counted() {
        let memory = Memory::new(MemoryLimits { batches: 2 * BYTES, ..MemoryLimits::default() });
        let query = QueryMemory::new(memory.clone());
        let (pool, made) = (Pool::<Vec<u8>>::default(), Cell::new(0));
        let make = || {
            made.set(made.get() + 1);
            vec![0; BYTES]
        };
        for round in 0..1_000 {
            let length = pool.with(BYTES, &query, make, |item| item.len()).unwrap();
            assert_eq!((length, made.get(), memory.used()), (BYTES, 1, BYTES), "{round}");
        }
        // At the same time, each has its own, as far as there is room.
        let third = pool.with(BYTES, &query, make, |_| {
            pool.with(BYTES, &query, make, |_| {
                assert_eq!(memory.used(), 2 * BYTES);
                pool.with(BYTES, &query, make, |_| ()).is_err()
            })
        });
        assert!(third.unwrap().unwrap(), "there is room for two");
        assert_eq!((made.get(), memory.used()), (2, 2 * BYTES));
        drop(pool);
        assert_eq!(memory.used(), 0);
    }
}
