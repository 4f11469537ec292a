//! Reading events as a stream.

use std::io;

use domain::Dataset;

use crate::{
    Record, Source,
    columns::{Column, columns},
    csv::{self, Dialect, Header},
    event::Rules,
    lines,
    source::skip_mark,
    values::{self, Unwrap, Within},
};

/// How events are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line, or objects and arrays of objects after one another.
    Ndjson,
    /// JSON objects, and arrays of objects.
    Json,
    /// Cells under a header.
    Csv,
}

/// How a file is read.
#[derive(Debug, Clone)]
pub struct Options {
    /// How its events are written.
    pub format: Format,
    /// Of CSV.
    pub dialect: Dialect,
    /// The name of the array whose elements are the events, within an object around it.
    pub unwrap: Option<String>,
    /// Whether an element that has an array of that name itself is given within an object around it, as it has to be sent:
    /// `ingest` takes the elements out of each object that it gets.
    pub rewrap: bool,
}

/// The events of one input.
pub struct Reader {
    source: Source,
    form: Form,
    rules: Rules,
}

/// A format, with what is to be remembered between two events.
enum Form {
    /// Up to the offset `sound` the line is known to be values after one another.
    Lines {
        within: Within,
        sound: u64,
        unwrap: Option<Unwrap>,
    },
    Values {
        within: Within,
        unwrap: Option<Unwrap>,
    },
    Rows {
        header: Header,
        dialect: Dialect,
        columns: Vec<Column>,
    },
}

impl Reader {
    /// From the beginning of the input. `Ok(Err(_))` is what there is instead of its events. The definition says what
    /// the cells of CSV become; without one they are text.
    pub fn begin(
        mut source: Source,
        options: &Options,
        definition: Option<&Dataset>,
        rules: Rules,
    ) -> io::Result<Result<Self, Record>> {
        if options.format != Format::Csv {
            skip_mark(&mut source)?;
        }
        let unwrap = options.unwrap.clone().map(|name| Unwrap { name, rewrap: options.rewrap });
        let form = match options.format {
            Format::Ndjson => Form::Lines { within: Within::Nothing, sound: 0, unwrap },
            Format::Json => Form::Values { within: Within::Nothing, unwrap },
            Format::Csv => {
                let dialect = options.dialect.clone();
                let header = match csv::header(&mut source, &dialect)? {
                    Ok(header) => header,
                    Err(record) => return Ok(Err(record)),
                };
                match columns(&header.names, definition) {
                    Ok(columns) => Form::Rows { header, dialect, columns },
                    Err(reason) => return Ok(Err(csv::unreadable(&mut source, &reason))),
                }
            }
        };
        Ok(Ok(Self { source, form, rules }))
    }

    /// Goes on behind an event; `source` is at that place, and [`Reader::within`] said what it is within.
    pub fn go_on(&mut self, source: Source, was_within: Within) {
        self.source = source;
        if let Form::Lines { within, .. } | Form::Values { within, .. } = &mut self.form {
            *within = was_within;
        }
    }

    /// The next event, or what is in its place; `None` at the end.
    ///
    /// # Errors
    ///
    /// The input cannot be read further. What was read before is good.
    pub fn next_event(&mut self) -> io::Result<Option<Record>> {
        let (source, rules) = (&mut self.source, self.rules);
        match &mut self.form {
            Form::Lines { within, sound, unwrap } => {
                lines::next(source, within, sound, unwrap.as_ref(), rules)
            }
            Form::Values { within, unwrap } => values::next(source, within, unwrap.as_ref(), rules),
            Form::Rows { header, dialect, columns } => csv::next(source, header, dialect, columns, rules),
        }
    }

    /// What is read from, at the place behind the last event.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// What that place is within.
    pub fn within(&self) -> Within {
        match self.form {
            Form::Lines { within, .. } | Form::Values { within, .. } => within,
            Form::Rows { .. } => Within::Nothing,
        }
    }

    /// The names in the header and the fields that they are read as, if it is CSV.
    pub fn header(&self) -> Option<(&[String], &[Column])> {
        match &self.form {
            Form::Rows { header, columns, .. } => Some((&header.names, columns)),
            _ => None,
        }
    }
}
