//! The landing line around an event: its identity and the time of its ingestion.

use domain::json::Cursor;

use super::{Lines, nested::take, string, value::word};
use crate::{buffers::Collector, time::Day};

/// The text between the identity and the data, as the last line had it, and the time in it. It is the same on all lines of
/// a batch.
#[derive(Debug, Default)]
pub(super) struct Middle {
    text: Vec<u8>,
    ingested_at: i64,
    day: Day,
}

impl Lines {
    /// Reads a line as `landing::Writer` writes it, up to the data. White space may be anywhere.
    pub(super) fn begin(&mut self, cursor: &mut Cursor<'_>, line: &str) -> Option<()> {
        let bytes = line.as_bytes();
        take(cursor, b'{')?;
        name(cursor, bytes, br#""_id""#)?;
        match cursor.peek()? {
            b'"' => {
                let span = cursor.string().ok()?;
                string::append(&mut self.id, bytes, &span)?;
            }
            _ => {
                word(cursor, bytes.get(cursor.at()..)?, b"null")?;
                if self.dataset.identity().len() == 0 {
                    return None;
                }
                self.id.append_null();
            }
        }
        let start = cursor.at();
        let middle = &mut self.middle;
        if !middle.text.is_empty() && bytes.get(start..)?.starts_with(&middle.text) {
            cursor.jump(start + middle.text.len());
        } else {
            middle.text.clear();
            take(cursor, b',')?;
            name(cursor, bytes, br#""_ingested_at""#)?;
            let span = cursor.string().ok()?;
            if span.escaped {
                return None;
            }
            // Of other forms than this one, chrono takes more than an event's times may have.
            middle.ingested_at = middle.day.in_utc(span.bare(bytes))?;
            let (first, last) = (self.ingestion_times.start(), self.ingestion_times.end());
            if !(first.timestamp_millis()..=last.timestamp_millis()).contains(&middle.ingested_at) {
                return None;
            }
            take(cursor, b',')?;
            name(cursor, bytes, br#""data""#)?;
            middle.text.extend_from_slice(bytes.get(start..cursor.at())?);
        }
        self.ingestion = Some(start..cursor.at());
        self.ingested_at.append(self.middle.ingested_at);
        Some(())
    }
}

/// Takes this name, which is in quotes, and the colon behind it.
fn name(cursor: &mut Cursor<'_>, bytes: &[u8], quoted: &[u8]) -> Option<()> {
    cursor.peek()?;
    word(cursor, bytes.get(cursor.at()..)?, quoted)?;
    take(cursor, b':')
}
