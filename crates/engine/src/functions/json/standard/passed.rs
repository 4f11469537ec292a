//! The values that are passed to a path by name.

use std::borrow::Cow;

use datafusion::{
    arrow::{
        array::{Array, AsArray},
        datatypes::{DataType as Arrow, Decimal128Type, Float64Type, Int32Type, Int64Type},
    },
    error::Result,
};

use super::{item::Item, number::Number};
use crate::functions::{
    argument::Argument,
    bounded::Bounded,
    json::document,
    own::{failure, unexpected},
};

/// The values of a row.
#[derive(Debug, Default)]
pub(super) struct Passed<'d>(Vec<(Name, Value<'d>)>);

#[derive(Debug)]
pub(super) enum Value<'d> {
    Item(Item<'d>),
    /// A document that is null.
    Nothing,
}

/// A text that should be JSON and is not.
#[derive(Debug)]
pub(super) struct NoJson;

/// How a value is called.
#[derive(Debug, Clone)]
struct Name {
    text: String,
    /// The name was in quotes, and its case is not known any more.
    is_folded: bool,
}

impl<'d> Passed<'d> {
    pub(super) fn get(&self, name: &str) -> Option<&Value<'d>> {
        let is_meant = |known: &Name| {
            if known.is_folded { known.text == name.to_lowercase() } else { known.text == name }
        };
        self.0.iter().find(|(known, _)| is_meant(known)).map(|(_, value)| value)
    }
}

/// The types of the arguments that are passed, as pairs of a text and a value. `None`: one is not taken.
pub(super) fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    let mut types = Vec::with_capacity(given.len());
    for pair in given.chunks(2) {
        let [Arrow::Utf8, value] = pair else { return None };
        types.push(Arrow::Utf8);
        types.push(match value {
            Arrow::Utf8 | Arrow::Null => Arrow::Utf8,
            Arrow::Int8 | Arrow::Int16 | Arrow::Int32 => Arrow::Int32,
            Arrow::Int64 | Arrow::UInt64 => Arrow::Int64,
            Arrow::Float32 | Arrow::Float64 => Arrow::Float64,
            Arrow::Boolean | Arrow::Decimal128(..) => value.clone(),
            _ => return None,
        });
    }
    Some(types)
}

/// The arguments that are passed: for each its name, whether it is JSON text, and the values.
pub(super) struct Arguments<'a>(Vec<(Name, bool, &'a Argument)>);

impl<'a> Arguments<'a> {
    pub(super) fn of(arguments: &'a [Argument]) -> Result<Self> {
        let mut all = Vec::with_capacity(arguments.len() / 2);
        for pair in arguments.chunks(2) {
            let [says, value] = pair else { return Err(unexpected(&Arrow::Null)) };
            let says = constant(says).unwrap_or_default();
            let mut words = says.splitn(3, ' ');
            let (format, case, name) = (words.next(), words.next(), words.next().unwrap_or_default());
            let name = Name { text: name.to_owned(), is_folded: case == Some("folded") };
            all.push((name, format == Some("json"), value));
        }
        Ok(Self(all))
    }

    /// Those of a row. Fails where the documents among them, which are all copied, take more than a call may make at once.
    pub(super) fn row(
        &self,
        row: usize,
        bounded: &Bounded<'_>,
    ) -> Result<std::result::Result<Passed<'a>, NoJson>> {
        let mut passed = Vec::with_capacity(self.0.len());
        let mut copied = 0_usize;
        for &(ref name, is_json, argument) in &self.0 {
            let value = match (is_json, item(argument, row)?) {
                (false, item) => Value::Item(item),
                (true, Item::Null) => Value::Nothing,
                (true, Item::Text(text)) => {
                    copied = copied.saturating_add(text.len());
                    bounded.admit_more(copied)?;
                    match document::kept(&text) {
                        Ok(text) => Value::Item(Item::of(&text).into_owned()),
                        Err(_) => return Ok(Err(NoJson)),
                    }
                }
                (true, _) => {
                    return Err(failure("TYPE_MISMATCH", "FORMAT JSON is for texts"));
                }
            };
            passed.push((name.clone(), value));
        }
        Ok(Ok(Passed(passed)))
    }
}

/// The value that is the same for every row, and written in the statement.
pub(super) fn constant(argument: &Argument) -> Option<&str> {
    let is_there = argument.array().data_type() == &Arrow::Utf8 && !argument.array().is_empty();
    if is_there { argument.texts::<i32>().get(0) } else { None }
}

fn item<'a>(argument: &'a Argument, row: usize) -> Result<Item<'a>> {
    let (array, place) = (argument.array(), argument.place(row));
    if array.is_null(place) {
        return Ok(Item::Null);
    }
    Ok(match array.data_type() {
        Arrow::Boolean => Item::Boolean(array.as_boolean().value(place)),
        Arrow::Int32 => Item::Number(Number::Integer(array.as_primitive::<Int32Type>().value(place))),
        Arrow::Int64 => Item::Number(Number::BigInt(array.as_primitive::<Int64Type>().value(place))),
        Arrow::Float64 => Item::Number(Number::Double(array.as_primitive::<Float64Type>().value(place))),
        Arrow::Decimal128(_, scale) => {
            let places = u32::try_from(*scale).unwrap_or_default();
            Item::Number(Number::Decimal(array.as_primitive::<Decimal128Type>().value(place), places))
        }
        Arrow::Utf8 => Item::Text(Cow::Borrowed(array.as_string::<i32>().value(place))),
        other => return Err(unexpected(other)),
    })
}
