//! Columns that are made of others by Arrow's own builders: arrays, structs and maps.

use std::{borrow::Cow, sync::Arc};

use arrow::{
    array::{ArrayRef, ListArray, MapArray, NullBufferBuilder, StringBuilder, StructArray},
    buffer::{OffsetBuffer, ScalarBuffer},
    datatypes::{DataType as Arrow, FieldRef, Fields},
    error::ArrowError,
};
use domain::value::Value;

use super::part::Part;

/// Where the parts of each row end, and which rows are null.
struct Rows {
    ends: Vec<usize>,
    nulls: NullBufferBuilder,
}

impl Rows {
    fn new() -> Self {
        Self { ends: vec![0], nulls: NullBufferBuilder::new(0) }
    }

    /// A row of so many parts.
    fn append(&mut self, parts: usize) {
        self.end(parts);
        self.nulls.append_non_null();
    }

    fn append_null(&mut self) {
        self.end(0);
        self.nulls.append_null();
    }

    fn end(&mut self, parts: usize) {
        let last = self.ends.last().copied().unwrap_or_default();
        self.ends.push(last + parts);
    }

    /// Offsets count with 32 bits: more parts than that in one batch are an error, and not a panic.
    fn offsets(&self) -> Result<OffsetBuffer<i32>, ArrowError> {
        let offset = |end: &usize| i32::try_from(*end).map_err(|_| ArrowError::OffsetOverflowError(*end));
        let offsets: Vec<i32> = self.ends.iter().map(offset).collect::<Result<_, _>>()?;
        Ok(OffsetBuffer::new(ScalarBuffer::from(offsets)))
    }
}

/// An array column.
pub(crate) struct Lists {
    rows: Rows,
    elements: Part,
}

impl Lists {
    pub(super) fn new(elements: Part) -> Self {
        Self { rows: Rows::new(), elements }
    }

    pub(super) fn append(&mut self, elements: Vec<Value<'_>>) {
        self.rows.append(elements.len());
        for element in elements {
            self.elements.append(element);
        }
    }

    pub(super) fn append_null(&mut self) {
        self.rows.append_null();
    }

    pub(super) fn finish(mut self, element: &FieldRef) -> Result<ArrayRef, ArrowError> {
        let offsets = self.rows.offsets()?;
        let elements = self.elements.finish(element.data_type())?;
        let lists = ListArray::try_new(Arc::clone(element), offsets, elements, self.rows.nulls.finish())?;
        Ok(Arc::new(lists))
    }
}

/// A struct column.
pub(crate) struct Structs {
    nulls: NullBufferBuilder,
    fields: Vec<Part>,
}

impl Structs {
    pub(super) fn new(fields: Vec<Part>) -> Self {
        Self { nulls: NullBufferBuilder::new(0), fields }
    }

    /// Of the fields that are not null, each with its place, in order.
    pub(super) fn append(&mut self, fields: Vec<(usize, Value<'_>)>) {
        self.nulls.append_non_null();
        let mut fields = fields.into_iter().peekable();
        for (index, builder) in self.fields.iter_mut().enumerate() {
            match fields.next_if(|(place, _)| *place == index) {
                Some((_, field)) => builder.append(field),
                None => builder.append_null(),
            }
        }
    }

    pub(super) fn append_null(&mut self) {
        self.nulls.append_null();
        self.fields.iter_mut().for_each(Part::append_null);
    }

    pub(super) fn finish(mut self, fields: &Fields) -> Result<ArrayRef, ArrowError> {
        let arrays = self.fields.into_iter().zip(fields);
        let arrays = arrays.map(|(builder, field)| builder.finish(field.data_type()));
        let arrays = arrays.collect::<Result<_, _>>()?;
        Ok(Arc::new(StructArray::try_new(fields.clone(), arrays, self.nulls.finish())?))
    }
}

/// A map column. The entries of a row are in order of their keys: JSON gives the sender's order no meaning, and
/// twins that differ in it alone are then alike.
pub(crate) struct Maps {
    rows: Rows,
    keys: StringBuilder,
    values: Part,
}

impl Maps {
    pub(super) fn new(values: Part) -> Self {
        Self { rows: Rows::new(), keys: StringBuilder::new(), values }
    }

    pub(super) fn append(&mut self, mut entries: Vec<(Cow<'_, str>, Value<'_>)>) {
        self.rows.append(entries.len());
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (key, value) in entries {
            self.keys.append_value(key);
            self.values.append(value);
        }
    }

    pub(super) fn append_null(&mut self) {
        self.rows.append_null();
    }

    pub(super) fn finish(mut self, entries: &FieldRef, sorted: bool) -> Result<ArrayRef, ArrowError> {
        let Arrow::Struct(fields) = entries.data_type() else {
            return Err(ArrowError::SchemaError("a map whose entries are no structs".to_owned()));
        };
        let [_, value] = &fields[..] else {
            return Err(ArrowError::SchemaError("a map whose entries are no pairs".to_owned()));
        };
        let offsets = self.rows.offsets()?;
        let pairs: Vec<ArrayRef> = vec![Arc::new(self.keys.finish()), self.values.finish(value.data_type())?];
        let pairs = StructArray::try_new(fields.clone(), pairs, None)?;
        let maps = MapArray::try_new(Arc::clone(entries), offsets, pairs, self.rows.nulls.finish(), sorted)?;
        Ok(Arc::new(maps))
    }
}
