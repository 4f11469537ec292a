//! Landing lines straight into columns.
//!
//! [`Lines`] knows the columns of its dataset. It reads a line once, from left to right, and writes each value where it
//! finds it into the buffers that become Arrow's arrays. The sender's order of fields is remembered from line to line, so
//! that most names are compared with one other.
//!
//! There are two readers. The *general path* (`general`) is `domain`'s: `landing::Line`, `Event::parse`, `event::read` for
//! each column, `event::extra`. It defines what a line means, and every error comes from it. The *fast path* (`envelope`,
//! `event`, `cloud_event`) reads most lines. When it meets anything that it does not handle, an error included, it gives
//! up: what it wrote of the line is removed, and the general path reads the line from its beginning. The fast path may give
//! up on any line, but where it succeeds, it must write what the general path would write.

mod cloud_event;
mod envelope;
mod event;
mod general;
mod nested;
mod number;
mod string;
mod value;

use std::{
    ops::{Range, RangeInclusive},
    sync::Arc,
};

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::{FieldRef, Schema, SchemaRef, Utf8Type},
    error::ArrowError,
};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::{
    ColumnName, Dataset,
    dataset::SYSTEM_COLUMNS,
    event::Rejection,
    json::Cursor,
    value::{Room, Unit},
};

use self::{envelope::Middle, event::ExtraFields};
use crate::{
    buffers::{Collector, Stamps, Strings},
    names::Names,
    nested::with_type,
    part::Part,
};

/// Collects the events of one dataset, column by column.
#[derive(Debug)]
pub struct Lines {
    dataset: Dataset,
    schema: SchemaRef,
    names: Names,
    columns: Vec<Column>,
    id: Strings,
    ingested_at: Stamps,
    /// The times of ingestion that are taken.
    ingestion_times: RangeInclusive<DateTime<Utc>>,
    extra: Strings,
    rows: usize,
    /// The number of the line that is read, from 1.
    line: u64,
    /// For the values within the columns of the event that is read, or was read last.
    room: Room,
    middle: Middle,
    /// See [`Lines::ingestion`].
    ingestion: Option<Range<usize>>,
    extra_fields: ExtraFields,
    /// The fields of the CloudEvent that is read. Kept for its memory alone.
    attributes: ExtraFields,
    /// Whether the last line was a CloudEvent, as far as was seen.
    expects_cloud_event: bool,
}

/// A column of the dataset.
#[derive(Debug)]
struct Column {
    part: Part,
    unit: Option<Unit>,
    /// Whether it is part of the identity or the event time.
    is_key: bool,
    /// The last line that had it.
    line: u64,
    /// Which attribute of CloudEvents is of this name: see [`event::attribute`].
    attribute: u8,
}

