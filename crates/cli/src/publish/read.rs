//! Reading events from the inputs, one after the other, as streams.

mod columns;
mod event;
mod lines;
mod rows;
mod source;
mod thread;
mod values;

use std::io;

use domain::Dataset;

use super::{args::Format, position::Place};

pub(super) use event::Rules;
pub(super) use source::Source;
pub(super) use thread::{Chunk, Item, Reading, start};

/// The most of one event that is looked at, white space included. SNS takes a quarter of it.
const LIMIT: usize = 1 << 20;

/// What was found where an event should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The line that it begins in.
    line: u64,
    /// The event, or why it is none.
    event: Result<String, String>,
}

/// The events of one input.
pub(super) struct Events {
    source: Source,
    form: Form,
    rules: Rules,
}

/// A format, with what is to be remembered between two events.
enum Form {
    Lines,
    Values { in_array: bool },
    Rows(Vec<columns::Column>),
}

impl Events {
    /// From the beginning of the input. `Err` is what there is instead of its events.
    pub(super) fn begin(
        mut source: Source,
        format: Format,
        definition: Option<&Dataset>,
        rules: Rules,
    ) -> io::Result<Result<Self, Record>> {
        if let Err(reason) = begin_text(&mut source)? {
            return Ok(Err(Record { line: 1, event: Err(reason) }));
        }
        let form = match format {
            Format::Ndjson => Form::Lines,
            Format::Json => Form::Values { in_array: false },
            Format::Csv => match rows::header(&mut source, definition)? {
                Ok(columns) => Form::Rows(columns),
                Err(record) => return Ok(Err(record)),
            },
        };
        Ok(Ok(Self { source, form, rules }))
    }

    /// Goes on behind an event; `source` is at that place.
    pub(super) fn go_on(&mut self, source: Source, place: &Place) {
        self.source = source;
        if let Form::Values { in_array } = &mut self.form {
            *in_array = place.in_array;
        }
    }

    /// The next event, or what is in its place.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        match &mut self.form {
            Form::Lines => lines::next(&mut self.source, self.rules),
            Form::Values { in_array } => values::next(&mut self.source, in_array, self.rules),
            Form::Rows(columns) => rows::next(&mut self.source, columns, self.rules),
        }
    }

    fn in_array(&self) -> bool {
        matches!(self.form, Form::Values { in_array: true })
    }
}

/// Takes the mark that some editors put before UTF-8; other encodings have one too.
fn begin_text(source: &mut Source) -> io::Result<Result<(), String>> {
    while source.rest().len() < 3 && source.fill()? {}
    match source.rest() {
        [0xef, 0xbb, 0xbf, ..] => source.take(3),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            return Ok(Err("the file is UTF-16, and nothing of it is read: convert it to UTF-8".to_owned()));
        }
        _ => {}
    }
    Ok(Ok(()))
}

#[cfg(test)]
mod tests;
