//! Columns that are made of others: arrays, structs and maps.

use std::{borrow::Cow, ops::Range, sync::Arc};

use arrow::{
    array::{ArrayRef, ListArray, MapArray, StructArray},
    datatypes::{DataType as Arrow, FieldRef, Fields, Utf8Type},
    error::ArrowError,
};
use domain::{data_type::Field, value::Value};

use crate::{
    buffers::{Collector, Nulls, Offsets, Strings, Texts},
    names::{Names, Unknown},
    part::Part,
};

/// The field of an array, which may have a dictionary.
pub(crate) fn with_type(field: &FieldRef, array: &ArrayRef) -> FieldRef {
    if field.data_type() == array.data_type() {
        return Arc::clone(field);
    }
    Arc::new(field.as_ref().clone().with_data_type(array.data_type().clone()))
}

/// An array column.
#[derive(Debug)]
pub(crate) struct Lists {
    offsets: Offsets,
    nulls: Nulls,
    pub(crate) elements: Part,
}

impl Lists {
    pub(crate) fn new(elements: Part) -> Self {
        Self { offsets: Offsets::new(), nulls: Nulls::default(), elements }
    }

    pub(crate) fn append(&mut self, elements: Vec<Value<'_>>) {
        for element in elements {
            self.elements.append(element);
        }
        self.end();
    }

    /// The elements that were appended since the last row are one.
    pub(crate) fn end(&mut self) {
        self.offsets.append(self.elements.len());
        self.nulls.append_valid();
    }

    pub(crate) fn finish(&mut self, element: &FieldRef) -> Result<ArrayRef, ArrowError> {
        let (offsets, nulls) = (self.offsets.finish(), self.nulls.finish());
        let elements = self.elements.finish(element.data_type())?;
        Ok(Arc::new(ListArray::try_new(with_type(element, &elements), offsets?, elements, nulls)?))
    }
}

impl Collector for Lists {
    fn len(&self) -> usize {
        self.offsets.len()
    }

    fn append_null(&mut self) {
        self.offsets.append_empty();
        self.nulls.append_null();
    }

    fn is_last_null(&self) -> bool {
        self.nulls.is_last_null()
    }

    fn truncate(&mut self, length: usize) {
        let end = self.offsets.truncate(length);
        self.nulls.truncate(length);
        self.elements.collector_mut().truncate(end);
    }

    fn reserve(&mut self) {
        self.offsets.reserve();
        self.elements.collector_mut().reserve();
    }

    fn bytes(&self) -> usize {
        self.offsets.bytes() + self.nulls.bytes() + self.elements.collector().bytes()
    }
}

/// A struct column.
#[derive(Debug)]
pub(crate) struct Structs {
    pub(crate) names: Names,
    pub(crate) fields: Vec<Part>,
    /// The names of the object that is being read which are none of the struct's. Kept for its memory alone.
    pub(crate) unknown: Unknown,
    /// How many values within a struct are null where it is null itself.
    pub(crate) nulls_within: usize,
    nulls: Nulls,
}

impl Structs {
    /// Of these parts, which belong to the fields.
    pub(crate) fn new(fields: &[Field], parts: Vec<Part>) -> Self {
        let nulls_within = parts.iter().map(|part| match part {
            Part::Struct(structs) => 1 + structs.nulls_within,
            _ => 1,
        });
        Self {
            nulls_within: nulls_within.sum(),
            names: Names::new(fields.iter().map(Field::sender)),
            fields: parts,
            unknown: Unknown::default(),
            nulls: Nulls::default(),
        }
    }

    /// Of the fields that are not null, each with its place, in order.
    pub(crate) fn append(&mut self, fields: Vec<(usize, Value<'_>)>) {
        let mut fields = fields.into_iter().peekable();
        for (index, part) in self.fields.iter_mut().enumerate() {
            match fields.next_if(|(place, _)| *place == index) {
                Some((_, field)) => part.append(field),
                None => part.append_null(),
            }
        }
        self.end();
    }

    /// The values that were appended to every field since the last row are one.
    pub(crate) fn end(&mut self) {
        self.nulls.append_valid();
    }

    pub(crate) fn finish(&mut self, fields: &Fields) -> Result<ArrayRef, ArrowError> {
        let nulls = self.nulls.finish();
        let arrays = self.fields.iter_mut().zip(fields);
        let arrays = arrays.map(|(part, field)| part.finish(field.data_type()));
        let arrays = arrays.collect::<Result<Vec<ArrayRef>, _>>()?;
        let fields = fields.iter().zip(&arrays).map(|(field, array)| with_type(field, array)).collect();
        Ok(Arc::new(StructArray::try_new(fields, arrays, nulls)?))
    }
}

impl Collector for Structs {
    fn len(&self) -> usize {
        self.nulls.len()
    }