/// Why a line does not fit the table. Ingest checked it against the definition of its time, so this is rare.
#[derive(Debug, thiserror::Error)]
pub enum Misfit {
    /// Not UTF-8.
    #[error(transparent)]
    Utf8(#[from] std::str::Utf8Error),
    /// Not a landing line.
    #[error("the landing line is not valid: {0}")]
    Line(#[from] serde_json::Error),
    /// A time of ingestion that it cannot have.
    #[error(
        "the landing line's _ingested_at: from {} to {} expected, found {}",
        moment(earliest),
        moment(latest),
        moment(found)
    )]
    IngestedAt {
        /// What the line says.
        found: DateTime<Utc>,
        /// The first moment that is taken.
        earliest: DateTime<Utc>,
        /// The last one.
        latest: DateTime<Utc>,
    },
    /// No event, or one with a value that is not of its column's type.
    #[error(transparent)]
    Event(#[from] Rejection),
    /// A column that must have a value in every row.
    #[error("column {0}: part of the identity or the event time, but null")]
    NullKey(ColumnName),
    /// Rows without an identity would all be duplicates of each other.
    #[error("the landing line has no _id, and the dataset has no identity columns")]
    NoId,
}

/// A time as the words of a [`Misfit`] have it.
fn moment(time: &DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

impl Lines {
    /// No events of this dataset yet.
    pub fn new(dataset: &Dataset) -> Self {
        Self::with(dataset, |column| Part::new(&column.sent))
    }

    /// The same, where a column whose texts repeat may become one of numbers into a dictionary, `Dictionary(UInt16, Utf8)`,
    /// within arrays and structs too. Its rows alone decide that, so one batch may have another schema than the next. The
    /// columns of the identity and of the order are as in the table.
    pub fn coded(dataset: &Dataset) -> Self {
        let order = dataset.sort_order();
        Self::with(dataset, |column| {
            let is_plain = dataset.is_key(column) || order.contains(&column.name.as_str());
            if is_plain { Part::new(&column.sent) } else { Part::coded(&column.sent) }
        })
    }

    fn with(dataset: &Dataset, part: impl Fn(&domain::Column) -> Part) -> Self {
        let columns = dataset.columns().iter().map(|column| Column {
            part: part(column),
            unit: column.unit,
            is_key: dataset.is_key(column),
            line: 0,
            attribute: event::attribute(column.field.as_bytes()),
        });
        Self {
            schema: dataset.arrow_schema(),
            names: Names::new(dataset.columns().iter().map(|column| column.field.as_str())),
            columns: columns.collect(),
            id: Strings::new(),
            ingested_at: Stamps::new(),
            ingestion_times: DateTime::<Utc>::MIN_UTC..=DateTime::<Utc>::MAX_UTC,
            extra: Strings::new(),
            rows: 0,
            line: 0,
            room: Room::landed(),
            middle: Middle::default(),
            ingestion: None,
            extra_fields: ExtraFields::default(),
            attributes: ExtraFields::default(),
            expects_cloud_event: false,
            dataset: dataset.clone(),
        }
    }

    /// Takes only lines that were ingested at one of these times. Without it, all are taken.
    #[must_use]
    pub fn ingested_within(mut self, times: RangeInclusive<DateTime<Utc>>) -> Self {
        self.ingestion_times = times;
        self
    }

    /// Takes in one landing line, in one pass, with or without its line break. After an error nothing of it is in.
    ///
    /// # Errors
    ///
    /// If the line is not valid, or if its event does not fit the dataset.
    pub fn push(&mut self, line: &[u8]) -> Result<(), Misfit> {
        match simdutf8::basic::from_utf8(line) {
            Ok(text) => self.push_str(text),
            // It says where.
            Err(_) => self.push_str(std::str::from_utf8(line)?),
        }
    }

    /// The same for a line that is known to be UTF-8.
    ///
    /// # Errors
    ///
    /// As [`Lines::push`].
    pub fn push_str(&mut self, line: &str) -> Result<(), Misfit> {
        if self.rows == 0 {
            for collector in self.collectors_mut() {
                collector.reserve();
            }
        }
        if self.read(line).is_none() {
            self.ingestion = None;
            self.truncate();
            self.push_general(line)?;
        }
        self.rows += 1;
        Ok(())
    }

    /// Where the last line says when it was ingested. Two lines that are alike but for these places become rows that differ
    /// in the time of ingestion at the most. `None` if that place is not known, as of lines in an unusual form.
    pub fn ingestion(&self) -> Option<Range<usize>> {
        self.ingestion.clone()
    }

    /// How many places of its columns the last line took, those of values within them included, whether they are null or
    /// not. It says how much memory the line takes: its length does not, since fields that are left out have places too.
    pub fn places(&self) -> usize {
        self.columns.len() + self.room.used()
    }

    /// How many events are in.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of the columns so far, at a guess.
    pub fn bytes(&self) -> usize {
        let own = self.columns.iter().map(|column| column.part.collector().bytes());
        own.sum::<usize>() + self.id.bytes() + self.ingested_at.bytes() + self.extra.bytes()
    }

    /// The events so far, in the table's schema and in the order in which they came. Begins anew, with room for about as
    /// many again. What the arrays hold of memory depends on their values alone, and not on what was read before.
    ///
    /// # Errors
    ///
    /// If the texts of a column are more than 2 GiB, or the elements more than 2^31. The events are lost then.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let arrays = self.arrays();
        self.rows = 0;
        self.truncate();
        let arrays = arrays?;
        let fields = self.schema.fields().iter().zip(&arrays).map(|(field, array)| with_type(field, array));
        let fields: Vec<FieldRef> = fields.collect();
        let is_as_in_table =
            fields.iter().zip(self.schema.fields()).all(|(one, other)| Arc::ptr_eq(one, other));
        let schema = if is_as_in_table { Arc::clone(&self.schema) } else { Arc::new(Schema::new(fields)) };
        RecordBatch::try_new(schema, arrays)
    }

    fn arrays(&mut self) -> Result<Vec<ArrayRef>, ArrowError> {
        let columns = self.columns.iter_mut().zip(self.schema.fields());
        let own = columns.map(|(column, field)| column.part.finish(field.data_type()));
        let mut arrays: Vec<ArrayRef> = own.collect::<Result<_, _>>()?;
        let system: [ArrayRef; SYSTEM_COLUMNS.len()] = [
            Arc::new(self.id.finish::<Utf8Type>()?),
            Arc::new(self.ingested_at.finish()?),
            Arc::new(self.extra.finish::<Utf8Type>()?),
        ];
        arrays.extend(system);
        Ok(arrays)
    }

    /// Removes what was written of a line that is not in.
    fn truncate(&mut self) {
        let rows = self.rows;
        for collector in self.collectors_mut() {
            collector.truncate(rows);
        }
    }

    fn collectors_mut(&mut self) -> impl Iterator<Item = &mut dyn Collector> {
        let own = self.columns.iter_mut().map(|column| column.part.collector_mut());
        let system: [&mut dyn Collector; SYSTEM_COLUMNS.len()] =
            [&mut self.id, &mut self.ingested_at, &mut self.extra];
        own.chain(system)
    }

    /// The fast path. `None` if it gives up; then a part of the line may be written.
    ///
    /// There is one for CloudEvents, and one for all other events. A line is taken to be as the one before. If it is not, that
    /// costs time, and the other one reads it.
    fn read(&mut self, line: &str) -> Option<()> {
        if self.expects_cloud_event {
            if self.read_by(line, Self::cloud_event).is_some() {
                return Some(());
            }
            self.truncate();
            self.expects_cloud_event = false;
            return self.read_by(line, Self::event);
        }
        if self.read_by(line, Self::event).is_some() {
            return Some(());
        }
        if !self.expects_cloud_event {
            return None;
        }
        self.truncate();
        self.read_by(line, Self::cloud_event)
    }

    #[inline(always)] // As if each reader were called in its place.
    fn read_by(
        &mut self,
        line: &str,
        event: impl FnOnce(&mut Self, &mut Cursor<'_>, &str) -> Option<()>,
    ) -> Option<()> {
        let mut cursor = Cursor::strict(line.as_bytes(), 0);
        self.begin(&mut cursor, line)?;
        event(self, &mut cursor, line)?;
        nested::take(&mut cursor, b'}')?;
        // Nothing but white space behind the line.
        cursor.peek().is_none().then_some(())
    }
}

#[cfg(test)]
mod tests;
