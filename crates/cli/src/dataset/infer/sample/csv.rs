//! CSV as RFC 4180 has it, with a header: a row is an event, and a column is numbers if all of its cells are.
//!
//! An empty cell is nothing; with quotes it is the empty text.

use std::{collections::HashSet, fmt::Write};

use domain::json::Raw;
use serde_json::Value;

use super::Sample;

/// One cell; `None` is nothing.
type Cell = Option<String>;

/// What all cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Boolean,
    Nested,
    Text,
}

pub(super) fn events(text: &str, is_cut: bool, most_events: usize) -> Result<Sample, String> {
    let mut rows = Rows { rest: text };
    let header: Vec<String> =
        rows.next().unwrap_or_default().into_iter().map(Option::unwrap_or_default).collect();
    if let Some(empty) = header.iter().position(|name| name.trim().is_empty()) {
        return Err(format!(
            "is neither JSON nor CSV with a header: column {} of its first line has no name",
            empty + 1
        ));
    }
    let mut names = HashSet::with_capacity(header.len());
    if let Some(twice) = header.iter().find(|name| !names.insert(name.as_str())) {
        return Err(format!("names the column {twice:?} twice in its header"));
    }
    let mut sample = Sample::default();
    let mut table: Vec<Vec<Cell>> = Vec::new();
    let mut number = 1;
    while let Some(row) = rows.next() {
        number += 1;
        if row.len() == 1 && row[0].is_none() {
            // An empty line.
            continue;
        }
        if table.len() == most_events {
            sample.is_cut = true;
            break;
        }
        if is_cut && rows.rest.is_empty() {
            break;
        }
        if row.len() == header.len() {
            table.push(row);
        } else {
            sample.bad.push(format!("row {number}: {} cells under a header of {}", row.len(), header.len()));
        }
    }
    let kinds: Vec<Kind> = (0..header.len()).map(|column| kind(&table, column)).collect();
    sample.events = table.iter().map(|row| event(&header, &kinds, row)).collect();
    Ok(sample)
}

fn kind(table: &[Vec<Cell>], column: usize) -> Kind {
    let cells = || table.iter().filter_map(|row| row[column].as_deref());
    let begins = |cell: &str, with: fn(char) -> bool| cell.starts_with(with) && Raw::parse(cell).is_ok();
    let all = |predicate: &dyn Fn(&str) -> bool| cells().next().is_some() && cells().all(predicate);
    if all(&|cell| begins(cell, |c| c == '-' || c.is_ascii_digit())) {
        Kind::Number
    } else if all(&|cell| cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false")) {
        Kind::Boolean
    } else if all(&|cell| begins(cell, |c| c == '[' || c == '{')) {
        Kind::Nested
    } else {
        Kind::Text
    }
}

fn event(header: &[String], kinds: &[Kind], row: &[Cell]) -> String {
    let mut json = String::from("{");
    for ((name, kind), cell) in header.iter().zip(kinds).zip(row) {
        let value = match (cell, kind) {
            (None, _) => "null".to_owned(),
            (Some(cell), Kind::Number | Kind::Nested) => cell.clone(),
            (Some(cell), Kind::Boolean) => cell.to_ascii_lowercase(),
            (Some(cell), Kind::Text) => Value::from(cell.as_str()).to_string(),
        };
        let comma = if json.len() > 1 { "," } else { "" };
        let _infallible = write!(json, "{comma}{}:{value}", Value::from(name.as_str()));
    }
    json.push('}');
    json
}

/// The rows of a text.
struct Rows<'t> {
    rest: &'t str,
}

impl Iterator for Rows<'_> {
    type Item = Vec<Cell>;

    fn next(&mut self) -> Option<Vec<Cell>> {
        if self.rest.is_empty() {
            return None;
        }
        let (mut row, mut cell) = (Vec::new(), String::new());
        let (mut is_quoted, mut was_quoted) = (false, false);
        let mut characters = self.rest.char_indices().peekable();
        let mut end = self.rest.len();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' if is_quoted => {
                    if characters.next_if(|(_, next)| *next == '"').is_some() {
                        cell.push('"');
                    } else {
                        is_quoted = false;
                    }
                }
                '"' if cell.is_empty() && !was_quoted => (is_quoted, was_quoted) = (true, true),
                ',' if !is_quoted => {
                    row.push((was_quoted || !cell.is_empty()).then(|| std::mem::take(&mut cell)));
                    was_quoted = false;
                }
                '\n' if !is_quoted => {
                    end = at + 1;
                    break;
                }
                '\r' if !is_quoted && characters.peek().is_none_or(|(_, next)| *next == '\n') => {}
                other => cell.push(other),
            }
        }
        row.push((was_quoted || !cell.is_empty()).then_some(cell));
        self.rest = &self.rest[end..];
        Some(row)
    }
}