    fn append_null(&mut self) {
        self.nulls.append_null();
        self.fields.iter_mut().for_each(Part::append_null);
    }

    fn is_last_null(&self) -> bool {
        self.nulls.is_last_null()
    }

    fn truncate(&mut self, length: usize) {
        self.nulls.truncate(length);
        self.fields.iter_mut().for_each(|field| field.collector_mut().truncate(length));
    }

    fn reserve(&mut self) {
        self.fields.iter_mut().for_each(|field| field.collector_mut().reserve());
    }

    fn bytes(&self) -> usize {
        self.nulls.bytes() + self.fields.iter().map(|field| field.collector().bytes()).sum::<usize>()
    }
}

/// A map column. The entries of a row are in order of their keys: JSON gives the sender's order no meaning, and so
/// duplicates that differ in that order alone become equal rows.
#[derive(Debug)]
pub(crate) struct Maps {
    offsets: Offsets,
    nulls: Nulls,
    pub(crate) keys: Strings,
    pub(crate) values: Part,
    /// Of the object that is being read: where each key is, without its quotes, and where its value begins. Kept for its
    /// memory alone.
    pub(crate) entries: Vec<(Range<usize>, usize)>,
}

impl Maps {
    pub(crate) fn new(values: Part) -> Self {
        let (keys, entries) = (Strings::new(), Vec::new());
        Self { offsets: Offsets::new(), nulls: Nulls::default(), keys, values, entries }
    }

    pub(crate) fn append(&mut self, mut entries: Vec<(Cow<'_, str>, Value<'_>)>) {
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (key, value) in entries {
            self.keys.append(key.as_bytes());
            self.values.append(value);
        }
        self.end();
    }

    /// The entries that were appended since the last row are one. They have to be in order of their keys.
    pub(crate) fn end(&mut self) {
        self.offsets.append(self.keys.len());
        self.nulls.append_valid();
    }

    pub(crate) fn finish(&mut self, entries: &FieldRef, sorted: bool) -> Result<ArrayRef, ArrowError> {
        let Arrow::Struct(fields) = entries.data_type() else {
            return Err(ArrowError::SchemaError("a map whose entries are no structs".to_owned()));
        };
        let [_, value] = &fields[..] else {
            return Err(ArrowError::SchemaError("a map whose entries are no pairs".to_owned()));
        };
        let (offsets, nulls) = (self.offsets.finish(), self.nulls.finish());
        let (keys, values) = (self.keys.finish::<Utf8Type>(), self.values.finish(value.data_type()));
        let pairs: Vec<ArrayRef> = vec![Arc::new(keys?), values?];
        let pairs = StructArray::try_new(fields.clone(), pairs, None)?;
        Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets?, pairs, nulls, sorted)?))
    }
}

impl Collector for Maps {
    fn len(&self) -> usize {
        self.offsets.len()
    }

    fn append_null(&mut self) {
        self.offsets.append_empty();
        self.nulls.append_null();
    }

    fn is_last_null(&self) -> bool {
        self.nulls.is_last_null()
    }

    fn truncate(&mut self, length: usize) {
        let end = self.offsets.truncate(length);
        self.nulls.truncate(length);
        self.keys.truncate(end);
        self.values.collector_mut().truncate(end);
    }

    fn reserve(&mut self) {
        self.offsets.reserve();
        self.keys.reserve();
        self.values.collector_mut().reserve();
    }

    fn bytes(&self) -> usize {
        let entries = self.keys.bytes() + self.values.collector().bytes();
        self.offsets.bytes() + self.nulls.bytes() + entries
    }
}
