//! Tables that are made of the catalog: `information_schema`, and the partitions of a table.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, RecordBatch, StringArray},
        datatypes::{DataType as Arrow, Field, Schema},
        error::ArrowError,
    },
    catalog::TableProvider,
    datasource::MemTable,
};
use domain::{data_type::DataType, port::Table};

use crate::{
    error::EngineError,
    failure::from_datafusion,
    keys::{self, Partition},
    lake::CATALOG,
    schema::TableSchemas,
    types,
};

/// The schema of the tables that describe the others.
pub(crate) const INFORMATION_SCHEMA: &str = "information_schema";

/// How the names of partitions' tables end.
pub(crate) const PARTITIONS: &str = "$partitions";

/// The parameter that a view has in the catalog.
const VIEW: &str = "presto_view";

/// A table of `information_schema`, of the tables of the database. `None`: there is none of the name.
pub(crate) fn information(
    name: &str,
    database: &str,
    tables: &[Table],
) -> Result<Option<Arc<dyn TableProvider>>, EngineError> {
    let columns = match name {
        "tables" => of_tables(database, tables),
        "columns" => of_columns(database, tables),
        "schemata" => vec![
            texts("catalog_name", vec![Some(CATALOG.to_owned()); 2]),
            texts("schema_name", [INFORMATION_SCHEMA, database].map(|name| Some(name.to_owned())).to_vec()),
        ],
        _ => return Ok(None),
    };
    table(columns).map(Some)
}

/// The partitions' values, in columns that are called as the keys. `None` of a table without keys.
pub(crate) fn partitions(
    of: &Table,
    partitions: &[Partition],
) -> Result<Option<Arc<dyn TableProvider>>, EngineError> {
    let keys = TableSchemas::of(of)?.keys;
    if keys.fields().is_empty() {
        return Ok(None);
    }
    let columns = keys::columns(&keys, partitions).map_err(from_datafusion)?;
    let columns = keys.fields().iter().zip(columns);
    table(columns.map(|(key, values)| (key.as_ref().clone(), values)).collect()).map(Some)
}

type Column = (Field, ArrayRef);

fn of_tables(database: &str, tables: &[Table]) -> Vec<Column> {
    let kind = |table: &Table| if is_view(table) { "VIEW" } else { "BASE TABLE" };
    vec![
        texts("table_catalog", vec![Some(CATALOG.to_owned()); tables.len()]),
        texts("table_schema", vec![Some(database.to_owned()); tables.len()]),
        texts("table_name", tables.iter().map(|table| Some(table.name.to_string())).collect()),
        texts("table_type", tables.iter().map(|table| Some(kind(table).to_owned())).collect()),
    ]
}

/// The columns of all tables, each followed by its keys. Athena has two columns more than Trino.
fn of_columns(database: &str, tables: &[Table]) -> Vec<Column> {
    let mut rows: Vec<(&Table, &str, String, Option<&str>, bool)> = Vec::new();
    let mut places = Vec::new();
    for table in tables {
        let columns = table.columns.iter().map(|column| {
            (table, column.name.as_str(), sql_type(&column.data_type), column.comment.as_deref(), false)
        });
        let keys = table.partition_keys.iter();
        let keys = keys.map(|key| (table, key.name.as_str(), sql_type(&key.data_type), None, true));
        places.extend(1..=(table.columns.len() + table.partition_keys.len()) as i64);
        rows.extend(columns.chain(keys));
    }
    let all = |text: &str| vec![Some(text.to_owned()); rows.len()];
    vec![
        texts("table_catalog", all(CATALOG)),
        texts("table_schema", all(database)),
        texts("table_name", rows.iter().map(|(table, ..)| Some(table.name.to_string())).collect()),
        texts("column_name", rows.iter().map(|(_, name, ..)| Some(name.to_lowercase())).collect()),
        numbers("ordinal_position", places),
        texts("column_default", vec![None; rows.len()]),
        texts("is_nullable", all("YES")),
        texts("data_type", rows.iter().map(|(_, _, data_type, ..)| Some(data_type.clone())).collect()),
        texts("comment", rows.iter().map(|(_, _, _, comment, _)| comment.map(str::to_owned)).collect()),
        texts("extra_info", rows.iter().map(|row| row.4.then(|| "partition key".to_owned())).collect()),
    ]
}

/// SQL's name for the catalog's type. What is no type here is shown as it is there.
fn sql_type(written: &str) -> String {
    let lower = written.to_lowercase();
    let data_type: Result<DataType, _> = lower.parse();
    data_type.ok().and_then(|data_type| types::name(&data_type.arrow())).unwrap_or(lower)
}

fn is_view(table: &Table) -> bool {
    table.parameters.get(VIEW).is_some_and(|value| value == "true")
}

fn texts(name: &str, values: Vec<Option<String>>) -> Column {
    (Field::new(name, Arrow::Utf8, true), Arc::new(StringArray::from(values)))
}

fn numbers(name: &str, values: Vec<i64>) -> Column {
    (Field::new(name, Arrow::Int64, true), Arc::new(Int64Array::from(values)))
}

fn table(columns: Vec<Column>) -> Result<Arc<dyn TableProvider>, EngineError> {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays);
    let batch = batch.map_err(|error: ArrowError| EngineError::Internal(Box::new(error)))?;
    let table = MemTable::try_new(schema, vec![vec![batch]]).map_err(from_datafusion)?;
    Ok(Arc::new(table))
}
