//! What stands behind the lines of a landing object: which messages its events came in, and of which traces they are.
//!
//! A line says neither where the dataset has identity columns, and an object of many messages has no room for them in its
//! metadata, which S3 bounds to 2 KB. So they are a frame of their own behind the lines, of the kind that zstd's format has
//! for what is not its data (RFC 8878, 3.1.2: skippable frames). Whoever unpacks the object gets the lines and nothing else.
//! No sender can make such a frame: what senders write is within the frame of the lines.
//!
//! The trailer is no part of the batch's name, and nothing that `compact` does depends on it. An object without one, of an
//! older version or of a backfill, is as good.

use std::fmt;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::trace::{self, TraceContext};

/// The most messages that a trailer names, and the most traces: SQS hands over 10,000 messages at once at the most.
pub const MOST: usize = 10_000;

/// What a skippable frame begins with; zstd leaves the last four bits of the first byte to the user.
const MAGIC: [u8; 4] = [0x54, 0x2a, 0x4d, 0x18];

/// What the frame ends with, behind its two counts.
const TAG: [u8; 4] = *b"TRL1";

/// Magic and length, and the time of ingestion.
const HEAD: usize = 16;
/// A message: its mark, and when it was sent.
const MESSAGE: usize = 24;
/// A trace: of which message, and the context.
const TRACE: usize = 4 + TraceContext::BYTES;
/// Two counts and the tag.
const FOOT: usize = 12;

/// A message id in 16 bytes. The ids of SNS and SQS are UUIDs, and are the numbers that these are; of any other id it is the
/// beginning of its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageMark([u8; 16]);

impl MessageMark {
    /// The mark of a message id.
    pub fn of(id: &str) -> Self {
        Self(uuid(id.as_bytes()).unwrap_or_else(|| {
            let mut mark = [0; 16];
            mark.iter_mut().zip(Sha256::digest(id)).for_each(|(to, from)| *to = from);
            mark
        }))
    }
}

impl fmt::Display for MessageMark {
    /// As a UUID: what the id was, if it was one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            let dash = if matches!(place, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(f, "{dash}{byte:02x}")?;
        }
        Ok(())
    }
}

/// The 16 bytes of a UUID in its usual form, in lower case.
fn uuid(id: &[u8]) -> Option<[u8; 16]> {
    let id: &[u8; 36] = id.try_into().ok()?;
    if [id[8], id[13], id[18], id[23]] != [b'-'; 4] {
        return None;
    }
    let mut digits = [0; 32];
    for (to, from) in [(0..8, 0..8), (8..12, 9..13), (12..16, 14..18), (16..20, 19..23), (20..32, 24..36)] {
        digits[to].copy_from_slice(&id[from]);
    }
    trace::bytes(&digits)
}

/// A message that events of an object came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    /// Which.
    pub message: MessageMark,
    /// When it was published, or sent to the queue, in milliseconds.
    pub sent_at: DateTime<Utc>,
}

/// What is known of the messages of a landing object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trailer {
    /// When the events were ingested, in milliseconds.
    pub ingested_at: DateTime<Utc>,
    /// The messages, in their order; at most [`MOST`], the first ones.
    pub messages: Vec<Carried>,
    /// The traces of them that are in one: by the message's place in the list. A message of several events may have several.
    pub traces: Vec<(u32, TraceContext)>,
}

impl Trailer {
    /// Appends the frame.
    pub fn write(&self, out: &mut Vec<u8>) {
        let messages = self.messages.get(..MOST).unwrap_or(&self.messages);
        let traces = self.traces.get(..MOST).unwrap_or(&self.traces);
        let length = length(messages.len(), traces.len());
        out.reserve(length);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&number(length - 8));
        out.extend_from_slice(&self.ingested_at.timestamp_millis().to_le_bytes());
        for Carried { message, sent_at } in messages {
            out.extend_from_slice(&message.0);
            out.extend_from_slice(&sent_at.timestamp_millis().to_le_bytes());
        }
        for (message, context) in traces {
            out.extend_from_slice(&message.to_le_bytes());
            out.extend_from_slice(&context.to_bytes());
        }
        out.extend_from_slice(&number(messages.len()));
        out.extend_from_slice(&number(traces.len()));
        out.extend_from_slice(&TAG);
    }

    /// How many bytes the trailer of an object has, by the last bytes of the object; `None` if there is none.
    pub fn length(end: &[u8]) -> Option<usize> {
        let (_, mut foot) = end.split_at_checked(end.len().checked_sub(FOOT)?)?;
        let counts = [take::<4>(&mut foot)?, take::<4>(&mut foot)?].map(u32::from_le_bytes);
        let [messages, traces] = counts.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        (foot == TAG && messages <= MOST && traces <= MOST).then(|| length(messages, traces))
    }

    /// Reads the trailer of an object whose last bytes these are, at least as many as [`Trailer::length`] says. `None` if
    /// there is none, or if it is damaged.
    pub fn read(end: &[u8]) -> Option<Self> {
        let length = Self::length(end)?;
        let (_, mut frame) = end.split_at_checked(end.len().checked_sub(length)?)?;
        let counts = frame.get(length - FOOT..)?;
        let messages = usize::try_from(u32::from_le_bytes(*counts.first_chunk::<4>()?)).ok()?;
        if take::<4>(&mut frame)? != MAGIC || take::<4>(&mut frame)? != number(length - 8) {
            return None;
        }
        let ingested_at = time(&mut frame)?;
        let messages: Vec<Carried> = (0..messages)
            .map(|_| Some(Carried { message: MessageMark(take(&mut frame)?), sent_at: time(&mut frame)? }))
            .collect::<Option<_>>()?;
        let mut traces = Vec::new();
        while frame.len() > FOOT {
            let message = u32::from_le_bytes(take(&mut frame)?);
            let context = TraceContext::from_bytes(take(&mut frame)?)?;
            messages.get(usize::try_from(message).ok()?)?;
            traces.push((message, context));
        }
        Some(Self { ingested_at, messages, traces })
    }
}

