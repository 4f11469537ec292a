//! A landing batch: its lines, and what stands behind them.

use std::{borrow::Cow, ops::RangeInclusive};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

mod trailer;

pub use trailer::{Carried, MOST, MessageMark, Trailer};

/// An accepted event as it is stored: the sender's own object, its number texts and unknown fields untouched.
#[derive(Debug, Serialize, Deserialize)]
pub struct Line<'a> {
    /// The identity as text; null where identity columns say it.
    #[serde(rename = "_id", borrow)]
    pub id: Option<Cow<'a, str>>,
    /// When it was ingested, in milliseconds.
    #[serde(rename = "_ingested_at", with = "millis")]
    pub ingested_at: DateTime<Utc>,
    /// The sender's object.
    #[serde(borrow)]
    pub data: &'a RawValue,
}

impl<'a> Line<'a> {
    /// Reads one line.
    pub fn parse(text: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// How far ahead of a reader's clock a line may say that it was ingested: as far as an event's time may be ahead of its
/// message by default.
pub const INGESTED_AHEAD: TimeDelta = TimeDelta::hours(24);

/// The times at which lines can have been ingested, if a reader's clock says `now`. `ingest` writes its own clock's time, but
/// whoever may write to `landing/` can write any. A row of the year 9999 would be the last of its table for ever.
pub fn ingestion_times(now: DateTime<Utc>) -> RangeInclusive<DateTime<Utc>> {
    DateTime::UNIX_EPOCH..=now.checked_add_signed(INGESTED_AHEAD).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Writes lines of one time of ingestion.
#[derive(Debug)]
pub struct Writer {
    /// What stands between the identity and the data: the same on every line.
    middle: String,
}

impl Writer {
    /// For events ingested at this time.
    pub fn new(ingested_at: DateTime<Utc>) -> Self {
        let ingested_at = ingested_at.to_rfc3339_opts(SecondsFormat::Millis, true);
        Self { middle: format!(r#","_ingested_at":"{ingested_at}","data":"#) }
    }

    /// Appends a line and its line break. `data` is one JSON object; a line break in it can only be white space
    /// between tokens, and becomes a space.
    pub fn line(&self, id: Option<&str>, data: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{"_id":"#);
        match id {
            None => out.extend_from_slice(b"null"),
            Some(id) => out.extend_from_slice(serde_json::Value::from(id).to_string().as_bytes()),
        }
        out.extend_from_slice(self.middle.as_bytes());
        let start = out.len();
        out.extend_from_slice(data.as_bytes());
        // All of it is looked at, many bytes at a time: of the control characters it may have tabs and line breaks.
        if data.bytes().fold(false, |found, byte| found | (byte < b' ')) {
            out[start..]
                .iter_mut()
                .filter(|byte| matches!(**byte, b'\n' | b'\r'))
                .for_each(|byte| *byte = b' ');
        }
        out.extend_from_slice(b"}\n");
    }
}

mod millis {
    use chrono::{DateTime, SecondsFormat, Utc};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
        DateTime::deserialize(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_round_trips_with_the_senders_text_untouched() {
        let at: DateTime<Utc> = "2026-11-23T10:05:00.123Z".parse().unwrap();
        let data = r#"{"price": 1.10, "ñ": "\u00f1"}"#;
        for id in [None, Some("a\"b:0")] {
            let mut out = Vec::new();
            Writer::new(at).line(id, data, &mut out);
            let out = String::from_utf8(out).unwrap();
            assert!(out.ends_with("}\n") && out.matches('\n').count() == 1);
            let line = Line::parse(&out).unwrap();
            assert_eq!((line.id.as_deref(), line.ingested_at, line.data.get()), (id, at, data));
        }
    }

    #[test]
    fn line_breaks_between_tokens_become_spaces() {
        let mut out = Vec::new();
        Writer::new(DateTime::UNIX_EPOCH).line(None, "{\r\n\"a\":\n1}", &mut out);
        assert!(out.ends_with(b"\"data\":{  \"a\": 1}}\n"), "{}", String::from_utf8_lossy(&out));
    }
}
