//! CSV, as RFC 4180 has it: an event a row, under a header. An empty cell in quotes is an empty text, and one
//! without is nothing, which no reader of the shelf tells apart.

use std::{borrow::Cow, io};

use domain::Dataset;

use super::{
    LIMIT, Record,
    columns::{Column, columns},
    event::Rules,
    source::Source,
};

/// What the rest begins with.
enum Row {
    /// A row of this many bytes, its end included.
    Whole(usize),
    /// A row that is not to be read: why.
    Broken(String),
    /// Nothing: the input is at its end.
    None,
}

/// The columns of the file, by its first row. `Err` where there is no reading it.
pub(super) fn header(
    source: &mut Source,
    definition: Option<&Dataset>,
) -> io::Result<Result<Vec<Column>, Record>> {
    let read = match find(source)? {
        Row::None => Ok(Vec::new()),
        Row::Broken(reason) => Err(reason),
        Row::Whole(end) => {
            let names = cells(&source.rest()[..end])
                .map(|cells| cells.iter().map(|cell| cell.text.trim().to_owned()).collect::<Vec<_>>());
            names.and_then(|names| columns(&names, definition)).inspect(|_| source.take(end))
        }
    };
    Ok(read.map_err(|reason| {
        let line = source.line();
        source.abandon();
        Record { line, event: Err(format!("{reason}; nothing of this file is read")) }
    }))
}

/// The next row that is not empty.
pub(super) fn next(source: &mut Source, columns: &[Column], rules: Rules) -> io::Result<Option<Record>> {
    loop {
        let line = source.line();
        let event = match find(source)? {
            Row::None => return Ok(None),
            Row::Broken(reason) => {
                source.abandon();
                Err(format!("{reason}; nothing behind it in this file is read"))
            }
            Row::Whole(end) => {
                let row = &source.rest()[..end];
                let event = (!row.trim_ascii().is_empty())
                    .then(|| object(row, columns).and_then(|text| rules.event(&text).map(str::to_owned)));
                source.take(end);
                match event {
                    Some(event) => event,
                    None => continue,
                }
            }
        };
        return Ok(Some(Record { line, event }));
    }
}

fn find(source: &mut Source) -> io::Result<Row> {
    let (mut scan, mut seen) = (Scan::Start, 0);
    loop {
        if let Some(end) = scan.feed(&source.rest()[seen..]) {
            return Ok(Row::Whole(seen + end));
        }
        seen = source.rest().len();
        if seen > LIMIT {
            // Most likely a quote that nobody closed, and then nobody knows where the next row begins.
            return Ok(Row::Broken(format!("a row of more than {LIMIT} bytes; is a quote not closed?")));
        }
        if !source.fill()? {
            return Ok(match scan {
                Scan::Quoted => Row::Broken("a quote that is never closed".to_owned()),
                _ if seen == 0 => Row::None,
                _ => Row::Whole(seen),
            });
        }
    }
}

/// Finds the end of a row, over as many pieces as it takes.
#[derive(Debug, Clone, Copy)]
enum Scan {
    /// At the beginning of a cell.
    Start,
    /// In a cell without quotes.
    Plain,
    Quoted,
    /// Behind a quote within quotes: the end of the cell, or the first of two that stand for one.
    Closed,
}

impl Scan {
    /// Where in these bytes the row ends, its line break included.
    fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            match self {
                Self::Plain => at += memchr::memchr2(b',', b'\n', &bytes[at..])?,
                Self::Quoted => at += memchr::memchr(b'"', &bytes[at..])?,
                _ => {}
            }
            *self = match (*self, bytes[at]) {
                (Self::Quoted, _) => Self::Closed,
                (Self::Start | Self::Closed, b'"') => Self::Quoted,
                (_, b'\n') => return Some(at + 1),
                (_, b',') => Self::Start,
                (Self::Closed, b'\r') => Self::Closed,
                _ => Self::Plain,
            };
            at += 1;
        }
        None
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Cell<'a> {
    text: Cow<'a, str>,
    quoted: bool,
}

fn cells(row: &[u8]) -> Result<Vec<Cell<'_>>, String> {
    let row = std::str::from_utf8(row)
        .map_err(|error| format!("not UTF-8 (at byte {})", error.valid_up_to() + 1))?;
    let row = row.strip_suffix('\n').unwrap_or(row);
    let mut rest = Some(row.strip_suffix('\r').unwrap_or(row));
    let mut cells = Vec::new();
    while let Some(text) = rest {
        let (cell, after) = match text.strip_prefix('"') {
            Some(text) => quoted(text)?,
            None => {
                let (text, after) =
                    text.split_once(',').map_or((text, None), |(text, after)| (text, Some(after)));
                (Cell { text: text.into(), quoted: false }, after)
            }
        };
        cells.push(cell);
        rest = after;
    }
    Ok(cells)
}

/// The cell behind an opening quote, and what follows its comma.
fn quoted(text: &str) -> Result<(Cell<'_>, Option<&str>), String> {
    let mut unquoted = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"').ok_or("a quote is not closed")?;
        if let Some(more) = after.strip_prefix('"') {
            unquoted.push_str(part);
            unquoted.push('"');
            rest = more;
            continue;
        }
        let text = if unquoted.is_empty() { part.into() } else { (unquoted + part).into() };
        let cell = Cell { text, quoted: true };
        return match after.strip_prefix(',') {
            None if !after.is_empty() => {
                Err("text behind a closing quote: a quote within quotes is written twice".to_owned())
            }
            after => Ok((cell, after)),
        };
    }
}

/// A row as a JSON object.
fn object(row: &[u8], columns: &[Column]) -> Result<Vec<u8>, String> {
    let cells = cells(row)?;
    if cells.len() != columns.len() {
        return Err(format!("{} cells, where the header has {}", cells.len(), columns.len()));
    }
    let mut json = vec![b'{'];
    let given = columns.iter().zip(&cells).filter(|(_, cell)| cell.quoted || !cell.text.is_empty());
    for (column, cell) in given {
        if json.len() > 1 {
            json.push(b',');
        }
        let written = serde_json::to_writer(&mut json, &column.field).and_then(|()| {
            json.push(b':');
            column.write(&cell.text, &mut json)
        });
        written.map_err(|error| error.to_string())?;
    }
    json.push(b'}');
    Ok(json)
}
