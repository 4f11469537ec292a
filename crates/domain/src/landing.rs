//! One line of a landing batch.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

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

    /// Appends the line and its line break.
    pub fn write(id: Option<&str>, ingested_at: DateTime<Utc>, data: &str, out: &mut String) {
        out.push_str(r#"{"_id":"#);
        match id {
            None => out.push_str("null"),
            Some(id) => out.push_str(&serde_json::Value::from(id).to_string()),
        }
        out.push_str(r#","_ingested_at":""#);
        out.push_str(&ingested_at.to_rfc3339_opts(SecondsFormat::Millis, true));
        out.push_str(r#"","data":"#);
        out.push_str(data);
        out.push_str("}\n");
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
            let mut out = String::new();
            Line::write(id, at, data, &mut out);
            assert!(out.ends_with("}\n") && out.matches('\n').count() == 1);
            let line = Line::parse(&out).unwrap();
            assert_eq!((line.id.as_deref(), line.ingested_at, line.data.get()), (id, at, data));
        }
    }
}
