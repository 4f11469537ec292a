//! CSV as RFC 4180 has it, and as it is found: separated by commas, semicolons, tabs or bars, with lines that end in
//! LF, CR LF or CR, and with blanks before a quote.
//!
//! An empty cell in quotes is an empty text, and one without is nothing, which no reader of the shelf tells apart.

mod cells;
mod delimiter;
mod scan;

use std::io;

use crate::{Record, Rules, Source, columns::Column, source::skip_mark};

pub use cells::Cell;
use scan::{Row, find};

/// How the rows of a file are read.
#[derive(Debug, Clone, Default)]
pub struct Dialect {
    /// What is between two cells; found out where it is not given.
    pub delimiter: Option<u8>,
    /// What the file's name says is between them: taken if it splits the header, whatever else does.
    pub likely: Option<u8>,
    /// Texts that stand for nothing, as an empty cell does. In quotes they are themselves, but for the empty text.
    pub nulls: Vec<String>,
}

/// The first row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The names, without white space around them. A column without a name, such as the index that pandas writes, is
    /// `column_1` if it is the first.
    pub names: Vec<String>,
    /// What is between two cells.
    pub delimiter: u8,
}

/// What is between two cells, as an option names it: one character of ASCII, or `tab`.
pub fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text == "tab" || text == "\\t" => Ok(b'\t'),
        [byte]
            if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'"' | b'\n' | b'\r') =>
        {
            Ok(*byte)
        }
        _ => Err("expected one character, for example ';', or tab".to_owned()),
    }
}

/// Reads the header. `Ok(Err(_))` where there is no reading the file; it is abandoned then.
pub fn header(source: &mut Source, dialect: &Dialect) -> io::Result<Result<Header, Record>> {
    skip_mark(source)?;
    skip_empty(source)?;
    let declared = delimiter::declared(source)?;
    let delimiter = match dialect.delimiter.or(declared) {
        Some(delimiter) => delimiter,
        None => delimiter::detect(source, dialect.likely)?,
    };
    let read = match find(source, delimiter)? {
        Row::None => Ok(Vec::new()),
        Row::Broken(reason) => Err(reason),
        Row::Whole(end) => {
            let names = cells::cells(&source.rest()[..end], delimiter).and_then(names);
            names.inspect(|_| source.take(end))
        }
    };
    Ok(match read {
        Ok(names) => Ok(Header { names, delimiter }),
        Err(reason) => Err(unreadable(source, &reason)),
    })
}

/// Nothing of the file is read, since its header is none.
pub(crate) fn unreadable(source: &mut Source, reason: &str) -> Record {
    let line = source.line();
    source.abandon();
    Record { line, event: Err(format!("{reason}; nothing of this file is read")) }
}

fn names(cells: Vec<cells::Found<'_>>) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::with_capacity(cells.len());
    let mut seen = std::collections::HashSet::with_capacity(cells.len());
    for (position, cell) in cells.into_iter().enumerate() {
        let name = match cell.text.trim() {
            "" => format!("column_{}", position + 1),
            name => name.to_owned(),
        };
        if !seen.insert(name.clone()) {
            return Err(format!("the header names {name} twice"));
        }
        names.push(name);
    }
    Ok(names)
}

/// Empty lines before the header.
fn skip_empty(source: &mut Source) -> io::Result<()> {
    loop {
        let empty = source.rest().iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        source.take(empty);
        if !source.rest().is_empty() || !source.fill()? {
            return Ok(());
        }
    }
}

/// One row that is not empty: the line that it begins in, and its cells or why it has none.
pub type NumberedRow = (u64, Result<Vec<Cell>, String>);

/// Reads the next row that is not empty. Behind a quote that is never closed nobody knows where a row begins: the
/// source is abandoned then.
pub fn row(source: &mut Source, header: &Header, dialect: &Dialect) -> io::Result<Option<NumberedRow>> {
    loop {
        let line = source.line();
        let row = match find(source, header.delimiter)? {
            Row::None => return Ok(None),
            Row::Broken(reason) => {
                source.abandon();
                Err(format!("{reason}; nothing behind it in this file is read"))
            }
            Row::Whole(end) => {
                let row = &source.rest()[..end];
                if is_empty(row, header.delimiter) {
                    source.take(end);
                    continue;
                }
                let row = cells::cells(row, header.delimiter).and_then(|cells| {
                    if cells.len() == header.names.len() {
                        Ok(cells.into_iter().map(|cell| cell.given(&dialect.nulls)).collect())
                    } else {
                        Err(format!("{} cells, where the header has {}", cells.len(), header.names.len()))
                    }
                });
                source.take(end);
                row
            }
        };
        return Ok(Some((line, row)));
    }
}

fn is_empty(row: &[u8], delimiter: u8) -> bool {
    row.iter().all(|byte| byte.is_ascii_whitespace() && *byte != delimiter)
}

/// A row as the JSON object that is its event. Cells that hold nothing are left out.
///
/// # Errors
///
/// None that a text can cause: writing JSON into memory does not fail.
pub fn object(columns: &[Column], cells: &[Cell]) -> Result<Vec<u8>, serde_json::Error> {
    write(columns, cells, false)
}

/// The same, where cells that hold nothing are null.
///
/// # Errors
///
/// None that a text can cause: writing JSON into memory does not fail.
pub fn object_with_nulls(columns: &[Column], cells: &[Cell]) -> Result<Vec<u8>, serde_json::Error> {
    write(columns, cells, true)
}

fn write(columns: &[Column], cells: &[Cell], has_nulls: bool) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = vec![b'{'];
    for (column, cell) in columns.iter().zip(cells) {
        if cell.is_none() && !has_nulls {
            continue;
        }
        if json.len() > 1 {
            json.push(b',');
        }
        serde_json::to_writer(&mut json, &column.field)?;
        json.push(b':');
        match cell {
            Some(cell) => column.write(cell, &mut json)?,
            None => json.extend(b"null"),
        }
    }
    json.push(b'}');
    Ok(json)
}

/// The next row as an event.
pub(crate) fn next(
    source: &mut Source,
    header: &Header,
    dialect: &Dialect,
    columns: &[Column],
    rules: Rules,
) -> io::Result<Option<Record>> {
    let Some((line, row)) = row(source, header, dialect)? else { return Ok(None) };
    let event = row.and_then(|cells| {
        let text = object(columns, &cells).map_err(|error| error.to_string())?;
        rules.event(&text).map(str::to_owned)
    });
    Ok(Some(Record { line, event }))
}
