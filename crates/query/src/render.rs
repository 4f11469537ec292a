//! A result as the bytes of answers: straight from Athena's CSV, one pass, nothing built in between.
//!
//! [`page::page`] reads as much of a result as one answer takes, and says where the next one goes on. [`render()`] is for a
//! result whose CSV is all there.

mod cell;
#[cfg(feature = "columnar")]
mod columnar;
mod columns;
mod csv;
mod json;
mod mismatch;
mod number;
mod page;
mod piece;
pub(crate) mod result;
pub(crate) mod result_types;
mod simd;
mod time;
mod writer;

#[cfg(test)]
use bytes::Bytes;

#[cfg(test)]
use crate::request::representation::FormatOptions;
#[cfg(test)]
use crate::{plan::column::OutputColumn, request::format::Format};
pub(crate) use page::{PageError, PageRequest, page};
#[cfg(test)]
use result::ResultReader;
use result::{MalformedResult, Row};
pub(crate) use writer::{Page, PageLimits, PageWriter, Position};

/// A finished body.
#[cfg(test)]
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// The bytes.
    pub(crate) body: Vec<u8>,
    /// How many rows are in it.
    pub(crate) rows: u64,
}

/// Why there is no body.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderError {
    /// The engine's fault.
    #[error("the engine's result cannot be read")]
    Malformed(#[from] MalformedResult),
    /// The engine's fault too: a value that is not of its column's type. The value stays out of the log.
    #[error("row {row} has a value in column {column} that is not of type {data_type}")]
    Cell {
        /// The column.
        column: String,
        /// What it should be.
        data_type: domain::DataType,
        /// Counted from 0, from the result's first.
        row: u64,
    },
    /// The caller asked for too much at once: one row has no room in a body, or [`render()`]'s rows together have none.
    #[error("the body would be longer than {maximum} bytes")]
    TooLarge {
        /// The bound.
        maximum: usize,
    },
    /// Arrow's or Parquet's writer failed, which is a defect of ours.
    #[cfg(feature = "columnar")]
    #[error("the rows could not be encoded")]
    Encode(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What a format does with rows; the pass over the result is the same for all of them.
trait Renderer {
    /// Takes one row, values in the order of the columns, unless the body would be longer than `maximum` with it: then
    /// `false`, and nothing of it is in. `Err` is the index of a value that is none; then the renderer is of no more use.
    fn row(&mut self, number: u64, row: Row<'_>, maximum: usize) -> Result<bool, usize>;

    /// The whole body.
    fn finish(self) -> Result<Vec<u8>, RenderError>;
}

/// Renders Athena's CSV, whose columns must be `columns`, in at most `maximum` bytes.
#[cfg(test)]
pub(crate) fn render(
    format: Format,
    columns: &[OutputColumn],
    csv: &Bytes,
    maximum: usize,
) -> Result<Rendered, RenderError> {
    let limits = PageLimits { max_rows: u64::MAX, max_body: maximum };
    let mut reader = ResultReader::new(columns.iter().map(|column| column.name.as_str()));
    reader.feed(csv.clone());
    reader.end();
    let mut writer = PageWriter::new(format, columns, FormatOptions::default(), limits, Position::START);
    writer.take(&mut reader)?;
    let page = writer.finish(csv.len() as u64)?;
    match page.next {
        None => Ok(Rendered { body: page.body, rows: page.rows }),
        Some(_) => Err(RenderError::TooLarge { maximum }),
    }
}

#[cfg(test)]
mod tests;
