//! The forms of rows.

use std::path::Path;

use clap::ValueEnum;

use crate::output::Notation;

/// What rows are printed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// Aligned columns, for a person.
    Table,
    /// RFC 4180.
    Csv,
    /// An array of records.
    Json,
    /// A record a line.
    Ndjson,
    /// What pandas reads as orient="columns".
    Columns,
    /// A Parquet file.
    Parquet,
    /// An Arrow IPC stream.
    Arrow,
}

impl Form {
    /// What the API is asked for.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Table | Self::Json => "json",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Columns => "columns",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// That of a file with this ending.
    pub(super) fn of_file(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "parquet" => Some(Self::Parquet),
            "arrow" | "arrows" => Some(Self::Arrow),
            _ => None,
        }
    }

    /// Whether documents of it can follow one another in one document.
    pub(super) fn is_lines(self) -> bool {
        matches!(self, Self::Csv | Self::Ndjson)
    }

    /// How characters are written that a terminal would obey.
    pub(super) fn notation(self) -> Notation {
        match self {
            Self::Json | Self::Ndjson | Self::Columns => Notation::Json,
            Self::Table | Self::Csv | Self::Parquet | Self::Arrow => Notation::Text,
        }
    }

    pub(super) fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
    }
}
