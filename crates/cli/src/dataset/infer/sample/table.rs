//! The rows of a CSV sample, kept until it is known what their cells are.

use std::io;

use domain::Dataset;
use formats::{
    Source,
    columns::{Column, Kind, columns},
    csv::{self, Cell, Dialect, Header, NumberedRow},
};

/// A header, and the rows under it.
#[derive(Debug)]
pub(super) struct Table {
    dialect: Dialect,
    header: Header,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Reads the header.
    pub(super) fn begin(source: &mut Source, dialect: &Dialect) -> io::Result<Result<Self, String>> {
        let header = csv::header(source, dialect)?;
        Ok(match header {
            Ok(header) => Ok(Self { dialect: dialect.clone(), header, rows: Vec::new() }),
            Err(record) => Err(record.event.err().unwrap_or_default()),
        })
    }

    /// Reads the next row.
    pub(super) fn next(&self, source: &mut Source) -> io::Result<Option<NumberedRow>> {
        csv::row(source, &self.header, &self.dialect)
    }

    pub(super) fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn has_header(&self) -> bool {
        !self.header.names.is_empty()
    }

    /// The events, where a column is numbers if all of its cells are. A cell that holds nothing is null.
    pub(super) fn as_found(&self) -> Result<Vec<String>, String> {
        let cells = |index: usize| self.rows.iter().filter_map(move |row| row.get(index)?.as_deref());
        let column = |(index, name): (usize, &String)| Column {
            field: name.clone(),
            kind: Kind::of_cells(cells(index)),
        };
        let columns: Vec<Column> = self.header.names.iter().enumerate().map(column).collect();
        self.objects(|row| csv::object_with_nulls(&columns, row))
    }

    /// The events as `publish` makes them of the same rows.
    pub(super) fn events(&self, dataset: &Dataset) -> Result<Vec<String>, String> {
        let columns = columns(&self.header.names, Some(dataset))?;
        self.objects(|row| csv::object(&columns, row))
    }

    fn objects(
        &self,
        object: impl Fn(&[Cell]) -> Result<Vec<u8>, serde_json::Error>,
    ) -> Result<Vec<String>, String> {
        let text = |row: &Vec<Cell>| {
            let bytes = object(row).map_err(|error| error.to_string())?;
            String::from_utf8(bytes).map_err(|error| error.to_string())
        };
        self.rows.iter().map(text).collect()
    }

    /// What somebody should know of how it was read.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let Header { names, delimiter } = &self.header;
        match delimiter {
            _ if self.dialect.delimiter.is_some() => {}
            _ if names.len() == 1 => remarks.push(
                "read as CSV of one column: if there are more, name what is between them (--delimiter)"
                    .to_owned(),
            ),
            b',' => {}
            b'\t' => remarks.push("read as CSV separated by tabs".to_owned()),
            other => remarks.push(format!("read as CSV separated by {:?}", char::from(*other))),
        }
        for (index, name) in names.iter().enumerate() {
            if *name == format!("column_{}", index + 1) {
                remarks.push(format!("column {} of the header has no name, or this one: {name}", index + 1));
            }
        }
        if !self.dialect.nulls.is_empty() {
            let nulls: Vec<String> =
                self.dialect.nulls.iter().map(|null| format!("--null {null:?}")).collect();
            remarks.push(format!("publish it with the same option: {}", nulls.join(" ")));
        }
        remarks
    }
}
