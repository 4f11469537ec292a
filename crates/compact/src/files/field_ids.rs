//! The schema that data files are written with: the table's, and the field id of each column.

use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef};
use domain::{Dataset, dataset::FieldIds};
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;

/// The table's schema with the field ids of the definition, which the Parquet writer takes from a field's metadata. It is
/// for the writer of a file only: rows are in [`Dataset::arrow_schema`], which they have in common whether or not the file
/// that they come from has ids. Where the ids are not known, it is that schema, and the file gets none.
pub(crate) fn with_field_ids(dataset: &Dataset) -> SchemaRef {
    let schema = dataset.arrow_schema();
    let Some(ids) = dataset.field_ids() else { return schema };
    let fields = schema.fields().iter().map(|field| numbered(field, field.name(), ids));
    Arc::new(Schema::new(fields.collect::<Vec<FieldRef>>()))
}

fn numbered(field: &FieldRef, path: &str, ids: &FieldIds) -> FieldRef {
    let id = ids.of(path).map(|id| (PARQUET_FIELD_ID_META_KEY.to_owned(), id.to_string()));
    let field = field.as_ref().clone().with_metadata(id.into_iter().collect());
    let data_type = parts_numbered(field.data_type(), path, ids);
    Arc::new(field.with_data_type(data_type))
}

/// The type with the ids of its parts, which are named as Parquet names them: `element`, `key` and `value`. The groups
/// that Parquet puts in between (`list`, `key_value`) are no columns and have no ids.
fn parts_numbered(data_type: &DataType, path: &str, ids: &FieldIds) -> DataType {
    let part = |field: &FieldRef| numbered(field, &format!("{path}.{}", field.name()), ids);
    match data_type {
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(part).collect()),
        DataType::List(element) => DataType::List(part(element)),
        DataType::Map(entries, sorted) => {
            let pair = parts_numbered(entries.data_type(), path, ids);
            DataType::Map(Arc::new(entries.as_ref().clone().with_data_type(pair)), *sorted)
        }
        other => other.clone(),
    }
}
