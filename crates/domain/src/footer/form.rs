//! Fields that must have the type that the format gives them.
//!
//! The parquet crate (59.3) reads a field that it knows as what it should be, whatever type the file says that it has, and it
//! passes over the truth values in a list without reading their bytes. A file could say so, and the crate would read on at
//! another byte than whoever looked first. So what has another type is refused, and so are lists of unknown fields, which no
//! page header has.

use super::thrift::{BINARY, Cut, FALSE, I16, I32, I64, LIST, MAP, Reader, SET, STRUCT, TRUE};

/// How deep records may be within each other. Those of Parquet's pages are three levels deep.
const MOST_LEVELS: usize = 8;

/// What a field has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Number,
    Truth,
    Bytes,
    /// These fields, by their numbers, and others.
    Record(&'static [(i16, Form)]),
}

impl Form {
    /// The form of one of these fields; `None` for one that is not known.
    pub(super) fn of(fields: &[(i16, Self)], field: i16) -> Option<Self> {
        fields.iter().find(|(number, _)| *number == field).map(|(_, form)| *form)
    }
}

/// Passes over a value, which has this form if its field is known.
pub(super) fn pass(reader: &mut Reader<'_>, kind: u8, form: Option<Form>) -> Result<(), Cut> {
    pass_within(reader, kind, form, MOST_LEVELS)
}

fn pass_within(reader: &mut Reader<'_>, kind: u8, form: Option<Form>, levels: usize) -> Result<(), Cut> {
    let levels = levels.checked_sub(1).ok_or(Cut)?;
    match (form, kind) {
        (Some(Form::Number), I16 | I32 | I64)
        | (Some(Form::Truth), TRUE | FALSE)
        | (Some(Form::Bytes), BINARY) => reader.skip(kind),
        (Some(Form::Record(fields)), STRUCT) => {
            reader.fields(|reader, field, kind| pass_within(reader, kind, Form::of(fields, field), levels))
        }
        (Some(_), _) | (None, LIST | SET | MAP) => Err(Cut),
        (None, STRUCT) => reader.fields(|reader, _, kind| pass_within(reader, kind, None, levels)),
        (None, _) => reader.skip(kind),
    }
}
