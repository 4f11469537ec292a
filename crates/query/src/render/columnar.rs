//! `format=parquet` and `format=arrow`: the same rows as typed columns.
//!
//! The types are those of the lake's own files ([`DataType::arrow`]): decimals are exact, times are milliseconds in UTC
//! without a zone, bytes are bytes, and nested values are lists, structs and maps. NaN and the infinities are what they
//! are, but within nested values, where they are null as in JSON.
//!
//! How long rows are when encoded is not known before all of them are. So a page's rows are counted at what they take
//! in memory, which is more than the file has that they become; a page of these formats ends earlier than it would
//! have to, and its memory is bounded as well.

use std::{str::FromStr, sync::Arc as Shared};

use ::arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::{Field, Schema},
    error::ArrowError,
    ipc::writer::StreamWriter,
};
use columnar::Builder;
use domain::{DataType, value::Value as Parsed};
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::properties::WriterProperties,
};

use super::{
    RenderError, Renderer, cell,
    mismatch::Mismatch,
    number,
    result::{Row, Value},
    time,
};
use crate::{plan::column::OutputColumn, request::representation::FormatOptions};

/// What a column costs beside its values, with its name: in a schema, and in the lists of its places.
const COLUMN: usize = 256;

/// One Parquet file.
pub(super) struct Parquet(Rows);

/// One stream of Arrow's IPC format.
pub(super) struct Arrow(Rows);

struct Rows {
    schema: Schema,
    columns: Vec<(Builder, DataType)>,
    rows: usize,
    length: usize,
    /// A value as JSON.
    json: Vec<u8>,
}

impl Parquet {
    pub(super) fn new(columns: &[OutputColumn]) -> Self {
        Self(Rows::new(columns))
    }
}

impl Arrow {
    pub(super) fn new(columns: &[OutputColumn]) -> Self {
        Self(Rows::new(columns))
    }
}

impl Renderer for Parquet {
    fn row(&mut self, _: u64, row: Row<'_>, maximum: usize) -> Result<bool, usize> {
        self.0.add(row, maximum)
    }

    fn finish(self) -> Result<Vec<u8>, RenderError> {
        let length = self.0.length;
        let rows = self.0.finish().map_err(encode)?;
        parquet(&rows, length).map_err(encode)
    }
}

impl Renderer for Arrow {
    fn row(&mut self, _: u64, row: Row<'_>, maximum: usize) -> Result<bool, usize> {
        self.0.add(row, maximum)
    }

    fn finish(self) -> Result<Vec<u8>, RenderError> {
        let length = self.0.length;
        let rows = self.0.finish().map_err(encode)?;
        stream(&rows, length).map_err(encode)
    }
}

impl Rows {
    fn new(columns: &[OutputColumn]) -> Self {
        let field = |column: &OutputColumn| Field::new(&column.name, column.data_type.arrow(), true);
        let builder = |column: &OutputColumn| (Builder::new(&column.data_type), column.data_type.clone());
        Self {
            schema: Schema::new(columns.iter().map(field).collect::<Vec<_>>()),
            length: columns.iter().map(|column| 4 * column.name.len() + COLUMN).sum(),
            columns: columns.iter().map(builder).collect(),
            rows: 0,
            json: Vec::new(),
        }
    }

    fn add(&mut self, row: Row<'_>, maximum: usize) -> Result<bool, usize> {
        let mut length = self.length;
        for (index, (value, (builder, data_type))) in row.values().zip(&mut self.columns).enumerate() {
            let parsed = match value {
                None => Parsed::Null,
                Some(value) => parse(data_type, value, &mut self.json).map_err(|_| index)?,
            };
            length += size(data_type, &parsed);
            builder.append(parsed);
        }
        if length > maximum {
            // The row is in the builders, and is left out at the end: nothing comes after it.
            return Ok(false);
        }
        self.length = length;
        self.rows += 1;
        Ok(true)
    }

    fn finish(self) -> Result<RecordBatch, ArrowError> {
        let arrays = self.columns.into_iter().map(|(builder, _)| builder.finish());
        let arrays: Vec<ArrayRef> = arrays.collect::<Result<_, _>>()?;
        Ok(RecordBatch::try_new(Shared::new(self.schema), arrays)?.slice(0, self.rows))
    }
}