/// How long a trailer of so many messages and traces is.
fn length(messages: usize, traces: usize) -> usize {
    HEAD + messages * MESSAGE + traces * TRACE + FOOT
}

/// A count or a length, which [`MOST`] bounds.
fn number(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

fn time(bytes: &mut &[u8]) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(i64::from_le_bytes(take(bytes)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).unwrap()
    }

    fn trailer(messages: usize, traces: usize) -> Trailer {
        let id = |n: usize| format!("95df01b4-ee98-5cb9-9903-{n:012x}");
        let carried =
            |n| Carried { message: MessageMark::of(&id(n)), sent_at: at(1_795_428_299_123 + n as i64) };
        let context = |n: usize| {
            let text = format!("00-4bf92f3577b34da6a3ce929d{n:08x}-00f067aa0ba902b7-01");
            (u32::try_from(n % messages).unwrap(), TraceContext::parse(text.as_bytes()).unwrap())
        };
        Trailer {
            ingested_at: at(1_795_428_300_456),
            messages: (0..messages).map(carried).collect(),
            traces: (0..traces).map(context).collect(),
        }
    }

    #[test]
    fn a_trailer_is_read_from_the_end_of_its_object() {
        for (messages, traces) in [(1, 0), (1, 3), (1_000, 1), (1_000, 1_000), (MOST, 0)] {
            let wanted = trailer(messages, traces);
            let mut object = b"whatever is before".to_vec();
            let before = object.len();
            wanted.write(&mut object);
            let length = Trailer::length(&object).unwrap();
            assert_eq!(length, object.len() - before);
            assert_eq!(Trailer::length(&object[object.len() - FOOT..]), Some(length));
            assert_eq!(Trailer::read(&object).as_ref(), Some(&wanted));
            assert_eq!(Trailer::read(&object[before..]).as_ref(), Some(&wanted));
            assert_eq!(Trailer::read(&object[before + 1..]), None, "a byte is missing");
            // By the format of zstd: a magic number of those that are skipped, and how many bytes follow.
            assert_eq!(object[before..before + 4], 0x184d_2a54_u32.to_le_bytes());
            assert_eq!(object[before + 4..before + 8], u32::try_from(length - 8).unwrap().to_le_bytes());
        }
    }

    #[test]
    fn what_is_too_much_is_left_out() {
        let mut object = Vec::new();
        trailer(MOST + 5, MOST + 5).write(&mut object);
        let read = Trailer::read(&object).unwrap();
        assert_eq!((read.messages.len(), read.traces.len()), (MOST, MOST));
    }

    #[test]
    fn a_mark_says_which_message_it_was() {
        let id = "95df01b4-ee98-5cb9-9903-4c221d41eb5e";
        assert_eq!(MessageMark::of(id).to_string(), id);
        let others = [
            id,
            &id.to_uppercase(),
            &id.replace('-', ""),
            "95df01b4-ee98-5cb9-9903_4c221d41eb5e",
            "",
            "7",
            "é",
        ];
        let marks: std::collections::BTreeSet<MessageMark> =
            others.into_iter().map(MessageMark::of).collect();
        assert_eq!(marks.len(), others.len());
        // The SHA-256 of nothing, as everybody knows it.
        assert_eq!(MessageMark::of("").to_string(), "e3b0c442-98fc-1c14-9afb-f4c8996fb924");
    }

    proptest! {
        #[test]
        fn damage_is_no_trailer_and_no_panic(messages in 1_usize..5, traces in 0_usize..5, at: prop::sample::Index, to: u8) {
            let mut object = Vec::new();
            trailer(messages, traces).write(&mut object);
            let at = at.index(object.len());
            object[at] = to;
            // What it says may be another trailer, of as many bytes.
            if let Some(read) = Trailer::read(&object) {
                let mut again = Vec::new();
                read.write(&mut again);
                prop_assert_eq!(again, object);
            }
        }

        #[test]
        fn no_bytes_are_too_much_for_it(bytes: Vec<u8>) {
            let end = [bytes, vec![1, 0, 0, 0, 0, 0, 0, 0], TAG.to_vec()].concat();
            let _none = Trailer::read(&end);
        }
    }
}
