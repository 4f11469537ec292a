//! Values that were sent before their column was defined: from `_extra` into the column.

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StringBuilder},
    datatypes::DataType,
    error::ArrowError,
};
use columnar::Builder;
use domain::{
    Dataset,
    dataset::EXTRA,
    event::{self, Event},
    value::{Room, Value},
};

use crate::gather::{Place, gather};

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
        let Some(values) = values(dataset, &rows, row, &event)? else { continue };
        let adopted: Vec<bool> = values.iter().map(Option::is_some).collect();
        if !adopted.contains(&true) {
            continue;
        }
        // What a column has from elsewhere stays, and so does what it would have read now.
        let takes = |index: usize| adopted[index] || rows.column(index).is_null(row);
        let extra = event::extra_beside(dataset, &event, takes);
        for (builder, value) in builders.iter_mut().zip(values) {
            builder.append(value.unwrap_or(Value::Null));
        }
        adoptions.push(Adoption { row, columns: adopted, extra });
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
/// all was kept when something in it had no name. (Or the column read another field then; what it has stays.) `None` if
/// one of them does not fit.
fn values<'a>(
    dataset: &Dataset,
    rows: &RecordBatch,
    row: usize,
    event: &Event<'a>,
) -> Result<Option<Vec<Option<Value<'a>>>>, ArrowError> {
    let mut values = Vec::with_capacity(dataset.columns().len());
    // Nobody counted them when they came: they were in no column.
    let mut room = Room::sent();
    for (index, column) in dataset.columns().iter().enumerate() {
        let stored = rows.column(index);
        if stored.is_valid(row) && column.data_type.is_scalar() {
            values.push(None);
            continue;
        }
        let Ok(value) = event::read(column, event, index, &mut room) else { return Ok(None) };
        let value = Some(value).filter(|value| *value != Value::Null);
        values.push(match value {
            Some(value) if stored.is_valid(row) => {
                let mut builder = Builder::new(&column.data_type);
                builder.append(value.clone());
                extends(&builder.finish()?, 0, stored, row).then_some(value)
            }
            value => value,
        });
    }
    Ok(Some(values))
}

/// Whether a value says all that another of the same type says.
fn extends(new: &dyn Array, at: usize, old: &dyn Array, row: usize) -> bool {
    if old.is_null(row) {
        return true;
    }
    if new.is_null(at) {
        return false;
    }
    match (new.data_type(), old.data_type()) {
        (DataType::Struct(_), DataType::Struct(_)) => {
            let fields = new.as_struct().columns().iter().zip(old.as_struct().columns());
            new.as_struct().num_columns() == old.as_struct().num_columns()
                && fields.into_iter().all(|(new, old)| extends(new, at, old, row))
        }
        (DataType::List(_), DataType::List(_)) => {
            let (new, old) = (new.as_list::<i32>().value(at), old.as_list::<i32>().value(row));
            new.len() == old.len() && (0..old.len()).all(|index| extends(&new, index, &old, index))
        }
        (DataType::Map(..), DataType::Map(..)) => {
            let (new, old) = (new.as_map().value(at), old.as_map().value(row));
            new.len() == old.len() && (0..old.len()).all(|index| extends(&new, index, &old, index))
        }
        _ => new.slice(at, 1).to_data() == old.slice(row, 1).to_data(),
    }
}

/// The column, with the new values where there are some.
fn replaced(
    old: &ArrayRef,
    new: &ArrayRef,
    adoptions: &[Adoption],
    is_new: impl Fn(&Adoption) -> bool,
) -> Result<ArrayRef, ArrowError> {
    let mut places: Vec<Place> = (0..old.len() as u32).map(|row| (0, row)).collect();
    for (index, adoption) in adoptions.iter().enumerate().filter(|(_, adoption)| is_new(adoption)) {
        places[adoption.row] = (1, index as u32);
    }
    gather(old, &[old.as_ref(), new.as_ref()], 0, &places)
}
