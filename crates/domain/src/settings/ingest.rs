//! The settings of what `ingest` takes from whom, and of how much one sender can make it do.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{CATALOG_CACHE, InvalidSetting, Setting, raw::Raw, topics::Topics};
use crate::name::DatasetName;

pub(super) const DEFAULT_DATASET: Setting = Setting {
    name: "TRIBUTARY_DEFAULT_DATASET",
    default: "",
    meaning: "The dataset of messages that name none; without it they go to `quarantine/_unrouted`.",
};
/// The first day of event times.
pub const EARLIEST_EVENT: Setting = Setting {
    name: "TRIBUTARY_EARLIEST_EVENT",
    default: "1970-01-01",
    meaning: "The first day of event times; events before it go to quarantine.",
};
/// How far an event's time may be ahead of its message.
pub const EVENT_AHEAD: Setting = Setting {
    name: "TRIBUTARY_EVENT_AHEAD",
    default: "24h",
    meaning: "How far an event's time may be ahead of its message; beyond it goes to quarantine.",
};
pub(super) const MAX_UNPACKED: Setting = Setting {
    name: "TRIBUTARY_MAX_UNPACKED",
    default: "16MiB",
    meaning: "What a compressed message may unpack to; a larger one goes to quarantine.",
};
/// How far an event's time may be behind its message.
pub const EVENT_BEHIND: Setting = Setting {
    name: "TRIBUTARY_EVENT_BEHIND",
    default: "87600h",
    meaning: "How far an event's time may be behind its message; beyond it goes to quarantine. The default is ten years: \
              raise it for a backfill of older events.",
};
/// How many partitions the events of one message may go to.
pub const MESSAGE_PARTITIONS: Setting = Setting {
    name: "TRIBUTARY_MESSAGE_PARTITIONS",
    default: "400",
    meaning: "How many partitions the events of one message may go to; events of further ones go to quarantine.",
};
/// After how many partitions an invocation begins no further message.
pub const INVOCATION_PARTITIONS: Setting = Setting {
    name: "TRIBUTARY_INVOCATION_PARTITIONS",
    default: "4000",
    meaning: "After how many partitions an invocation of `ingest` begins no further message of its queue: the rest comes \
              again.",
};
/// How many partitions of the past one process writes to in an hour.
pub const HOURLY_PARTITIONS: Setting = Setting {
    name: "TRIBUTARY_HOURLY_PARTITIONS",
    default: "2000",
    meaning: "How many old partitions of a dataset one process of `ingest` writes to in an hour; old ones ended more \
              than two days ago. Events of further ones go to quarantine. Raise it for a backfill.",
};
/// Whose messages are taken.
pub const TOPICS: Setting = Setting {
    name: "TRIBUTARY_TOPICS",
    default: "",
    meaning: "The ARNs of the topics whose messages are taken, with commas between them; the messages of others go to \
              quarantine. `ARN=orders+refunds` lets a topic publish to these datasets only. With raw delivery the ARN is \
              the queue's. Without it every topic may publish to every dataset.",
};

/// Ten thousand years: more than any two times that can be written are apart.
const LONGEST_BEHIND: TimeDelta = TimeDelta::days(3_652_500);

/// The most that [`IngestLimits::message_partitions`] can be: a message has no more events.
const MOST_OF_MESSAGE: u64 = 50_000;
const MOST_OF_INVOCATION: u64 = 100_000;
/// They are kept in memory, for each dataset.
const MOST_OF_HOUR: u64 = 1_000_000;

/// The settings of `ingest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestSettings {
    /// The dataset of messages that name none.
    pub default_dataset: Option<DatasetName>,
    /// The first moment of event times.
    pub earliest_event: DateTime<Utc>,
    /// How far an event's time may be ahead of its message.
    pub event_ahead: TimeDelta,
    /// What else bounds what it takes.
    pub limits: IngestLimits,
    /// What a compressed message may unpack to, in bytes.
    pub max_unpacked: u64,
    /// How old the definitions may be that events are judged by.
    pub catalog_cache: Duration,
}

impl IngestSettings {
    pub(super) fn read(raw: &impl Fn(Setting) -> Raw) -> Result<Self, InvalidSetting> {
        let event_ahead = raw(EVENT_AHEAD).time_delta()?;
        if event_ahead > TimeDelta::days(366) {
            return Err(raw(EVENT_AHEAD).invalid("it must be at most a year, 8784h"));
        }
        Ok(Self {
            default_dataset: raw(DEFAULT_DATASET).dataset()?,
            earliest_event: raw(EARLIEST_EVENT).day()?,
            event_ahead,
            limits: IngestLimits::read(raw)?,
            max_unpacked: max_unpacked(raw)?,
            catalog_cache: raw(CATALOG_CACHE).duration()?,
        })
    }
}

/// What a compressed message may unpack to. `compact` takes what `ingest` lands, so it reads this too.
pub(super) fn max_unpacked(raw: &impl Fn(Setting) -> Raw) -> Result<u64, InvalidSetting> {
    let setting = raw(MAX_UNPACKED);
    let bytes = setting.bytes()?;
    if (1 << 18..=1 << 28).contains(&bytes) {
        Ok(bytes)
    } else {
        // Below, a message that SNS takes uncompressed would be refused.
        Err(setting.invalid("it must be from 256KiB to 256MiB"))
    }
}

/// What `ingest` takes, and how much a sender can make it do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestLimits {
    /// How far an event's time may be behind its message.
    pub event_behind: TimeDelta,
    /// How many partitions the events of one message may go to.
    pub message_partitions: usize,
    /// After how many partitions an invocation begins no further message.
    pub invocation_partitions: usize,
    /// How many partitions of a dataset, of those that ended some time ago, one process writes to in an hour.
    pub hourly_partitions: usize,
    /// Whose messages are taken, and for which datasets.
    pub topics: Topics,
}

impl IngestLimits {
    fn read(raw: &impl Fn(Setting) -> Raw) -> Result<Self, InvalidSetting> {
        let event_behind = raw(EVENT_BEHIND).time_delta()?;
        if !(TimeDelta::days(1)..=LONGEST_BEHIND).contains(&event_behind) {
            return Err(
                raw(EVENT_BEHIND).invalid("it must be from 24h to 87660000h, for example 87600h: ten years")
            );
        }
        let number = |setting, most| {
            let raw = raw(setting);
            let number = raw.number(1)?;
            if number > most {
                return Err(raw.invalid(format_args!("it must be from 1 to {most}")));
            }
            Ok(usize::try_from(number).unwrap_or(usize::MAX))
        };
        Ok(Self {
            event_behind,
            message_partitions: number(MESSAGE_PARTITIONS, MOST_OF_MESSAGE)?,
            invocation_partitions: number(INVOCATION_PARTITIONS, MOST_OF_INVOCATION)?,
            hourly_partitions: number(HOURLY_PARTITIONS, MOST_OF_HOUR)?,
            topics: Topics::read(&raw(TOPICS))?,
        })
    }
}
