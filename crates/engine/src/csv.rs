//! A result in the form in which Athena leaves it: a header row, every value in double quotes, NULL as
//! nothing at all, the empty string as `""`.

mod number;
mod time;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use datafusion::arrow::{
    array::{
        Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array,
        RecordBatch, StringArray, TimestampMillisecondArray,
    },
    datatypes::{
        DataType as Arrow, Date32Type, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMillisecondType,
    },
};
use domain::port::ResultColumn;
use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};

use crate::{error::EngineError, result::Execution};

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
            quote(&mut writer.buffer, &column.name);
        }
        writer.buffer.push(b'\n');
        writer.drain()?;
        Ok(writer)
    }

    /// Writes the rows of a batch.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), CsvError> {
        let columns = batch.columns().iter().map(Values::of).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                separate(&mut self.buffer, index);
                column.write(&mut self.buffer, row);
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

fn quote(buffer: &mut Vec<u8>, text: &str) {
    buffer.push(b'"');
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            buffer.extend_from_slice(b"\"\"");
        }
        buffer.extend_from_slice(part.as_bytes());
    }
    buffer.push(b'"');
}

/// A column, its type looked at once for a batch and not for each value.
enum Values<'a> {
    Null,
    Boolean(&'a BooleanArray),
    Integer(&'a Int32Array),
    BigInt(&'a Int64Array),
    Double(&'a Float64Array),
    Varchar(&'a StringArray),
    Date(&'a Date32Array),
    Timestamp(&'a TimestampMillisecondArray),
}

impl<'a> Values<'a> {
    fn of(column: &'a ArrayRef) -> Result<Self, CsvError> {
        Ok(match column.data_type() {
            Arrow::Null => Self::Null,
            Arrow::Boolean => Self::Boolean(column.as_boolean()),
            Arrow::Int32 => Self::Integer(column.as_primitive::<Int32Type>()),
            Arrow::Int64 => Self::BigInt(column.as_primitive::<Int64Type>()),
            Arrow::Float64 => Self::Double(column.as_primitive::<Float64Type>()),
            Arrow::Utf8 => Self::Varchar(column.as_string::<i32>()),
            Arrow::Date32 => Self::Date(column.as_primitive::<Date32Type>()),
            Arrow::Timestamp(TimeUnit::Millisecond, None) => {
                Self::Timestamp(column.as_primitive::<TimestampMillisecondType>())
            }
            other => return Err(CsvError::Type(other.clone())),
        })
    }

    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Null => true,
            Self::Boolean(array) => array.is_null(row),
            Self::Integer(array) => array.is_null(row),
            Self::BigInt(array) => array.is_null(row),
            Self::Double(array) => array.is_null(row),
            Self::Varchar(array) => array.is_null(row),
            Self::Date(array) => array.is_null(row),
            Self::Timestamp(array) => array.is_null(row),
        }
    }

    fn write(&self, buffer: &mut Vec<u8>, row: usize) {
        if self.is_null(row) {
            return;
        }
        if let Self::Varchar(array) = self {
            return quote(buffer, array.value(row));
        }
        buffer.push(b'"');
        match self {
            Self::Null | Self::Varchar(_) => {}
            Self::Boolean(array) => {
                let word: &[u8] = if array.value(row) { b"true" } else { b"false" };
                buffer.extend_from_slice(word);
            }
            Self::Integer(array) => number::integer(buffer, i64::from(array.value(row))),
            Self::BigInt(array) => number::integer(buffer, array.value(row)),
            Self::Double(array) => number::double(buffer, array.value(row)),
            Self::Date(array) => time::date(buffer, i64::from(array.value(row))),
            Self::Timestamp(array) => time::timestamp(buffer, array.value(row)),
        }
        buffer.push(b'"');
    }
}
