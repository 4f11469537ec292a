//! What `examples/render.rs` measures.

use std::error::Error;

use bytes::Bytes;

use crate::{
    http::compression,
    render::{PageLimits, PageWriter, Position, result::ResultReader, result_types},
    request::{format::Format, representation::FormatOptions},
};

/// Renders all of Athena's CSV, whose columns have these names and types in Athena's words, from pieces as long as those
/// in which a result is read.
pub fn rendered(
    format: &str,
    columns: &[(&str, &str)],
    csv: &Bytes,
) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    const PIECE: usize = 4 << 20;
    let format = Format::choose(Some(format), None)?;
    let column = |(name, data_type): &(&str, &str)| domain::port::ResultColumn {
        name: (*name).to_owned(),
        data_type: (*data_type).to_owned(),
    };
    let columns = result_types::columns(&columns.iter().map(column).collect::<Vec<_>>());
    let limits = PageLimits { max_rows: u64::MAX, max_body: usize::MAX };
    let mut writer = PageWriter::new(format, &columns, FormatOptions::default(), limits, Position::START);
    let mut reader = ResultReader::new(columns.iter().map(|column| column.name.as_str()));
    for start in (0..csv.len()).step_by(PIECE) {
        reader.feed(csv.slice(start..csv.len().min(start + PIECE)));
        writer.take(&mut reader)?;
    }
    reader.end();
    writer.take(&mut reader)?;
    Ok(writer.finish(csv.len() as u64)?.body)
}

/// The body as a caller gets it who accepts this coding.
pub fn compressed(accept_encoding: &str, body: Vec<u8>) -> Vec<u8> {
    compression::encode(Some(accept_encoding), body).1
}
