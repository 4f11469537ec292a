//! `format=columns`: an object of columns, each an object of values by row number, which is what pandas
//! writes and reads as `orient="columns"`.

use super::{
    RenderError, Renderer, cell,
    piece::RowNumber,
    result::{Row, Value},
};
use crate::{plan::column::OutputColumn, request::representation::FormatOptions};
use domain::DataType;

/// How long a block of a column becomes before the next one begins. A single buffer would be copied whenever it grows.
const BLOCK: usize = 64 << 10;

/// Every column so far. Rows come one by one and columns leave one by one, so each has its own buffers.
pub(super) struct Columns {
    columns: Vec<Column>,
    number: Option<RowNumber>,
    options: FormatOptions,
    /// Of the whole body, were it finished now.
    length: usize,
}

struct Column {
    data_type: DataType,
    /// From the `{` or `,` before its name: the blocks that are full, and the one that is written.
    full: Vec<Vec<u8>>,
    out: Vec<u8>,
    /// How much of it there was before the last row.
    before: usize,
}

impl Columns {
    pub(super) fn new(columns: &[OutputColumn], options: FormatOptions) -> Self {
        let column = |(index, column): (usize, &OutputColumn)| {
            let mut out = vec![if index == 0 { b'{' } else { b',' }];
            cell::json_string(&mut out, Value::of(&column.name));
            out.extend_from_slice(b":{");
            Column { data_type: column.data_type.clone(), full: Vec::new(), before: 0, out }
        };
        let columns: Vec<Column> = columns.iter().enumerate().map(column).collect();
        // Each column ends with `}`; one more brace closes the object.
        let length = columns.iter().map(|column| column.out.len() + 1).sum::<usize>() + 1;
        Self { columns, number: None, options, length }
    }
}

impl Renderer for Columns {
    #[inline]
    fn row(&mut self, number: u64, row: Row<'_>, maximum: usize) -> Result<bool, usize> {
        let number = match &mut self.number {
            Some(known) => {
                known.next(number);
                known
            }
            unknown => unknown.insert(RowNumber::first(number)),
        };
        let (mut length, mut written) = (self.length, 0);
        for (index, (value, column)) in row.values().zip(&mut self.columns).enumerate() {
            if column.out.len() >= BLOCK {
                // With room for the value that goes beyond it.
                let next = Vec::with_capacity(BLOCK + BLOCK / 16);
                column.full.push(std::mem::replace(&mut column.out, next));
            }
            let out = &mut column.out;
            column.before = out.len();
            number.append_to(out);
            match value {
                None => out.extend_from_slice(b"null"),
                Some(value) => {
                    cell::json(out, &column.data_type, value, self.options).map_err(|_| index)?;
                }
            }
            length += out.len() - column.before;
            written = index + 1;
            // A row may be several times as long as it is in the result: it is not finished where it has no room.
            if length > maximum {
                break;
            }
        }
        if length > maximum {
            let columns = self.columns.iter_mut().take(written);
            columns.for_each(|column| column.out.truncate(column.before));
            return Ok(false);
        }
        self.length = length;
        Ok(true)
    }

    fn finish(self) -> Result<Vec<u8>, RenderError> {
        let mut body = Vec::with_capacity(self.length);
        for Column { full, out, .. } in self.columns {
            // A block is gone once it was copied.
            full.into_iter().for_each(|block| body.extend_from_slice(&block));
            body.extend_from_slice(&out);
            body.push(b'}');
        }
        if body.is_empty() {
            body.push(b'{');
        }
        body.push(b'}');
        Ok(body)
    }
}
