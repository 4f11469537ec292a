//! `format=json`: an array of records, each on its line.

use super::{Renderer, cell};
use crate::{column::OutputColumn, result::Field};
use domain::DataType;

/// The array so far.
pub(super) struct Records {
    out: Vec<u8>,
    /// What stands before each value of a record: `{"a":`, `,"b":`.
    columns: Vec<(Vec<u8>, DataType)>,
}

impl Records {
    pub(super) fn new(columns: &[OutputColumn]) -> Self {
        let column = |(index, column): (usize, &OutputColumn)| {
            let mut before = vec![if index == 0 { b'{' } else { b',' }];
            cell::json_string(&mut before, &column.name);
            before.push(b':');
            (before, column.data_type.clone())
        };
        Self { out: vec![b'['], columns: columns.iter().enumerate().map(column).collect() }
    }
}

impl Renderer for Records {
    fn row(&mut self, index: u64, row: &[Field<'_>]) -> Result<(), usize> {
        if index > 0 {
            self.out.extend_from_slice(b",\n");
        }
        for (index, (field, (before, data_type))) in row.iter().zip(&self.columns).enumerate() {
            self.out.extend_from_slice(before);
            match field {
                None => self.out.extend_from_slice(b"null"),
                Some(text) => cell::json(&mut self.out, data_type, text).map_err(|_| index)?,
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn len(&self) -> usize {
        self.out.len()
    }

    fn finish(mut self) -> Vec<u8> {
        self.out.push(b']');
        self.out
    }
}
