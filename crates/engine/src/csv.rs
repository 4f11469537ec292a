//! A result in the form in which Athena leaves it: a header row, every value in double quotes, NULL as
//! nothing at all, the empty string as `""`.

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use datafusion::arrow::{array::RecordBatch, datatypes::DataType as Arrow};
use domain::port::ResultColumn;
use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};

use crate::{
    error::EngineError,
    result::Execution,
    values::{Part, Values, range},
};

/// Why a result could not be written.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// The query failed while it ran.
    #[error(transparent)]
    Query(#[from] EngineError),
    /// The writer failed.
    #[error("the result could not be written")]
    Write(#[from] io::Error),
    /// A column is of a type that [`Execution`] does not produce.
    #[error("a column of type {0} has no form in Athena's CSV")]
    Type(Arrow),
}

/// Runs the query to its end and writes all of its rows, batch by batch. The writer is flushed.
pub async fn write<W: Write>(mut execution: Execution, out: W) -> Result<W, CsvError> {
    let mut writer = CsvWriter::new(out, &execution.columns)?;
    while let Some(batch) = execution.batches.try_next().await? {
        writer.write(&batch)?;
    }
    Ok(writer.finish()?)
}

/// Some rows of a result as CSV. The first chunk of a result is its header row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Whole records, each with its line end.
    pub text: Vec<u8>,
    /// How many rows they are, the header row not counted.
    pub rows: usize,
}

/// The same text as [`write()`]'s, batch by batch, as the query runs.
pub fn chunks(execution: Execution) -> BoxStream<'static, Result<Chunk, CsvError>> {
    let Execution { columns, batches, .. } = execution;
    let mut writer = match CsvWriter::new(Vec::new(), &columns) {
        Ok(writer) => writer,
        Err(error) => return stream::once(async { Err(error.into()) }).boxed(),
    };
    let header = Chunk { text: std::mem::take(&mut writer.out), rows: 0 };
    let rows = stream::try_unfold((batches, writer), |(mut batches, mut writer)| async move {
        let Some(batch) = batches.try_next().await? else { return Ok(None) };
        writer.write(&batch)?;
        let chunk = Chunk { text: std::mem::take(&mut writer.out), rows: batch.num_rows() };
        Ok(Some((chunk, (batches, writer))))
    });
    stream::once(async { Ok(header) }).chain(rows).boxed()
}

/// Writes one result. A batch leaves in one call to the inner writer.
#[derive(Debug)]
pub struct CsvWriter<W> {
    out: W,
    buffer: Vec<u8>,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header row.
    pub fn new(out: W, columns: &[ResultColumn]) -> io::Result<Self> {
        let mut writer = Self { out, buffer: Vec::new() };
        for (index, column) in columns.iter().enumerate() {
            separate(&mut writer.buffer, index);
            quote(&mut writer.buffer, column.name.as_bytes());
        }
        writer.buffer.push(b'\n');
        writer.drain()?;
        Ok(writer)
    }

    /// Writes the rows of a batch.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), CsvError> {
        let columns = batch.columns().iter().map(|column| Values::of(column));
        let columns = columns.collect::<Result<Vec<_>, _>>().map_err(CsvError::Type)?;
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                separate(&mut self.buffer, index);
                field(&mut self.buffer, column, row);
            }
            self.buffer.push(b'\n');
        }
        Ok(self.drain()?)
    }

    /// Flushes, and gives the inner writer back.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn drain(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

fn separate(buffer: &mut Vec<u8>, index: usize) {
    if index > 0 {
        buffer.push(b',');
    }
}

fn quote(buffer: &mut Vec<u8>, text: &[u8]) {
    buffer.push(b'"');
    for (index, part) in text.split(|byte| *byte == b'"').enumerate() {
        if index > 0 {
            buffer.extend_from_slice(b"\"\"");
        }
        buffer.extend_from_slice(part);
    }
    buffer.push(b'"');
}

/// Appends one field: NULL is nothing.
fn field(buffer: &mut Vec<u8>, values: &Values<'_>, row: usize) {
    match values.get(row) {
        None => {}
        Some(Part::Varchar(array)) => quote(buffer, array.value(row).as_bytes()),
        Some(Part::Json(array)) => quote(buffer, array.value(row).as_bytes()),
        Some(part @ (Part::Array(..) | Part::Row(_) | Part::Map(..))) => {
            let mut text = Vec::new();
            nested(&mut text, part, row);
            quote(buffer, &text);
        }
        Some(scalar) => {
            buffer.push(b'"');
            scalar.write_scalar(buffer, row);
            buffer.push(b'"');
        }
    }
}

/// Nested values are texts without quotes, `[a, b]` and `{k=v}`, from which nobody reads them back for sure. That is
/// Athena's form: who wants the values casts them to JSON.
pub(crate) fn nested(text: &mut Vec<u8>, part: &Part<'_>, row: usize) {
    match part {
        Part::Array(lists, elements) => {
            text.push(b'[');
            for (index, at) in range(lists.value_offsets(), row).enumerate() {
                comma(text, index);
                nested_or_null(text, elements, at);
            }
            text.push(b']');
        }
        Part::Row(fields) => {
            text.push(b'{');
            for (index, (name, values)) in fields.iter().enumerate() {
                comma(text, index);
                // A field without a name is shown by its place.
                match *name {
                    "" => text.extend_from_slice(format!("field{index}").as_bytes()),
                    name => text.extend_from_slice(name.as_bytes()),
                }
                text.push(b'=');
                nested_or_null(text, values, row);
            }
            text.push(b'}');
        }
        Part::Map(maps, keys, values) => {
            text.push(b'{');
            for (index, at) in range(maps.value_offsets(), row).enumerate() {
                comma(text, index);
                nested_or_null(text, keys, at);
                text.push(b'=');
                nested_or_null(text, values, at);
            }
            text.push(b'}');
        }
        scalar => scalar.write_scalar(text, row),
    }
}

fn comma(text: &mut Vec<u8>, index: usize) {
    if index > 0 {
        text.extend_from_slice(b", ");
    }
}

fn nested_or_null(text: &mut Vec<u8>, values: &Values<'_>, row: usize) {
    match values.get(row) {
        None => text.extend_from_slice(b"null"),
        Some(part) => nested(text, part, row),
    }
}
