//! Nested values in another type that they fit: parts are taken by their places, whatever their names.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, MapArray, StructArray, new_null_array},
        compute::cast,
        datatypes::{DataType as Arrow, Field},
    },
    error::Result,
};

/// What converts the values that are not nested.
pub(super) type Leaf<'l> = &'l dyn Fn(&ArrayRef, &Arrow) -> Result<ArrayRef>;

/// The values in a type that is common to theirs and others': no value is lost.
pub(crate) fn fit(values: &ArrayRef, to: &Arrow) -> Result<ArrayRef> {
    fit_by(values, to, &|values, to| Ok(cast(values, to)?))
}

/// The values in the other type, of the same shape.
pub(super) fn fit_by(values: &ArrayRef, to: &Arrow, leaf: Leaf<'_>) -> Result<ArrayRef> {
    if values.data_type() == to {
        return Ok(Arc::clone(values));
    }
    match (values.data_type(), to) {
        (Arrow::Null, to) => Ok(new_null_array(to, values.len())),
        (Arrow::List(_), Arrow::List(element)) => {
            let lists = values.as_list::<i32>();
            let elements = fit_by(lists.values(), element.data_type(), leaf)?;
            let (offsets, nulls) = (lists.offsets().clone(), lists.nulls().cloned());
            Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, elements, nulls)?))
        }
        (Arrow::Struct(_), Arrow::Struct(fields)) if values.as_struct().num_columns() == fields.len() => {
            let rows = values.as_struct();
            let columns = rows.columns().iter().zip(fields);
            let columns = columns.map(|(column, field)| fit_by(column, field.data_type(), leaf));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            Ok(Arc::new(StructArray::try_new(fields.clone(), columns, rows.nulls().cloned())?))
        }
        (Arrow::Map(..), Arrow::Map(entries, is_sorted)) => map(values.as_map(), entries, *is_sorted, leaf),
        (_, to) => leaf(values, to),
    }
}

fn map(maps: &MapArray, entries: &Arc<Field>, is_sorted: bool, leaf: Leaf<'_>) -> Result<ArrayRef> {
    let Arrow::Struct(pair) = entries.data_type() else {
        return Err(crate::functions::own::unexpected(entries.data_type()));
    };
    let columns = [maps.keys(), maps.values()].into_iter().zip(pair);
    let columns = columns.map(|(column, field)| fit_by(column, field.data_type(), leaf));
    let pairs = StructArray::try_new(pair.clone(), columns.collect::<Result<Vec<_>>>()?, None)?;
    let (offsets, nulls) = (maps.offsets().clone(), maps.nulls().cloned());
    Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets, pairs, nulls, is_sorted)?))
}
