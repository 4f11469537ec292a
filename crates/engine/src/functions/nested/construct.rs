//! `ARRAY[...]`, `ROW(...)`, and `repeat`.

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, new_empty_array},
        datatypes::{DataType as Arrow, Int64Type},
    },
    error::Result,
};

use super::{
    arguments::{Scalars, types},
    made::{Column, Rows, Source, rows, weight},
    types::{array_of, common_of_all, normal, row_of},
};
use crate::functions::{
    argument::Argument,
    bounded::Bounded,
    own::{Own, invalid, unexpected},
};

/// What `ARRAY[...]` is rewritten to. A query cannot call it by this name.
pub(crate) const ARRAY: &str = "array_of";

/// Trino's bound on the entries of a result.
pub(super) const MOST_ENTRIES: i64 = 10_000;

/// The arguments as an array.
pub(super) fn array() -> Own {
    Own::values(
        ARRAY,
        |given| common_of_all(given).map(|_| given.to_vec()),
        |given| array_of(common_of_all(given).unwrap_or(Arrow::Null)),
        make_array,
    )
}

/// The arguments as a row, whose fields have no names.
pub(super) fn row() -> Own {
    Own::values(
        "row",
        |given| (!given.is_empty()).then(|| given.to_vec()),
        |given| row_of(given.iter().map(normal)),
        make_row,
    )
}

/// An array of so many times the value.
pub(super) fn repeat() -> Own {
    Own::values(
        "repeat",
        |given| match given {
            [value, Arrow::Int32 | Arrow::Int64 | Arrow::Null] => Some(vec![value.clone(), Arrow::Int64]),
            _ => None,
        },
        |given| array_of(given.first().map_or(Arrow::Null, normal)),
        make_repeated,
    )
}

fn make_array(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let given = types(arguments);
    let element = common_of_all(&given).ok_or_else(|| unexpected(&Arrow::Null))?;
    let values = arguments.iter().map(|argument| Scalars::of(argument, &element));
    let values = values.collect::<Result<Vec<_>>>()?;
    let mut arrays = Rows::new(bounded.rows());
    if values.is_empty() {
        for _ in 0..bounded.rows() {
            arrays.end(0, true, bounded)?;
        }
        return arrays.arrays(new_empty_array(&Arrow::Null));
    }
    let sources: Vec<Source> = values.iter().map(|values| Source::of(values.values())).collect();
    let mut elements = Column::of(&sources);
    for row in 0..bounded.rows() {
        for (source, values) in values.iter().enumerate() {
            elements.push(source, values.place(row), &mut arrays, bounded)?;
        }
        arrays.end(elements.len(), true, bounded)?;
    }
    arrays.arrays(elements.finish())
}

fn make_row(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let fields =
        arguments.iter().map(|argument| Scalars::of(argument, &normal(argument.array().data_type())));
    let fields = fields.collect::<Result<Vec<_>>>()?;
    for row in 0..bounded.rows() {
        bounded.count(fields.iter().map(|field| weight(field.values(), field.place(row))).sum())?;
    }
    let sources: Vec<[Source; 1]> = fields.iter().map(|field| [Source::of(field.values())]).collect();
    let mut columns = Vec::with_capacity(fields.len());
    for (field, source) in fields.iter().zip(&sources) {
        let mut column = Column::of(source);
        for row in 0..bounded.rows() {
            column.copy(0, field.place(row))?;
        }
        columns.push(column.finish());
    }
    rows(columns)
}

fn make_repeated(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let [value, counts] = arguments else { return Err(unexpected(&Arrow::Null)) };
    let value = Scalars::of(value, &normal(value.array().data_type()))?;
    let counts = Scalars::of(counts, &Arrow::Int64)?;
    let sources = [Source::of(value.values())];
    let (mut elements, mut arrays) = (Column::of(&sources), Rows::new(bounded.rows()));
    for row in 0..bounded.rows() {
        if counts.is_null(row) {
            arrays.end(elements.len(), false, bounded)?;
            continue;
        }
        let count = counts.values().as_primitive::<Int64Type>().value(counts.place(row));
        if count > MOST_ENTRIES {
            return Err(invalid("count argument of repeat function must be less than or equal to 10000"));
        }
        if count < 0 {
            return Err(invalid("count argument of repeat function must be greater than or equal to 0"));
        }
        for _ in 0..count {
            elements.push(0, value.place(row), &mut arrays, bounded)?;
        }
        arrays.end(elements.len(), true, bounded)?;
    }
    arrays.arrays(elements.finish())
}
