//! The columns of a file in the types of the table as it is now.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, ListArray, MapArray, RecordBatch, StructArray, new_null_array},
    datatypes::{DataType, Field, FieldRef, Fields, SchemaRef},
};
use domain::port::Source;

/// Columns by name, as every engine reads them: one that the file lacks is null.
pub(super) fn conform(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, Source> {
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        Some(column) => {
            part(column, field.data_type()).map_err(|why| format!("column {}{why}", field.name()))
        }
    });
    Ok(RecordBatch::try_new(schema.clone(), columns.collect::<Result<_, _>>()?)?)
}

/// Gives an array the type that the definition says: the same, but that structs may have more fields now, and
/// parts of lists and maps may have other names in the file. The error goes on where the column's name ends.
fn part(found: &ArrayRef, expected: &DataType) -> Result<ArrayRef, String> {
    if found.data_type() == expected {
        return Ok(Arc::clone(found));
    }
    let failed = |error| format!(" cannot be put together: {error}");
    match (found.data_type(), expected) {
        (DataType::Struct(_), DataType::Struct(fields)) => structs(found.as_struct(), fields),
        (DataType::List(_), DataType::List(element)) => {
            let lists = found.as_list::<i32>();
            let elements = part(lists.values(), element.data_type()).map_err(|why| format!("[]{why}"))?;
            let lists = ListArray::try_new(
                Arc::clone(element),
                lists.offsets().clone(),
                elements,
                lists.nulls().cloned(),
            );
            Ok(Arc::new(lists.map_err(failed)?))
        }
        (DataType::Map(..), DataType::Map(entries, sorted)) => {
            let maps = found.as_map();
            let Some((fields, [key, value])) = pair(entries) else { return Err(mismatch(found, expected)) };
            let keys = part(maps.keys(), key.data_type())?;
            let values = part(maps.values(), value.data_type()).map_err(|why| format!("[]{why}"))?;
            let pairs = StructArray::try_new(fields.clone(), vec![keys, values], None).map_err(failed)?;
            let (offsets, nulls) = (maps.offsets().clone(), maps.nulls().cloned());
            let maps = MapArray::try_new(Arc::clone(entries), offsets, pairs, nulls, *sorted);
            Ok(Arc::new(maps.map_err(failed)?))
        }
        _ => Err(mismatch(found, expected)),
    }
}

fn structs(found: &StructArray, fields: &Fields) -> Result<ArrayRef, String> {
    // To leave it out would drop its values from the table.
    if let Some(unknown) = found.fields().iter().find(|field| fields.find(field.name()).is_none()) {
        return Err(format!(" has a field {}, which the definition has not", unknown.name()));
    }
    let columns = fields.iter().map(|field| match found.column_by_name(field.name()) {
        None => Ok(new_null_array(field.data_type(), found.len())),
        Some(column) => part(column, field.data_type()).map_err(|why| format!(".{}{why}", field.name())),
    });
    let columns = columns.collect::<Result<_, _>>()?;
    let structs = StructArray::try_new(fields.clone(), columns, found.nulls().cloned());
    Ok(Arc::new(structs.map_err(|error| format!(" cannot be put together: {error}"))?))
}

/// The fields of a map's entries: key and value.
fn pair(entries: &Field) -> Option<(&Fields, &[FieldRef; 2])> {
    match entries.data_type() {
        DataType::Struct(fields) => Some((fields, fields.as_ref().try_into().ok()?)),
        _ => None,
    }
}

fn mismatch(found: &ArrayRef, expected: &DataType) -> String {
    format!(" is of type {}, the definition says {expected}", found.data_type())
}
