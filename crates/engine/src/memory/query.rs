//! The memory of one query: the engine's, and what is made of constants while it is planned.
//!
//! What is made of constants is counted twice where it is large: with the query, whose planning would take too long
//! otherwise, and with the engine for as long as it lives.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use arrow_buffer::MemoryReservation;
use datafusion::error::{DataFusionError, Result};

use super::{EXCEEDED, Hold, Memory, MemoryLimits};
use crate::error::Failure;

/// What the functions of one query count with. Clones count together.
#[derive(Debug, Clone)]
pub(crate) struct QueryMemory {
    memory: Memory,
    constants: Arc<Constants>,
    /// See [`QueryMemory::pass_on`].
    passed: Arc<Mutex<Hold>>,
}

#[derive(Debug)]
struct Constants {
    made: AtomicUsize,
    longest: AtomicUsize,
    /// Of patterns.
    compiled: AtomicUsize,
    is_planned: AtomicBool,
}

impl QueryMemory {
    pub(crate) fn new(memory: Memory) -> Self {
        let longest = AtomicUsize::new(memory.limits().value);
        let (made, compiled) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let constants = Constants { made, longest, compiled, is_planned: AtomicBool::new(false) };
        let passed = Arc::new(Mutex::new(memory.hold()));
        Self { memory, constants: Arc::new(constants), passed }
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(crate) fn limits(&self) -> &MemoryLimits {
        self.memory.limits()
    }

    /// Bounds each constant of a query that names columns so many times: the optimizer may put a constant in the
    /// place of each of them.
    pub(crate) fn expect_copies(&self, references: usize) {
        let limits = self.limits();
        let longest = (limits.copies() / references.max(1)).min(limits.value);
        self.constants.longest.store(longest, Ordering::Relaxed);
    }

    /// From here on, what a function makes of single values is a part of a batch, and no constant.
    pub(crate) fn end_planning(&self) {
        self.constants.is_planned.store(true, Ordering::Relaxed);
    }

    fn is_planned(&self) -> bool {
        self.constants.is_planned.load(Ordering::Relaxed)
    }

    /// How long the value of a function of single values may be.
    pub(crate) fn longest_constant(&self) -> usize {
        if self.is_planned() { self.limits().value } else { self.constants.longest.load(Ordering::Relaxed) }
    }

    /// Counts a value that was made of single values, as long as the query is planned. It is not known when the plan
    /// lets go of it, so the count never falls.
    pub(crate) fn made_constant(&self, bytes: usize) -> Result<()> {
        if self.is_planned() {
            return Ok(());
        }
        let made = self.constants.made.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let limit = self.limits().constants();
        if made <= limit {
            return Ok(());
        }
        Err(DataFusionError::ResourcesExhausted(format!("constants of {made} bytes, the limit is {limit}")))
    }

    /// Counts that a pattern of so many bytes was compiled, or was found to be too large for so many, as long as the
    /// query is planned. The count never falls: it bounds the time that patterns take, too.
    pub(crate) fn compiled(&self, bytes: usize) -> Result<()> {
        if self.is_planned() {
            return Ok(());
        }
        let compiled = self.constants.compiled.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let limit = self.limits().patterns;
        if compiled <= limit {
            return Ok(());
        }
        Err(DataFusionError::ResourcesExhausted(format!(
            "patterns of {compiled} bytes, the limit is {limit}"
        )))
    }

    /// Counts bytes that an aggregate has made of groups with the engine until the query is over, and fails where one
    /// query has passed on more than half of what all batches may hold.
    ///
    /// The count does not fall before that. The operators after the aggregate copy these rows and collect them by their
    /// number, however long they are, and count none of it.
    pub(crate) fn pass_on(&self, bytes: usize) -> Result<()> {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        let all = passed.size().saturating_add(bytes);
        let limit = self.limits().passed();
        if all > limit {
            let message = format!(
                "aggregates keep rows of groups in more than {limit} bytes, the most of the local engine for one query"
            );
            return Err(DataFusionError::External(Box::new(Failure::new(EXCEEDED, message))));
        }
        passed.resize(all);
        drop(passed);
        self.memory.check()
    }

    /// Counts so many bytes with the engine until they are dropped.
    pub(crate) fn holding(&self, bytes: usize) -> Result<Hold> {
        let mut hold = self.memory.hold();
        hold.resize(bytes);
        self.memory.check()?;
        Ok(hold)
    }
}

#[cfg(test)]
mod tests {
    use arrow_buffer::MemoryPool;

    use super::*;

    #[test]
    fn constants_are_as_short_as_their_copies_are_many() {
        let limits = MemoryLimits { call: 800, value: 100, ..MemoryLimits::default() };
        let query = QueryMemory::new(Memory::new(limits));
        assert_eq!(query.longest_constant(), 100);
        for (references, longest) in [(0, 100), (1, 100), (4, 100), (8, 50), (1_000, 0)] {
            query.expect_copies(references);
            assert_eq!(query.longest_constant(), longest, "{references}");
        }
        query.made_constant(60).unwrap();
        query.made_constant(40).unwrap();
        assert!(query.clone().made_constant(1).is_err());
        query.end_planning();
        query.made_constant(1_000).unwrap();
        assert_eq!(query.longest_constant(), 100);
    }

    #[test]
    fn what_is_passed_on_is_held_until_the_query_is_over() {
        let memory = Memory::new(MemoryLimits { batches: 100, ..MemoryLimits::default() });
        let [query, other, third] = [(); 3].map(|()| QueryMemory::new(memory.clone()));
        query.pass_on(30).unwrap();
        query.clone().pass_on(20).unwrap();
        let error = query.pass_on(1).unwrap_err().to_string();
        assert!(error.contains("more than 50 bytes"), "{error}");
        // What was refused is not counted.
        other.pass_on(50).unwrap();
        assert_eq!(memory.used(), 100);
        assert!(matches!(third.pass_on(1), Err(DataFusionError::ResourcesExhausted(_))));
        drop((query, third));
        assert_eq!(memory.used(), 50);
    }

    #[test]
    fn patterns_have_a_limit_while_a_query_is_planned_and_are_held_with_the_engine() {
        let memory = Memory::new(MemoryLimits { patterns: 100, batches: 150, ..MemoryLimits::default() });
        let [query, other] = [(); 2].map(|()| QueryMemory::new(memory.clone()));
        query.compiled(60).unwrap();
        query.clone().compiled(40).unwrap();
        assert!(query.compiled(1).is_err());
        other.compiled(100).unwrap();
        query.end_planning();
        query.compiled(1_000).unwrap();
        let held = query.holding(100).unwrap();
        assert!(other.holding(51).is_err());
        drop(held);
        other.holding(51).unwrap();
    }
}
