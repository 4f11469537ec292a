//! `format=csv`: RFC 4180 with a header. NULL is nothing and the empty string is `""`, so that a reader who
//! wants to can tell them apart.

use super::{Renderer, cell};
use crate::{column::TableColumn, result::Field};
use domain::DataType;

/// The lines so far.
pub(super) struct Lines {
    out: Vec<u8>,
    types: Vec<DataType>,
}

impl Lines {
    pub(super) fn new(columns: &[TableColumn]) -> Self {
        let names: Vec<&str> = columns.iter().map(TableColumn::name).collect();
        // Names of columns have no character that needs quotes.
        let out = (names.join(",") + "\r\n").into_bytes();
        Self { out, types: columns.iter().map(TableColumn::data_type).collect() }
    }
}

impl Renderer for Lines {
    fn row(&mut self, _: u64, row: &[Field<'_>]) -> Result<(), usize> {
        for (index, (field, data_type)) in row.iter().zip(&self.types).enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            match field {
                None => {}
                Some(text) if *data_type == DataType::String => string(&mut self.out, text),
                // No other type writes a comma, a quote or a line break.
                Some(text) => cell::text(&mut self.out, *data_type, text).map_err(|_| index)?,
            }
        }
        self.out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn len(&self) -> usize {
        self.out.len()
    }

    fn finish(self) -> Vec<u8> {
        self.out
    }
}

fn string(out: &mut Vec<u8>, text: &str) {
    let plain = !text.is_empty()
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains(['"', ',', '\r', '\n']);
    if plain {
        out.extend_from_slice(text.as_bytes());
    } else {
        out.push(b'"');
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    }
}
