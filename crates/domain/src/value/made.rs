//! What a walk over a JSON value makes of it. One walk has the rules, so that what is judged and what is read cannot
//! differ.

use std::borrow::Cow;

use super::Value;

/// A value on its way: with all that is within it, or without.
pub(super) trait Made<'a>: Sized {
    /// A scalar, or an array, a struct or a map that is empty so far.
    fn of(value: Value<'a>) -> Self;
    fn is_null(&self) -> bool;
    fn add_element(&mut self, element: Self);
    /// `place` is the field's place in the type.
    fn add_field(&mut self, place: usize, field: Self);
    fn add_entry(&mut self, key: Cow<'a, str>, value: Self);
}

impl<'a> Made<'a> for Value<'a> {
    fn of(value: Value<'a>) -> Self {
        value
    }

    fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    fn add_element(&mut self, element: Self) {
        if let Value::Array(elements) = self {
            elements.push(element);
        }
    }

    fn add_field(&mut self, place: usize, field: Self) {
        if let Value::Struct(fields) = self {
            fields.push((place, field));
        }
    }

    fn add_entry(&mut self, key: Cow<'a, str>, value: Self) {
        if let Value::Map(entries) = self {
            entries.push((key, value));
        }
    }
}

/// A value without what is within it.
pub(super) struct Outline<'a>(pub(super) Value<'a>);

impl<'a> Made<'a> for Outline<'a> {
    fn of(value: Value<'a>) -> Self {
        Self(value)
    }

    fn is_null(&self) -> bool {
        self.0.is_null()
    }

    fn add_element(&mut self, _element: Self) {}

    fn add_field(&mut self, _place: usize, _field: Self) {}

    fn add_entry(&mut self, _key: Cow<'a, str>, _value: Self) {}
}