/// The value, of its type or null. What has no short way here, the lake's own reader of events understands once it is
/// JSON.
fn parse<'v>(data_type: &DataType, value: Value<'v>, json: &'v mut Vec<u8>) -> Result<Parsed<'v>, Mismatch> {
    json.clear();
    match data_type {
        DataType::String => value.text().map(Parsed::String).ok_or(Mismatch),
        DataType::Int => {
            number::integer(json, value)?;
            of_text(json).map(Parsed::Int)
        }
        DataType::BigInt => {
            number::integer(json, value)?;
            of_text(json).map(Parsed::BigInt)
        }
        // The words for what is no number are the same in Java and in Rust.
        DataType::Float | DataType::Double => {
            if number::is_not_finite(value) {
                json.extend_from_slice(value.bytes());
            } else {
                number::number(json, value)?;
            }
            match data_type {
                DataType::Float => of_text(json).map(Parsed::Float),
                _ => of_text(json).map(Parsed::Double),
            }
        }
        DataType::Timestamp => {
            time::timestamp(json, value)?;
            domain::value::rfc3339(json).map(Parsed::Timestamp).ok_or(Mismatch)
        }
        _ => {
            cell::json(json, data_type, value, FormatOptions::default())?;
            let text = std::str::from_utf8(json).map_err(|_| Mismatch)?;
            let raw = domain::json::Raw::parse(text).map_err(|_| Mismatch)?;
            domain::value::parse(data_type, raw).map_err(|_| Mismatch)
        }
    }
}

fn of_text<T: FromStr>(text: &[u8]) -> Result<T, Mismatch> {
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(Mismatch)
}

/// What the value takes in memory, or a little more: a bit says whether it is null.
fn size(data_type: &DataType, value: &Parsed<'_>) -> usize {
    match (data_type, value) {
        (DataType::Boolean, _) => 1,
        (DataType::Int | DataType::Float | DataType::Date, _) => 5,
        (DataType::BigInt | DataType::Double | DataType::Timestamp, _) => 9,
        (DataType::Decimal(_), _) => 17,
        (DataType::String, Parsed::String(text)) => 5 + text.len(),
        (DataType::Binary, Parsed::Binary(bytes)) => 5 + bytes.len(),
        (DataType::Array(element), Parsed::Array(values)) => {
            5 + values.iter().map(|value| size(element, value)).sum::<usize>()
        }
        (DataType::Map(part), Parsed::Map(entries)) => {
            5 + entries.iter().map(|(key, value)| 5 + key.len() + size(part, value)).sum::<usize>()
        }
        (DataType::Struct(fields), Parsed::Struct(values)) => {
            let mut values = values.iter().peekable();
            let sizes = fields.iter().enumerate().map(|(index, field)| {
                let value = values.next_if(|(place, _)| *place == index);
                size(&field.data_type, value.map_or(&Parsed::Null, |(_, value)| value))
            });
            1 + sizes.sum::<usize>()
        }
        // A null struct has a null in each of its fields.
        (DataType::Struct(fields), _) => {
            1 + fields.iter().map(|field| size(&field.data_type, &Parsed::Null)).sum::<usize>()
        }
        _ => 5,
    }
}

fn parquet(rows: &RecordBatch, length: usize) -> Result<Vec<u8>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by(concat!("tributary ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    // As the lake's own files: what it is says Parquet itself.
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let body = Vec::with_capacity(length / 4);
    let mut writer = ArrowWriter::try_new_with_options(body, rows.schema(), options)?;
    writer.write(rows)?;
    writer.into_inner()
}

fn stream(rows: &RecordBatch, length: usize) -> Result<Vec<u8>, ArrowError> {
    let mut writer = StreamWriter::try_new(Vec::with_capacity(length), &rows.schema())?;
    writer.write(rows)?;
    writer.finish()?;
    writer.into_inner()
}

fn encode(error: impl std::error::Error + Send + Sync + 'static) -> RenderError {
    RenderError::Encode(Box::new(error))
}

#[cfg(test)]
mod tests;
