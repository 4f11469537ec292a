//! `format=csv`: RFC 4180 with a header. NULL is nothing and the empty string is `""`, so that a reader who
//! wants to can tell them apart.

use super::{Renderer, cell};
use crate::{column::OutputColumn, result::Field};
use domain::DataType;

/// The lines so far.
pub(super) struct Lines {
    out: Vec<u8>,
    types: Vec<DataType>,
    /// One value, before it is quoted.
    value: Vec<u8>,
}

impl Lines {
    pub(super) fn new(columns: &[OutputColumn]) -> Self {
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        // Names of columns have no character that needs quotes.
        let out = (names.join(",") + "\r\n").into_bytes();
        Self {
            out,
            value: Vec::new(),
            types: columns.iter().map(|column| column.data_type.clone()).collect(),
        }
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
                Some(text) => match data_type {
                    DataType::String => string(&mut self.out, text.as_bytes()),
                    // No bytes are the empty string, and JSON has commas and quotes.
                    DataType::Binary | DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => {
                        self.value.clear();
                        cell::text(&mut self.value, data_type, text).map_err(|_| index)?;
                        string(&mut self.out, &self.value);
                    }
                    // No other type writes a comma, a quote or a line break, or nothing.
                    _ => cell::text(&mut self.out, data_type, text).map_err(|_| index)?,
                },
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

fn string(out: &mut Vec<u8>, text: impl AsRef<[u8]>) {
    let text = text.as_ref();
    let plain = !text.is_empty()
        && !text.starts_with(b" ")
        && !text.ends_with(b" ")
        && !text.iter().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n'));
    if plain {
        out.extend_from_slice(text);
        return;
    }
    out.push(b'"');
    for (index, part) in text.split(|byte| *byte == b'"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part);
    }
    out.push(b'"');
}
