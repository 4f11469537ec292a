//! Values that were sent before their column was defined: from `_extra` into the column.

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringBuilder},
    compute::interleave,
    error::ArrowError,
};
use columnar::Builder;
use domain::{
    Dataset,
    dataset::EXTRA,
    event::{self, Event},
    value::Value,
};

/// A row of which something is adopted.
struct Adoption {
    row: usize,
    /// For each column, whether its value is a new one.
    columns: Vec<bool>,
    extra: Option<String>,
}

/// Moves values from `_extra` into the columns that are named for them. A row with a value that does not fit its column
/// stays as it is, and nothing is lost.
pub(super) fn adopt(dataset: &Dataset, rows: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let extra_index = rows.schema().index_of(EXTRA)?;
    let extras = rows.column(extra_index).as_string::<i32>().clone();
    let columns = dataset.columns();
    let mut builders: Vec<Builder> = columns.iter().map(|column| Builder::new(&column.data_type)).collect();
    let mut adoptions: Vec<Adoption> = Vec::new();
    for (row, extra) in extras.iter().enumerate() {
        let Some(event) = extra.and_then(|extra| Event::parse(extra).ok()) else { continue };
        let Some(values) = values(dataset, &rows, row, &event) else { continue };
        let adopted: Vec<bool> = values.iter().map(Option::is_some).collect();
        if !adopted.contains(&true) {
            continue;
        }
        for (builder, value) in builders.iter_mut().zip(values) {
            builder.append(value.unwrap_or(Value::Null));
        }
        adoptions.push(Adoption { row, columns: adopted, extra: event::extra(dataset, &event) });
    }
    if adoptions.is_empty() {
        return Ok(rows);
    }
    let schema = rows.schema();
    let mut arrays = rows.columns().to_vec();
    for (index, builder) in builders.into_iter().enumerate() {
        let new = builder.finish()?;
        arrays[index] = replaced(&arrays[index], &new, &adoptions, |adoption| adoption.columns[index])?;
    }
    let mut extras = StringBuilder::new();
    adoptions.iter().for_each(|adoption| extras.append_option(adoption.extra.as_deref()));
    let extras: ArrayRef = std::sync::Arc::new(extras.finish());
    arrays[extra_index] = replaced(&arrays[extra_index], &extras, &adoptions, |_| true)?;
    RecordBatch::try_new(schema, arrays)
}

/// What the row's extra fields say of each column that wants it: one that is null, or one of a nested type, of which
/// all was kept when something in it had no name. `None` if one of them does not fit.
fn values<'a>(
    dataset: &Dataset,
    rows: &RecordBatch,
    row: usize,
    event: &Event<'a>,
) -> Option<Vec<Option<Value<'a>>>> {
    let wanted = |(index, column): (usize, &domain::Column)| {
        if rows.column(index).is_valid(row) && column.data_type.is_scalar() {
            return Some(None);
        }
        let value = event::read(column, event, index).ok()?;
        Some(Some(value).filter(|value| *value != Value::Null))
    };
    dataset.columns().iter().enumerate().map(wanted).collect()
}

/// The column, with the new values where there are some.
fn replaced(
    old: &ArrayRef,
    new: &ArrayRef,
    adoptions: &[Adoption],
    is_new: impl Fn(&Adoption) -> bool,
) -> Result<ArrayRef, ArrowError> {
    let mut places: Vec<(usize, usize)> = (0..old.len()).map(|row| (0, row)).collect();
    for (index, adoption) in adoptions.iter().enumerate().filter(|(_, adoption)| is_new(adoption)) {
        places[adoption.row] = (1, index);
    }
    interleave(&[old.as_ref(), new.as_ref()], &places)
}
