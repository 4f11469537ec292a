//! One line of a quarantine batch: what was refused, and why, for a person to work with.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::name::DatasetName;

/// A refused event. Nothing of it is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// The message that carried it, or the landing object it was found in.
    pub message_id: String,
    /// Its place there, from 0.
    pub position: usize,
    /// The dataset, if it is known.
    pub dataset: Option<DatasetName>,
    /// Why, for a person.
    pub reason: String,
    /// When it was refused.
    pub at: DateTime<Utc>,
    /// The original text.
    #[serde(flatten)]
    pub original: Original,
}

/// The original, readable where it can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Original {
    /// As it came.
    #[serde(rename = "text")]
    Text(String),
    /// Not UTF-8: its bytes in base64.
    #[serde(rename = "base64")]
    Base64(String),
}

impl Original {
    /// The text, or the base64.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) | Self::Base64(text) => text.as_bytes(),
        }
    }
}

impl Rejected {
    /// Appends the line and its line break.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        serde_json::to_writer(&mut *out, self)?;
        out.push(b'\n');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_round_trips() {
        for original in [Original::Text("{\"a\":\n1".into()), Original::Base64("/w==".into())] {
            let rejected = Rejected {
                message_id: "m".into(),
                position: 3,
                dataset: DatasetName::new("d").ok(),
                reason: "column price: expected double, found \"abc\"".into(),
                at: "2026-11-23T10:05:00Z".parse().unwrap(),
                original,
            };
            let mut line = Vec::new();
            rejected.write(&mut line).unwrap();
            assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            assert_eq!(serde_json::from_slice::<Rejected>(&line).unwrap(), rejected);
        }
    }
}
