//! What is looked for.

use std::{fmt, str::FromStr};

use domain::{
    batch::BatchName,
    landing::{MessageMark, Trailer},
    trace::TraceId,
};

/// The longest id that is looked for, in bytes: longer ones are refused when they come.
const LONGEST: usize = 512;

/// A message, all messages of a trace, or a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    Message(String),
    Trace(TraceId),
    Batch(BatchName),
}

/// The text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the id of a message, a trace or a batch: 1 to {LONGEST} bytes, found {0}")]
pub(crate) struct InvalidId(usize);

impl FromStr for Wanted {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if let Some(trace) = TraceId::parse(text) {
            return Ok(Self::Trace(trace));
        }
        if let Some(batch) = BatchName::parse(text) {
            return Ok(Self::Batch(batch));
        }
        let is_id = (1..=LONGEST).contains(&text.len());
        if is_id { Ok(Self::Message(text.to_owned())) } else { Err(InvalidId(text.len())) }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(id) => f.write_str(id),
            Self::Trace(id) => id.fmt(f),
            Self::Batch(batch) => batch.fmt(f),
        }
    }
}

impl Wanted {
    /// What kind of thing it is, in a word.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Trace(_) => "trace",
            Self::Batch(_) => "batch",
        }
    }

    /// The messages of a trailer that are meant, by their places; of a batch, all of them.
    pub(crate) fn of(&self, trailer: &Trailer) -> Vec<usize> {
        let places = 0..trailer.messages.len();
        match self {
            Self::Batch(_) => places.collect(),
            Self::Message(id) => {
                let mark = MessageMark::of(id);
                let is_it =
                    |place: &usize| trailer.messages.get(*place).is_some_and(|one| one.message == mark);
                places.filter(is_it).collect()
            }
            Self::Trace(id) => {
                let of_trace = trailer.traces.iter().filter(|(_, trace)| trace.trace_id() == *id);
                let mut places: Vec<usize> =
                    of_trace.filter_map(|(place, _)| usize::try_from(*place).ok()).collect();
                places.dedup();
                places
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_tell_a_trace_and_a_batch_from_a_message() {
        let kind = |text: &str| text.parse::<Wanted>().map(|wanted| wanted.kind());
        for (text, expected) in [
            ("95df01b4-ee98-5cb9-9903-4c221d41eb5e", "message"),
            ("4bf92f3577b34da6a3ce929d0e0e4736", "trace"),
            ("4BF92F3577B34DA6A3CE929D0E0E4736", "message"),
            ("00000000000000000000000000000000", "message"),
            ("a3339aed06af361da51e666ba6216dc6ff9635ba", "batch"),
            ("7", "message"),
        ] {
            assert_eq!(kind(text), Ok(expected), "{text}");
            assert_eq!(text.parse::<Wanted>().unwrap().to_string(), text);
        }
        for text in [String::new(), "x".repeat(LONGEST + 1)] {
            assert_eq!(kind(&text), Err(InvalidId(text.len())));
        }
    }
}
