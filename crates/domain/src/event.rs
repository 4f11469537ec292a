//! One event against its dataset: valid or not, whose twin it is, where it belongs.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    dataset::{Column, Dataset},
    json::{Fields, InvalidObject},
    name::ColumnName,
    partition::Partition,
    value::{self, Mismatch, Value},
};

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

/// Why an event is refused. The words go into quarantine, for a person.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// Not an object.
    #[error(transparent)]
    Object(#[from] InvalidObject),
    /// A value of another type.
    #[error("column {column}: {mismatch}")]
    Type {
        /// The column.
        column: ColumnName,
        /// Both sides.
        mismatch: Mismatch,
    },
    /// A time that has no partition.
    #[error("the event's time is not in the years 0 to 9999 of UTC")]
    Year,
    /// A required value that is null or not there.
    #[error("column {column}: required, but {}", Absent { field, null: *null })]
    Missing {
        /// The column.
        column: ColumnName,
        /// The sender's field.
        field: String,
        /// Whether it was there as null.
        null: bool,
    },
}

struct Absent<'a> {
    field: &'a str,
    null: bool,
}

impl fmt::Display for Absent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.null {
            write!(f, "field {:?} is null", self.field)
        } else {
            write!(f, "there is no field {:?}", self.field)
        }
    }
}

/// Where an accepted event goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Its partition.
    pub partition: Partition,
    /// Its identity as text; `None` where the dataset's identity columns say it.
    pub id: Option<String>,
}

/// Validates the event and says where it goes.
pub fn place(dataset: &Dataset, fields: &Fields<'_>, origin: Origin<'_>) -> Result<Placement, Rejection> {
    let mut time = origin.sent_at;
    for column in dataset.columns() {
        let value = read(column, fields)?;
        if column.required && value == Value::Null {
            let null = fields.get(&column.field).is_some();
            return Err(Rejection::Missing {
                column: column.name.clone(),
                field: column.field.clone(),
                null,
            });
        }
        if dataset.event_time().is_some_and(|event_time| event_time.name == column.name) {
            time = event_time(&value).unwrap_or(time);
        }
    }
    let id = (dataset.identity().len() == 0).then(|| format!("{}:{}", origin.message_id, origin.position));
    let partition = Partition::of(time, dataset.granularity()).ok_or(Rejection::Year)?;
    Ok(Placement { partition, id })
}

/// The event's value of a column; a field that is not there is null.
pub fn read<'a>(column: &Column, fields: &Fields<'a>) -> Result<Value<'a>, Rejection> {
    match fields.get(&column.field) {
        None => Ok(Value::Null),
        Some(raw) => value::parse(column.data_type, raw)
            .map_err(|mismatch| Rejection::Type { column: column.name.clone(), mismatch }),
    }
}

fn event_time(value: &Value<'_>) -> Option<DateTime<Utc>> {
    match value {
        Value::Timestamp(millis) => DateTime::from_timestamp_millis(*millis),
        Value::Date(days) => DateTime::UNIX_EPOCH.checked_add_signed(TimeDelta::days(i64::from(*days))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset() -> Dataset {
        Dataset::from_json(
            br#"{"name": "d", "partition_by": "hour", "event_time": "t", "identity": ["k"], "columns": [
                {"name": "k", "type": "bigint", "required": true},
                {"name": "t", "type": "timestamp", "required": true, "from": "at"},
                {"name": "s", "type": "string"}]}"#,
        )
        .unwrap()
    }

    fn origin() -> Origin<'static> {
        Origin { message_id: "m", position: 0, sent_at: "2026-11-23T23:59:59Z".parse().unwrap() }
    }

    fn judge(text: &str) -> Result<Placement, String> {
        let fields = Fields::parse(text).map_err(|error| error.to_string())?;
        place(&dataset(), &fields, origin()).map_err(|rejection| rejection.to_string())
    }

    #[test]
    fn the_event_time_decides_the_partition_in_utc() {
        let placed = judge(r#"{"k": 1, "at": "2026-11-24T01:30:00+02:00", "unknown": {}}"#).unwrap();
        assert_eq!(placed.partition.to_string(), "dt=2026-11-23/hour=23");
        assert_eq!(placed.id, None);
    }

    #[test]
    fn without_identity_and_event_time_the_message_decides() {
        let dataset = Dataset::from_json(br#"{"name": "d", "columns": [{"name": "a", "type": "int"}]}"#);
        let placed = place(&dataset.unwrap(), &Fields::parse("{}").unwrap(), origin()).unwrap();
        assert_eq!(placed.partition.to_string(), "dt=2026-11-23");
        assert_eq!(placed.id.as_deref(), Some("m:0"));
    }

    #[test]
    fn reasons_name_the_column_and_both_sides() {
        let at = r#""at": "2026-11-24T01:30:00Z""#;
        for (text, reason) in [
            (
                format!(r#"{{"k": "1", {at}}}"#),
                r#"column k: expected bigint (a whole number of 64 bits), found "1""#,
            ),
            (format!(r#"{{"k": null, {at}}}"#), r#"column k: required, but field "k" is null"#),
            (r#"{"k": 1}"#.to_owned(), r#"column t: required, but there is no field "at""#),
            (format!(r#"{{"k": 1, {at}, "s": 7}}"#), "column s: expected string, found 7"),
            (
                r#"{"k": 1, "at": "9999-12-31T23:59:59-01:00"}"#.to_owned(),
                "the event's time is not in the years 0 to 9999 of UTC",
            ),
        ] {
            assert_eq!(judge(&text), Err(reason.to_owned()));
        }
        assert!(judge(r#"[{"k": 1}]"#).unwrap_err().starts_with("expected one JSON object"));
    }
}
