//! Texts, and arrays and maps of them, that a function makes, each counted before it is there.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, ListBuilder, MapBuilder, MapFieldNames, StringBuilder},
        datatypes::{DataType as Arrow, Field},
    },
    error::Result,
};
use domain::DataType;

use super::bounded::Bounded;

/// What an element takes besides its bytes.
const ELEMENT: usize = 4;

/// `array(varchar)`, as a column of a table has it: the names of the parts are a part of the type.
pub(super) fn array_of_texts() -> Arrow {
    DataType::Array(Box::new(DataType::String)).arrow()
}

/// `map(varchar, varchar)`, as a column of a table has it.
pub(super) fn map_of_texts() -> Arrow {
    DataType::Map(Box::new(DataType::String)).arrow()
}

/// A column of texts, row by row.
pub(super) struct Texts(StringBuilder);

impl Texts {
    pub(super) fn new() -> Self {
        Self(StringBuilder::new())
    }

    /// The next row's text, or none.
    pub(super) fn append(&mut self, text: Option<&str>, bounded: &mut Bounded<'_>) -> Result<()> {
        bounded.count(text.map_or(0, str::len))?;
        self.0.append_option(text);
        Ok(())
    }

    pub(super) fn finish(mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// A column of arrays, row by row.
pub(super) struct Lists {
    arrays: ListBuilder<StringBuilder>,
    /// What the elements of the row take so far.
    row: usize,
}

impl Lists {
    pub(super) fn new() -> Self {
        let element = Field::new("element", Arrow::Utf8, true);
        Self { arrays: ListBuilder::new(StringBuilder::new()).with_field(element), row: 0 }
    }

    /// The next element of the row.
    pub(super) fn push(&mut self, text: Option<&str>, bounded: &Bounded<'_>) -> Result<()> {
        self.row = self.row.saturating_add(text.map_or(0, str::len)).saturating_add(ELEMENT);
        bounded.admit(self.row)?;
        self.arrays.values().append_option(text);
        Ok(())
    }

    /// Ends the row with the array of what was pushed, or with no array at all: nothing was pushed then.
    pub(super) fn end(&mut self, is_array: bool, bounded: &mut Bounded<'_>) -> Result<()> {
        bounded.count(std::mem::take(&mut self.row))?;
        self.arrays.append(is_array);
        Ok(())
    }

    pub(super) fn finish(mut self) -> ArrayRef {
        Arc::new(self.arrays.finish())
    }
}

/// A column of maps, row by row.
pub(super) struct Maps {
    maps: MapBuilder<StringBuilder, StringBuilder>,
    row: usize,
}

impl Maps {
    pub(super) fn new() -> Self {
        let names =
            MapFieldNames { entry: "key_value".to_owned(), key: "key".to_owned(), value: "value".to_owned() };
        Self { maps: MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new()), row: 0 }
    }

    /// The next entry of the row.
    pub(super) fn push(&mut self, key: &str, value: &str, bounded: &Bounded<'_>) -> Result<()> {
        self.row = self.row.saturating_add(key.len() + value.len() + 2 * ELEMENT);
        bounded.admit(self.row)?;
        self.maps.keys().append_value(key);
        self.maps.values().append_value(value);
        Ok(())
    }

    /// Ends the row with the map of what was pushed, or with none: nothing was pushed then.
    pub(super) fn end(&mut self, is_map: bool, bounded: &mut Bounded<'_>) -> Result<()> {
        bounded.count(std::mem::take(&mut self.row))?;
        Ok(self.maps.append(is_map)?)
    }

    pub(super) fn finish(mut self) -> ArrayRef {
        Arc::new(self.maps.finish())
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Array, AsArray};

    use super::*;
    use crate::memory::{Memory, MemoryLimits, QueryMemory};

    #[test]
    fn what_is_made_is_of_the_types_that_columns_have() {
        let memory = QueryMemory::new(Memory::new(MemoryLimits::default()));
        let mut bounded = Bounded::new("f", 2, false, &memory);
        let (mut lists, mut maps) = (Lists::new(), Maps::new());
        lists.push(Some("a"), &bounded).unwrap();
        lists.push(None, &bounded).unwrap();
        lists.end(true, &mut bounded).unwrap();
        lists.end(false, &mut bounded).unwrap();
        maps.push("k", "v", &bounded).unwrap();
        maps.end(true, &mut bounded).unwrap();
        maps.end(false, &mut bounded).unwrap();
        let (lists, maps) = (lists.finish(), maps.finish());
        assert_eq!((lists.data_type(), maps.data_type()), (&array_of_texts(), &map_of_texts()));
        assert_eq!((lists.null_count(), lists.as_list::<i32>().value(0).len()), (1, 2));
        assert_eq!((maps.null_count(), maps.as_map().value(0).len()), (1, 1));
    }

    #[test]
    fn arrays_are_bounded_one_by_one_and_all_together() {
        let limits = MemoryLimits { call: 40, value: 20, ..MemoryLimits::default() };
        let memory = QueryMemory::new(Memory::new(limits));
        let mut bounded = Bounded::new("f", 9, false, &memory);
        let mut lists = Lists::new();
        for _ in 0..4 {
            lists.push(Some("a"), &bounded).unwrap();
        }
        assert!(lists.push(None, &bounded).is_err());
        let mut lists = Lists::new();
        for _ in 0..8 {
            lists.push(Some("a"), &bounded).unwrap();
            lists.end(true, &mut bounded).unwrap();
        }
        assert!(lists.push(Some("a"), &bounded).is_err());
    }
}
