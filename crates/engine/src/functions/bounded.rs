//! The bounds on what one call of a function makes, whatever its type: nothing is made before it is admitted.

use arrow_buffer::MemoryReservation;
use datafusion::{
    arrow::array::{Array, ArrayRef},
    error::Result,
};

use super::failing::failure;
use crate::{
    cancel::Cancellation,
    memory::{EXCEEDED, Hold, QueryMemory},
};

/// By how much the memory that is counted grows while values are made.
const STEP: usize = 1 << 20;

/// What one call makes, in bytes. It is counted from the beginning, and claimed by the array that comes of it.
pub(super) struct Bounded<'m> {
    function: &'static str,
    rows: usize,
    bytes: usize,
    longest: usize,
    most: usize,
    is_constant: bool,
    hold: Hold,
    memory: &'m QueryMemory,
    cancellation: Cancellation,
}

impl<'m> Bounded<'m> {
    /// For so many rows; `is_constant` if there is one value for all.
    pub(super) fn new(
        function: &'static str,
        rows: usize,
        is_constant: bool,
        memory: &'m QueryMemory,
    ) -> Self {
        let limits = memory.limits();
        let longest = if is_constant { memory.longest_constant() } else { limits.value };
        let (hold, cancellation) = (memory.memory().hold(), Cancellation::default());
        let (bytes, most) = (0, limits.call);
        Self { function, rows, bytes, longest, most, is_constant, hold, memory, cancellation }
    }

    /// Fails at the next row once the query is cancelled.
    pub(super) fn until(self, cancellation: &Cancellation) -> Self {
        Self { cancellation: cancellation.clone(), ..self }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn memory(&self) -> &'m QueryMemory {
        self.memory
    }

    pub(super) fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    /// Fails where a value of so many bytes may not be made. Whoever makes one in memory of its own asks first.
    pub(super) fn admit(&self, bytes: usize) -> Result<()> {
        let Self { function, longest, .. } = self;
        if bytes > *longest {
            return Err(failure(
                EXCEEDED,
                format!("{function} makes a text of more than {longest} bytes, the most of the local engine"),
            ));
        }
        self.admit_more(bytes)
    }

    /// Fails where so many bytes more may not be made at once.
    pub(super) fn admit_more(&self, bytes: usize) -> Result<()> {
        let Self { function, most, .. } = self;
        if self.bytes.saturating_add(bytes) > *most {
            return Err(failure(
                EXCEEDED,
                format!("{function} makes more than {most} bytes at once, the most of the local engine"),
            ));
        }
        Ok(())
    }

    /// Counts the next row's value. Fails where it may not be made, and once the query is cancelled.
    pub(super) fn count(&mut self, bytes: usize) -> Result<()> {
        self.admit(bytes)?;
        self.count_more(bytes)
    }

    /// Counts parts of many values, of which none is longer than a part of an argument. Fails as [`Self::count`] does.
    pub(super) fn count_more(&mut self, bytes: usize) -> Result<()> {
        self.cancellation.check()?;
        self.admit_more(bytes)?;
        self.bytes += bytes;
        if self.bytes > self.hold.size() {
            self.hold.resize(self.bytes.next_multiple_of(STEP));
            self.memory.memory().check()?;
        }
        Ok(())
    }

    /// The values, which are counted for as long as they live.
    pub(super) fn finish(self, values: ArrayRef) -> Result<ArrayRef> {
        if self.is_constant {
            self.memory.made_constant(self.bytes)?;
        }
        values.claim(self.memory.memory());
        Ok(values)
    }
}
