//! How many values may be within the columns of one event.
//!
//! A table has a place for each field of each struct, also for those that are null and those that the sender left out. So
//! `[{},{}]` of `array<struct<…>>` takes as much memory as its elements times the struct's fields, and a short event could
//! take any. Each element of an array, each entry of a map and each field of a struct counts one; a struct that is null
//! counts its fields, since they are null too.

use super::Mismatch;
use crate::data_type::DataType;

/// The most values within the columns of an event that is sent. In numbers of 64 bits they take 32 MB. An event of 1 MiB
/// that leaves no field out has an eighth of that.
pub const MOST_SENT: usize = 4_000_000;

/// The same of an event that landed. It is more: the event may have landed before there was a bound, or before its
/// structs got further fields. In the widest numbers, of 16 bytes, they take less than `compact` allows for one landing
/// object.
pub const MOST_LANDED: usize = 2 * MOST_SENT;

/// How many values an event may still have.
#[derive(Debug)]
pub struct Room {
    most: usize,
    left: usize,
}

impl Room {
    /// For one event that is sent: [`MOST_SENT`].
    pub fn sent() -> Self {
        Self::of(MOST_SENT)
    }

    /// For one event that landed: [`MOST_LANDED`].
    pub fn landed() -> Self {
        Self::of(MOST_LANDED)
    }

    /// For what has a bound already.
    pub fn unbounded() -> Self {
        Self::of(usize::MAX)
    }

    /// For so many values.
    pub fn of(most: usize) -> Self {
        Self { most, left: most }
    }

    /// How many values were taken.
    pub fn used(&self) -> usize {
        self.most - self.left
    }

    /// Takes the place of so many values, if there is room for all of them.
    #[inline]
    pub fn take(&mut self, values: usize) -> Result<(), Mismatch> {
        match self.left.checked_sub(values) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(self.too_many()),
        }
    }

    #[cold]
    fn too_many(&self) -> Mismatch {
        let expected = format!(
            "at most {} values within the columns of an event (each element, each entry and each field of a struct, \
             also one that is left out)",
            self.most
        );
        Mismatch { path: String::new(), expected, found: "more".to_owned() }
    }

    /// Takes the place of what is null too where a value of this type is: the fields of a struct.
    pub fn take_null(&mut self, data_type: &DataType) -> Result<(), Mismatch> {
        self.take(nulls(data_type))
    }
}

/// How many values are null within a value of this type that is null.
fn nulls(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| 1 + nulls(&field.data_type)).sum(),
        _ => 0,
    }
}
