//! A result as the bytes of an answer: straight from Athena's CSV, one pass, nothing built in between.

mod cell;
mod columns;
mod csv;
mod json;
mod nested;

use crate::{
    column::OutputColumn,
    format::Format,
    result::{Field, MalformedResult, ResultReader},
};

/// A finished body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// The bytes.
    pub(crate) body: Vec<u8>,
    /// How many rows are in it.
    pub(crate) rows: u64,
}

/// Why there is no body.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
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
        /// Counted from 0.
        row: u64,
    },
    /// The caller asked for too much at once.
    #[error("the body would be longer than {maximum} bytes")]
    TooLarge {
        /// The bound.
        maximum: usize,
    },
}

/// What a format does with rows; the pass over the result is the same for all of them.
trait Renderer {
    /// Takes one row; values are in the order of the columns. `Err` is the index of a value that is none.
    fn row(&mut self, index: u64, row: &[Field<'_>]) -> Result<(), usize>;

    /// How many bytes there are so far.
    fn len(&self) -> usize;

    /// The whole body.
    fn finish(self) -> Vec<u8>;
}

/// Renders Athena's CSV, whose columns must be `columns`, in at most `maximum` bytes.
pub(crate) fn render(
    format: Format,
    columns: &[OutputColumn],
    csv: &[u8],
    maximum: usize,
) -> Result<Rendered, RenderError> {
    match format {
        Format::Json => pass(json::Records::new(columns), columns, csv, maximum),
        Format::Columns => pass(columns::Columns::new(columns), columns, csv, maximum),
        Format::Csv => pass(csv::Lines::new(columns), columns, csv, maximum),
    }
}

fn pass<R: Renderer>(
    mut renderer: R,
    columns: &[OutputColumn],
    csv: &[u8],
    maximum: usize,
) -> Result<Rendered, RenderError> {
    let mut reader = ResultReader::new(csv, columns.iter().map(|column| column.name.as_str()))?;
    let mut row = Vec::with_capacity(columns.len());
    let mut rows = 0;
    while reader.read(&mut row)? {
        renderer.row(rows, &row).map_err(|index| RenderError::Cell {
            column: columns[index].name.clone(),
            data_type: columns[index].data_type.clone(),
            row: rows,
        })?;
        rows += 1;
        if renderer.len() > maximum {
            return Err(RenderError::TooLarge { maximum });
        }
    }
    let body = renderer.finish();
    if body.len() > maximum { Err(RenderError::TooLarge { maximum }) } else { Ok(Rendered { body, rows }) }
}

#[cfg(test)]
mod tests;
