//! A result in the form in which Athena leaves it: a header row, every value in double quotes, NULL as
//! nothing at all, the empty string as `""`.

mod pieces;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use datafusion::arrow::{array::RecordBatch, datatypes::DataType as Arrow};
use domain::port::ResultColumn;
use futures::TryStreamExt;

use crate::{
    cancel::Cancellation,
    error::EngineError,
    result::Execution,
    values::{Part, Values, hex, range},
};
use pieces::{Pieces, Quoted};

pub(crate) use pieces::Text;

/// How many bytes of a `varbinary` are written at once. Each takes three.
const HEX: usize = 32;

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

/// Runs the query to its end and writes all of its rows, in pieces of at most 256 KiB, each of which leaves in one call
/// to the writer. Neither a row nor a value is gathered before. The writer is flushed.
///
/// Between two pieces it looks at the query's [`Cancellation`], and a writer that fails ends the query.
pub async fn write<W: Write>(execution: Execution, out: W) -> Result<W, CsvError> {
    let (out, _) = write_counted(execution, out).await?;
    Ok(out)
}

/// As [`write()`]; answers also how many rows there are, the header row not counted.
pub async fn write_counted<W: Write>(mut execution: Execution, out: W) -> Result<(W, u64), CsvError> {
    let mut writer = CsvWriter::begin(out, &execution.columns, execution.cancellation.clone())?;
    let mut rows = 0;
    while let Some(batch) = execution.batches.try_next().await? {
        writer.write(&batch)?;
        rows += batch.num_rows() as u64;
    }
    Ok((writer.finish()?, rows))
}

/// Writes one result, in pieces as [`write()`] does.
#[derive(Debug)]
pub struct CsvWriter<W> {
    out: Pieces<W>,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header row.
    pub fn new(out: W, columns: &[ResultColumn]) -> Result<Self, CsvError> {
        Self::begin(out, columns, Cancellation::default())
    }

    /// The same for a query that may be cancelled.
    fn begin(out: W, columns: &[ResultColumn], cancellation: Cancellation) -> Result<Self, CsvError> {
        let mut out = Pieces::new(out, cancellation);
        for (index, column) in columns.iter().enumerate() {
            separate(&mut out, index)?;
            out.put(b"\"")?;
            Quoted(&mut out).put(column.name.as_bytes())?;
            out.put(b"\"")?;
        }
        out.put(b"\n")?;
        out.drain()?;
        Ok(Self { out })
    }

    /// Writes the rows of a batch.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), CsvError> {
        let columns = batch.columns().iter().map(|column| Values::of(column));
        let columns = columns.collect::<Result<Vec<_>, _>>().map_err(CsvError::Type)?;
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                separate(&mut self.out, index)?;
                field(&mut self.out, column, row)?;
            }
            self.out.put(b"\n")?;
        }
        self.out.drain()
    }

    /// Flushes, and gives the inner writer back.
    pub fn finish(self) -> Result<W, CsvError> {
        self.out.finish()
    }
}

fn separate<W: Write>(out: &mut Pieces<W>, index: usize) -> Result<(), CsvError> {
    if index > 0 { out.put(b",") } else { Ok(()) }
}

/// Writes one field: NULL is nothing.
fn field<W: Write>(out: &mut Pieces<W>, values: &Values<'_>, row: usize) -> Result<(), CsvError> {
    let Some(part) = values.get(row) else { return Ok(()) };
    out.put(b"\"")?;
    nested(&mut Quoted(out), part, row)?;
    out.put(b"\"")
}

/// Appends a value. Nested ones are texts without quotes, `[a, b]` and `{k=v}`, from which nobody reads them back for
/// sure. That is Athena's form: who wants the values casts them to JSON.
pub(crate) fn nested<T: Text>(text: &mut T, part: &Part<'_>, row: usize) -> Result<(), T::Error> {
    match part {
        Part::Array(lists, elements) => {
            text.put(b"[")?;
            for (index, at) in range(lists.value_offsets(), row).enumerate() {
                comma(text, index)?;
                nested_or_null(text, elements, at)?;
            }
            text.put(b"]")
        }
        Part::Row(fields) => {
            text.put(b"{")?;
            for (index, (name, values)) in fields.iter().enumerate() {
                comma(text, index)?;
                // A field without a name is shown by its place.
                match *name {
                    "" => text.put(format!("field{index}").as_bytes())?,
                    name => text.put(name.as_bytes())?,
                }
                text.put(b"=")?;
                nested_or_null(text, values, row)?;
            }
            text.put(b"}")
        }
        Part::Map(maps, keys, values) => {
            text.put(b"{")?;
            for (index, at) in range(maps.value_offsets(), row).enumerate() {
                comma(text, index)?;
                nested_or_null(text, keys, at)?;
                text.put(b"=")?;
                nested_or_null(text, values, at)?;
            }
            text.put(b"}")
        }
        Part::Varchar(array) => text.put(array.value(row).as_bytes()),
        Part::Json(array) => text.put(array.value(row).as_bytes()),
        Part::Varbinary(array) => {
            for (index, bytes) in array.value(row).chunks(HEX).enumerate() {
                text.short(|text| {
                    if index > 0 {
                        text.push(b' ');
                    }
                    hex(text, bytes);
                })?;
            }
            Ok(())
        }
        scalar => text.short(|text| scalar.write_scalar(text, row)),
    }
}

fn comma<T: Text>(text: &mut T, index: usize) -> Result<(), T::Error> {
    if index > 0 { text.put(b", ") } else { Ok(()) }
}

fn nested_or_null<T: Text>(text: &mut T, values: &Values<'_>, row: usize) -> Result<(), T::Error> {
    match values.get(row) {
        None => text.put(b"null"),
        Some(part) => nested(text, part, row),
    }
}
