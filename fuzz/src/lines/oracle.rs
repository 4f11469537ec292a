//! Landing lines as the lake's readers read them, one after the other, into Arrow's own builders. Nothing of it is shared
//! with `columnar`.

#[path = "nested.rs"]
mod nested;
#[path = "part.rs"]
mod part;

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder, TimestampMillisecondBuilder};
use domain::{
    Dataset,
    event::{self, Event},
    landing::Line,
    value::{Room, Value},
};

use self::part::Part;

/// Collects events of one dataset.
pub(super) struct Oracle<'d> {
    dataset: &'d Dataset,
    own: Vec<Part>,
    id: StringBuilder,
    ingested_at: TimestampMillisecondBuilder,
    extra: StringBuilder,
}

impl<'d> Oracle<'d> {
    pub(super) fn new(dataset: &'d Dataset) -> Self {
        Self {
            dataset,
            own: dataset.columns().iter().map(|column| Part::new(&column.data_type)).collect(),
            id: StringBuilder::new(),
            ingested_at: TimestampMillisecondBuilder::new(),
            extra: StringBuilder::new(),
        }
    }

    /// Adds one event, or says why not.
    pub(super) fn push(&mut self, line: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(line).map_err(|error| error.to_string())?;
        let line = Line::parse(text).map_err(|error| format!("the landing line is not valid: {error}"))?;
        let event = Event::parse(line.data.get()).map_err(|error| error.to_string())?;
        let (mut values, mut room) = (Vec::new(), Room::landed());
        for (index, column) in self.dataset.columns().iter().enumerate() {
            let value = event::read(column, &event, index, &mut room);
            values.push(value.map_err(|rejection| rejection.to_string())?);
        }
        for (column, value) in self.dataset.columns().iter().zip(&mut values) {
            if !self.dataset.is_key(column) {
                continue;
            }
            match value {
                Value::Null => {
                    let name = &column.name;
                    return Err(format!("column {name}: part of the identity or the event time, but null"));
                }
                Value::Float(float) if *float == 0.0 => *float = 0.0,
                Value::Double(double) if *double == 0.0 => *double = 0.0,
                _ => {}
            }
        }
        if line.id.is_none() && self.dataset.identity().len() == 0 {
            return Err("the landing line has no _id, and the dataset has no identity columns".to_owned());
        }
        for (part, value) in self.own.iter_mut().zip(values) {
            part.append(value);
        }
        self.id.append_option(line.id.as_deref());
        self.ingested_at.append_value(line.ingested_at.timestamp_millis());
        self.extra.append_option(event::extra(self.dataset, &event));
        Ok(())
    }

    /// The events.
    pub(super) fn finish(mut self) -> RecordBatch {
        let schema = self.dataset.arrow_schema();
        let own = self.own.into_iter().zip(schema.fields());
        let mut arrays: Vec<ArrayRef> =
            own.map(|(part, field)| part.finish(field.data_type()).expect("an array")).collect();
        arrays.push(Arc::new(self.id.finish()));
        arrays.push(Arc::new(self.ingested_at.finish()));
        arrays.push(Arc::new(self.extra.finish()));
        RecordBatch::try_new(schema, arrays).expect("rows")
    }
}
