//! `format=columns`: an object of columns, each an object of values by row number, which is what pandas
//! writes and reads as `orient="columns"`.

use super::{Renderer, cell};
use crate::{column::OutputColumn, result::Field};
use domain::DataType;

/// Every column so far. Rows come one by one and columns leave one by one, so each has its own buffer.
pub(super) struct Columns {
    columns: Vec<(Vec<u8>, DataType)>,
}

impl Columns {
    pub(super) fn new(columns: &[OutputColumn]) -> Self {
        let column = |column: &OutputColumn| {
            let mut out = Vec::new();
            cell::json_string(&mut out, &column.name);
            out.extend_from_slice(b":{");
            (out, column.data_type.clone())
        };
        Self { columns: columns.iter().map(column).collect() }
    }
}

impl Renderer for Columns {
    fn row(&mut self, index: u64, row: &[Field<'_>]) -> Result<(), usize> {
        let mut before = if index == 0 { String::new() } else { String::from(",") };
        before.push_str(&format!("\"{index}\":"));
        for (index, (field, (out, data_type))) in row.iter().zip(&mut self.columns).enumerate() {
            out.extend_from_slice(before.as_bytes());
            match field {
                None => out.extend_from_slice(b"null"),
                Some(text) => cell::json(out, data_type, text).map_err(|_| index)?,
            }
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.columns.iter().map(|(out, _)| out.len()).sum()
    }

    fn finish(self) -> Vec<u8> {
        // Each column ends with `}` and has a `{` or `,` before it; one more brace closes the object.
        let mut body = Vec::with_capacity(self.len() + 2 * self.columns.len() + 2);
        let mut before = b'{';
        for (out, _) in &self.columns {
            body.push(before);
            body.extend_from_slice(out);
            body.push(b'}');
            before = b',';
        }
        body.push(b'}');
        body
    }
}
