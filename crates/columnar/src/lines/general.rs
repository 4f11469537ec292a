//! The general path: a line as `domain` reads it.

use domain::{
    event::{self, Event, Rejection},
    landing::Line,
    value::{Room, Value},
};

use super::{Lines, Misfit};
use crate::buffers::{Collector, Texts};

impl Lines {
    /// Adds one event; after an error nothing of it is in.
    #[cold]
    pub(super) fn push_general(&mut self, text: &str) -> Result<(), Misfit> {
        let line = Line::parse(text)?;
        if !self.ingestion_times.contains(&line.ingested_at) {
            let (earliest, latest) = (*self.ingestion_times.start(), *self.ingestion_times.end());
            return Err(Misfit::IngestedAt { found: line.ingested_at, earliest, latest });
        }
        let event = Event::parse(line.data.get()).map_err(Rejection::from)?;
        self.room = Room::landed();
        let columns = self.dataset.columns();
        let room = &mut self.room;
        let values = columns
            .iter()
            .enumerate()
            .map(|(index, column)| event::read(column, &event, index, room))
            .collect::<Result<Vec<_>, _>>()?;
        for ((own, column), value) in self.columns.iter().zip(columns).zip(&values) {
            if *value == Value::Null && own.is_key {
                return Err(Misfit::NullKey(column.name.clone()));
            }
        }
        if line.id.is_none() && self.dataset.identity().len() == 0 {
            return Err(Misfit::NoId);
        }
        let extra = event::extra(&self.dataset, &event);
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.part.append(if column.is_key { with_one_zero(value) } else { value });
        }
        match &line.id {
            Some(id) => self.id.append(id.as_bytes()),
            None => self.id.append_null(),
        }
        self.ingested_at.append(line.ingested_at.timestamp_millis());
        match extra {
            Some(extra) => self.extra.append(extra.as_bytes()),
            None => self.extra.append_null(),
        }
        Ok(())
    }
}

/// -0.0 of an identity is 0.0, as on the fast path.
fn with_one_zero(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Float(float) => Value::Float(float + 0.0),
        Value::Double(double) => Value::Double(double + 0.0),
        value => value,
    }
}
