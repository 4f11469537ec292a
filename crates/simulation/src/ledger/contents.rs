//! What is in an object.

use bytes::Bytes;
use domain::{
    dataset::EXTRA,
    drawn::{self, MARK},
    landing::Line,
    quarantine::{Original, Rejected},
};
use parquet::{
    column::reader::{ColumnReader, ColumnReaderImpl},
    data_type::ByteArray,
    file::reader::{FileReader, RowGroupReader, SerializedFileReader},
};

use super::Event;

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
    let texts = lines.flat_map(|line| match line.original {
        // A message is kept whole where nobody knows what its dataset unwraps.
        Original::Text(text) => drawn::within(&text),
        Original::Base64(_) => Vec::new(),
    });
    let events: Vec<Event> = texts.filter_map(|text| event(&text)).collect();
    events.into_iter()
}

fn unpack(body: &Bytes) -> String {
    zstd::decode_all(&body[..]).ok().and_then(|text| String::from_utf8(text).ok()).unwrap_or_default()
}

fn event(data: &str) -> Option<Event> {
    let mark = drawn::mark(data)?;
    Some(if drawn::is_bad(data) { Event::Bad(mark) } else { Event::Good(mark) })
}

/// The rows of a data file, by their marks: from the column of that name, else from the extra fields. `None` for what
/// is no such file.
pub(crate) fn rows(body: &Bytes) -> Option<Vec<Event>> {
    let reader = SerializedFileReader::new(body.clone()).ok()?;
    let mut rows = Vec::new();
    for index in 0..reader.num_row_groups() {
        let group = reader.get_row_group(index).ok()?;
        let (marks, extras) = (marks(&*group)?, extras(&*group)?);
        for (mark, extra) in marks.into_iter().zip(extras) {
            let mark = mark.or_else(|| drawn::mark(std::str::from_utf8(extra.as_ref()?.data()).ok()?))?;
            rows.push(Event::Good(mark));
        }
    }
    Some(rows)
}

fn marks(group: &dyn RowGroupReader) -> Option<Vec<Option<u64>>> {
    match column(group, MARK)? {
        Some(ColumnReader::Int64ColumnReader(column)) => {
            let marks =
                values(column, group)?.into_iter().map(|mark| mark.and_then(|mark| mark.try_into().ok()));
            Some(marks.collect())
        }
        Some(_) => None,
        // The definition has none, or has it since: it is among the extra fields.
        None => Some(vec![None; usize::try_from(group.metadata().num_rows()).ok()?]),
    }
}

fn extras(group: &dyn RowGroupReader) -> Option<Vec<Option<ByteArray>>> {
    match column(group, EXTRA)? {
        Some(ColumnReader::ByteArrayColumnReader(column)) => values(column, group),
        _ => None,
    }
}

/// The column of this name, if the file has one. `None` if it cannot be read.
fn column(group: &dyn RowGroupReader, name: &str) -> Option<Option<ColumnReader>> {
    let place = group.metadata().columns().iter().position(|column| column.column_path().string() == name);
    match place {
        None => Some(None),
        Some(place) => group.get_column_reader(place).ok().map(Some),
    }
}

/// All values of a column that may be null and is not repeated.
fn values<T: parquet::data_type::DataType>(
    mut column: ColumnReaderImpl<T>,
    group: &dyn RowGroupReader,
) -> Option<Vec<Option<T::T>>> {
    let wanted = usize::try_from(group.metadata().num_rows()).ok()?;
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    while levels.len() < wanted {
        let (read, ..) = column.read_records(wanted, Some(&mut levels), None, &mut values).ok()?;
        if read == 0 {
            return None;
        }
    }
    let mut values = values.into_iter();
    Some(levels.into_iter().map(|level| if level == 1 { values.next() } else { None }).collect())
}
