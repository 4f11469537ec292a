//! Tables whose files are CSV, as Hive's `OpenCSVSerde` reads them: a line is a record, and every value is a text.
//!
//! Such a table is read whole when a query begins, so its files and its values are bounded.

mod line;

use std::sync::Arc;

use bytes::Bytes;
use datafusion::{
    arrow::array::{ArrayRef, RecordBatch, StringBuilder},
    catalog::TableProvider,
    datasource::{MemTable, listing::PartitionedFile},
};
use domain::port::{ObjectStore, Table};

use crate::{
    error::EngineError,
    failure::{from_datafusion, from_store},
    files::{self, Snapshot},
    schema::TableSchemas,
};
use line::{Marks, lines};

/// The parameter in which a catalog says which class reads a table's files. A table without it is of Parquet.
pub const SERDE: &str = "serialization.lib";

/// Hive's class for CSV.
pub const OPEN_CSV: &str = "org.apache.hadoop.hive.serde2.OpenCSVSerde";

/// The parameters of a table of CSV that say what separates, quotes and escapes: one character each.
pub const OPEN_CSV_MARKS: [&str; 3] = ["separatorChar", "quoteChar", "escapeChar"];

/// How many lines of each file are no records.
const HEADER: &str = "skip.header.line.count";

/// The most bytes of a table's files, and the most values in them.
const MOST_BYTES: u64 = 16 << 20;
const MOST_VALUES: usize = 4_000_000;

/// How many rows a batch has.
const BATCH: usize = 2_048;

/// Whether the table's files are CSV. A table whose files are neither that nor Parquet is refused.
pub(crate) fn is_format_of(table: &Table) -> Result<bool, EngineError> {
    match table.parameters.get(SERDE).map(String::as_str) {
        None => Ok(false),
        Some(OPEN_CSV) => Ok(true),
        Some(other) => {
            Err(EngineError::unsupported(format!("the table {}, whose files {other} reads,", table.name)))
        }
    }
}

/// Reads all files of the table.
pub(crate) async fn table<S: ObjectStore>(
    schemas: &TableSchemas,
    snapshot: Snapshot<S>,
) -> Result<Arc<dyn TableProvider>, EngineError> {
    let Snapshot { table, partitions, store, bucket } = snapshot;
    let marks = check(&table)?;
    let found = files::list(&store, &table, partitions, bucket.as_deref()).await?;
    let bytes: u64 = found.iter().map(|file| file.object_meta.size).sum();
    if bytes > MOST_BYTES {
        return Err(too_large(&table, &format!("{MOST_BYTES} bytes")));
    }
    store.scanned().add(bytes)?;
    let mut values = 0;
    let mut batches = Vec::new();
    for file in &found {
        let key: &str = file.object_meta.location.as_ref();
        if [".gz", ".bz2", ".lz4", ".snappy", ".zst"].iter().any(|end| key.ends_with(end)) {
            return Err(EngineError::unsupported(format!("compressed CSV ({key})")));
        }
        let text = store.whole(key).await.map_err(from_store)?;
        let (columns, rows) = columns(&table, marks, &text, &mut values)?;
        let rows = batch(schemas, file, columns, rows)?;
        batches.extend((0..rows.num_rows()).step_by(BATCH).map(|at| {
            let length = BATCH.min(rows.num_rows() - at);
            rows.slice(at, length)
        }));
    }
    let table = MemTable::try_new(Arc::clone(&schemas.whole), vec![batches]).map_err(from_datafusion)?;
    Ok(Arc::new(table))
}

/// What the table asks for, if it is there.
fn check(table: &Table) -> Result<Marks, EngineError> {
    let name = &table.name;
    if !table.partition_keys.is_empty() {
        return Err(EngineError::unsupported(format!("the table of CSV {name}, which has partitions,")));
    }
    if table.columns.is_empty() {
        return Err(EngineError::unsupported(format!("the table of CSV {name}, which has no columns,")));
    }
    if let Some(column) = table.columns.iter().find(|column| !column.data_type.eq_ignore_ascii_case("string"))
    {
        let (column, data_type) = (&column.name, &column.data_type);
        let construct = format!("the column {column} of the type {data_type} in the table of CSV {name}");
        return Err(EngineError::unsupported(construct));
    }
    let mark = |name: &str| table.parameters.get(name).and_then(|text| text.chars().next());
    let [separator, quote, escape] = OPEN_CSV_MARKS.map(mark);
    Marks::new(separator, quote, escape).ok_or_else(|| {
        EngineError::unsupported(format!("the table of CSV {name}, which has one mark twice,"))
    })
}

/// The file's columns, and how many rows they have. `values` counts those of all files.
fn columns(
    table: &Table,
    marks: Marks,
    text: &Bytes,
    values: &mut usize,
) -> Result<(Vec<ArrayRef>, usize), EngineError> {
    let header = table.parameters.get(HEADER).and_then(|count| count.trim().parse().ok()).unwrap_or(0);
    let text = String::from_utf8_lossy(text);
    let mut columns: Vec<StringBuilder> = table.columns.iter().map(|_| StringBuilder::new()).collect();
    let mut rows = 0;
    for line in lines(&text).skip(header) {
        *values += columns.len();
        if *values > MOST_VALUES {
            return Err(too_large(table, &format!("{MOST_VALUES} values")));
        }
        let mut fields = marks.fields(line, columns.len()).into_iter();
        for column in &mut columns {
            column.append_option(fields.next());
        }
        rows += 1;
    }
    Ok((columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect(), rows))
}

/// The file's rows with what they have in common.
fn batch(
    schemas: &TableSchemas,
    file: &PartitionedFile,
    mut columns: Vec<ArrayRef>,
    rows: usize,
) -> Result<RecordBatch, EngineError> {
    for value in &file.partition_values {
        columns.push(value.to_array_of_size(rows).map_err(from_datafusion)?);
    }
    let batch = RecordBatch::try_new(Arc::clone(&schemas.whole), columns);
    batch.map_err(|error| EngineError::Internal(Box::new(error)))
}

fn too_large(table: &Table, most: &str) -> EngineError {
    EngineError::failed(
        "EXCEEDED_LOCAL_MEMORY_LIMIT",
        format!("the table of CSV {} has more than {most}, the most of the local engine", table.name),
    )
}
