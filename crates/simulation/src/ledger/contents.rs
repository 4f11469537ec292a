//! What is in an object.

use bytes::Bytes;
use domain::{
    landing::Line,
    quarantine::{Original, Rejected},
};
use parquet::{
    column::reader::ColumnReader,
    file::reader::{FileReader, SerializedFileReader},
};
use serde_json::Value;

use super::Event;

/// The identity of an event: numbers fit, texts do not.
pub(crate) const IDENTITY: &str = "seat";

/// The events of a landing batch.
pub(super) fn landed(body: &Bytes) -> impl Iterator<Item = Event> {
    let text = unpack(body);
    let events: Vec<Event> = text
        .lines()
        .filter_map(|line| Line::parse(line).ok().and_then(|line| event(line.data.get())))
        .collect();
    events.into_iter()
}

/// The events of a quarantine batch.
pub(super) fn rejected(body: &Bytes) -> impl Iterator<Item = Event> {
    let text = unpack(body);
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Rejected>(line).ok());
    let events: Vec<Event> = lines
        .filter_map(|line| match line.original {
            Original::Text(text) => event(&text),
            Original::Base64(_) => None,
        })
        .collect();
    events.into_iter()
}

fn unpack(body: &Bytes) -> String {
    zstd::decode_all(&body[..]).ok().and_then(|text| String::from_utf8(text).ok()).unwrap_or_default()
}

fn event(data: &str) -> Option<Event> {
    match serde_json::from_str::<Value>(data).ok()?.get(IDENTITY)? {
        Value::Number(number) => number.as_i64().map(Event::Good),
        Value::String(text) => text.strip_prefix('x')?.parse().ok().map(Event::Bad),
        _ => None,
    }
}

/// The rows of a data file: its first column. `None` for what is no such file.
pub(crate) fn rows(body: &Bytes) -> Option<Vec<Event>> {
    let reader = SerializedFileReader::new(body.clone()).ok()?;
    let mut rows = Vec::new();
    for index in 0..reader.num_row_groups() {
        let group = reader.get_row_group(index).ok()?;
        let wanted = usize::try_from(group.metadata().num_rows()).ok()?;
        let ColumnReader::Int64ColumnReader(mut column) = group.get_column_reader(0).ok()? else {
            return None;
        };
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        while values.len() < wanted {
            let (read, ..) = column.read_records(wanted, Some(&mut levels), None, &mut values).ok()?;
            if read == 0 {
                return None;
            }
        }
        rows.extend(values.into_iter().map(Event::Good));
    }
    Some(rows)
}
