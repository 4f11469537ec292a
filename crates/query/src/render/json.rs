//! `format=json`: an array of records, each on its line. `format=ndjson`: the records alone.

use super::{
    RenderError, Renderer, cell,
    piece::Piece,
    result::{Row, Value},
};
use crate::{plan::column::OutputColumn, request::representation::FormatOptions};
use domain::DataType;

/// The records so far.
pub(super) struct Records {
    out: Vec<u8>,
    /// What stands before each value of a record: `{"a":`, `,"b":`.
    columns: Vec<(Piece, DataType)>,
    options: FormatOptions,
    shape: Shape,
    rows: bool,
}

/// What is around and between the records.
#[derive(Debug, Clone, Copy)]
struct Shape {
    begin: &'static [u8],
    between: &'static [u8],
    after: &'static [u8],
    end: &'static [u8],
}

impl Records {
    /// As elements of an array.
    pub(super) fn array(columns: &[OutputColumn], options: FormatOptions) -> Self {
        Self::new(columns, options, Shape { begin: b"[", between: b",\n", after: b"}", end: b"]" })
    }

    /// As lines.
    pub(super) fn lines(columns: &[OutputColumn], options: FormatOptions) -> Self {
        Self::new(columns, options, Shape { begin: b"", between: b"", after: b"}\n", end: b"" })
    }

    fn new(columns: &[OutputColumn], options: FormatOptions, shape: Shape) -> Self {
        let column = |(index, column): (usize, &OutputColumn)| {
            let mut before = vec![if index == 0 { b'{' } else { b',' }];
            cell::json_string(&mut before, Value::of(&column.name));
            before.push(b':');
            (Piece::new(before), column.data_type.clone())
        };
        let columns = columns.iter().enumerate().map(column).collect();
        Self { out: shape.begin.to_vec(), columns, options, shape, rows: false }
    }
}

impl Renderer for Records {
    #[inline]
    fn row(&mut self, _: u64, row: Row<'_>, maximum: usize) -> Result<bool, usize> {
        let before = self.out.len();
        if self.rows {
            self.out.extend_from_slice(self.shape.between);
        }
        for (index, (value, (name, data_type))) in row.values().zip(&self.columns).enumerate() {
            name.append_to(&mut self.out);
            match value {
                None => self.out.extend_from_slice(b"null"),
                Some(value) => {
                    cell::json(&mut self.out, data_type, value, self.options).map_err(|_| index)?;
                }
            }
            // A row may be several times as long as it is in the result: it is not finished where it has no room.
            if self.out.len() > maximum {
                self.out.truncate(before);
                return Ok(false);
            }
        }
        self.out.extend_from_slice(self.shape.after);
        if self.out.len() + self.shape.end.len() > maximum {
            self.out.truncate(before);
            return Ok(false);
        }
        self.rows = true;
        Ok(true)
    }

    fn finish(mut self) -> Result<Vec<u8>, RenderError> {
        self.out.extend_from_slice(self.shape.end);
        Ok(self.out)
    }
}
