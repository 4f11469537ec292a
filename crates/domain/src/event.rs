//! One event against its dataset: valid or not, whose twin it is, where it belongs.

mod bounds;
mod envelope;
mod extra;
mod rejection;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    dataset::{Column, Dataset},
    json::Raw,
    partition::Partition,
    value::{self, Mismatch, Room, Value},
};

pub use bounds::{Bounds, MESSAGE_AHEAD, MESSAGE_BEHIND};
pub use envelope::{CloudEvent, Event};
pub use extra::{extra, extra_beside};
pub use rejection::Rejection;

/// What carried the event here.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The SNS message id: a redelivery keeps it.
    pub message_id: &'a str,
    /// The event's place in the message, from 0.
    pub position: usize,
    /// When the message was published: a redelivery keeps that too.
    pub sent_at: DateTime<Utc>,
}

/// Where an accepted event goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Its partition.
    pub partition: Partition,
    /// Its identity as text; `None` where the dataset's identity columns say it.
    pub id: Option<String>,
    /// How many values are within its columns, those that are null too: what a table has places for beside the columns.
    pub values: usize,
}

/// Validates the event and says where it goes.
pub fn place(
    dataset: &Dataset,
    event: &Event<'_>,
    origin: Origin<'_>,
    bounds: Bounds,
) -> Result<Placement, Rejection> {
    let cloud_event = event.cloud_event().map(CloudEvent::check).transpose()?;
    let mut time = origin.sent_at;
    let event_time = dataset.event_time_index();
    // Where the next column's field would be: behind this one's, as most senders write them.
    let mut next = 0;
    let mut room = Room::sent();
    for (index, column) in dataset.columns().iter().enumerate() {
        let missing = |null| {
            let (column, field) = (column.name.clone(), column.field.clone());
            Err(Rejection::Missing { column, field, null })
        };
        let Some((place, raw)) = event.find(&column.field, next) else {
            if column.required {
                return missing(false);
            }
            continue;
        };
        next = place + 1;
        let value = by(column, raw, |raw| value::check(&column.sent, raw, &mut room));
        // Not taken out of the result: that would copy each value, whatever it is.
        match &value {
            Ok(Value::Null) if column.required => return missing(true),
            Ok(Value::Null) => {}
            Ok(value) if event_time == Some(index) => {
                time = moment(value).ok_or(Rejection::Year)?;
                if let Some(setting) = bounds.violated(time, origin.sent_at) {
                    let (earliest, latest) = bounds.range(origin.sent_at);
                    let (column, found) = (column.name.clone(), raw.text().to_owned());
                    return Err(Rejection::Time { column, found, earliest, latest, setting });
                }
            }
            Ok(_) => {}
            Err(mismatch) => {
                return Err(Rejection::Type { column: column.name.clone(), mismatch: mismatch.clone() });
            }
        }
    }
    let id = (dataset.identity().len() == 0).then(|| match cloud_event {
        Some(cloud_event) => cloud_event.identity(),
        None => format!("{}:{}", origin.message_id, origin.position),
    });
    let partition = Partition::of(time, dataset.granularity()).ok_or(Rejection::Year)?;
    Ok(Placement { partition, id, values: room.used() })
}

/// The event's value of a column; a field that is not there is null. `expected` is where the field would be if the
/// sender wrote the fields in the order of the columns. `room` is for the values within all columns of the event.
pub fn read<'a>(
    column: &Column,
    event: &Event<'a>,
    expected: usize,
    room: &mut Room,
) -> Result<Value<'a>, Rejection> {
    let Some((_, raw)) = event.find(&column.field, expected) else { return Ok(Value::Null) };
    let value = by(column, raw, |raw| value::read(&column.sent, raw, room));
    value.map_err(|mismatch| Rejection::Type { column: column.name.clone(), mismatch })
}

/// The event's own time, if its dataset's events have one and it is a time.
pub fn time(dataset: &Dataset, event: &Event<'_>) -> Option<DateTime<Utc>> {
    let index = dataset.event_time_index()?;
    let value = read(dataset.columns().get(index)?, event, index, &mut Room::landed()).ok()?;
    moment(&value)
}

/// Reads a column's value: a number of seconds or milliseconds, or what the column's type says.
fn by<'a>(
    column: &Column,
    raw: Raw<'a>,
    typed: impl FnOnce(Raw<'a>) -> Result<Value<'a>, Mismatch>,
) -> Result<Value<'a>, Mismatch> {
    match column.unit {
        Some(unit) => value::epoch(unit, raw),
        None => typed(raw),
    }
}

fn moment(value: &Value<'_>) -> Option<DateTime<Utc>> {
    match value {
        Value::Timestamp(millis) => DateTime::from_timestamp_millis(*millis),
        Value::Date(days) => DateTime::UNIX_EPOCH.checked_add_signed(TimeDelta::days(i64::from(*days))),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
