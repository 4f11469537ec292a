//! Why an event is refused.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::{json::InvalidObject, name::ColumnName, quarantine::Kind, value::Mismatch};

/// Why an event is refused. The words go into quarantine, for a person.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// Not an object.
    #[error(transparent)]
    Object(#[from] InvalidObject),
    /// A value of another type.
    #[error("column {column}{}: {mismatch}", mismatch.path)]
    Type {
        /// The column.
        column: ColumnName,
        /// Where in the column, and both sides.
        mismatch: Mismatch,
    },
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
    /// An event time that nobody means.
    #[error(
        "column {column}: an event time from {} to {} expected (set by {setting}), found {found}",
        Moment(*earliest), Moment(*latest)
    )]
    Time {
        /// The column.
        column: ColumnName,
        /// What the sender wrote.
        found: String,
        /// The first moment that is taken.
        earliest: DateTime<Utc>,
        /// The last one.
        latest: DateTime<Utc>,
        /// What takes it if it is set otherwise.
        setting: &'static str,
    },
    /// The time of a message that it cannot have.
    #[error(
        "the time of the message: from {} to {} expected (set by {setting}), found {}",
        Moment(*earliest), Moment(*latest), Moment(*found)
    )]
    MessageTime {
        /// What the message says.
        found: DateTime<Utc>,
        /// The first moment that is taken.
        earliest: DateTime<Utc>,
        /// The last one.
        latest: DateTime<Utc>,
        /// What takes it if it is set otherwise.
        setting: &'static str,
    },
    /// A time that has no partition.
    #[error("the event's time is not in the years 0 to 9999 of UTC")]
    Year,
    /// Attributes that the specification forbids.
    #[error("not a valid CloudEvent: {0}")]
    CloudEvent(&'static str),
}

impl Rejection {
    /// What kind of reason this is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Object(_) | Self::Year | Self::CloudEvent(_) => Kind::Object,
            Self::Type { .. } => Kind::Type,
            Self::Missing { .. } => Kind::Missing,
            Self::Time { .. } => Kind::EventTime,
            Self::MessageTime { .. } => Kind::MessageTime,
        }
    }
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

struct Moment(DateTime<Utc>);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}
