//! Sample data, read as `publish` reads it.

mod table;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::Dataset;
use formats::{Format, LIMIT, Options, Reader, Rules, Source, csv::Dialect, encoding::UTF_8};

use crate::{
    failure::Failure,
    inputs::{self, How},
};

use table::Table;

/// The most that is read of a sample, unpacked, in bytes.
const MOST_BYTES: u64 = 64 << 20;
/// The most that is read without an event in it, unpacked, in bytes: at the beginning, and behind each event.
const MOST_SILENT: u64 = 8 << 20;
/// The most of what is no event that is kept.
const MOST_BAD: usize = 10_000;

const RULES: Rules = Rules { most: LIMIT, of: "an event" };

/// Whether events are looked for in an array within an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unwrap<'a> {
    /// If there is nothing else in the object.
    Perhaps,
    /// In the array of this name.
    Array(&'a str),
    Never,
}

/// The events of a sample, each as its JSON text.
#[derive(Debug, Default)]
pub(super) struct Sample {
    pub(super) events: Vec<String>,
    /// What is no event, and why.
    pub(super) bad: Vec<String>,
    /// Whether there was more.
    pub(super) is_cut: bool,
    /// Whether it was cut since no event followed for long.
    is_silent: bool,
    /// The array that the events are in.
    pub(super) unwrap: Option<String>,
    /// How it was read, where that is to be looked at.
    pub(super) remarks: Vec<String>,
    table: Option<Table>,
}

impl Sample {
    /// The events as `publish` sends them, once there is a definition: of CSV it decides what cells become.
    pub(super) fn as_published(&self, dataset: &Dataset) -> Result<Vec<String>, String> {
        match &self.table {
            Some(table) => table.events(dataset),
            None => Ok(self.events.clone()),
        }
    }
}

/// Reads a sample.
pub(super) fn read(
    path: &Path,
    how: &How,
    unwrap: Unwrap<'_>,
    most_events: usize,
) -> Result<Sample, Failure> {
    let input = inputs::examine(path, how)?;
    let failed = |source| Failure::File { path: path.to_owned(), source };
    let mut source = input.open(None, &Arc::default()).map_err(failed)?;
    let end = Arc::new(AtomicU64::new(MOST_SILENT));
    source.end_at(Arc::clone(&end));
    let mut sample = Sample::default();
    let is_told = input.format.is_some() && (how.format.is_some() || formats::by_name(path).is_some());
    let format = match input.format {
        Some(format) => format,
        None => input.sniff(&mut source)?,
    };
    if let Some(encoding) = input.encoding.filter(|encoding| *encoding != UTF_8) {
        sample.remarks.push(format!("read as {}", encoding.name()));
    }
    let mut limits = Limits { sample: &mut sample, most_events, end };
    if format == Format::Csv {
        if let Unwrap::Array(name) = unwrap {
            return Err(Failure::Input(format!(
                "{} is read as CSV, which has no array {name:?}: leave out --unwrap, or name its --format",
                input.name
            )));
        }
        if !is_told {
            limits.sample.remarks.push(
                "taken for CSV, since it begins like neither NDJSON nor JSON: if it is none, name its --format"
                    .to_owned(),
            );
        }
        limits
            .table(source, &input.dialect)
            .map_err(failed)?
            .map_err(|reason| Failure::Input(format!("{} {reason}", input.name)))?;
    } else {
        let unwrap = match unwrap {
            Unwrap::Array(name) => Some(name.to_owned()),
            Unwrap::Never => None,
            Unwrap::Perhaps => formats::find_wrapper(&mut source).map_err(failed)?,
        };
        let options =
            Options { format, dialect: input.dialect.clone(), unwrap: unwrap.clone(), rewrap: false };
        limits.events(source, &options).map_err(failed)?;
        sample.unwrap = unwrap;
    }
    check(sample, &input.name)
}

/// A sample says something if it has an event.
fn check(sample: Sample, name: &str) -> Result<Sample, Failure> {
    if !sample.events.is_empty() {
        return Ok(sample);
    }
    let most = MOST_SILENT >> 20;
    Err(Failure::Input(match (sample.bad.first(), &sample.table) {
        (Some(reason), _) if sample.is_silent => {
            format!("{name} has no event that can be read in its first {most} MiB: {reason}")
        }
        (None, _) if sample.is_silent => {
            format!("{name} has no event in its first {most} MiB, and no more of it was read")
        }
        (Some(reason), _) => format!("{name} has no event that can be read: {reason}"),
        (None, Some(table)) if table.has_header() => {
            format!("{name} has a header and no rows: there is nothing to infer types from")
        }
        (None, _) => format!("{name} is empty: there is nothing to infer from"),
    }))
}

/// What is read of a sample, and no more.
struct Limits<'s> {
    sample: &'s mut Sample,
    most_events: usize,
    /// The offset at which reading ends.
    end: Arc<AtomicU64>,
}

impl Limits<'_> {
    /// Whether there may be more; the sample is cut where there is.
    fn has_room(&mut self, events: usize, source: &Source) -> bool {
        let has_room =
            events < self.most_events && source.offset() < MOST_BYTES && self.sample.bad.len() < MOST_BAD;
        self.sample.is_cut |= !has_room;
        has_room
    }

    /// There is an event before this place.
    fn found(&self, source: &Source) {
        self.end.store(source.offset().saturating_add(MOST_SILENT), Ordering::Relaxed);
    }

    /// Nothing more is read.
    fn end(&mut self, source: &Source) {
        self.sample.is_silent = source.is_cut();
        self.sample.is_cut |= source.is_cut();
    }

    fn bad(&mut self, line: u64, reason: &str) {
        self.sample.bad.push(format!("line {line}: {reason}"));
    }

    /// NDJSON and JSON.
    fn events(&mut self, source: Source, options: &Options) -> std::io::Result<()> {
        let mut reader = match Reader::begin(source, options, None, RULES)? {
            Ok(reader) => reader,
            Err(record) => {
                self.bad(record.line, &record.event.err().unwrap_or_default());
                return Ok(());
            }
        };
        while let Some(record) = reader.next_event()? {
            // What reading has cut in two is no event, and nobody's mistake.
            let is_half = record.event.is_err() && reader.source().is_cut();
            if is_half || !self.has_room(self.sample.events.len(), reader.source()) {
                break;
            }
            match record.event {
                Ok(event) => {
                    self.sample.events.push(event);
                    self.found(reader.source());
                }
                Err(reason) => self.bad(record.line, &reason),
            }
        }
        self.end(reader.source());
        Ok(())
    }

    /// CSV.
    fn table(&mut self, mut source: Source, dialect: &Dialect) -> std::io::Result<Result<(), String>> {
        let mut table = match Table::begin(&mut source, dialect)? {
            Ok(table) => table,
            Err(_) if source.is_cut() => {
                self.end(&source);
                return Ok(Ok(()));
            }
            Err(reason) => return Ok(Err(format!("is not read: {reason}"))),
        };
        while let Some((line, row)) = table.next(&mut source)? {
            let is_half = row.is_err() && source.is_cut();
            if is_half || !self.has_room(table.rows(), &source) {
                break;
            }
            match row {
                Ok(row) => {
                    table.push(row);
                    self.found(&source);
                }
                Err(reason) => self.bad(line, &reason),
            }
        }
        self.end(&source);
        self.sample.remarks.extend(table.remarks());
        match table.as_found() {
            Ok(events) => self.sample.events = events,
            Err(reason) => return Ok(Err(reason)),
        }
        self.sample.table = Some(table);
        Ok(Ok(()))
    }
}

#[cfg(test)]
mod tests;
