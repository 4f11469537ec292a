//! `format=csv`: RFC 4180 with a header. NULL is nothing and the empty string is `""`, so that a reader who
//! wants to can tell them apart. Every other byte is as it is in the table, unless the caller wants cells for a
//! spreadsheet ([`FormatOptions::spreadsheet`]).

mod spreadsheet;

use super::{
    RenderError, Renderer, cell,
    result::{Row, Value},
    simd::{self, LENGTH},
};
use crate::{plan::column::OutputColumn, request::representation::FormatOptions};
use domain::DataType;

/// The lines so far.
pub(super) struct Lines {
    out: Vec<u8>,
    types: Vec<DataType>,
    /// One value, before it is quoted.
    value: Vec<u8>,
    /// Whether no cell may be a formula.
    spreadsheet: bool,
}

impl Lines {
    pub(super) fn new(columns: &[OutputColumn], options: FormatOptions) -> Self {
        let spreadsheet = options.spreadsheet;
        let mut out = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            match spreadsheet {
                true => no_formula(&mut out, column.name.as_bytes()),
                false => quoted_if_needed(&mut out, column.name.as_bytes()),
            }
        }
        out.extend_from_slice(b"\r\n");
        let types = columns.iter().map(|column| column.data_type.clone()).collect();
        Self { out, value: Vec::new(), types, spreadsheet }
    }
}

impl Renderer for Lines {
    #[inline]
    fn row(&mut self, _: u64, row: Row<'_>, maximum: usize) -> Result<bool, usize> {
        let before = self.out.len();
        for (index, (value, data_type)) in row.values().zip(&self.types).enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            let Some(value) = value else { continue };
            match data_type {
                DataType::String if self.spreadsheet => {
                    no_formula(&mut self.out, value.text().ok_or(index)?.as_bytes());
                }
                DataType::String => string(&mut self.out, value),
                // No bytes are the empty string, and JSON has commas and quotes.
                DataType::Binary | DataType::Array(_) | DataType::Struct(_) | DataType::Map(_) => {
                    self.value.clear();
                    cell::text(&mut self.value, data_type, value).map_err(|_| index)?;
                    match self.spreadsheet {
                        true => no_formula(&mut self.out, &self.value),
                        false => quoted_if_needed(&mut self.out, &self.value),
                    }
                }
                // No other type writes a comma, a quote or a line break, or nothing; what begins with a minus is a number.
                _ => cell::text(&mut self.out, data_type, value).map_err(|_| index)?,
            }
        }
        self.out.extend_from_slice(b"\r\n");
        if self.out.len() > maximum {
            self.out.truncate(before);
            return Ok(false);
        }
        Ok(true)
    }

    fn finish(self) -> Result<Vec<u8>, RenderError> {
        Ok(self.out)
    }
}

/// Appends a text of the result, whose quotes are doubled as they have to be here.
#[inline]
fn string(out: &mut Vec<u8>, value: Value<'_>) {
    if let Some(pair) = value.short() {
        let length = value.len();
        let spaces = simd::pair(pair, |chunk| simd::same(chunk, &[b' '; LENGTH]));
        let at_an_end = (spaces | spaces >> (length.max(1) - 1)) & 1;
        let special = simd::pair(pair, simd::special_in_csv) & simd::first(length);
        if length > 0 && at_an_end == 0 && special == 0 {
            simd::append(out, pair, length);
            return;
        }
    }
    let text = value.bytes();
    if is_plain(text) {
        out.extend_from_slice(text);
    } else if value.is_doubled() || !text.contains(&b'"') {
        out.push(b'"');
        out.extend_from_slice(text);
        out.push(b'"');
    } else {
        quoted(out, text);
    }
}

/// Appends a text in quotes, and with an apostrophe wherever a formula could begin.
fn no_formula(out: &mut Vec<u8>, text: &[u8]) {
    match std::str::from_utf8(text) {
        Ok(text) => quoted(out, spreadsheet::inert(text).as_bytes()),
        Err(_) => quoted(out, text),
    }
}

fn quoted_if_needed(out: &mut Vec<u8>, text: &[u8]) {
    if is_plain(text) {
        out.extend_from_slice(text);
    } else {
        quoted(out, text);
    }
}

/// Whether the text needs no quotes around it.
fn is_plain(text: &[u8]) -> bool {
    let (chunks, rest) = text.as_chunks::<LENGTH>();
    !text.is_empty()
        && !text.starts_with(b" ")
        && !text.ends_with(b" ")
        && chunks.iter().all(|chunk| simd::special_in_csv(chunk) == 0)
        && !rest.iter().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n'))
}

/// Appends a text in quotes, with those inside it doubled.
fn quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for (index, part) in text.split(|byte| *byte == b'"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part);
    }
    out.push(b'"');
}
